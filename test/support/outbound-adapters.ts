/** Every adapter that calls the outside, set up to call a scripted part of it with the runtime's own `fetch`. */
import { turnstile } from '../../src/adapters/captcha/turnstile.ts';
import { sendEvent } from '../../src/adapters/events/send-event.ts';
import { newEndpointSecret } from '../../src/adapters/events/sign.ts';
import { MEMBER_HEADER } from '../../src/adapters/files/headers.ts';
import { importFiles } from '../../src/adapters/files/import-files.ts';
import { createTransport } from '../../src/adapters/notify/transports/create-transport.ts';
import { Undelivered } from '../../src/adapters/notify/transports/http.ts';
import { RETRYABLE_STATUSES } from '../../src/adapters/outbound/call.ts';
import { createOutbound } from '../../src/adapters/outbound/outbound.ts';
import { loginTokens } from '../../src/adapters/social/login-tokens.ts';
import { socialProviders } from '../../src/adapters/social/providers.ts';
import { SOCIAL_URLS, type SocialUrls } from '../../src/env/index.ts';
import { readDelivery } from '../../src/env/delivery.ts';
import { isTenantUrl } from '../../src/values/outbound-url.ts';
import {
  Outage,
  type Application,
  type DeliveryContext,
  type Message,
  type SocialProvider,
} from '../../src/ports/index.ts';
import { CLIENT, COMPANY_ISSUER, FACEBOOK_SECRET, fakeProvider } from './fake-provider.ts';
import type { Outside } from './outside.ts';
import type { Script } from './outside-server.ts';

/** What an adapter makes of an answer: it took it, it took it as a no, or the other side counts as down. */
export type Outcome = 'done' | 'refused' | 'down';

export interface OutboundAdapter {
  name: string;
  /** Path → the answer with which the call is `done`. */
  answers: Record<string, Script>;
  call(outside: Outside): Promise<Outcome>;
  /** The status alone says that it is done; the body is hardly read. */
  statusSaysAll?: boolean;
}

const clock = { now: () => Date.now() };
const outbound = createOutbound();
const json = (value: unknown): Script => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const fake = fakeProvider();
const PERSON = { sub: '77', email: 'asha.rao@gmail.com', email_verified: true };

/** @param path of the keys at the fake, which are published at `/keys` */
async function keysAt(path: string): Promise<Record<string, Script>> {
  const answer = await fake.answer(new Request(`https://provider.example${path}`));
  return { '/keys': json(await answer.json()) };
}

async function vouch(
  outside: Outside,
  provider: SocialProvider,
  token: string,
  paths: Partial<SocialUrls>,
): Promise<Outcome> {
  const own = Object.entries(paths).map(([name, path]) => [name, `${outside.url}${path}`]);
  const urls = { ...SOCIAL_URLS, ...(Object.fromEntries(own) as Partial<SocialUrls>) };
  const rule = { clientIds: [CLIENT[provider]], secret: FACEBOOK_SECRET };
  const { state } = await socialProviders(urls, outbound, clock).verify(provider, token, rule);
  return state === 'verified' ? 'done' : state;
}

const social = async (): Promise<OutboundAdapter[]> => [
  {
    name: 'Google, access token',
    answers: {
      '/tokeninfo': json({ aud: CLIENT.google, sub: '77', expires_in: '3599' }),
      '/userinfo': json(PERSON),
    },
    call: async (one) =>
      vouch(one, 'google', 'ya29.token', {
        googleTokeninfo: '/tokeninfo',
        googleUserinfo: '/userinfo',
      }),
  },
  {
    name: 'Google, ID token',
    answers: await keysAt('/oauth2/v3/certs'),
    call: async (one) =>
      vouch(one, 'google', await fake.token('google', PERSON), { googleKeys: '/keys' }),
  },
  {
    name: 'Facebook, access token',
    answers: {
      '/graph/debug_token': json({
        data: { app_id: CLIENT.facebook, is_valid: true, user_id: '77', expires_at: 0 },
      }),
      '/graph/me': json({ id: '77', first_name: 'Asha' }),
    },
    call: async (one) => vouch(one, 'facebook', 'EAAB.token', { facebookGraph: '/graph' }),
  },
  {
    name: 'Facebook, limited login',
    answers: await keysAt('/.well-known/oauth/openid/jwks/'),
    call: async (one) =>
      vouch(one, 'facebook', await fake.token('facebook', PERSON), { facebookKeys: '/keys' }),
  },
  {
    name: 'Apple',
    answers: await keysAt('/auth/keys'),
    call: async (one) =>
      vouch(one, 'apple', await fake.token('apple', PERSON), { appleKeys: '/keys' }),
  },
  {
    name: 'keys of a company',
    answers: await keysAt('/company/keys'),
    async call({ url }) {
      const token = await fake.token('company', { ...PERSON, jti: crypto.randomUUID() });
      const mayCall = (one: string): boolean => isTenantUrl(one, { loopback: true });
      const { state } = await loginTokens(outbound, clock, mayCall).verify(token, {
        issuer: COMPANY_ISSUER,
        audience: CLIENT.company,
        jwksUrl: `${url}/keys`,
      });
      return state === 'verified' ? 'done' : state;
    },
  },
];

const MESSAGE: Message = {
  id: 'm1',
  channel: 'sms',
  to: '+918652523958',
  content: { template: 'otp', otp: '123456', lastLine: '@shop.example #123456' },
  createdAt: 0,
};
const SID = `AC${'0a'.repeat(16)}`;
const SECRETS = {
  DELIVERY: 'inbox',
  DELIVERY_TIMEOUT: '2',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
  TWILIO_ACCOUNT_SID: SID,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_FROM: '+15005550006',
  MSG91_AUTH_KEY: 'msg91-key',
  MSG91_TEMPLATES: JSON.stringify({ en: { otp: 'T-en' } }),
  RESEND_API_KEY: 're_key',
  EMAIL_FROM: 'Shop <shop@example.com>',
};

async function deliver(
  { url }: Outside,
  channel: Message['channel'],
  name: string,
): Promise<Outcome> {
  const chosen = readDelivery(
    {
      ...SECRETS,
      ...{ WEBHOOK_URL: `${url}/hook`, TWILIO_URL: url, MSG91_URL: url, RESEND_URL: url },
      [`DELIVERY_${channel.toUpperCase()}`]: name,
    },
    false,
  );
  if ('problems' in chosen) throw new Error(chosen.problems.join());
  const inbox = {
    deliver: async () => {
      throw new Error('not the transport under test');
    },
  };
  const { timeoutMs, transports } = chosen;
  const transport = createTransport(transports[channel], inbox, { outbound, timeoutMs }, clock);
  const context: DeliveryContext = {
    // Transports read nothing else of it.
    application: { id: 'app1' } as Application,
    language: 'en',
    values: { shop: 'Shop', otp: '123456' },
  };
  try {
    await transport.deliver({ ...MESSAGE, channel }, { text: '123456' }, context);
    return 'done';
  } catch (error) {
    if (!(error instanceof Undelivered)) throw error;
    return error.permanent ? 'refused' : 'down';
  }
}

const TRANSPORTS: OutboundAdapter[] = [
  {
    name: 'webhook',
    answers: { '/hook': { status: 204 } },
    call: async (one) => deliver(one, 'sms', 'webhook'),
    statusSaysAll: true,
  },
  {
    name: 'Twilio',
    answers: {
      [`/2010-04-01/Accounts/${SID}/Messages.json`]: { ...json({ sid: 'SM1' }), status: 201 },
    },
    call: async (one) => deliver(one, 'sms', 'twilio'),
    statusSaysAll: true,
  },
  {
    name: 'MSG91',
    answers: { '/api/v5/flow/': json({ type: 'success' }) },
    call: async (one) => deliver(one, 'sms', 'msg91'),
    statusSaysAll: true,
  },
  {
    name: 'Resend',
    answers: { '/emails': json({ id: 'r1' }) },
    call: async (one) => deliver(one, 'email', 'resend'),
    statusSaysAll: true,
  },
];

const OTHERS: OutboundAdapter[] = [
  {
    name: 'Turnstile',
    answers: { '/siteverify': json({ success: true, hostname: 'shop.example', action: 'login' }) },
    async call({ url }) {
      const asked = {
        token: 'solved',
        ip: '203.0.113.7',
        hosts: ['shop.example'],
        action: 'login',
      } as const;
      try {
        const captcha = turnstile('turnstile-secret', `${url}/siteverify`, outbound);
        return (await captcha.isHuman(asked)) ? 'done' : 'refused';
      } catch (error) {
        if (!(error instanceof Outage)) throw error;
        return 'down';
      }
    },
  },
  {
    name: 'endpoint of events',
    answers: { '/events': { status: 204 } },
    async call({ url }) {
      const vault = { open: async (_: string, sealed: string) => sealed };
      const sender = { outbound, vault, allows: () => true, timeoutMs: 2_000 };
      const endpoint = { url: `${url}/events`, secrets: [{ sealed: newEndpointSecret() }] };
      const { ok, status = 500 } = await sendEvent(sender, endpoint, 'evt_1', '{}', clock.now());
      if (ok) return 'done';
      return status >= 500 || RETRYABLE_STATUSES.has(status) ? 'down' : 'refused';
    },
    statusSaysAll: true,
  },
  {
    name: 'CSV of a group',
    answers: {
      '/members.csv': { headers: { 'content-type': 'text/csv' }, body: 'email\na@example.com\n' },
    },
    async call({ url }) {
      // Half a minute of patience is the Worker's; the rest is the same.
      const files = importFiles(
        outbound,
        (one) => isTenantUrl(one, { loopback: true }),
        MEMBER_HEADER,
        500,
      );
      const found = { fileUrl: `${url}/members.csv`, byteOffset: 0, line: 0 };
      try {
        const opened = await files.open(found);
        if (opened.state !== 'open') return 'refused';
        const lines: string[] = [];
        for await (const slice of opened.slices(100)) {
          if ('state' in slice) return 'refused';
          lines.push(...slice.records.map(({ fields }) => fields.join()));
        }
        return lines.join() === 'a@example.com' ? 'done' : 'refused';
      } catch (error) {
        if (!(error instanceof Outage)) throw error;
        return 'down';
      }
    },
  },
];

export const OUTBOUND_ADAPTERS: OutboundAdapter[] = [...(await social()), ...TRANSPORTS, ...OTHERS];
