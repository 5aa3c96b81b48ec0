/** Better Auth with the same shoppers, the same password and the same provider of messages. */
import { randomBytes, scryptSync } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../src/cli/wrangler.ts';
import { startWorker, writeConfig } from '../lib/worker.ts';
import {
  addressOf,
  createInbox,
  PASSWORD,
  passwordHash,
  shopper,
  SHOPPERS,
  WEBHOOK_URL,
  type LoginSite,
} from './site.ts';

const BASE_URL = 'https://auth.example.com';
const HASHER = join(ROOT, 'src/adapters/crypto/hasher.ts');

/** One digest for all, as Better Auth writes it. */
function scryptHash(): string {
  const salt = randomBytes(16).toString('hex');
  const cost = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
  return `${salt}:${scryptSync(PASSWORD, salt, 64, cost).toString('hex')}`;
}

async function seed(db: D1Database, hash: string): Promise<void> {
  const people = Array.from({ length: SHOPPERS }, (_, at) => shopper(at));
  const list = JSON.stringify(people);
  const column = (name: string): string => `(j.value ->> '${name}')`;
  const now = new Date().toISOString();
  await db.batch([
    db
      .prepare(
        `INSERT INTO user (id, name, email, emailVerified, createdAt, updatedAt, phoneNumber, phoneNumberVerified)
         SELECT ${column('id')}, ${column('first')} || ' ' || ${column('last')}, ${column('email')}, 1, ?1, ?1,
           ${column('international')}, 1
         FROM json_each(?2) j`,
      )
      .bind(now, list),
    db
      .prepare(
        `INSERT INTO account (id, accountId, providerId, userId, password, createdAt, updatedAt)
         SELECT 'a' || ${column('id')}, ${column('id')}, 'credential', ${column('id')}, ?3, ?1, ?1
         FROM json_each(?2) j`,
      )
      .bind(now, list, hash),
  ]);
}

/**
 * @param tools the folder in which Better Auth is installed
 * @param options `ourHasher` gives it Vestibule's Argon2id in the place of its own scrypt
 */
export async function startBetterAuth(
  tools: string,
  { ourHasher = false } = {},
): Promise<LoginSite> {
  const inbox = createInbox();
  const main = join(tools, 'better-auth-worker.js');
  copyFileSync(join(ROOT, 'bench/workers/better-auth.js.txt'), main);
  const config = await writeConfig(tools, main, { alias: { 'vestibule/hasher': HASHER } });
  const worker = await startWorker({
    config,
    vars: {
      SECRET: randomBytes(32).toString('hex'),
      BASE_URL,
      WEBHOOK_URL,
      ...(ourHasher && { OUR_HASHER: 'yes' }),
    },
    outbound: inbox.deliver,
  });
  await (await fetch(`${worker.url}/migrate`)).text();
  await seed(worker.db, ourHasher ? passwordHash() : scryptHash());
  const cookies = new Map<number, string>();
  const headersOf = (at: number) => ({
    origin: BASE_URL,
    'content-type': 'application/json',
    'cf-connecting-ip': addressOf(at),
  });
  return {
    name: ourHasher ? 'Better Auth, our hasher' : 'Better Auth',
    ...worker,
    inbox,
    readSession: (at) => ({
      method: 'GET',
      path: '/api/auth/get-session',
      headers: { cookie: cookies.get(at) ?? '', 'cf-connecting-ip': addressOf(at) },
      status: 200,
    }),
    sendOtp: (at) => ({
      method: 'POST',
      path: '/api/auth/phone-number/send-otp',
      headers: headersOf(at),
      body: JSON.stringify({ phoneNumber: shopper(at).international }),
      status: 200,
    }),
    verifyOtp: (at, code) => ({
      method: 'POST',
      path: '/api/auth/phone-number/verify',
      headers: headersOf(at),
      body: JSON.stringify({ phoneNumber: shopper(at).international, code }),
      status: 200,
    }),
    loginByPassword: (at) => ({
      method: 'POST',
      path: '/api/auth/sign-in/email',
      headers: headersOf(at),
      body: JSON.stringify({ email: shopper(at).email, password: PASSWORD }),
      status: 200,
    }),
    keepSession: (at, { cookie }) => cookies.set(at, cookie),
  };
}
