/**
 * Better Auth on D1 with its phone plugin, as its documentation sets it up. Copied to where Better Auth is installed, so it is
 * no part of the project's types. Its passwords are hashed by Vestibule's hasher, so that both pay the same for a digest.
 */
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { phoneNumber } from 'better-auth/plugins';
import { argon2Hasher } from 'vestibule/hasher';

/** Built once per isolate; only what lies in the background belongs to a request. */
let auth;
let waitUntil;

const build = (env) =>
  betterAuth({
    database: env.DB,
    secret: env.SECRET,
    baseURL: env.BASE_URL,
    logger: { disabled: true },
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (password) => argon2Hasher.hash(password),
        verify: async ({ hash, password }) =>
          (await argon2Hasher.verify(password, hash)) === 'right',
      },
    },
    advanced: {
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
      backgroundTasks: { handler: (work) => waitUntil(work) },
    },
    plugins: [
      phoneNumber({
        sendOTP: async ({ phoneNumber: to, code }) => {
          const body = JSON.stringify({ to, otp: code });
          const sent = await fetch(env.WEBHOOK_URL, { method: 'POST', body });
          await sent.body?.cancel();
        },
      }),
    ],
  });

export default {
  async fetch(request, env, context) {
    auth ??= build(env);
    waitUntil = (work) => context.waitUntil(work);
    if (new URL(request.url).pathname === '/migrate') {
      await (await getMigrations(auth.options)).runMigrations();
      return new Response(null, { status: 204 });
    }
    return auth.handler(request);
  },
};
