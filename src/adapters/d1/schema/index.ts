/**
 * Every table, in one place. Times are milliseconds, unless a name says seconds. Migrations are generated from here by
 * `npm run migrations`; triggers are custom migrations beside them, and so is WITHOUT ROWID, which drizzle-kit does not know.
 *
 * Keys and indexes begin with the column that tells rows apart, not with `application_id`. There are no statistics, so SQLite
 * takes any first column for one that leaves ten rows; a key that begins with the application would tempt it to read all of
 * an application's rows where another index names the one that is meant. Only what is listed or swept by application begins
 * so (test/journeys/flat.test.ts).
 *
 * The first three tables live in `DB` only; the rest lives in the database of the application's shard.
 * What lies in KV is documented in `../../kv/values.ts`.
 */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type {
  Activity,
  Application,
  AuditEvent,
  AuditRetention,
  Consent,
  IdentifierKind,
  ImportedHashes,
  Language,
  PlatformConfig,
  TemplateOverrides,
} from '../../../ports/index.ts';

export * from './attributes.ts';
export * from './events.ts';
export * from './groups.ts';
export * from './messages.ts';
export * from './moves.ts';
export * from './proofs.ts';
export * from './records.ts';
export * from './user-jobs.ts';

// ── directory ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const companies = sqliteTable('companies', {
  id: text().primaryKey(),
  name: text().notNull(),
});

export const applications = sqliteTable(
  'applications',
  {
    id: text().primaryKey(),
    companyId: text('company_id').notNull(),
    name: text().notNull(),
    /** SHA-256 of the application token; the token itself is shown once. */
    tokenHash: text('token_hash').notNull(),
    /** The token, sealed for `application_token`: the hosted pages carry it. Null when it was made before or without a key. */
    sealedToken: text('sealed_token'),
    domains: text({ mode: 'json' }).$type<string[]>().notNull(),
    storefrontUrl: text('storefront_url').notNull(),
    defaultCountryCode: text('default_country_code').notNull(),
    /** Calling codes that SMS may go to while they cost; the default one always may. */
    smsCountries: text('sms_countries', { mode: 'json' }).$type<string[]>().notNull().default([]),
    shard: text().notNull().default('DB'),
    /** What messages to shoppers are written in. */
    language: text().$type<Language>().notNull().default('en'),
    /** Further languages, for shoppers whose browser asks for them. */
    messageLanguages: text('message_languages', { mode: 'json' })
      .$type<Language[]>()
      .notNull()
      .default([]),
    /** The application's own wording; what it leaves out is built in. */
    templates: text({ mode: 'json' }).$type<TemplateOverrides>(),
    /** Addresses of the shop's own servers. */
    serverAddresses: text('server_addresses', { mode: 'json' })
      .$type<string[]>()
      .notNull()
      .default([]),
    testIdentifiers: text('test_identifiers', { mode: 'json' })
      .$type<Application['testIdentifiers']>()
      .notNull()
      .default([]),
    /** Hashes of its Android apps that an SMS may end with. */
    androidHashes: text('android_hashes', { mode: 'json' }).$type<string[]>().notNull().default([]),
    /** Whether storefronts may ask who is registered; unset: not in production. */
    userExists: integer('user_exists', { mode: 'boolean' }),
    config: text({ mode: 'json' }).$type<PlatformConfig>().notNull(),
    /** Client ids of apps and sealed secrets of social logins. */
    social: text({ mode: 'json' }).$type<Application['social']>(),
    /** The company's own system that signs shoppers in. */
    loginToken: text('login_token', { mode: 'json' }).$type<Application['loginToken']>(),
    /** Which password hashes from elsewhere count, and until when; unset: those that can be verified, for good. */
    importedHashes: text('imported_hashes', { mode: 'json' }).$type<ImportedHashes>(),
    /** Counts up with each change of `config`, so that a writer notices another one. */
    configVersion: integer('config_version').notNull().default(1),
  },
  (t) => [index('applications_company').on(t.companyId)],
);

/** Host → application, kept by triggers from `applications.domains`: a preflight names nothing but its origin. */
export const applicationHosts = sqliteTable(
  'application_hosts',
  { host: text().notNull(), applicationId: text('application_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.host, t.applicationId] }),
    index('application_hosts_application').on(t.applicationId),
  ],
);

export const oauthClients = sqliteTable('oauth_clients', {
  key: text().primaryKey(),
  companyId: text('company_id').notNull(),
  secretHash: text('secret_hash').notNull(),
  scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
});

// ── users ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const applicationId = text('application_id').notNull();

export const users = sqliteTable(
  'users',
  {
    applicationId,
    /** 24 hex digits: 4-byte seconds, 8 random bytes; so ids sort by age. */
    id: text().notNull(),
    username: text().notNull(),
    firstName: text('first_name'),
    lastName: text('last_name'),
    gender: text(),
    dob: text(),
    profilePicUrl: text('profile_pic_url'),
    meta: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    externalId: text('external_id'),
    /** Another id of the customer elsewhere, as operators give it. */
    rrId: text('rr_id'),
    consent: text({ mode: 'json' }).$type<Consent>(),
    /** PHC string, ours or imported. Read by the password store only. */
    passwordHash: text('password_hash'),
    hasOldPasswordHash: integer('has_old_password_hash', { mode: 'boolean' })
      .notNull()
      .default(false),
    /**
     * Proofs made before this are dead. Every revocation of sessions moves it forward, and a session remembers the value it
     * was opened under: with any other it is dead, so one statement ends all of a user's sessions, whatever the clocks say.
     */
    sessionsValidFrom: integer('sessions_valid_from').notNull().default(0),
    /** Number of the customer's last event; triggers count it (D-110). */
    eventSequence: integer('event_sequence').notNull().default(0),
    blockedAt: integer('blocked_at'),
    archivedAt: integer('archived_at'),
    deletedAt: integer('deleted_at'),
    deleteReason: text('delete_reason'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    uniqueIndex('users_username').on(t.applicationId, t.username),
    index('users_newest').on(t.applicationId, t.createdAt, t.id),
    // The purge looks for these alone.
    index('users_deleted')
      .on(t.applicationId, t.deletedAt)
      .where(sql`deleted_at IS NOT NULL`),
  ],
);

/** Emails and numbers of users. Without rowid. */
export const identifiers = sqliteTable(
  'identifiers',
  {
    applicationId,
    userId: text('user_id').notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    /** Lower-cased address, or E.164. */
    value: text().notNull(),
    callingCode: integer('calling_code'),
    verified: integer({ mode: 'boolean' }).notNull(),
    primary: integer('is_primary', { mode: 'boolean' }).notNull().default(false),
    /** When it became verified, where that is known: an older proof of it opens nothing here. */
    verifiedAt: integer('verified_at'),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.applicationId, t.kind, t.value] }),
    // A verified identifier has one owner; unverified copies give no rights (D-53).
    uniqueIndex('identifiers_owner')
      .on(t.value, t.kind, t.applicationId)
      .where(sql`verified = 1`),
    uniqueIndex('identifiers_primary')
      .on(t.userId, t.applicationId, t.kind)
      .where(sql`is_primary = 1`),
    // The rest, so that each row stands in one of the two: a look-up by value says which of them it means.
    index('identifiers_copies')
      .on(t.value, t.kind, t.applicationId)
      .where(sql`verified = 0`),
  ],
);

/** One row per word of a name, for searches by its beginning (D-80). Without rowid. */
export const userWords = sqliteTable(
  'user_words',
  { applicationId, word: text().notNull(), userId: text('user_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.word, t.userId] }),
    index('user_words_user').on(t.userId, t.applicationId),
  ],
);

/** `users`: kept by triggers, so that no list counts rows. `group_uid`: the highest uid of a group that was deleted. */
export const counters = sqliteTable(
  'counters',
  { applicationId, name: text().notNull(), value: integer().notNull() },
  (t) => [primaryKey({ columns: [t.applicationId, t.name] })],
);

/**
 * Stretches of the list of users by age: where each begins, and how many users are in it, kept by triggers. A page that lies
 * deep is counted off in stretches instead of rows (D-13). None has more than `MAX_STRETCH_USERS`. Without rowid.
 */
export const userStretches = sqliteTable(
  'user_stretches',
  {
    applicationId,
    /** With `id`, the place in `users_newest` of the oldest user that it may hold; the first one begins before all. */
    createdAt: integer('created_at').notNull(),
    id: text().notNull(),
    users: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.createdAt, t.id] })],
);

// ── sessions ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A session that ended before its time. Kept until KV cannot hold it any more. Without rowid. */
export const endedSessions = sqliteTable(
  'ended_sessions',
  {
    applicationId,
    userId: text('user_id').notNull(),
    handle: text().notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.userId, t.handle] }),
    index('ended_sessions_expiry').on(t.expiresAt),
  ],
);

/** One row, written every minute where session reads may come from a replica: how new a copy of the database is. */
export const heartbeats = sqliteTable('heartbeats', {
  id: integer().primaryKey(),
  at: integer().notNull(),
});

/**
 * What happened, for operators. Append-only; of a person it holds the id alone, until the purge takes that too. Sign-ins
 * are also the ledger from which the oldest of too many sessions are ended. Without rowid: a sign-in writes two rows.
 */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    applicationId,
    /** How long it is kept; first in the key, so that what has served its time is a range of each application. */
    retention: text().$type<AuditRetention>().notNull(),
    at: integer().notNull(),
    id: text().notNull(),
    action: text().$type<AuditEvent['action']>().notNull(),
    /** Key of an OAuth client, `cli`, `shopper` or `system`. */
    actor: text().notNull().default('system'),
    /** The person behind the actor, as Cloudflare Access or `--as` names them. */
    person: text(),
    userId: text('user_id'),
    reason: text(),
    requestId: text('request_id'),
    /** Handle of the session that was opened or ended. */
    session: text(),
    detail: text({ mode: 'json' }).$type<AuditEvent['detail']>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.retention, t.applicationId, t.at, t.id] }),
    index('audit_events_user')
      .on(t.userId, t.applicationId, t.at)
      .where(sql`user_id IS NOT NULL`),
  ],
);

/** How often something happened in an hour that leaves no row of its own, such as a failed sign-in. */
export const activityCounts = sqliteTable(
  'activity_counts',
  {
    applicationId,
    name: text().$type<Activity>().notNull(),
    hourStart: integer('hour_start').notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.hourStart, t.name] })],
);
