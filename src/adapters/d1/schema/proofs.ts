/**
 * Tables of pending credentials: codes, registrations, links and social logins, and the budgets that bound them; see
 * `index.ts`, which gives them out. `../../../domain/credentials.ts` says which revocation ends which of them.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type {
  IdentifierKind,
  Limit,
  OtpPurpose,
  RegistrationOrigin,
  SocialIdentity,
  StoredLinkKind,
} from '../../../ports/index.ts';

const applicationId = text('application_id').notNull();

/**
 * The ledger of one-time codes: what changes or must be exact. The sealed code, which a resend needs, lies in KV. Its id is
 * derived from the resend token, which is kept nowhere. Without rowid, and swept by its key: a login writes few rows.
 */
export const otpChallenges = sqliteTable(
  'otp_challenges',
  {
    applicationId,
    id: text().notNull(),
    purpose: text().$type<OtpPurpose>().notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    value: text().notNull(),
    callingCode: integer('calling_code'),
    /** Keyed hash of id and code. */
    codeMac: text('code_mac').notNull(),
    userId: text('user_id'),
    registration: text(),
    /** Buckets of the identifier's wrong tries, one for each living key; the first is charged, all count. */
    triesBuckets: text('tries_buckets', { mode: 'json' }).$type<string[]>().notNull(),
    /** What is given back when the code is verified. */
    refund: text({ mode: 'json' }).$type<Limit[]>().notNull(),
    /** Counted among the SMS to other countries, and so among the verified ones when it is. */
    foreignSms: integer('foreign_sms', { mode: 'boolean' }).notNull().default(false),
    /** Messages that carried it: one, and one for each resend. */
    sends: integer().notNull().default(1),
    /** Nonce of the newest resend, as `last_try` is of tries. */
    lastSend: text('last_send'),
    /** Wrong tries. */
    attempts: integer().notNull().default(0),
    /** Wrong tries by a device of the identifier's owner: a stranger's must not use those up. */
    deviceAttempts: integer('device_attempts').notNull().default(0),
    /** Nonce of the newest wrong try: ties the statements of one batch together. */
    lastTry: text('last_try'),
    consumedAt: integer('consumed_at'),
    consumedBy: text('consumed_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.applicationId] }),
    // Codes by mail have no request id: the newest one of the address is meant.
    index('otp_challenges_newest').on(t.value, t.kind, t.applicationId, t.createdAt),
    index('otp_challenges_user')
      .on(t.userId, t.applicationId)
      .where(sql`user_id IS NOT NULL`),
    index('otp_challenges_registration')
      .on(t.registration, t.applicationId)
      .where(sql`registration IS NOT NULL`),
  ],
);

/**
 * How often something happened: a row per bucket, whatever the number of charges. `counts` maps the name of a window to
 * `[its start, charges since]`; a window begins with its first charge. Without rowid, and swept by its key.
 */
export const budgets = sqliteTable(
  'budgets',
  {
    applicationId,
    bucket: text().notNull(),
    counts: text({ mode: 'json' })
      .$type<Record<string, [start: number, count: number]>>()
      .notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.applicationId, t.bucket] })],
);

/** A social login, or one by the company's own tokens, and the one user it belongs to. Without rowid. */
export const socialIdentities = sqliteTable(
  'social_identities',
  {
    applicationId,
    provider: text().$type<SocialIdentity['provider']>().notNull(),
    subject: text().notNull(),
    userId: text('user_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.subject, t.provider, t.applicationId] }),
    index('social_identities_user').on(t.userId, t.applicationId),
  ],
);

/** A registration from its first proof or form to its end, 30 minutes later whatever happens: nothing extends it. */
export const registrations = sqliteTable(
  'registrations',
  {
    applicationId,
    /** SHA-256 of the register_token. */
    id: text().notNull(),
    /** A known user who lacks a required identifier; when finished, the user it ended in. */
    userId: text('user_id'),
    /** When that user was proven to be the holder: the registration is worth nothing after a later revocation. */
    userProvenAt: integer('user_proven_at'),
    /** The social login that began it; linked to the user it ends in. */
    provider: text().$type<SocialIdentity['provider']>(),
    subject: text(),
    /** What began it, which decides when a captcha is due. */
    origin: text().$type<RegistrationOrigin>().notNull(),
    /** Names the form in KV; each form is another value, because a location may see an old one for a minute. */
    formId: text('form_id'),
    finishedAt: integer('finished_at'),
    finishedBy: text('finished_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.applicationId] }),
    index('registrations_user')
      .on(t.userId, t.applicationId)
      .where(sql`user_id IS NOT NULL`),
    index('registrations_expiry').on(t.expiresAt),
  ],
);

/** An identifier that the holder of a register_token has proven, and when. */
export const proofs = sqliteTable(
  'proofs',
  {
    applicationId,
    registration: text().notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    value: text().notNull(),
    callingCode: integer('calling_code'),
    provenAt: integer('proven_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.registration, t.applicationId, t.kind, t.value] }),
    // A revocation ends registrations that prove the user's identifiers.
    index('proofs_identifier').on(t.value, t.kind, t.applicationId),
    index('proofs_expiry').on(t.expiresAt),
  ],
);

/** Links in messages, and tokens of resets by code. Without rowid. */
export const links = sqliteTable(
  'links',
  {
    applicationId,
    /** SHA-256 of the code; of a `primary` proof, of the session and the kind it is for. */
    id: text().notNull(),
    linkKind: text('link_kind').$type<StoredLinkKind>().notNull(),
    userId: text('user_id').notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    value: text().notNull(),
    callingCode: integer('calling_code'),
    /** As of `otp_challenges`. */
    foreignSms: integer('foreign_sms', { mode: 'boolean' }).notNull().default(false),
    usedAt: integer('used_at'),
    usedBy: text('used_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.id, t.applicationId] }),
    index('links_identifier').on(t.userId, t.applicationId, t.linkKind, t.value),
    index('links_expiry').on(t.expiresAt),
  ],
);
