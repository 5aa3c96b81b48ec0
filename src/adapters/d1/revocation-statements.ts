/**
 * What a revocation ends, as statements for its own batch. Which kinds it ends stands in `domain/credentials.ts`; here stands
 * how each kind dies on D1.
 */
import {
  endedBy,
  type CredentialKind,
  type Ends,
  type Revocation,
} from '../../domain/credentials.ts';
import { sql, type SQL } from './sql.ts';

export interface Revoked {
  /** A list for `IN`: the ids of the users concerned. */
  users: SQL;
  now: number;
  /** Whether the revocation takes place. */
  condition: SQL;
  /** The identifiers that are lost, as rows of (kind, value); of revocations that concern an identifier. */
  lost?: SQL;
}

type Killer = (applicationId: string, revoked: Revoked, ends: Ends) => SQL[];

/** Registrations by `which`, with their proofs. The proofs go first: they are found by the registration. */
function endRegistrations(applicationId: string, which: SQL, condition: SQL): SQL[] {
  const open = sql`SELECT id FROM registrations
    WHERE application_id = ${applicationId} AND finished_at IS NULL AND ${which}`;
  return [
    sql`DELETE FROM proofs WHERE application_id = ${applicationId} AND registration IN (${open}) AND ${condition}`,
    sql`DELETE FROM registrations WHERE application_id = ${applicationId} AND finished_at IS NULL AND ${which}
        AND ${condition}`,
  ];
}

const KILLERS: Record<CredentialKind, Killer> = {
  // Always another value than before, so that every session opened under it is dead, whatever the clocks say.
  session: (applicationId, { users, now, condition }) => [
    sql`UPDATE users SET sessions_valid_from = MAX(sessions_valid_from, ${now}) + 1
        WHERE application_id = ${applicationId} AND id IN ${users} AND ${condition}`,
  ],

  bound_registration: (applicationId, { users, condition }) =>
    endRegistrations(applicationId, sql`user_id IS NOT NULL AND user_id IN ${users}`, condition),

  // By the ids alone: once the proofs are gone nothing else leads to the registration, so this one goes first.
  registration(applicationId, { users, condition }) {
    const proving = sql`SELECT p.registration FROM identifiers i CROSS JOIN proofs p
      ON p.application_id = i.application_id AND p.kind = i.kind AND p.value = i.value
      WHERE i.application_id = ${applicationId} AND i.user_id IN ${users} AND i.verified = 1`;
    return [
      sql`DELETE FROM registrations WHERE application_id = ${applicationId} AND finished_at IS NULL
          AND user_id IS NULL AND id IN (${proving}) AND ${condition}`,
      sql`DELETE FROM proofs WHERE application_id = ${applicationId} AND registration IN (${proving})
          AND NOT EXISTS (SELECT 1 FROM registrations r
                          WHERE r.application_id = proofs.application_id AND r.id = proofs.registration)
          AND ${condition}`,
    ];
  },

  profile_code: (applicationId, { users, condition }) => [
    sql`DELETE FROM otp_challenges WHERE application_id = ${applicationId} AND user_id IS NOT NULL
        AND user_id IN ${users} AND purpose = 'profile' AND consumed_at IS NULL AND ${condition}`,
  ],

  reset_link: (applicationId, { users, condition }) => [
    sql`DELETE FROM links WHERE application_id = ${applicationId} AND user_id IN ${users}
        AND link_kind = 'reset' AND used_at IS NULL AND ${condition}`,
  ],

  verify_link: (applicationId, { users, condition, lost }, ends) => [
    sql`DELETE FROM links WHERE application_id = ${applicationId} AND user_id IN ${users}
        AND link_kind <> 'reset' AND used_at IS NULL AND ${condition}
        AND ${ends === 'all' ? sql`TRUE` : sql`(kind, value) IN (${lost ?? sql`SELECT NULL, NULL WHERE FALSE`})`}`,
  ],

  // Stored nowhere: `sessions_valid_from`, which `session` moves, is compared with the time it was made.
  login_token: () => [],
};

/**
 * The statements of a revocation. They look at the identifiers as they were before it, so they go before its own changes.
 */
export function revoke(applicationId: string, revocation: Revocation, revoked: Revoked): SQL[] {
  return endedBy(revocation).flatMap(({ kind, ends }) =>
    KILLERS[kind](applicationId, revoked, ends),
  );
}
