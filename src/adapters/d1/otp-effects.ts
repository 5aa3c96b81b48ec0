/** What using up a code brings about, as statements that take hold only when this try won. */
import { sql, type SQL } from './sql.ts';
import type { Effect, IdentifierRef, Settlement } from '../../ports.ts';
import { uniqueViolation } from './database.ts';
import { linkIdentity } from './registration-statements.ts';
import { insertUser, otherIdentifiers, updateFields, verifyIdentifier } from './user-statements.ts';

/** Whether a `verify` effect would exceed the number of identifiers a profile holds. */
export function fullness(applicationId: string, { challenge, effect }: Settlement): SQL {
  if (effect.kind !== 'verify') return sql`0`;
  const others = otherIdentifiers(applicationId, effect.userId, challenge.identifier);
  return sql`(${others} >= ${effect.max})`;
}

/** The registration an effect belongs to, which must still be open: no code is used up without its effect. */
function registrationOf(effect: Effect): string | undefined {
  switch (effect.kind) {
    case 'create':
    case 'close':
      return effect.registration;
    case 'verify':
      return effect.finish;
    default:
      return undefined;
  }
}

/** What must hold for the code to be used up at all. */
export function precondition(applicationId: string, settlement: Settlement): SQL {
  const registration = registrationOf(settlement.effect);
  const notFull = sql`NOT ${fullness(applicationId, settlement)}`;
  if (registration === undefined) return notFull;
  return sql`${notFull} AND EXISTS (
    SELECT 1 FROM registrations r WHERE r.application_id = ${applicationId} AND r.id = ${registration}
      AND r.finished_at IS NULL AND r.expires_at > ${settlement.now})`;
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
      const { id, userId, createdAt, expiresAt } = effect.registration;
      const { kind, value, callingCode } = challenge.identifier;
      return [
        sql`INSERT INTO registrations (application_id, id, user_id, created_at, expires_at)
            SELECT ${applicationId}, ${id}, ${userId ?? null}, ${createdAt}, ${expiresAt} WHERE ${won}
            ON CONFLICT DO NOTHING`,
        // A known user's own identifier is no proof of a registration: the token is bound to the user itself.
        sql`INSERT INTO proofs (application_id, registration, kind, value, calling_code, expires_at)
            SELECT ${applicationId}, ${id}, ${kind}, ${value}, ${callingCode ?? null}, ${expiresAt}
            WHERE ${won} AND ${userId ?? null} IS NULL ON CONFLICT DO NOTHING`,
      ];
    }
    case 'verify':
      return [
        ...verifyIdentifier(applicationId, effect.userId, challenge.identifier, now, won),
        ...(effect.profile
          ? [updateFields(applicationId, effect.userId, effect.profile, now, won)]
          : []),
        ...(effect.finish === undefined
          ? []
          : [
              finish(applicationId, effect.finish, effect.userId, settlement, won),
              linkIdentity(applicationId, effect.finish, effect.userId, now, won),
            ]),
      ];
    case 'delete':
      return [
        sql`UPDATE users SET deleted_at = ${now}, delete_reason = ${effect.reason ?? null},
                             sessions_valid_from = ${now} + 1, updated_at = ${now}
            WHERE application_id = ${applicationId} AND id = ${effect.userId} AND ${won}`,
        // A link that is opened later would claim its address for an account that nobody can use.
        sql`DELETE FROM links WHERE application_id = ${applicationId} AND user_id = ${effect.userId}
            AND link_kind <> 'reset' AND ${won}`,
      ];
    case 'close':
      return [
        finish(applicationId, effect.registration, effect.userId, settlement, won),
        linkIdentity(applicationId, effect.registration, effect.userId, now, won),
      ];
    case 'create':
      return [
        finish(applicationId, effect.registration, effect.user.id, settlement, won),
        ...insertUser(applicationId, effect.user, won),
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
