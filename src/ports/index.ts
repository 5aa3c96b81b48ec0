/**
 * What the domain needs from outside. Adapters implement these; `src/adapters/memory` is the double of all of them.
 * Times are milliseconds since 1970 unless a name says otherwise. Every call may throw an `Outage`.
 *
 * Everything under `Ports` is bound to one application when it is made, so no statement can forget its tenant.
 */
import type { Attributes } from './attributes.ts';
import type { Audit } from './audit.ts';
import type { Budgets } from './budgets.ts';
import type { Captcha } from './captcha.ts';
import type {
  AccessNames,
  Clock,
  CommonPasswords,
  DeviceTokens,
  Hasher,
  Random,
  Tokens,
  Vault,
} from './crypto.ts';
import type { PlatformConfigs } from './platform-configs.ts';
import type { Customers } from './customers.ts';
import type { Application, Directory } from './directory.ts';
import type { Groups } from './groups.ts';
import type { Identities, LoginTokens, SocialProviders } from './identities.ts';
import type { JobQueue } from './jobs.ts';
import type { Links } from './links.ts';
import type { Notifier } from './messages.ts';
import type { Meter } from './metrics.ts';
import type { Otps } from './otps.ts';
import type { Passwords } from './passwords.ts';
import type { People } from './people.ts';
import type { Registrations } from './registrations.ts';
import type { NearestSessions, SessionTokens, Sessions } from './sessions.ts';
import type { Reports } from './reports.ts';
import type { JobFiles, UserJobs } from './user-jobs.ts';
import type { Users } from './users.ts';

export type * from './attributes.ts';
export * from './audit.ts';
export type * from './captcha.ts';
export type * from './metrics.ts';
export type * from './directory.ts';
export * from './events.ts';
export type * from './users.ts';
export type * from './sessions.ts';
export type * from './budgets.ts';
export type * from './otps.ts';
export type * from './registrations.ts';
export type * from './identities.ts';
export type * from './links.ts';
export type * from './platform-configs.ts';
export type * from './groups.ts';
export type * from './jobs.ts';
export type * from './user-jobs.ts';
export type * from './customers.ts';
export type * from './messages.ts';
export type * from './crypto.ts';
export type * from './passwords.ts';
export type * from './people.ts';
export type * from './reports.ts';
export { Moving, Outage } from './outage.ts';

export interface Health {
  /** One round trip to each store; the names of those that failed. */
  probe(): Promise<string[]>;
}

/** Ports of every operation, those without a caller included. */
export interface ServicePorts {
  clock: Clock;
  random: Random;
  vault: Vault;
  directory: Directory;
  tokens: Tokens;
  sessionTokens: SessionTokens;
  deviceTokens: DeviceTokens;
  hasher: Hasher;
  commonPasswords: CommonPasswords;
  social: SocialProviders;
  loginTokens: LoginTokens;
  /** Undefined while none is configured. */
  captcha?: Captcha;
  /** Undefined while no Cloudflare Access is configured. */
  accessNames?: AccessNames;
  /** Off on a developer's own machine and in the mock's scenarios. */
  production: boolean;
  /** Whether files of groups may come from this machine; else from public hosts only (D-68). */
  loopbackFiles: boolean;
  /** Whether fixed codes of test identifiers count (D-75). */
  testIdentifiers: boolean;
  /** Whether an SMS costs money, so that its guard is on (D-76). */
  smsCosts: boolean;
  health: Health;
  /** Undefined where nobody counts: nothing is made for it then. */
  meter?: Meter | undefined;
  /** Undefined where no pages are hosted. */
  hostedPages?: HostedPages;
  /** Undefined where there is none. */
  referencePage?: ReferencePage;
  /** Tells a developer what was ignored and how to change that; undefined in production. */
  hint?(message: string): void;
  limits: Limits;
}

/** Addresses of the static files of hosted pages; each holds the hash of its content. */
export interface PageFiles {
  elements: string;
  script: string;
  style: string;
}
export interface HostedPages {
  /** Throws an Outage when they cannot be read. */
  files(): Promise<PageFiles>;
  /** Turnstile's public key; undefined where no captcha is asked for. */
  captchaSiteKey?: string;
  /** Path of the page that shows what was sent; undefined where messages really go out. */
  inboxPath?: string;
}

/** A shop that development has, known to whoever reads how to start. */
export interface DemoShop {
  companyId: string;
  applicationId: string;
  applicationToken: string;
  oauthKey: string;
  oauthSecret: string;
}
export interface ReferencePage {
  /** The page as it was built. Throws an Outage when it cannot be read. */
  read(): Promise<Response>;
  /** What its forms are filled with; undefined in production. */
  demo?: DemoShop;
}

/** Everything above, and the stores of one application. */
export interface Ports extends ServicePorts {
  users: Users;
  sessions: Sessions;
  /** Where the shop lets reads come from replicas. A session that they do not let in is for `sessions` to decide. */
  nearestSessions?: NearestSessions;
  otps: Otps;
  registrations: Registrations;
  identities: Identities;
  links: Links;
  passwords: Passwords;
  budgets: Budgets;
  customers: Customers;
  people: People;
  reports: Reports;
  groups: Groups;
  attributes: Attributes;
  queue: JobQueue;
  jobs: UserJobs;
  /** Undefined when no bucket is bound. */
  jobFiles?: JobFiles;
  audit: Audit;
  configs: PlatformConfigs;
  notifier: Notifier;
  /** Of the request; audit rows repeat it. */
  requestId: string;
  /** Goes on after the answer is sent; what it throws is logged. */
  background(work: Promise<unknown>): void;
}

/** The limits; the variable `LIMITS` may change each. */
export interface Limits {
  otpTriesPerCode: number;
  otpWrongPerIdentifierHour: number;
  sendGapSeconds: number;
  sendsPerHour: number;
  sendsPerDay: number;
  sendsPerIdentifierDay: number;
  sendsPerIpHour: number;
  linksPerUserHour: number;
  messagesPerUserDay: number;
  messagesPerRegistration: number;
  messagesPerRegistrationIdentifier: number;
  identifiersPerRegistrationKind: number;
  loginFailuresPerAccountQuarter: number;
  loginFailuresPerIpQuarter: number;
  tokenFailuresPerQuarter: number;
  tokenFailuresPerIpQuarter: number;
  existsPerIpHour: number;
  existsPerApplicationHour: number;
  smsPerDay: number;
  smsAlertPercent: number;
  smsBrakeSends: number;
  smsBrakePercent: number;
  smsBrakeMinutes: number;
  databaseBytes: number;
  databaseAlertPercent: number;
}

/** Where the stores of a request come from; `portsFor` is called once per request. */
export interface PortsFactory {
  service: ServicePorts;
  portsFor(application: Application, request: RequestScope): Ports;
}
/** The request's own part of its ports. */
export interface RequestScope {
  requestId: string;
  waitUntil(work: Promise<unknown>): void;
  /** D1 bookmark sent by the caller; serves what may read a replica only. */
  bookmark?: string;
  /** Told what ran in a D1 session. */
  setBookmark(bookmark: string): void;
  /** Of a shopper's request: what its messages are asked for in. */
  acceptLanguage?: string;
  /** Whether `setBookmark` is to be told each change of the request, too. */
  tellChanges?: boolean;
}
