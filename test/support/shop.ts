/** A whole shop under test: the real app over D1 and KV, or over memory, with a clock that the test moves. */
import { createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Hono } from 'hono';
import { createMock } from '../../mocks/app.ts';
import { demoApplication } from '../../mocks/demo.ts';
import { userReader } from '../../mocks/scenarios/fakes.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { seedDemo } from '../../scripts/lib/seed.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import {
  computeDigest,
  createHasher,
  type ComputeDigest,
} from '../../src/adapters/crypto/hasher.ts';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { memoryPorts, type MemoryPorts } from '../../src/adapters/memory/ports.ts';
import { createOutbound } from '../../src/adapters/outbound/outbound.ts';
import { loginTokens } from '../../src/adapters/social/login-tokens.ts';
import { socialProviders } from '../../src/adapters/social/providers.ts';
import { MEMBER_HEADER, USER_HEADER } from '../../src/adapters/files/headers.ts';
import { importFiles } from '../../src/adapters/files/import-files.ts';
import type { JobMessage } from '../../src/adapters/queue/jobs.ts';
import type { Envelope } from '../../src/adapters/queue/messages.ts';
import { createApp } from '../../src/app.ts';
import { parseEnvironment, SOCIAL_URLS } from '../../src/env/index.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { isTenantUrl } from '../../src/values/outbound-url.ts';
import { workClass } from '../../src/domain/password/password-hash.ts';
import { createClient, type Client } from '../../src/http/client.ts';
import type { LogLine } from '../../src/http/log.ts';
import { SCOPES } from '../../src/http/operation.ts';
import type { ServerEnv } from '../../src/http/server.ts';
import type {
  Application,
  Clock,
  CustomerEvent,
  DeliveryKey,
  EventType,
  Limits,
  Message,
  PlatformConfig,
  Ports,
  Random,
} from '../../src/ports/index.ts';
import { table } from '../../src/table.ts';
import { createRuntime, type Runtime } from '../../src/wiring.ts';
import { countingDatabase, type Counted } from './counting-database.ts';
import { addEndpoint, ENDPOINT, writtenEvents } from './events.ts';
import type { Faulty } from './faulty.ts';
import { furtherDatabases } from './further-databases.ts';
import { trackWork } from './open-work.ts';
import { staleKv, type StaleKv } from './stale-kv.ts';

export const ORIGIN = 'http://127.0.0.1';
export const AUTHORIZATION = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;

export interface ShopOptions {
  /** workerd's own KV instead of the double that can be stale. */
  workerdKv?: boolean;
  config?: Partial<PlatformConfig>;
  limits?: Partial<Limits>;
  /** More of the application's record. */
  record?: Partial<
    Pick<
      Application,
      | 'domains'
      | 'serverAddresses'
      | 'testIdentifiers'
      | 'androidHashes'
      | 'importedHashes'
      | 'userExists'
    >
  >;
  /** Vars and secrets of the Worker; on D1 and KV only. */
  env?: Record<string, string>;
  /** Where exports are kept: workerd's own when left out, none when null; on D1 and KV only. */
  bucket?: R2Bucket | null;
  /** The outside world. */
  fetch?: typeof fetch;
  /** Stands before D1, KV and the queues; on D1 and KV only. */
  faults?: Faulty;
  /** Instead of workerd's own; on D1 and KV only. */
  database?: D1Database;
  /** Argon2id itself, where a test is about hashes; on D1 and KV only. */
  argon2?: boolean;
  /**
   * Three databases in place of one: the directory's, `DB`, is one that holds no customer of the shop, and they are in `DB_1`, which
   * is the `env.DB` of the tests. On D1 and KV only.
   */
  databases?: 3;
  /** Instead of one that the test moves by `advance`; on D1 and KV only. */
  now?: () => number;
  /** Instead of the runtime's; not in a scenario. */
  random?: Random;
}

export interface Shop {
  app: Pick<Hono<ServerEnv>, 'fetch'>;
  /** Its own cookie jar with every call. */
  client(headers?: Record<string, string>): Client<typeof table>;
  /** `path` may be a whole URL, to speak to the app under another origin. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  application: Application;
  ports: Ports;
  clock: { now(): number; advance(ms: number): void };
  /** Every message that was handed over, oldest first. */
  messages(): Promise<Message[]>;
  /** The newest code that was sent to someone. */
  otp(to: string): Promise<string>;
  log: LogLine[];
  /** As an operator's change; other isolates see it after 30 s. */
  writeConfig(config: PlatformConfig): Promise<void>;
  /** Settles what goes on after the answers. */
  settle(): Promise<void>;
  /** Lets the imports of groups run to their end. */
  runImports(): Promise<void>;
  /** From now on events of these types are written; on D1 for one endpoint, `https://hooks.example/events`. */
  subscribe(types: readonly EventType[]): Promise<void>;
  /** Every event that was written, by customer and sequence. */
  events(): Promise<CustomerEvent[]>;
}

export interface D1Shop extends Shop {
  /** The ports of another application on the same stores. */
  portsOf(application: Application): Ports;
  kv: StaleKv;
  /** The database of the shop's customers. */
  db: Counted;
  /** Where its record is: the same database, unless there are several. */
  directory: D1Database;
  queue: { sent: Envelope[]; down: boolean };
  /** Messages of jobs that nobody has taken yet. */
  imports: JobMessage[];
  /** Messages of events that nobody has taken yet. */
  eventQueue: DeliveryKey[];
  /** How often a password was hashed, and of which class each time. */
  hashes: { count: number; work: string[] };
  /** What else the Worker is made of: queue consumer, crons, inbox. */
  runtime: Runtime;
}

function createClock(now: () => number = Date.now) {
  let ahead = 0;
  return {
    now: () => now() + ahead,
    advance(ms: number) {
      ahead += ms;
    },
  };
}

const applicationOf = ({ config, record }: ShopOptions): Application => ({
  ...demoApplication(config),
  storefrontUrl: ORIGIN,
  ...record,
});

function finish(
  shop: Omit<Shop, 'client' | 'fetch' | 'otp' | 'settle' | 'runImports'>,
  pending: Promise<unknown>[],
): Shop {
  trackWork(pending);
  const context = {
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
    passThroughOnException: () => undefined,
    props: {},
  } as ExecutionContext;
  const send = async (request: Request) => shop.app.fetch(request, {}, context);
  return {
    ...shop,
    client: (headers = {}) =>
      createClient(table, {
        baseUrl: ORIGIN,
        fetch: send,
        cookies: true,
        headers: { authorization: AUTHORIZATION, ...headers },
      }),
    fetch: async (path, init) => send(new Request(new URL(path, ORIGIN), init)),
    async otp(to) {
      const sent = await shop.messages();
      const last = sent.findLast((message) => message.to === to);
      if (last?.content.template !== 'otp') throw new Error(`no code was sent to ${to}`);
      return last.content.otp;
    },
    async settle() {
      await Promise.all(pending.splice(0));
    },
    async runImports() {
      // Without a queue an import is only something that goes on behind an answer.
      await Promise.all(pending.splice(0));
    },
  };
}

/** In place of Argon2id, which would take 50 ms for each password; of passwords and salts that differ it differs too. */
const quickDigest: ComputeDigest = async (password, salt, _, length) => {
  const digest = await crypto.subtle.digest('SHA-512', new Uint8Array([...salt, ...password]));
  return new Uint8Array(digest, 0, length);
};

/** On D1 and the KV double; storage is empty when it is called. */
export async function d1Shop(options: ShopOptions = {}): Promise<D1Shop> {
  const { faults } = options;
  const clock = createClock(options.now);
  const log: LogLine[] = [];
  const pending: Promise<unknown>[] = [];
  const kv = staleKv(clock.now);
  const db = countingDatabase(faults?.database(env.DB) ?? options.database ?? env.DB);
  const queued = async (work: () => Promise<void>) => (faults ? faults.queued(work) : work());
  const queue: D1Shop['queue'] = { sent: [], down: false };
  const imports: JobMessage[] = [];
  const eventQueue: DeliveryKey[] = [];
  const others = options.databases && (await furtherDatabases());
  const directory = others?.second ?? env.DB;
  await seedDemo(directory, { storefrontUrl: ORIGIN });
  const application = { ...applicationOf(options), ...(others && { shard: 'DB_1' }) };
  const writeConfig = async (next: PlatformConfig) => {
    await directory
      .prepare('UPDATE applications SET config = ? WHERE id = ?')
      .bind(JSON.stringify(next), application.id)
      .run();
  };
  await writeConfig(application.config);
  const { domains, serverAddresses, testIdentifiers, androidHashes } = application;
  const { importedHashes, userExists } = application;
  await directory
    .prepare(
      `UPDATE applications SET domains = ?, server_addresses = ?, test_identifiers = ?, android_hashes = ?,
       imported_hashes = ?, user_exists = ?, shard = ? WHERE id = ?`,
    )
    .bind(
      ...[domains, serverAddresses, testIdentifiers, androidHashes].map((list) =>
        JSON.stringify(list),
      ),
      importedHashes ? JSON.stringify(importedHashes) : null,
      userExists === undefined ? null : Number(userExists),
      application.shard,
      application.id,
    )
    .run();
  const environment = parseEnvironment({
    ...env,
    ...(options.bucket !== undefined && { FILES: options.bucket ?? undefined }),
    ...options.env,
    DB: db.database,
    ...(others && { DB: others.second, DB_1: db.database, DB_2: others.third }),
    KV: options.workerdKv ? env.KV : (faults?.namespace(kv.namespace) ?? kv.namespace),
    LIMITS: JSON.stringify({ ...DEFAULT_LIMITS, ...options.limits }),
    MESSAGES: {
      async send(envelope: Envelope) {
        if (queue.down) throw new Error('the queue is down');
        await queued(async () => void queue.sent.push(envelope));
      },
    },
    IMPORTS: {
      async send(message: JobMessage) {
        if (queue.down) throw new Error('the queue is down');
        await queued(async () => void imports.push(message));
      },
    },
    EVENTS: {
      send: async (body: DeliveryKey) => queued(async () => void eventQueue.push(body)),
      async sendBatch(messages: { body: DeliveryKey }[]) {
        if (queue.down) throw new Error('the queue is down');
        await queued(async () => void eventQueue.push(...messages.map(({ body }) => body)));
      },
    },
  });
  const hashes: D1Shop['hashes'] = { count: 0, work: [] };
  const hasher = createHasher(async (password, salt, parameters, length) => {
    hashes.count += 1;
    hashes.work.push(workClass(parameters));
    const quick = parameters.kind === 'argon2id' && !options.argon2;
    const compute = quick ? quickDigest : computeDigest;
    return compute(password, salt, parameters, length);
  });
  const runtime = createRuntime(environment, (line) => log.push(line), {
    clock,
    hasher,
    fetch: options.fetch,
    random: options.random,
    waitUntil: (work) => void pending.push(work),
  });
  const { factory } = runtime;
  const scope = {
    requestId: 'test',
    waitUntil: (work: Promise<unknown>) => void pending.push(work),
    setBookmark: () => undefined,
  };
  const vault = createVault(environment.sealingKeys);
  const shop = finish(
    {
      app: createApp(factory, (line) => log.push(line)),
      application,
      ports: factory.portsFor(application, scope),
      clock,
      log,
      writeConfig,
      subscribe: async (types) =>
        addEndpoint({ ...ENDPOINT, vault, types, application: application.id }),
      events: writtenEvents,
      messages: async () =>
        Promise.all(
          queue.sent.map(
            async ({ sealed }) => JSON.parse(await vault.open('message', sealed)) as Message,
          ),
        ),
    },
    pending,
  );
  return {
    ...shop,
    kv,
    db,
    directory,
    queue,
    imports,
    eventQueue,
    hashes,
    runtime: runtime,
    portsOf: (other) => factory.portsFor(other, scope),
    async runImports() {
      await shop.settle();
      for (let next = imports.shift(); next; next = imports.shift()) {
        await runtime.consume(importBatch([next]));
      }
    },
  };
}

/** A batch of the queue of imports, as its consumer gets it. */
export function importBatch(messages: JobMessage[], queue = 'vestibule-imports', attempts = 1) {
  return createMessageBatch(
    queue,
    messages.map((message, at) => ({
      id: String(at),
      timestamp: new Date(),
      attempts,
      body: message,
    })),
  );
}

/** What the outside world says over a test's own `fetch`. */
function outsideOf({ fetch: send }: ShopOptions, clock: Clock) {
  if (!send) return {};
  const allows = (url: string): boolean => isTenantUrl(url, { loopback: false });
  const outbound = createOutbound(send);
  return {
    files: importFiles(outbound, allows, MEMBER_HEADER),
    users: { files: importFiles(outbound, allows, USER_HEADER), reader: userReader },
    social: socialProviders(SOCIAL_URLS, outbound, clock),
    loginTokens: loginTokens(outbound, clock, allows),
  };
}

function subscribeMemory(
  memory: Pick<MemoryPorts, 'state'>,
  applicationId: string,
  types: readonly EventType[],
): void {
  for (const type of types) memory.state(applicationId).events.types.add(type);
}

/** On memory ports. */
export async function memoryShop(options: ShopOptions = {}): Promise<Shop> {
  const clock = createClock();
  const log: LogLine[] = [];
  const pending: Promise<unknown>[] = [];
  const application = applicationOf(options);
  const memory = memoryPorts({
    applications: [{ application, token: DEMO.applicationToken }],
    clients: [
      {
        client: { key: DEMO.oauthKey, companyId: DEMO.companyId, scopes: [...SCOPES] },
        secret: DEMO.oauthSecret,
      },
    ],
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    clock,
    random: options.random,
    background: (work) => void pending.push(work),
    ...outsideOf(options, clock),
  });
  return finish(
    {
      app: createApp(memory.factory, (line) => log.push(line)),
      application,
      ports: memory.ports(application),
      clock,
      log,
      writeConfig: async (next) => {
        application.config = next;
      },
      subscribe: async (types) => subscribeMemory(memory, application.id, types),
      events: async () => memory.state(application.id).events.written,
      messages: async () => memory.sent.map(({ message }) => message),
    },
    pending,
  );
}

/** In a world of the mock's scenarios, spoken to through the mock. */
async function scenarioShop(options: ShopOptions = {}): Promise<Shop> {
  const clock = createClock();
  const log: LogLine[] = [];
  const { config, record } = options;
  const scenario = {
    name: 'journey',
    title: 'A journey',
    about: 'What a test is about to do.',
    config,
    record: { storefrontUrl: ORIGIN, ...record },
  };
  const scenarios = createScenarios({
    table: [scenario],
    scenario: scenario.name,
    clock,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log: (line) => log.push(line),
    outside: outsideOf(options, clock),
  });
  const mock = createMock({ scenarios });
  const world = await scenarios.worldOf(new Request(ORIGIN));
  const shop = finish(
    {
      app: { fetch: async (request) => mock.fetch(request) },
      application: world.application,
      ports: world.ports,
      clock,
      log,
      writeConfig: async (next) => {
        world.application.config = next;
      },
      subscribe: async (types) => subscribeMemory(world.memory, world.application.id, types),
      events: async () => world.memory.state(world.application.id).events.written,
      messages: async () => world.memory.sent.map(({ message }) => message),
    },
    [],
  );
  const settle = async () => world.settle();
  return { ...shop, settle, runImports: settle };
}

/** Journeys and port suites run on both. */
export const BACKENDS: [string, (options?: ShopOptions) => Promise<Shop>][] = [
  ['memory', memoryShop],
  ['D1 and KV', d1Shop],
];

/** Journeys run in the mock's scenarios too, where pages of any origin are welcome: what is about origins is not for them. */
export const BACKENDS_AND_MOCK: typeof BACKENDS = [
  ...BACKENDS,
  ['a scenario of the mock', scenarioShop],
];

/** Port suites run on workerd's own KV as well. */
export const STORE_BACKENDS: typeof BACKENDS = [
  ...BACKENDS,
  ["D1 and workerd's KV", async (options) => d1Shop({ ...options, workerdKv: true })],
];
