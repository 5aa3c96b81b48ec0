/** What using up a code brings about, as statements that take hold only when this try won. */
import type { Effect, IdentifierRef, Settlement } from '../../../ports/index.ts';
import { registrationOf } from '../../../domain/otp/otp-effect.ts';
import { uniqueViolation } from '../database.ts';
import { auditStatement } from '../stores/audit.ts';
import { insertProof, insertRegistration, linkIdentity } from './registration-statements.ts';
import { alias, as, insertSelect, type Query, sql, type SQL, update } from './query.ts';
import { revoke } from './revocation-statements.ts';
import { links, registrations, users } from '../schema/index.ts';
import { adoptIdentifiers, otherIdentifiers, verifyIdentifier } from './identifier-statements.ts';
import {
  changePrimary,
  insertPrimaryProof,
  primaryProofIs,
  usePrimaryProof,
} from './primary-statements.ts';
import { changeProfile, insertUser, userIs } from './user-statements.ts';

const r = alias(registrations, 'r');
const u = alias(users, 'u');

/** Whether a `verify` or `update` effect would exceed the number of identifiers a profile holds. */
export function fullness(applicationId: string, { challenge, effect }: Settlement): SQL {
  if (effect.kind !== 'verify' && effect.kind !== 'update') return sql`0`;
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
      ? sql`EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${r.applicationId}
              AND ${u.id} = ${effect.userId} AND ${u.id} = ${r.userId}
              AND ${r.userProvenAt} >= ${u.sessionsValidFrom})`
      : sql`${r.userId} IS NULL`;
  return sql`EXISTS (
    SELECT 1 FROM ${as(r)} WHERE ${r.applicationId} = ${applicationId} AND ${r.id} = ${id}
      AND ${r.finishedAt} IS NULL AND ${r.expiresAt} > ${now} AND ${bound})`;
}

/** Whether what an effect needs is proven: for an `update`, what has to be proven before a primary changes. */
export function isProven(applicationId: string, { challenge, effect, now }: Settlement): SQL {
  if (effect.kind !== 'update') return sql`1`;
  const proof = { id: effect.proof, userId: effect.userId, kind: challenge.identifier.kind };
  return sql`EXISTS (SELECT 1 FROM ${links} WHERE ${primaryProofIs(applicationId, proof, now)})`;
}

/** What must hold for the code to be used up at all. */
export function precondition(applicationId: string, settlement: Settlement): SQL {
  return sql`NOT ${fullness(applicationId, settlement)} AND ${registrationHolds(applicationId, settlement)}
    AND ${isProven(applicationId, settlement)}`;
}

const registrationIs = (applicationId: string, id: string): SQL =>
  sql`${registrations.applicationId} = ${applicationId} AND ${registrations.id} = ${id}`;

function finish(applicationId: string, id: string, userId: string, at: Settlement, won: SQL) {
  return update(registrations)
    .set({ finishedAt: at.now, finishedBy: at.nonce, userId })
    .where(sql`${registrationIs(applicationId, id)} AND ${won}`);
}

/** @param won true in the batch when this try used the code up */
export function effectStatements(applicationId: string, settlement: Settlement, won: SQL): Query[] {
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
        update(registrations)
          .set({ userId: effect.userId, userProvenAt: now, formId: null })
          .where(sql`${registrationIs(applicationId, effect.registration)} AND ${won}`),
        ...adoptIdentifiers(applicationId, effect.userId, effect.adopts, now, won),
      ];
    case 'verify':
      return [
        ...verifyIdentifier(applicationId, effect.userId, challenge.identifier, now, won),
        ...(effect.profile
          ? changeProfile(applicationId, effect.userId, effect.profile, now, won)
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
        update(users)
          .set({ deletedAt: now, deleteReason: effect.reason ?? null, updatedAt: now })
          .where(sql`${userIs(applicationId, effect.userId)} AND ${won}`),
        auditStatement(applicationId, effect.event, won),
      ];
    case 'forgot':
      return [
        insertSelect(
          links,
          {
            applicationId,
            ...effect.token,
            linkKind: 'forgot',
            // Only a code that somebody is named in is ever right.
            userId: challenge.userId ?? '',
            ...challenge.identifier,
            createdAt: now,
          },
          sql`WHERE ${won}`,
        ),
      ];
    case 'primary':
      return [
        insertPrimaryProof(
          applicationId,
          {
            ...effect.proof,
            userId: challenge.userId ?? '',
            identifier: challenge.identifier,
            createdAt: now,
          },
          won,
        ),
      ];
    case 'update':
      return [
        usePrimaryProof(applicationId, effect.proof, settlement, won),
        ...verifyIdentifier(applicationId, effect.userId, challenge.identifier, now, won),
        ...Object.values(changePrimary(applicationId, effect.userId, challenge.identifier, won)),
      ];
    case 'close':
      return [
        finish(applicationId, effect.registration, effect.userId, settlement, won),
        linkIdentity(applicationId, effect.registration, effect.userId, now, won),
        ...adoptIdentifiers(applicationId, effect.userId, effect.adopts, now, won),
      ];
    case 'create':
      return [
        finish(applicationId, effect.registration, effect.user.id, settlement, won),
        // Before the user is there, so that it is no change of the user.
        linkIdentity(applicationId, effect.registration, effect.user.id, now, won),
        ...insertUser(applicationId, effect.user, won, effect.event),
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
