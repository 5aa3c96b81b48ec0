/** Tables of codes, registrations, links and social logins; see `schema.ts`, which gives them out. */
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { IdentifierKind, LinkKind, OtpPurpose, SocialIdentity } from '../../ports.ts';

const applicationId = text('application_id').notNull();

/** The ledger of one-time codes: what changes or must be exact. The sealed code lies in KV. */
export const otpChallenges = sqliteTable(
  'otp_challenges',
  {
    applicationId,
    id: text().notNull(),
    purpose: text().$type<OtpPurpose>().notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    value: text().notNull(),
    callingCode: integer('calling_code'),
    resendToken: text('resend_token').notNull(),
    userId: text('user_id'),
    registration: text(),
    triesBucket: text('tries_bucket').notNull(),
    /** Bucket that gets its charge back when the code is verified. */
    refundBucket: text('refund_bucket'),
    /** Counted among the SMS to other countries, and so among the verified ones when it is. */
    foreignSms: integer('foreign_sms', { mode: 'boolean' }).notNull().default(false),
    attempts: integer().notNull().default(0),
    /** Nonce of the newest charged try: ties the statements of one batch together. */
    lastTry: text('last_try'),
    consumedAt: integer('consumed_at'),
    consumedBy: text('consumed_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    uniqueIndex('otp_challenges_resend').on(t.applicationId, t.resendToken),
    // Codes by mail have no request id: the newest one of the address is meant.
    index('otp_challenges_newest').on(t.applicationId, t.kind, t.value, t.createdAt),
    index('otp_challenges_expiry').on(t.expiresAt),
  ],
);

/** One row per charge on a budget: windows slide, and a charge can be given back by its `ref`. */
export const charges = sqliteTable(
  'charges',
  {
    applicationId,
    bucket: text().notNull(),
    at: integer().notNull(),
    ref: text().notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.bucket, t.at, t.ref] }),
    index('charges_ref').on(t.applicationId, t.ref),
    index('charges_expiry').on(t.expiresAt),
  ],
);

/** A social login, or one by the company's own tokens, and the one user it belongs to. */
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
    primaryKey({ columns: [t.applicationId, t.provider, t.subject] }),
    index('social_identities_user').on(t.applicationId, t.userId),
  ],
);

export const registrations = sqliteTable(
  'registrations',
  {
    applicationId,
    /** SHA-256 of the register_token. */
    id: text().notNull(),
    /** A known user who lacks a required identifier (ruling 17). */
    userId: text('user_id'),
    /** The social login that began it; linked to whoever it ends in. */
    provider: text().$type<SocialIdentity['provider']>(),
    subject: text(),
    finishedAt: integer('finished_at'),
    finishedBy: text('finished_by'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    index('registrations_expiry').on(t.expiresAt),
  ],
);

/** An identifier that the holder of a register_token has proven. */
export const proofs = sqliteTable(
  'proofs',
  {
    applicationId,
    registration: text().notNull(),
    kind: text().$type<IdentifierKind>().notNull(),
    value: text().notNull(),
    callingCode: integer('calling_code'),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.registration, t.kind, t.value] }),
    index('proofs_expiry').on(t.expiresAt),
  ],
);

export const links = sqliteTable(
  'links',
  {
    applicationId,
    /** SHA-256 of the code. */
    id: text().notNull(),
    linkKind: text('link_kind').$type<LinkKind>().notNull(),
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
    primaryKey({ columns: [t.applicationId, t.id] }),
    index('links_identifier').on(t.applicationId, t.userId, t.linkKind, t.value),
    index('links_expiry').on(t.expiresAt),
  ],
);
