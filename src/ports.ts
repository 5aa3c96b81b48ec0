/**
 * What the domain needs from outside. Adapters implement these; `src/adapters/memory` is the double of all of them.
 * Times are milliseconds since 1970 unless a name says otherwise. Every call may throw an `Outage`.
 *
 * Everything under `Ports` is bound to one application when it is made, so no statement can forget its tenant.
 */
import type { Audit } from './ports/audit.ts';
import type { Budgets } from './ports/budgets.ts';
import type { Captcha } from './ports/captcha.ts';
import type {
  Clock,
  CommonPasswords,
  DeviceTokens,
  Hasher,
  Random,
  Tokens,
  Vault,
} from './ports/crypto.ts';
import type { Configs } from './ports/configs.ts';
import type { Customers } from './ports/customers.ts';
import type { Application, Directory } from './ports/directory.ts';
import type { Groups, ImportQueue } from './ports/groups.ts';
import type { Identities, LoginTokens, SocialProviders } from './ports/identities.ts';
import type { Links } from './ports/links.ts';
import type { Notifier } from './ports/messages.ts';
import type { Otps } from './ports/otps.ts';
import type { Passwords } from './ports/passwords.ts';
import type { Registrations } from './ports/registrations.ts';
import type { SessionTokens, Sessions } from './ports/sessions.ts';
import type { Users } from './ports/users.ts';

export * from './ports/audit.ts';
export type * from './ports/captcha.ts';
export type * from './ports/directory.ts';
export type * from './ports/users.ts';
export type * from './ports/sessions.ts';
export type * from './ports/budgets.ts';
export type * from './ports/otps.ts';
export type * from './ports/registrations.ts';
export type * from './ports/identities.ts';
export type * from './ports/links.ts';
export type * from './ports/configs.ts';
export type * from './ports/groups.ts';
export type * from './ports/customers.ts';
export type * from './ports/messages.ts';
export type * from './ports/crypto.ts';
export type * from './ports/passwords.ts';
export { Outage } from './ports/outage.ts';

export interface Health {
  /** One round trip to each store; the names of those that failed. */
  probe(): Promise<string[]>;
}

/** What every operation can use, those without a caller included. */
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
  /** Off on a developer's own machine and in the mock's scenarios. */
  production: boolean;
  /** Whether files of groups may come from this machine; else from public hosts only (D-68). */
  loopbackFiles: boolean;
  /** Whether fixed codes of test identifiers count (D-75). */
  testIdentifiers: boolean;
  /** Whether an SMS costs money, so that its guard is on (D-76). */
  smsCosts: boolean;
  health: Health;
  /** Tells a developer what was ignored and how to change that; undefined in production. */
  hint?(message: string): void;
  limits: Limits;
}

/** Everything above, and the stores of one application. */
export interface Ports extends ServicePorts {
  users: Users;
  sessions: Sessions;
  otps: Otps;
  registrations: Registrations;
  identities: Identities;
  links: Links;
  passwords: Passwords;
  budgets: Budgets;
  customers: Customers;
  groups: Groups;
  imports: ImportQueue;
  audit: Audit;
  configs: Configs;
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
  smsPerDay: number;
  smsAlertPercent: number;
  smsBrakeSends: number;
  smsBrakePercent: number;
  smsBrakeMinutes: number;
}

/** Where the stores of a request come from; `of` is called once per request. */
export interface PortsFactory {
  service: ServicePorts;
  portsFor(application: Application, request: RequestScope): Ports;
}
/** What a request lends to its ports. */
export interface RequestScope {
  requestId: string;
  waitUntil(work: Promise<unknown>): void;
  /** D1 bookmark sent by the caller; serves operator reads only. */
  bookmark?: string;
  /** Filled by reads that ran in a D1 session. */
  setBookmark(bookmark: string): void;
}
