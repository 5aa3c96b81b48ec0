/** Every port in memory: the doubles of unit tests and the stores of mock scenarios. */
import { createDeviceTokens } from '../crypto/device-tokens.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { createSessionTokens } from '../crypto/session-tokens.ts';
import { inAskedLanguage } from '../notify/in-language.ts';
import { createVault } from '../crypto/vault.ts';
import { createTokens, newSigningKey } from '../jose/tokens.ts';
import type {
  Application,
  Clock,
  HostedPages,
  Limits,
  LoginTokens,
  Message,
  OAuthClient,
  Ports,
  PortsFactory,
  Random,
  RequestScope,
  ServicePorts,
  SocialProviders,
  Tokens,
} from '../../ports/index.ts';
import { memoryCustomers } from './customers.ts';
import { memoryAttributes } from './attributes.ts';
import { withEvents } from './events.ts';
import { KEPT_CONFIG_VERSIONS } from '../../domain/operators/platform-config.ts';
import { memoryGroups } from './groups.ts';
import { memoryJobQueue, type JobSources } from './job-queue.ts';
import { memoryIdentities } from './identities.ts';
import { memoryLinks } from './links.ts';
import { memoryOtps } from './otps.ts';
import { memoryPeople } from './people.ts';
import { memoryReports } from './reports.ts';
import { memoryPasswords, plainHasher } from './passwords.ts';
import { MemoryState } from './state.ts';
import { memoryJobFiles, memoryUserJobs } from './user-jobs.ts';
import {
  memoryAudit,
  memoryBudgets,
  memoryRegistrations,
  memorySessions,
  memoryUsers,
} from './stores.ts';

/** Enough to meet the rule; the whole list is deployed beside the Worker. */
const COMMON = new Set(['password', 'password1', '12345678', '123456789', 'qwertyuiop']);

export interface MemoryOptions extends JobSources {
  applications: { application: Application; token: string }[];
  clients: { client: OAuthClient; secret: string }[];
  limits: Limits;
  clock?: Clock;
  random?: Random;
  /** Providers do not answer when left out: memory knows no network. */
  social?: SocialProviders;
  loginTokens?: LoginTokens;
  hostedPages?: HostedPages;
  /** Receives the work that goes on behind an answer. */
  background?(work: Promise<unknown>): void;
}

export interface MemoryPorts {
  factory: PortsFactory;
  /** The ports of one application, as a request would get them. */
  ports(application: Application): Ports;
  state(applicationId: string): MemoryState;
  /** Every message that was sent, oldest first. */
  sent: { applicationId: string; message: Message }[];
}

/** Opaque access tokens, known to this process only; session tokens are real ones, since other programs verify them. */
function memoryTokens(random: Random, clock: Clock): Tokens {
  const issued = new Map<string, Awaited<ReturnType<Tokens['verify']>>>();
  let made: Promise<Tokens> | undefined;
  // Made when it is first needed: React Native has no keys, and most worlds ask for none.
  const signed = async (): Promise<Tokens> => {
    made ??= newSigningKey('memory').then((key) => createTokens([key], clock));
    return made;
  };
  return {
    async issue(claims) {
      const token = random.uuid();
      issued.set(token, claims);
      return token;
    },
    verify: async (token) => issued.get(token),
    issueSession: async (...args) => (await signed()).issueSession(...args),
    jwks: async () => (await signed()).jwks(),
  };
}

/** All ports on memory, for tests and for scenarios of the mock; each application has its own state. */
export function memoryPorts(options: MemoryOptions): MemoryPorts {
  const { clock = { now: () => Date.now() }, random = cryptoRandom, limits } = options;
  const key = { id: 'memory', secret: crypto.getRandomValues(new Uint8Array(32)) };
  const states = new Map<string, MemoryState>();
  const sent: MemoryPorts['sent'] = [];

  function state(applicationId: string): MemoryState {
    const known = states.get(applicationId) ?? new MemoryState();
    states.set(applicationId, known);
    return known;
  }

  const down = async () => ({ state: 'down' as const, reason: 'no network' });
  const vault = createVault([key]);
  const files = memoryJobFiles();
  const service: ServicePorts = {
    clock,
    random,
    vault,
    hasher: plainHasher,
    commonPasswords: { has: async (password) => COMMON.has(password) },
    social: options.social ?? { verify: down },
    loginTokens: options.loginTokens ?? { verify: down },
    production: false,
    testIdentifiers: true,
    smsCosts: false,
    deviceTokens: createDeviceTokens(vault, random),
    directory: {
      find: async (id) =>
        options.applications.find(({ application }) => application.id === id)?.application,
      async listsHost(host) {
        return options.applications.some(({ application }) => application.domains.includes(host));
      },
      async applicationsAt(host) {
        return options.applications
          .map(({ application }) => application)
          .filter(({ domains }) => domains.includes(host));
      },
      async authenticate(id, token) {
        const known = options.applications.find(({ application }) => application.id === id);
        return known?.token === token ? known.application : undefined;
      },
      async application(companyId, id) {
        return options.applications
          .map(({ application }) => application)
          .find((one) => one.id === id && one.companyId === companyId);
      },
      async authenticateClient({
        companyId,
        key: clientKey,
        secret,
        limits: { client: own, address },
        now,
      }) {
        const known = options.clients.find(
          ({ client }) => client.key === clientKey && client.companyId === companyId,
        );
        const spent = state('').limited([...own, ...address], now);
        if (spent) return { limited: spent };
        if (known?.secret === secret) return { client: known.client };
        state('').charge(known ? [...own, ...address] : address, now);
        return { client: undefined };
      },
    },
    tokens: memoryTokens(random, clock),
    sessionTokens: createSessionTokens([key], random),
    health: { probe: async () => [] },
    hostedPages: options.hostedPages,
    limits,
    loopbackFiles: false,
  };

  function portsFor(
    application: Application,
    { requestId, acceptLanguage }: Pick<RequestScope, 'requestId' | 'acceptLanguage'>,
  ): Ports {
    const own = state(application.id);
    const watched = <S extends object>(store: S): S => withEvents(store, own, clock);
    return {
      ...service,
      users: watched(memoryUsers(own)),
      sessions: watched(memorySessions(own)),
      otps: watched(memoryOtps(own)),
      registrations: watched(memoryRegistrations(own, clock)),
      identities: watched(memoryIdentities(own)),
      links: watched(memoryLinks(own)),
      passwords: watched(memoryPasswords(own)),
      people: watched(memoryPeople(own)),
      reports: memoryReports(own),
      budgets: memoryBudgets(own),
      customers: watched(memoryCustomers(own)),
      groups: memoryGroups(own),
      attributes: watched(memoryAttributes(own)),
      queue: memoryJobQueue(own, application, { ...options, clock, random, jobFiles: files }),
      jobs: memoryUserJobs(own),
      jobFiles: files,
      audit: watched(memoryAudit(own)),
      configs: {
        read: async () => structuredClone({ config: application.config, version: own.version }),
        async write({ config, version }, event) {
          if (version !== own.version) return false;
          const record = options.applications.find((one) => one.application.id === application.id);
          const { at, actor, person } = event;
          const old = structuredClone(application.config);
          if (own.configs.length === 0) {
            own.configs.push({
              config: old,
              version,
              actor: '',
              at: Date.parse(old.updated_at) || 0,
            });
          }
          if (record) record.application.config = config;
          own.version += 1;
          own.configs.push({
            config: structuredClone(config),
            version: own.version,
            at,
            actor,
            person,
          });
          own.configs.splice(0, own.configs.length - KEPT_CONFIG_VERSIONS);
          own.audit.push(event);
          return true;
        },
        history: async () => structuredClone(own.configs).toReversed(),
      },
      notifier: inAskedLanguage(
        {
          async send(message) {
            sent.push({ applicationId: application.id, message });
          },
        },
        application,
        acceptLanguage,
      ),
      requestId,
      background(work) {
        options.background?.(work.catch(() => undefined));
      },
    };
  }

  return {
    factory: { service, portsFor: portsFor },
    ports: (application) => portsFor(application, { requestId: 'memory' }),
    state,
    sent,
  };
}
