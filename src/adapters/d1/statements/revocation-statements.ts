/**
 * What a revocation ends, as statements for its own batch. Which kinds it ends stands in `domain/credentials.ts`; here stands
 * how each kind dies on D1.
 */
import {
  endedBy,
  type CredentialKind,
  type Ends,
  type Revocation,
} from '../../../domain/credentials.ts';
import type { OtpPurpose, StoredLinkKind } from '../../../ports/index.ts';
import { alias, as, columnList, type Query, remove, sql, type SQL, update } from './query.ts';
import {
  identifiers,
  links,
  otpChallenges,
  proofs,
  registrations,
  users,
} from '../schema/index.ts';

const i = alias(identifiers, 'i');
const p = alias(proofs, 'p');
const r = alias(registrations, 'r');

export interface Revoked {
  /** A list for `IN`: the ids of the users concerned. */
  users: SQL;
  now: number;
  /** Whether the revocation takes place. */
  condition: SQL;
  /** The identifiers that are lost, as rows of (kind, value); of revocations that concern an identifier. */
  lost?: SQL;
}

type Killer = (applicationId: string, revoked: Revoked, ends: Ends) => Query[];

/** Registrations by `which`, with their proofs. The proofs go first: they are found by the registration. */
function endRegistrations(applicationId: string, which: SQL, condition: SQL): Query[] {
  const open = sql`${registrations.applicationId} = ${applicationId} AND ${registrations.finishedAt} IS NULL AND ${which}`;
  return [
    remove(proofs).where(
      sql`${proofs.applicationId} = ${applicationId} AND ${proofs.registration} IN (
        SELECT ${registrations.id} FROM ${registrations} WHERE ${open}) AND ${condition}`,
    ),
    remove(registrations).where(sql`${open} AND ${condition}`),
  ];
}

/** Links of the users that are not used yet. */
const openLinks = (applicationId: string, ofUsers: SQL): SQL =>
  sql`${links.applicationId} = ${applicationId} AND ${links.userId} IN ${ofUsers} AND ${links.usedAt} IS NULL`;

/** Codes of the users that are not used yet. */
const endCodes =
  (purpose: OtpPurpose): Killer =>
  (applicationId, { users: ids, condition }) => [
    remove(otpChallenges).where(
      sql`${otpChallenges.applicationId} = ${applicationId} AND ${otpChallenges.userId} IS NOT NULL
        AND ${otpChallenges.userId} IN ${ids} AND ${otpChallenges.purpose} = ${purpose}
        AND ${otpChallenges.consumedAt} IS NULL AND ${condition}`,
    ),
  ];

const endLinks =
  (kind: StoredLinkKind): Killer =>
  (applicationId, { users: ids, condition }) => [
    remove(links).where(
      sql`${openLinks(applicationId, ids)} AND ${links.linkKind} = ${kind} AND ${condition}`,
    ),
  ];

const KILLERS: Record<CredentialKind, Killer> = {
  // Always another value than before, so that every session opened under it is dead, whatever the clocks say.
  session: (applicationId, { users: ids, now, condition }) => [
    update(users)
      .set({ sessionsValidFrom: sql`MAX(${users.sessionsValidFrom}, ${now}) + 1` })
      .where(
        sql`${users.applicationId} = ${applicationId} AND ${users.id} IN ${ids} AND ${condition}`,
      ),
  ],

  bound_registration: (applicationId, { users: ids, condition }) =>
    endRegistrations(
      applicationId,
      sql`${registrations.userId} IS NOT NULL AND ${registrations.userId} IN ${ids}`,
      condition,
    ),

  // By the ids alone: once the proofs are gone nothing else leads to the registration, so this one goes first.
  registration(applicationId, { users: ids, condition }) {
    const proving = sql`SELECT ${p.registration} FROM ${as(i)} CROSS JOIN ${as(p)}
      ON ${p.applicationId} = ${i.applicationId} AND ${p.kind} = ${i.kind} AND ${p.value} = ${i.value}
      WHERE ${i.applicationId} = ${applicationId} AND ${i.userId} IN ${ids} AND ${i.verified} = 1`;
    return [
      remove(registrations).where(
        sql`${registrations.applicationId} = ${applicationId} AND ${registrations.finishedAt} IS NULL
          AND ${registrations.userId} IS NULL AND ${registrations.id} IN (${proving}) AND ${condition}`,
      ),
      remove(proofs).where(
        sql`${proofs.applicationId} = ${applicationId} AND ${proofs.registration} IN (${proving})
          AND NOT EXISTS (SELECT 1 FROM ${as(r)}
                          WHERE ${r.applicationId} = ${proofs.applicationId} AND ${r.id} = ${proofs.registration})
          AND ${condition}`,
      ),
    ];
  },

  profile_code: endCodes('profile'),
  primary_code: endCodes('primary'),
  primary_proof: endLinks('primary'),
  update_code: endCodes('update'),
  forgot_code: endCodes('forgot'),
  forgot_token: endLinks('forgot'),
  reset_link: endLinks('reset'),

  verify_link: (applicationId, { users: ids, condition, lost }, ends) => [
    remove(links).where(
      sql`${openLinks(applicationId, ids)} AND ${links.linkKind} IN ('verify_email', 'verify_mobile') AND ${condition}
        AND ${ends === 'all' ? sql`TRUE` : sql`(${columnList([links.kind, links.value])}) IN (${lost ?? sql`SELECT NULL, NULL WHERE FALSE`})`}`,
    ),
  ],

  // Stored nowhere: `sessions_valid_from`, which `session` moves, is compared with the time it was made.
  login_token: () => [],
};

/**
 * The statements of a revocation. They look at the identifiers as they were before it, so they go before its own changes.
 */
export function revoke(applicationId: string, revocation: Revocation, revoked: Revoked): Query[] {
  return endedBy(revocation).flatMap(({ kind, ends }) =>
    KILLERS[kind](applicationId, revoked, ends),
  );
}
