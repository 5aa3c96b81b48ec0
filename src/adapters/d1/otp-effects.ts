/** What using up a code brings about, as statements that take hold only when this try won. */
import { sql, type SQL } from './sql.ts';
import type { Effect, IdentifierRef, Settlement } from '../../ports.ts';
import { registrationOf } from '../../domain/otp-effect.ts';
import { uniqueViolation } from './database.ts';
import { auditStatement } from './audit.ts';
import { insertProof, insertRegistration, linkIdentity } from './registration-statements.ts';
import { revoke } from './revocation-statements.ts';
import { insertUser, otherIdentifiers, updateFields, verifyIdentifier } from './user-statements.ts';

/** Whether a `verify` effect would exceed the number of identifiers a profile holds. */
export function fullness(applicationId: string, { challenge, effect }: Settlement): SQL {
  if (effect.kind !== 'verify') return sql`0`;
  const others = otherIdentifiers(applicationId, effect.userId, challenge.identifier);
  return sql`(${others} >= ${effect.max})`;
}

/**
 * What must hold of the registration that an effect belongs to: still open, and, where it stands for a known user, bound to
 * that user since the last revocation. No code is used up without its effect.
 */
function registrationHolds(applicationId: string, { effect, now }: Settlement): SQL {
  const id = registrationOf(effect);
  if (id === undefined) return sql`TRUE`;
  const bound =
    effect.kind === 'verify'
      ? sql`EXISTS (SELECT 1 FROM users u WHERE u.application_id = r.application_id AND u.id = ${effect.userId}
              AND u.id = r.user_id AND r.user_proven_at >= u.sessions_valid_from)`
      : sql`r.user_id IS NULL`;
  return sql`EXISTS (
    SELECT 1 FROM registrations r WHERE r.application_id = ${applicationId} AND r.id = ${id}
      AND r.finished_at IS NULL AND r.expires_at > ${now} AND ${bound})`;
}

/** What must hold for the code to be used up at all. */
export function precondition(applicationId: string, settlement: Settlement): SQL {
  return sql`NOT ${fullness(applicationId, settlement)} AND ${registrationHolds(applicationId, settlement)}`;
}

function finish(applicationId: string, id: string, userId: string, at: Settlement, won: SQL): SQL {
  return sql`UPDATE registrations SET finished_at = ${at.now}, finished_by = ${at.nonce}, user_id = ${userId}
             WHERE application_id = ${applicationId} AND id = ${id} AND ${won}`;
}

export function effectStatements(applicationId: string, settlement: Settlement, won: SQL): SQL[] {
  const { effect, challenge, now } = settlement;
  switch (effect.kind) {
    case 'none':
      return [];
    case 'prove': {
      const { registration, isNew } = effect;
      // A known user's own identifier is no proof of a registration: the token is bound to the user itself.
      const proof = { ...challenge.identifier, provenAt: now };
      return [
        ...(isNew ? [insertRegistration(applicationId, registration, won)] : []),
        ...(registration.userId === undefined
          ? [insertProof(applicationId, registration, proof, won)]
          : []),
      ];
    }
    case 'bind':
      return [
        // The form may be a stranger's, so it is dropped (D-48).
        sql`UPDATE registrations SET user_id = ${effect.userId}, user_proven_at = ${now}, form_id = NULL
            WHERE application_id = ${applicationId} AND id = ${effect.registration} AND ${won}`,
      ];
    case 'verify':
      return [
        ...verifyIdentifier(applicationId, effect.userId, challenge.identifier, now, won),
        ...(effect.profile
          ? [updateFields(applicationId, effect.userId, effect.profile, now, won)]
          : []),
        ...(effect.registration !== undefined && effect.finish
          ? [
              finish(applicationId, effect.registration, effect.userId, settlement, won),
              linkIdentity(applicationId, effect.registration, effect.userId, now, won),
            ]
          : []),
      ];
    case 'delete':
      return [
        ...revoke(applicationId, 'deleted', {
          users: sql`(${effect.userId})`,
          now,
          condition: won,
        }),
        sql`UPDATE users SET deleted_at = ${now}, delete_reason = ${effect.reason ?? null}, updated_at = ${now}
            WHERE application_id = ${applicationId} AND id = ${effect.userId} AND ${won}`,
        auditStatement(applicationId, effect.event, won),
      ];
    case 'close':
      return [
        finish(applicationId, effect.registration, effect.userId, settlement, won),
        linkIdentity(applicationId, effect.registration, effect.userId, now, won),
      ];
    case 'create':
      return [
        finish(applicationId, effect.registration, effect.user.id, settlement, won),
        ...insertUser(applicationId, effect.user, won, effect.event),
        linkIdentity(applicationId, effect.registration, effect.user.id, now, won),
      ];
  }
}

/** Which field a unique violation is about; undefined for any other error. */
export function takenField(
  error: unknown,
  effect: Effect['kind'],
  identifier: IdentifierRef | undefined,
): 'email' | 'phone' | 'username' | undefined {
  const columns = uniqueViolation(error);
  if (columns === undefined) return undefined;
  if (effect === 'create' && columns.includes('users.username')) return 'username';
  return columns.includes('identifiers.value') ? identifier?.kind : undefined;
}

/** The identity that began the registration has become someone else's: another call ended it first. */
export const identityLost = (error: unknown): boolean =>
  uniqueViolation(error)?.includes('social_identities') === true;
