/**
 * The tables of docs/CONFIGURATION.md. Names and defaults come from the schemas of src/env; a name without its meaning here
 * does not compile. The meanings stand here, because the Worker has no use for them.
 */
import type * as z from 'zod';
import { Settings } from '../../src/env/index.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import {
  transportSettings,
  type TransportName,
  type TransportSettings,
} from '../../src/env/delivery.ts';
import type { Limits } from '../../src/ports/index.ts';
import { SECRETS } from '../../src/cli/secret-settings.ts';

/** The inbox has no settings, and an empty schema would stand for any name. */
type Provider = Exclude<TransportName, 'inbox'>;
type TransportSetting = { [N in Provider]: keyof TransportSettings<N> }[Provider];
/** Variables beside the schemas. */
type Others =
  | 'DB'
  | 'DB_1, …'
  | 'DELIVERY'
  | 'DELIVERY_SMS'
  | 'DELIVERY_EMAIL'
  | 'DELIVERY_TIMEOUT';
type Name = keyof z.input<typeof Settings> | TransportSetting | Others;
type Binding = 'D1' | 'KV' | 'queue' | 'R2' | 'assets' | 'send_email' | 'Analytics Engine';

interface Variable {
  /** Left out: a variable or, where the schema says so, a secret. */
  kind?: Binding;
  meaning: string;
  /** Where the schema has none that can be shown. */
  standard?: string;
}

const KEYS = '`id:base64` keys of 32 bytes or more, separated by blanks';
const LOOPBACK = 'https on a public host; this machine in development only';

const VARIABLES: Record<Name, Variable> = {
  DB: {
    kind: 'D1',
    meaning:
      'companies, applications, and the data of every application that has no database of its own',
    standard: 'needed',
  },
  'DB_1, …': {
    kind: 'D1',
    meaning: 'further databases, for applications created with `--shard DB_1`',
    standard: '',
  },
  KV: { kind: 'KV', meaning: 'sessions, encrypted codes, pending forms' },
  MESSAGES: {
    kind: 'queue',
    meaning: 'outgoing messages, encrypted; the Worker is also its consumer',
  },
  IMPORTS: {
    kind: 'queue',
    meaning:
      'imports and exports of users and groups, one message per run; the Worker is also its consumer',
  },
  EVENTS: {
    kind: 'queue',
    meaning:
      'signed events, one message for each endpoint; the Worker is its consumer too (docs/EVENTS.md)',
  },
  FILES: {
    kind: 'R2',
    meaning: 'files of exports, for a day; without it exports answer 503 (docs/JOBS.md)',
    standard: 'none',
  },
  ASSETS: {
    kind: 'assets',
    meaning:
      'static files deployed with the Worker: the OpenAPI documents, `/docs`, the list of common passwords',
  },
  METRICS: {
    kind: 'Analytics Engine',
    meaning:
      'a data point for each request ([OPERATIONS.md](OPERATIONS.md)); commented out in wrangler.toml',
    standard: 'none',
  },
  ENVIRONMENT: {
    meaning: '`development` allows the dev inbox, addresses of this machine and fixed codes',
  },
  SESSION_SECRETS: {
    meaning: `${KEYS}; the first signs session cookies, all are accepted`,
  },
  SEALING_KEYS: {
    meaning: `${KEYS}; they encrypt codes and messages. Retiring one ends only what it encrypted`,
  },
  SIGNING_KEYS: {
    meaning:
      'JWK set with private Ed25519 keys; the first signs access tokens, all verify. Public halves: `/.well-known/jwks.json`',
  },
  LIMITS: { meaning: 'JSON; changes any of the limits below', standard: '`{}`' },
  DELIVERY: {
    meaning:
      'transport of all messages: `inbox` (refused in production), `webhook`, `twilio` and `msg91` (SMS only), `resend` and `cloudflare-email` (mail only)',
    standard: 'needed',
  },
  DELIVERY_SMS: { meaning: 'the transport of SMS', standard: '`DELIVERY`' },
  DELIVERY_EMAIL: { meaning: 'the transport of mails', standard: '`DELIVERY`' },
  DELIVERY_TIMEOUT: {
    meaning: 'timeout of a provider in seconds, 2 to 10',
    standard: '`5`',
  },
  WEBHOOK_URL: { meaning: `address that receives every message; ${LOOPBACK}` },
  WEBHOOK_SECRET: {
    meaning: 'at least 32 characters; signs what goes to `WEBHOOK_URL`',
  },
  TWILIO_ACCOUNT_SID: { meaning: 'the account, `AC…`' },
  TWILIO_AUTH_TOKEN: { meaning: 'its token' },
  TWILIO_FROM: {
    meaning: 'a number, a sender name, or a messaging service (`MG…`)',
  },
  TWILIO_URL: { meaning: 'base address' },
  MSG91_AUTH_KEY: { meaning: 'the key of the account' },
  MSG91_TEMPLATES: {
    meaning:
      'JSON, template ids by language and message: `{"en":{"otp":"…","verify_link":"…"}}`. Placeholders there: `##otp##`, `##minutes##`, `##last_line##`, `##shop##`, `##link##`, `##account##`, `##identifier##`, `##last_day##`',
  },
  MSG91_URL: { meaning: 'base address' },
  RESEND_API_KEY: { meaning: 'the key of the account' },
  RESEND_URL: { meaning: 'base address' },
  EMAIL: { kind: 'send_email', meaning: 'binding; commented out in wrangler.toml' },
  EMAIL_FROM: { meaning: 'sender: `Shop <shop@example.com>` or the address alone' },
  TURNSTILE_SECRET: {
    meaning:
      'requires a [Turnstile](https://developers.cloudflare.com/turnstile/) captcha, unless the shop sets `skip_captcha`; see below',
  },
  TURNSTILE_SITE_KEY: {
    meaning: 'the public half of it, for the hosted pages ([PAGES.md](PAGES.md))',
    standard: '',
  },
  TURNSTILE_URL: { meaning: `where captchas are verified; ${LOOPBACK}` },
  ACCESS_TEAM: {
    meaning:
      'team of Cloudflare Access, such as `https://example.cloudflareaccess.com`: the audit then names the person whom Access has let in before a request of an operator (docs/ADMIN.md). The name permits nothing',
  },
  ACCESS_AUDIENCE: { meaning: 'audience tag of the Access application; needed with `ACCESS_TEAM`' },
  SOCIAL_URLS: {
    meaning: `JSON; replaces any of ${Object.keys(defaultOf(Settings.shape.SOCIAL_URLS) as object)
      .map((name) => `\`${name}\``)
      .join(', ')}. ${LOOPBACK}`,
    standard: "the providers' own",
  },
  TEST_IDENTIFIERS: {
    meaning: '`on` accepts the fixed codes of test identifiers in production too',
    standard: '`on` in development',
  },
  SESSION_READS: {
    meaning:
      '`nearest` lets requests that only read in a session ask a read replica, up to 120 s old, once D1 read replication is on ([DEPLOY.md](DEPLOY.md#shoppers-far-from-the-database)); else always the primary',
  },
  LOOPBACK_FILES: {
    meaning:
      '`on` lets files of user groups come from this machine; `npm start` says so. Refused in production',
  },
  DEMO_SHOP: {
    meaning:
      'JSON: the shop that `npm start` seeds, which `/docs` is filled in for. Refused in production',
    standard: 'none',
  },
  DEV_HOSTS: {
    meaning:
      'host names, beside those of this machine, under which `/_dev/*` answers in development, such as a tunnel’s',
    standard: '',
  },
};

const LIMITS: Record<keyof Limits, string> = {
  otpTriesPerCode: 'attempts per code',
  otpWrongPerIdentifierHour: 'wrong attempts per number or address and hour, over all its codes',
  sendGapSeconds: 'seconds between two sends for one purpose; also the `resend_timer`',
  sendsPerHour: 'sends to one number or address for one purpose in an hour',
  sendsPerDay: 'the same in a day',
  sendsPerIdentifierDay: 'sends to one number or address for all purposes together',
  sendsPerIpHour:
    'sends from one address (IPv6: one /64); a verified one is given back; loopback is left out',
  linksPerUserHour: 'links that one user has sent',
  messagesPerUserDay: 'messages that one user has sent in a day',
  messagesPerRegistration: 'messages of one registration',
  messagesPerRegistrationIdentifier: 'messages of one registration to one number or address',
  identifiersPerRegistrationKind: 'different numbers, or different addresses, in one registration',
  loginFailuresPerAccountQuarter:
    'wrong passwords for one account in 15 minutes; a device that has signed in before has its own',
  loginFailuresPerIpQuarter: 'wrong passwords from one address in 15 minutes',
  tokenFailuresPerQuarter: 'failed token requests of a client from one address in 15 minutes',
  tokenFailuresPerIpQuarter:
    'failed token requests from one address in 15 minutes, whatever client they name',
  existsPerIpHour: 'calls of `userExists` from one address in an hour',
  existsPerApplicationHour: 'the same from all addresses together',
  smsPerDay: 'SMS of an application a day (UTC)',
  smsAlertPercent: 'share of `smsPerDay` from which the log says `sms cap near`',
  smsBrakeSends: 'SMS to other countries in 24 h from which the brake is looked at',
  smsBrakePercent: 'share of them that must be verified, else such SMS pause',
  smsBrakeMinutes: 'length of the pause',
  databaseBytes: 'what a D1 database holds, as the plan has it',
  databaseAlertPercent:
    'share of `databaseBytes` from which the hourly cron logs `database nearly full`',
};

/** What the schema takes when nothing is given; undefined when it wants something, or when there is no need of it. */
function defaultOf(schema: z.ZodType): unknown {
  return schema.safeParse(undefined).data;
}

function schemasOf(name: string): { transports: string[]; schema: z.ZodType | undefined } {
  const shapes = Object.entries(transportSettings(true)).map(
    ([transport, { shape }]) => [transport, shape as Record<string, z.ZodType>] as const,
  );
  const found = shapes.filter(([, shape]) => name in shape);
  const own = (Settings.shape as Record<string, z.ZodType>)[name];
  return { transports: found.map(([transport]) => transport), schema: own ?? found[0]?.[1][name] };
}

function standardOf(name: string, { standard }: Variable): string {
  if (standard !== undefined) return standard;
  const { schema, transports } = schemasOf(name);
  if (!schema?.safeParse(undefined).success) {
    return transports.length > 0 ? `needed by ${transports.join(', ')}` : 'needed';
  }
  const value = defaultOf(schema);
  return typeof value === 'string' && value !== '' ? `\`${value}\`` : '';
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** By the name of their place on the page. */
const TABLES = {
  variables: tableOf(
    ['name', 'kind', 'default', 'meaning'],
    Object.entries(VARIABLES).map(([name, variable]) => [
      name
        .split(', ')
        .map((one) => (one === '…' ? one : `\`${one}\``))
        .join(', '),
      variable.kind ?? (SECRETS.includes(name) ? 'secret' : 'var'),
      standardOf(name, variable),
      variable.meaning,
    ]),
  ),
  limits: tableOf(
    ['limit', 'default', 'meaning'],
    Object.entries(LIMITS).map(([name, meaning]) => [
      `\`${name}\``,
      String(DEFAULT_LIMITS[name as keyof Limits]),
      meaning,
    ]),
  ),
};

const place = (name: string): RegExp =>
  new RegExp(`(<!-- ${name}: npm run configuration -->\\n)[\\s\\S]*?(\\n<!-- end -->)`);

/** The page with its tables as the code has them. */
export function withTables(page: string): string {
  return Object.entries(TABLES).reduce((text, [name, table]) => {
    if (!place(name).test(text)) throw new Error(`docs/CONFIGURATION.md has no place for ${name}`);
    return text.replace(
      place(name),
      (_, start: string, end: string) => `${start}\n${table}\n${end}`,
    );
  }, page);
}

/** Without what the formatter adds: the width of columns. */
export const unpadded = (page: string): string =>
  page.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
