/** Secrets and personal data of a run, caught on their way in and out, and looked for where they must not be. */
import { env } from 'cloudflare:workers';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { ENDPOINT } from './events.ts';
import type { D1Shop } from './shop.ts';
import { allRows } from './traces.ts';

/** Keys of bodies, at any depth, whose values are secrets. */
const SECRET_KEYS = new Set([
  'password',
  'old_password',
  'new_password',
  'otp',
  'code',
  'register_token',
  'forgot_token',
  'access_token',
  'identity_token',
  'refresh_token',
  'client_secret',
  'f.session',
]);
/** A login token by this key; resend tokens, which open nothing, share it elsewhere. */
const TOKEN_PATH = /\/login\/token$/;
const PERSON_KEYS = new Set([
  'email',
  'mobile',
  'phone',
  'phone_number',
  'first_name',
  'last_name',
  'dob',
]);
const MIN_CANARY_CHARACTERS = 5;

export interface Canaries {
  /** Value → what it is. */
  secrets: Map<string, string>;
  people: Map<string, string>;
  /** Error bodies, as they were sent. */
  refusals: string[];
}

function collect(into: Canaries, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== 'string' || inner.length < MIN_CANARY_CHARACTERS)
      collect(into, inner, path);
    else if (SECRET_KEYS.has(key) || (key === 'token' && TOKEN_PATH.test(path))) {
      into.secrets.set(inner, key);
    } else if (PERSON_KEYS.has(key)) into.people.set(inner, key);
  }
}

function collectCookies(into: Canaries, lines: readonly string[]): void {
  for (const line of lines) {
    for (const pair of line.split(/;\s*/)) {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      if (!name.startsWith('f.') || value.length < MIN_CANARY_CHARACTERS) continue;
      into.secrets.set(value, `cookie ${name}`);
      const decoded = decodeURIComponent(value);
      if (decoded !== value) into.secrets.set(decoded, `cookie ${name}, decoded`);
    }
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Catches everything that goes through the shop's app from here on. */
export function watch(shop: D1Shop): Canaries {
  const canaries: Canaries = { secrets: new Map(), people: new Map(), refusals: [] };
  const { secrets } = canaries;
  secrets.set(DEMO.applicationToken, 'application token');
  secrets.set(DEMO.oauthSecret, 'OAuth secret');
  secrets.set(ENDPOINT.secret.slice('whsec_'.length), 'secret of an endpoint of events');
  for (const name of ['SESSION_SECRETS', 'SEALING_KEYS', 'SIGNING_KEYS'] as const) {
    for (const [key] of env[name].matchAll(/[\w+/=-]{32,}/g)) secrets.set(key, name);
  }
  const { app } = shop;
  const inner = app.fetch.bind(app);
  app.fetch = async (request, ...rest) => {
    const { pathname } = new URL(request.url);
    collect(canaries, parsed(await request.clone().text()), pathname);
    collectCookies(canaries, [request.headers.get('cookie') ?? '']);
    const authorization = request.headers.get('authorization')?.split(' ')[1];
    if (authorization !== undefined) secrets.set(authorization, 'authorization');
    const response = await inner(request, ...rest);
    const text = await response.clone().text();
    collectCookies(canaries, response.headers.getSetCookie());
    if (response.ok) collect(canaries, parsed(text), pathname);
    else canaries.refusals.push(text);
    return response;
  };
  return canaries;
}

/** Whether a text holds a value. A code of a few digits is part of many numbers, so it must stand by itself. */
function holds(value: string): (text: string) => boolean {
  if (!/^\d{1,8}$/.test(value)) return (text) => text.includes(value);
  const alone = new RegExp(`(?<![\\w])${value}(?![\\w])`);
  return (text) => alone.test(text);
}

/** Where a secret lies readable, or a person is named where nobody may be: `D1 users: password`. */
export async function found(shop: D1Shop, canaries: Canaries): Promise<string[]> {
  for (const { content } of await shop.messages()) collect(canaries, content, '');
  const rows = await allRows();
  const table = (name: string): string => JSON.stringify(rows.get(name) ?? []);
  const everywhere: [string, string][] = [
    ...[...rows.keys()].map((name): [string, string] => [`D1 ${name}`, table(name)]),
    ['KV', JSON.stringify(shop.kv.dump())],
    ['queue', JSON.stringify([shop.queue.sent, shop.imports, shop.eventQueue])],
    ['log', JSON.stringify(shop.log)],
    ['error bodies', canaries.refusals.join('\n')],
  ];
  const anonymous = new Set(['queue', 'log', 'error bodies', 'D1 audit_events', 'D1 budgets']);
  const seen: string[] = [];
  for (const [values, places] of [
    [canaries.secrets, everywhere],
    [canaries.people, everywhere.filter(([name]) => anonymous.has(name))],
  ] as const) {
    for (const [value, what] of values) {
      const holding = holds(value);
      const where = places.filter(([, text]) => holding(text)).map(([name]) => name);
      seen.push(...where.map((name) => `${name}: ${what}`));
    }
  }
  return [...new Set(seen)];
}
