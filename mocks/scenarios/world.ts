/** A world: the real app on memory, in which one browser lives. */
import type { Hono } from 'hono';
import {
  memoryPorts,
  type MemoryOptions,
  type MemoryPorts,
} from '../../src/adapters/memory/ports.ts';
import type { MemoryState } from '../../src/adapters/memory/state.ts';
import { inboxItem } from '../../src/messages/inbox-item.ts';
import { render } from '../../src/messages/render.ts';
import { createApp } from '../../src/app.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { SCOPES } from '../../src/http/operation.ts';
import type { Log } from '../../src/http/log.ts';
import type { ServerEnv } from '../../src/http/server.ts';
import type {
  Application,
  Clock,
  HostedPages,
  InboxItem,
  Limits,
  Ports,
  Random,
} from '../../src/ports/index.ts';
import { DEMO, demoApplication } from '../demo.ts';
import { seeded } from '../dynamic/random.ts';
import { fakeFiles, fakeLoginTokens, fakeProviders, fakeUserFiles, userReader } from './fakes.ts';
import type { Scenario } from './scenario.ts';

export const OTP = '123456';

/** Of messages, and of users, sessions and other things that are made. */
const KEPT_MESSAGES = 200;
const MAX_ROWS = 5_000;

/** Enough for anybody who reloads a page all day; the tries of a code and of a login stay the real ones. */
const PATIENT: Partial<Limits> = {
  sendGapSeconds: 1,
  sendsPerHour: 1_000,
  sendsPerDay: 1_000,
  sendsPerIdentifierDay: 1_000,
  linksPerUserHour: 1_000,
  messagesPerUserDay: 1_000,
};

/** Ids and tokens that are the same in each run. They protect nothing: everything in a world is invented. */
function seededRandom(...words: (string | number)[]): Random {
  const source = seeded(...words);
  const bytes = (length: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length }, () => source.between(0, 255));
  return {
    bytes,
    otp: () => OTP,
    uuid() {
      const hex = [...bytes(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
    },
  };
}

/** What the outside world says; invented when left out. */
export type Outside = Pick<MemoryOptions, 'social' | 'loginTokens' | 'files' | 'users'>;

export interface WorldOptions {
  clock: Clock;
  /** In the place of the scenario's own. */
  limits?: Partial<Limits>;
  /** See `ScenariosOptions`. */
  seed?: number;
  log?: Log;
  outside?: Outside;
  hostedPages?: HostedPages;
}

export interface ScenarioInstance {
  readonly app: Hono<ServerEnv>;
  readonly application: Application;
  readonly ports: Ports;
  readonly memory: MemoryPorts;
  /** The session cookie that the scenario hands out with the first answer, if it does. */
  readonly cookie?: { value: string; maxAge: number };
  fetch(request: Request): Promise<Response>;
  inbox(to?: string): InboxItem[];
  /** Settles what goes on after the answers. */
  settle(): Promise<void>;
}

/** A world does not grow for ever: the oldest rows of each kind go first, as a Map remembers the order in which they came. */
function bound(state: MemoryState): void {
  const { sessions, challenges, registrations, forms, links, users, hashes, identities, budgets } =
    state;
  for (const rows of [
    sessions,
    challenges,
    registrations,
    forms,
    links,
    users,
    hashes,
    identities,
    budgets.buckets,
  ]) {
    for (const key of rows.keys()) {
      if (rows.size <= MAX_ROWS) break;
      rows.delete(key);
    }
  }
  for (const handle of state.ended) {
    if (state.ended.size <= MAX_ROWS) break;
    state.ended.delete(handle);
  }
  state.audit.splice(0, Math.max(0, state.audit.length - MAX_ROWS));
}

export async function createWorld(
  scenario: Scenario,
  { clock, limits: given, log = () => undefined, outside, seed = 1, hostedPages }: WorldOptions,
): Promise<ScenarioInstance> {
  const limits = { ...DEFAULT_LIMITS, ...(scenario.limits ?? PATIENT), ...given };
  const random = seededRandom('world', scenario.name, seed);
  const application = demoApplication(scenario.config);
  Object.assign(application, scenario.record);
  const pending = new Set<Promise<unknown>>();
  const memory = memoryPorts({
    applications: [{ application, token: DEMO.applicationToken }],
    clients: [
      {
        client: { key: DEMO.oauthKey, companyId: DEMO.companyId, scopes: [...SCOPES] },
        secret: DEMO.oauthSecret,
      },
    ],
    limits,
    clock,
    random,
    social: fakeProviders,
    loginTokens: fakeLoginTokens(() => clock.now()),
    files: fakeFiles(() => [...memory.state(application.id).users.keys()]),
    users: { files: fakeUserFiles, reader: userReader },
    hostedPages,
    ...outside,
    background(work) {
      pending.add(work);
      void work.finally(() => pending.delete(work));
    },
  });
  const ports = memory.ports(application);
  const state = memory.state(application.id);
  const cookie = await scenario.prepare?.({ ports, application, state, now: clock.now() });
  memory.sent.length = 0;
  const { service } = memory.factory;
  application.sealedToken = await service.vault.seal('application_token', DEMO.applicationToken);
  // Whatever name the mock is asked under, it is this shop's.
  const directory = { ...service.directory, applicationsAt: async () => [application] };
  const factory = { ...memory.factory, service: { ...service, directory } };
  const app = createApp(factory, log, { anyOrigin: true });

  return {
    app,
    application,
    ports,
    memory,
    ...(cookie && { cookie }),
    async fetch(request) {
      // Links in messages lead to the pages of this mock, as it was asked.
      application.storefrontUrl = new URL(request.url).origin;
      const context = {
        waitUntil: (work: Promise<unknown>) => ports.background(work),
        passThroughOnException: () => undefined,
        props: {},
      };
      const response = await app.fetch(request, {}, context);
      memory.sent.splice(0, Math.max(0, memory.sent.length - KEPT_MESSAGES));
      bound(state);
      return response;
    },
    inbox(to) {
      const { name: shop, templates: overrides } = application;
      return memory.sent
        .map(({ message }) => message)
        .filter((message) => !message.drop && (to === undefined || message.to === to))
        .map((message) => {
          const { language = application.language } = message;
          return inboxItem(message, render(message, { shop, language, overrides }).message);
        })
        .toReversed();
    },
    async settle() {
      await Promise.all(pending);
    },
  };
}
