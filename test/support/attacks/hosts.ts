/** The real app with several tenants: over memory, and over D1 and KV. */
import { env } from 'cloudflare:workers';
import { demoApplication } from '../../../mocks/demo.ts';
import { sha256 } from '../../../src/cli/sha256.ts';
import { memoryPorts } from '../../../src/adapters/memory/ports.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import { loginTokens } from '../../../src/adapters/social/login-tokens.ts';
import { socialProviders } from '../../../src/adapters/social/providers.ts';
import { createApp } from '../../../src/app.ts';
import { SOCIAL_URLS } from '../../../src/env/index.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { SCOPES } from '../../../src/http/operation.ts';
import type { Application, Message, Vault } from '../../../src/ports/index.ts';
import { COMPANY_ISSUER, FACEBOOK_SECRET, fakeProvider } from '../fake-provider.ts';
import { d1Shop, ORIGIN, type D1Shop } from '../shop.ts';
import { LOGIN_SECRET } from '../social-shop.ts';
import { rowsToText, type State } from './state.ts';

/** A tenant as it is set up: its application, what authenticates it, and its company's OAuth client. */
export interface Setup {
  application: Application;
  token: string;
  client: { key: string; secret: string };
}

export interface Host {
  send(request: Request): Promise<Response>;
  /** Every message that was handed over, oldest first. */
  messages(): Promise<Message[]>;
  clock: { now(): number; advance(ms: number): void };
  state(): Promise<State>;
  /** Forgets what callers have used up, so that the next ones get past the budgets. */
  forgive(): Promise<void>;
}

const setup = (id: string, companyId: string, name: string): Setup => ({
  application: {
    ...demoApplication(),
    id,
    companyId,
    name,
    storefrontUrl: ORIGIN,
    // The demo's, that of the row's example among them, and one as shops have it.
    domains: ['localhost', `${name.toLowerCase()}.example`],
  },
  token: `token-of-${name.toLowerCase()}`,
  client: { key: `client-of-${companyId}`, secret: `secret-of-${companyId}` },
});

/** Ours, another shop of the same company, and one of another company. */
export const SETUPS = [
  setup('000000000000000000000001', '1', 'Ours'),
  setup('aaaaaaaaaaaaaaaaaaaaaaaa', '1', 'Neighbour'),
  setup('bbbbbbbbbbbbbbbbbbbbbbbb', '2', 'Stranger'),
] as const;

const outside = fakeProvider().fetch;

/** Social logins and tokens of its own are set up, so that attacks on them get as far as they can. */
async function equipmentOf({ seal }: Vault) {
  return {
    social: { facebookSecret: await seal('social', FACEBOOK_SECRET) },
    loginToken: { issuer: COMPANY_ISSUER, secret: await seal('login_token', LOGIN_SECRET) },
  };
}

function contextOf(pending: Promise<unknown>[]): ExecutionContext {
  return {
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
    passThroughOnException: () => undefined,
    props: {},
  } as ExecutionContext;
}

export async function memoryHost(): Promise<Host> {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, advance: (ms: number) => void (ahead += ms) };
  const setups = structuredClone(SETUPS);
  const clients = new Map(
    setups.map(({ application: { companyId }, client: { key, secret } }) => [
      key,
      { client: { key, companyId, scopes: [...SCOPES] }, secret },
    ]),
  );
  const memory = memoryPorts({
    applications: [...setups],
    clients: [...clients.values()],
    limits: DEFAULT_LIMITS,
    clock,
    social: socialProviders(SOCIAL_URLS, createOutbound(outside), clock),
    loginTokens: loginTokens(createOutbound(outside), clock, () => true),
  });
  const equipment = await equipmentOf(memory.factory.service.vault);
  for (const { application } of setups) Object.assign(application, equipment);
  const app = createApp(memory.factory, () => undefined);
  const states = () => ['', ...setups.map(({ application: { id } }) => id)];
  return {
    clock,
    send: async (request) => app.fetch(request, {}, contextOf([])),
    messages: async () => memory.sent.map(({ message }) => message),
    async state() {
      const tables = new Map<string, string[]>();
      const add = (table: string, owner: string, value: unknown) => {
        const rows = value instanceof Map || value instanceof Set ? value : [value];
        const list = Array.isArray(value) ? value : rows;
        tables.set(table, [...(tables.get(table) ?? []), ...rowsToText(table, owner, list)]);
      };
      for (const owner of states()) {
        for (const [table, value] of Object.entries(memory.state(owner))) add(table, owner, value);
      }
      for (const { application } of setups) add('applications', application.id, application);
      add('messages', '', memory.sent);
      return tables;
    },
    async forgive() {
      for (const owner of states()) memory.state(owner).budgets.buckets.clear();
    },
  };
}

const INSERT = `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, token_hash = excluded.token_hash, domains = excluded.domains`;

async function seed({ application, token, client }: Setup): Promise<void> {
  const { id, companyId, name, domains, storefrontUrl, defaultCountryCode, config } = application;
  await env.DB.batch([
    env.DB.prepare('INSERT INTO companies (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING').bind(
      companyId,
      companyId,
    ),
    env.DB.prepare(INSERT).bind(
      id,
      companyId,
      name,
      sha256(token),
      JSON.stringify(domains),
      storefrontUrl,
      defaultCountryCode,
      JSON.stringify(config),
    ),
    env.DB.prepare(
      'INSERT INTO oauth_clients (key, company_id, secret_hash, scopes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ).bind(client.key, companyId, sha256(client.secret), JSON.stringify(SCOPES)),
  ]);
}

/** Every table of D1, what lies in KV, and how much was queued. */
async function stateOf(shop: D1Shop): Promise<State> {
  const { results: tables } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>();
  const dumps = await env.DB.batch<Record<string, unknown>>(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`)),
  );
  const state = new Map(
    tables.map(({ name }, at) => [name, rowsToText(name, '', dumps[at]?.results ?? [])]),
  );
  state.set('kv', rowsToText('kv', '', shop.kv.dump() as unknown[]));
  state.set('messages', rowsToText('messages', '', shop.queue.sent));
  state.set('imports', rowsToText('imports', '', shop.imports));
  return state;
}

/** On storage that is empty when it is called. */
export async function edgeHost(): Promise<Host & { shop: D1Shop }> {
  const shop = await d1Shop({ fetch: outside });
  for (const one of SETUPS) await seed(one);
  const { social, loginToken } = await equipmentOf(shop.ports.vault);
  await env.DB.prepare('UPDATE applications SET social = ?, login_token = ?')
    .bind(JSON.stringify(social), JSON.stringify(loginToken))
    .run();
  // Records are read once in 30 s.
  shop.clock.advance(31_000);
  return {
    shop,
    clock: shop.clock,
    async send(request) {
      const pending: Promise<unknown>[] = [];
      const response = await shop.app.fetch(request, {}, contextOf(pending));
      await Promise.all(pending);
      return response;
    },
    messages: shop.messages,
    state: async () => stateOf(shop),
    async forgive() {
      await env.DB.exec('DELETE FROM budgets');
    },
  };
}
