/**
 * Vars, secrets and bindings, parsed once per isolate. A bad value stops the start with its name, never with its value.
 * docs/CONFIGURATION.md lists them all; a missing ENVIRONMENT is production (D-70).
 */
import * as z from 'zod';
import { readDelivery, type DeliverySettings } from './delivery.ts';
import { LimitsSchema } from './limits.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { isDeployerUrl } from '../values/outbound-url.ts';
import { secret } from './secret.ts';
import type { DemoShop, Limits } from '../ports/index.ts';

const KEY_BYTES = 32;

/** `id:base64` → a key of 32 bytes. The first of a list seals and signs, all open and verify (D-72). */
export const keyList = z.string().transform((text, ctx) => {
  const keys = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((entry) => /^([a-z0-9-]{1,16}):([A-Za-z0-9+/]+={0,2})$/i.exec(entry))
    .map((match) => match && { id: match[1] ?? '', secret: decode(match[2] ?? '') });
  const sound = keys.length > 0 && keys.every((key) => key && key.secret.length >= KEY_BYTES);
  if (!sound) {
    ctx.addIssue('needs one or more "id:base64" keys of at least 32 bytes');
    return z.NEVER;
  }
  return keys.filter((key) => key !== null);
});

function decode(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

const json = z.string().transform((text, ctx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    ctx.addIssue('is not JSON');
    return z.NEVER;
  }
});

const Jwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string().min(1),
  d: z.string().min(1),
});

const demoText = z.string().regex(/^[\w-]{1,100}$/);
const DemoShopSchema = z.strictObject({
  companyId: demoText,
  applicationId: demoText,
  applicationToken: demoText,
  oauthKey: demoText,
  oauthSecret: demoText,
});

const providerUrl = (url: string) => z.string().default(url);
const SocialUrlsSchema = z.strictObject({
  googleTokeninfo: providerUrl('https://oauth2.googleapis.com/tokeninfo'),
  googleUserinfo: providerUrl('https://openidconnect.googleapis.com/v1/userinfo'),
  googleKeys: providerUrl('https://www.googleapis.com/oauth2/v3/certs'),
  facebookGraph: providerUrl('https://graph.facebook.com'),
  facebookKeys: providerUrl('https://www.facebook.com/.well-known/oauth/openid/jwks/'),
  appleKeys: providerUrl('https://appleid.apple.com/auth/keys'),
});
export type SocialUrls = z.output<typeof SocialUrlsSchema>;
/** Where the providers answer. */
export const SOCIAL_URLS: SocialUrls = SocialUrlsSchema.parse({});

const binding = <T>(method: string) =>
  z.custom<T>(
    (value) => typeof (value as Record<string, unknown> | undefined)?.[method] === 'function',
    'is not bound',
  );

/** The variables, secrets and bindings of the Worker, databases and transports aside. docs/CONFIGURATION.md is made from it. */
export const Settings = z.object({
  ENVIRONMENT: z.enum(['production', 'development']).default('production'),
  SESSION_SECRETS: secret(keyList),
  SEALING_KEYS: secret(keyList),
  SIGNING_KEYS: secret(json.pipe(z.object({ keys: z.array(Jwk).min(1) }))),
  LIMITS: json.pipe(LimitsSchema).default(DEFAULT_LIMITS),
  SOCIAL_URLS: json.pipe(SocialUrlsSchema).default(SOCIAL_URLS),
  TURNSTILE_SECRET: secret(z.string().min(1).optional()),
  TURNSTILE_SITE_KEY: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'is no site key')
    .optional(),
  TURNSTILE_URL: z.string().default('https://challenges.cloudflare.com/turnstile/v0/siteverify'),
  ACCESS_TEAM: z.string().optional(),
  ACCESS_AUDIENCE: z.string().min(1).optional(),
  TEST_IDENTIFIERS: z.enum(['on', 'off']).optional(),
  SESSION_READS: z.enum(['primary', 'nearest']).default('primary'),
  KV: binding<KVNamespace>('getWithMetadata'),
  MESSAGES: binding<Queue>('send'),
  IMPORTS: binding<Queue>('send'),
  EVENTS: binding<Queue>('send'),
  FILES: binding<R2Bucket>('createMultipartUpload').optional(),
  LOOPBACK_FILES: z.enum(['on', 'off']).default('off'),
  DEV_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  DEMO_SHOP: json.pipe(DemoShopSchema).optional(),
  ASSETS: binding<Fetcher>('fetch'),
  METRICS: binding<AnalyticsEngineDataset>('writeDataPoint').optional(),
});

export interface Environment {
  production: boolean;
  delivery: DeliverySettings;
  sessionSecrets: { id: string; secret: Uint8Array<ArrayBuffer> }[];
  sealingKeys: { id: string; secret: Uint8Array<ArrayBuffer> }[];
  signingKeys: z.output<typeof Jwk>[];
  limits: Limits;
  socialUrls: SocialUrls;
  /** Undefined: no captcha is asked for. */
  captcha?: { secret: string; url: string; siteKey?: string };
  /** The Cloudflare Access application before operators' requests; undefined: no names are read. */
  access?: { team: string; audience: string };
  testIdentifiers: boolean;
  /** Which D1 says whose session it is in requests that only read; `nearest` may be a replica (D-107). */
  sessionReads: 'primary' | 'nearest';
  kv: KVNamespace;
  messages: Queue;
  /** Jobs over files, one message for each run. */
  imports: Queue;
  /** Signed events, one message for each endpoint. */
  events: Queue;
  /** Where exports are kept; without it there are none. */
  files?: R2Bucket;
  /** Files of groups may come from this machine too. */
  loopbackFiles: boolean;
  /** Host names beside those of this machine under which the pages for developers answer. */
  devHosts: readonly string[];
  /** The shop that `npm start` seeds; pages for developers are filled in for it. Never set in production. */
  demoShop?: DemoShop;
  /** Static files that are deployed with the Worker. */
  assets: Fetcher;
  /** Where a point for each request goes; without it none is made. */
  metrics?: AnalyticsEngineDataset;
  /** The directory's database: companies, applications and OAuth clients (D-74). */
  directory: D1Database;
  /** A database by the name of its binding: `DB`, `DB_1`, … */
  database(shard: string): D1Database;
  /** All of them. */
  databases(): { name: string; database: D1Database }[];
}

/** Names what is wrong, never its value: the message goes to the log. */
export class EnvironmentError extends Error {
  /** Each begins with the name. */
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`configuration: ${problems.join('; ')}`);
    this.name = 'EnvironmentError';
    this.problems = problems;
  }
}

const isDatabase = binding<D1Database>('prepare');
/** By name: a stub of another kind, such as that of the assets, claims to have every method. */
const DATABASE = /^DB(_\d+)?$/;

/** Every address that is called, by the name of its variable; those of transports are `readDelivery`'s. */
const addressesOf = (settings: z.output<typeof Settings> | undefined): [string, string][] =>
  settings === undefined
    ? []
    : [
        ['TURNSTILE_URL', settings.TURNSTILE_URL],
        ...(settings.ACCESS_TEAM === undefined
          ? []
          : [['ACCESS_TEAM', settings.ACCESS_TEAM] satisfies [string, string]]),
        ...Object.entries(settings.SOCIAL_URLS).map(([name, url]): [string, string] => [
          `SOCIAL_URLS.${name}`,
          url,
        ]),
      ];

/** @throws EnvironmentError with the name of every bad value */
export function parseEnvironment(env: Record<string, unknown>): Environment {
  const parsed = Settings.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')} ${issue.message}`);
  if (!isDatabase.safeParse(env['DB']).success) problems.push('DB is not bound');
  const delivery = readDelivery(env, parsed.data?.ENVIRONMENT !== 'development');
  const loopback = parsed.data?.ENVIRONMENT === 'development';
  for (const [name, url] of addressesOf(parsed.data)) {
    if (!isDeployerUrl(url, { loopback })) problems.push(`${name} is not https on a public host`);
  }
  if (parsed.data?.ENVIRONMENT === 'production' && parsed.data.LOOPBACK_FILES === 'on') {
    problems.push('LOOPBACK_FILES is for development');
  }
  if (parsed.data?.ENVIRONMENT === 'production' && parsed.data.DEMO_SHOP) {
    problems.push('DEMO_SHOP is for development');
  }
  if ((parsed.data?.ACCESS_TEAM === undefined) !== (parsed.data?.ACCESS_AUDIENCE === undefined)) {
    problems.push('ACCESS_TEAM and ACCESS_AUDIENCE belong together');
  }
  if ('problems' in delivery) problems.push(...delivery.problems);
  if (!parsed.success || 'problems' in delivery || problems.length > 0) {
    throw new EnvironmentError(problems);
  }
  const settings = parsed.data;
  return {
    production: settings.ENVIRONMENT === 'production',
    delivery,
    sessionSecrets: settings.SESSION_SECRETS,
    sealingKeys: settings.SEALING_KEYS,
    signingKeys: settings.SIGNING_KEYS.keys,
    limits: settings.LIMITS,
    socialUrls: settings.SOCIAL_URLS,
    captcha:
      settings.TURNSTILE_SECRET === undefined
        ? undefined
        : {
            secret: settings.TURNSTILE_SECRET,
            url: settings.TURNSTILE_URL,
            siteKey: settings.TURNSTILE_SITE_KEY,
          },
    access:
      settings.ACCESS_TEAM === undefined || settings.ACCESS_AUDIENCE === undefined
        ? undefined
        : {
            team: settings.ACCESS_TEAM.replace(/\/+$/, ''),
            audience: settings.ACCESS_AUDIENCE,
          },
    // A fixed code lets its holder in, so production counts them only when told to.
    testIdentifiers:
      settings.TEST_IDENTIFIERS === 'on' ||
      (settings.TEST_IDENTIFIERS === undefined && settings.ENVIRONMENT !== 'production'),
    sessionReads: settings.SESSION_READS,
    kv: settings.KV,
    messages: settings.MESSAGES,
    imports: settings.IMPORTS,
    events: settings.EVENTS,
    files: settings.FILES,
    devHosts: settings.DEV_HOSTS,
    loopbackFiles: settings.LOOPBACK_FILES === 'on',
    demoShop: settings.DEMO_SHOP,
    assets: settings.ASSETS,
    metrics: settings.METRICS,
    directory: isDatabase.parse(env['DB']),
    database: (shard) => isDatabase.parse(env[shard]),
    databases: () =>
      Object.entries(env)
        .filter(([name]) => DATABASE.test(name))
        .map(([name, database]) => ({ name, database: isDatabase.parse(database) })),
  };
}
