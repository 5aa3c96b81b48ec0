/** Configuration → ports on D1, KV and the queue. The only place, beside tests, that knows the adapters. */
import { createMeter } from './adapters/analytics/meter.ts';
import { assetPasswords } from './adapters/assets/common-passwords.ts';
import { assetPageFiles } from './adapters/assets/page-files.ts';
import { assetReferencePage } from './adapters/assets/reference-page.ts';
import { turnstile } from './adapters/captcha/turnstile.ts';
import { createDeviceTokens } from './adapters/crypto/device-tokens.ts';
import { argon2Hasher } from './adapters/crypto/hasher.ts';
import { cryptoRandom } from './adapters/crypto/random.ts';
import { createSessionTokens } from './adapters/crypto/session-tokens.ts';
import { createVault } from './adapters/crypto/vault.ts';
import { plainStores } from './adapters/d1/stores/plain-stores.ts';
import { d1PlatformConfigs } from './adapters/d1/stores/platform-configs.ts';
import { d1Customers } from './adapters/d1/stores/customers.ts';
import { Database, type Binding } from './adapters/d1/database.ts';
import { d1Attributes } from './adapters/d1/stores/attributes.ts';
import { d1Audit } from './adapters/d1/stores/audit.ts';
import { d1Deliveries } from './adapters/d1/stores/deliveries.ts';
import { d1Directory } from './adapters/d1/stores/directory.ts';
import { d1Groups } from './adapters/d1/stores/groups.ts';
import { d1Links } from './adapters/d1/stores/links.ts';
import { d1Otps } from './adapters/d1/stores/otps.ts';
import { d1Registrations } from './adapters/d1/stores/registrations.ts';
import { d1NearestSessions, d1Sessions } from './adapters/d1/stores/sessions.ts';
import type { WarnSms } from './adapters/d1/statements/sms-statements.ts';
import { d1UserJobs } from './adapters/d1/stores/user-jobs.ts';
import { d1Users } from './adapters/d1/stores/users.ts';
import { createHealth } from './adapters/d1/health.ts';
import { jobOf } from './adapters/d1/maintenance/crons.ts';
import { createMaintenance } from './adapters/d1/maintenance/housekeeping.ts';
import {
  bindingAt,
  forOperators,
  nearestOf,
  scopeOf,
  tellingChanges,
} from './adapters/d1/replica.ts';
import { createEvents } from './adapters/events/create-events.ts';
import { accessNames } from './adapters/jose/access-names.ts';
import { createTokens } from './adapters/jose/tokens.ts';
import { currentTraceparent } from './adapters/node/trace.ts';
import { createOutbound } from './adapters/outbound/outbound.ts';
import type { Fetch } from './adapters/outbound/send.ts';
import { loginTokens } from './adapters/social/login-tokens.ts';
import { socialProviders } from './adapters/social/providers.ts';
import { Values } from './adapters/kv/values.ts';
import { createPacer, type Pacer } from './adapters/pacer.ts';
import { inAskedLanguage } from './adapters/notify/in-language.ts';
import { createInbox } from './adapters/notify/inbox.ts';
import { templateSources } from './adapters/notify/template-sources.ts';
import { createTransport } from './adapters/notify/transports/create-transport.ts';
import { messageWriter } from './adapters/notify/writer.ts';
import { consumeBatch } from './adapters/queue/consume.ts';
import { queueNotifier, type Consumer, type Report } from './adapters/queue/messages.ts';
import { cronReport } from './cron-report.ts';
import type { Environment } from './env/index.ts';
import { isTenantUrl } from './values/outbound-url.ts';
import { errorForLog, type Log } from './http/log.ts';
import { createJobs } from './wiring-jobs.ts';
import type {
  Application,
  Clock,
  Hasher,
  Inbox,
  PortsFactory,
  Random,
  RequestScope,
  TemplateSources,
} from './ports/index.ts';

const systemClock: Clock = { now: () => Date.now() };

export interface Runtime extends TemplateSources {
  factory: PortsFactory;
  inbox: Inbox;
  consume(batch: MessageBatch): Promise<void>;
  /** @param cron the trigger's own pattern, which says what is to be done */
  scheduled(cron: string): Promise<void>;
}

/**
 * @param replaced what a test puts in place of the real thing: its own clock, a hasher that counts; and from the runtime, what
 * keeps an invocation alive for work behind its answer
 */
export function createRuntime(
  environment: Environment,
  log: Log,
  replaced: {
    clock?: Clock;
    hasher?: Hasher;
    random?: Random;
    fetch?: Fetch;
    waitUntil?(work: Promise<unknown>): void;
  } = {},
): Runtime {
  const { clock = systemClock, hasher = argon2Hasher, random = cryptoRandom } = replaced;
  const outbound = createOutbound(replaced.fetch, currentTraceparent);
  const vault = createVault(environment.sealingKeys);
  const values = new Values(environment.kv);
  const directory = new Database(environment.directory);
  const inbox = createInbox(values);
  const records = d1Directory(directory, vault, clock);
  const bindingOf = (application: Application): Binding =>
    bindingAt(environment.database(application.shard), application, records.forget);
  const databaseOf = (application: Application): Database =>
    events.databaseOf(bindingOf(application));
  const { transports, timeoutMs } = environment.delivery;
  const provider = { outbound, timeoutMs };
  const report: Report = (level, message, detail, error) => {
    const internal = error !== undefined && { internal: errorForLog(error) };
    log({ level, message, ...detail, ...internal });
  };
  const allows = (url: string): boolean => isTenantUrl(url, { loopback: !environment.production });
  const sending = { outbound, vault, clock, report, allows };
  const events = createEvents(environment.events, sending, {
    async bindingOf(applicationId) {
      const application = await records.find(applicationId);
      return application && bindingOf(application);
    },
    waitUntil: replaced.waitUntil,
  });
  const consumer: Consumer = {
    vault,
    clock,
    write: messageWriter(records, log),
    transports: {
      sms: createTransport(transports.sms, inbox, provider, clock),
      email: createTransport(transports.email, inbox, provider, clock),
    },
    deliveries: (application) => d1Deliveries(databaseOf(application), application.id),
    async audit(applicationId, event) {
      const application = await records.find(applicationId);
      if (application) await d1Audit(databaseOf(application), applicationId).record(event);
    },
    report,
  };
  const { jobs, queueOf, jobFiles } = createJobs(environment, {
    outbound,
    clock,
    random: cryptoRandom,
    find: records.find,
    databaseOf,
    report,
  });
  const maintenance = createMaintenance(
    environment,
    values,
    clock,
    jobs.send,
    events.send,
    jobFiles,
    report,
  );
  const service = {
    clock,
    random,
    vault,
    directory: records,
    tokens: createTokens(environment.signingKeys, clock),
    sessionTokens: createSessionTokens(environment.sessionSecrets, cryptoRandom),
    deviceTokens: createDeviceTokens(vault, cryptoRandom),
    hasher,
    commonPasswords: assetPasswords(environment.assets),
    social: socialProviders(environment.socialUrls, outbound, clock),
    loginTokens: loginTokens(outbound, clock, allows),
    captcha:
      environment.captcha &&
      turnstile(environment.captcha.secret, environment.captcha.url, outbound),
    accessNames: environment.access && accessNames(outbound, clock, environment.access),
    production: environment.production,
    loopbackFiles: environment.loopbackFiles,
    testIdentifiers: environment.testIdentifiers,
    smsCosts: environment.delivery.paidSms,
    meter: createMeter(environment.metrics, (error) => report('warn', 'metrics failed', {}, error)),
    health: createHealth(directory, values),
    hostedPages: {
      files: assetPageFiles(environment.assets),
      captchaSiteKey: environment.captcha?.siteKey,
      ...(environment.delivery.inbox && { inboxPath: '/_dev/inbox' }),
    },
    referencePage: { read: assetReferencePage(environment.assets), demo: environment.demoShop },
    ...(!environment.production && {
      hint: (message: string) => log({ level: 'info', message: 'hint', hint: message }),
    }),
    limits: environment.limits,
  };

  /** One of each database: its searches wait for each other. */
  const pacers = new Map<string, Pacer>();
  function pacerOf(shard: string): Pacer {
    const pacer = pacers.get(shard) ?? createPacer(clock);
    pacers.set(shard, pacer);
    return pacer;
  }

  /** The stores of an application that know nothing of a request: as long-lived as its record, which is half a minute. */
  const stores = new WeakMap<Application, ReturnType<typeof storesOf>>();

  /** @param tell is told the bookmark behind each change; such stores are one request's own */
  function storesOf(application: Application, tell?: RequestScope['setBookmark']) {
    const { id, shard } = application;
    const client = bindingOf(application);
    const database = events.databaseOf(tell ? tellingChanges(client, tell) : client);
    const tellSms: WarnSms = (message, detail) =>
      log({ level: 'warn', message, application_id: id, ...detail });
    return {
      client,
      ports: {
        ...service,
        ...plainStores(database, values, id),
        users: d1Users(database, id),
        sessions: d1Sessions(database, values, id),
        otps: d1Otps(database, values, id, tellSms),
        registrations: d1Registrations(database, values, id, clock, cryptoRandom),
        links: d1Links(database, id, tellSms),
        queue: queueOf(id),
        jobFiles,
        audit: d1Audit(database, id),
        configs: d1PlatformConfigs(
          {
            directory,
            ...(environment.database(shard) !== environment.directory && { shard: database }),
            forget: () => records.forget(id),
          },
          id,
        ),
        notifier: queueNotifier(environment.messages, vault, id),
      },
    };
  }

  function sharedStoresOf(application: Application) {
    const known = stores.get(application) ?? storesOf(application);
    stores.set(application, known);
    return known;
  }

  function portsFor(application: Application, whole: RequestScope) {
    const { id, shard } = application;
    const scope = scopeOf(whole, shard);
    const isNearest = environment.sessionReads === 'nearest';
    const known =
      isNearest && scope.tellChanges
        ? storesOf(application, scope.setBookmark)
        : sharedStoresOf(application);
    const { client } = known;
    const { primary, nearest, searches } = forOperators(
      client,
      scope,
      events.written,
      pacerOf(shard),
    );
    return {
      ...known.ports,
      ...(isNearest && {
        nearestSessions: d1NearestSessions(nearestOf(client, scope.bookmark), values, id, clock),
      }),
      // Made when they are asked for: most requests are a shopper's, who needs none of them.
      get customers() {
        return d1Customers(primary, id, nearest, searches);
      },
      get groups() {
        return d1Groups(primary, id, nearest);
      },
      get attributes() {
        return d1Attributes(primary, id, searches);
      },
      get jobs() {
        return d1UserJobs(primary, id, nearest);
      },
      notifier: inAskedLanguage(known.ports.notifier, application, scope.acceptLanguage),
      requestId: scope.requestId,
      background(work: Promise<unknown>) {
        const watched = work.catch((error: unknown) =>
          log({ level: 'warn', message: 'background work failed', internal: errorForLog(error) }),
        );
        scope.waitUntil(watched);
      },
    };
  }

  return {
    factory: { service, portsFor },
    inbox,
    ...templateSources(records),
    consume: async (batch) =>
      consumeBatch(batch, { messages: consumer, jobs, events: events.consumer }),
    async scheduled(cron) {
      const { name, work, quiet } = jobOf(cron);
      const outcome = await maintenance[work]();
      if (!quiet || !outcome.complete) log(cronReport(name, outcome));
    },
  };
}
