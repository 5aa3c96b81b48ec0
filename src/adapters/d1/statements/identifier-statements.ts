/** Statements that verify and add identifiers of users, for the batches of several stores. */
import { MAX_IDENTIFIERS } from '../../../shared/bounds.ts';
import type { IdentifierRef } from '../../../ports/index.ts';
import { identifiers, users } from '../schema/index.ts';
import { alias, as, excluded, insertSelect, type Query, sql, type SQL, update } from './query.ts';
import { dropCopies, IDENTIFIER_KEY, identifiersOf, userIs } from './user-statements.ts';

const i = alias(identifiers, 'i');
const o = alias(identifiers, 'o');

/** How many other identifiers of its kind the user has. */
export const otherIdentifiers = (applicationId: string, userId: string, one: IdentifierRef): SQL =>
  sql`(SELECT COUNT(*) FROM ${identifiers} WHERE ${identifiersOf(applicationId, userId)}
       AND ${identifiers.kind} = ${one.kind} AND ${identifiers.value} <> ${one.value})`;

/** Verifies an identifier on a user, adding it when it is new; primary when it is the first verified of its kind. */
export function verifyIdentifier(
  applicationId: string,
  userId: string,
  one: IdentifierRef,
  now: number,
  condition: SQL,
): Query[] {
  const { kind, value, callingCode } = one;
  const first = sql`NOT EXISTS (
    SELECT 1 FROM ${as(i)} WHERE ${i.applicationId} = ${applicationId} AND ${i.userId} = ${userId}
      AND ${i.kind} = ${kind} AND ${i.primary} = 1)`;
  return [
    ...dropCopies(applicationId, userId, [one], condition),
    insertSelect(
      identifiers,
      {
        applicationId,
        userId,
        kind,
        value,
        callingCode,
        verified: true,
        primary: first,
        verifiedAt: now,
        createdAt: now,
      },
      sql`WHERE ${condition}`,
    ).onConflictDoUpdate({
      target: IDENTIFIER_KEY,
      set: {
        verified: true,
        primary: sql`MAX(${identifiers.primary}, ${excluded(identifiers.primary)})`,
        verifiedAt: sql`CASE WHEN ${identifiers.verified} THEN ${identifiers.verifiedAt}
          ELSE ${excluded(identifiers.verifiedAt)} END`,
      },
    }),
    update(users)
      .set({ updatedAt: now })
      .where(sql`${userIs(applicationId, userId)} AND ${condition}`),
  ];
}

/** Verifies those on a user that nobody else has verified, as long as the user has room for them. */
export const adoptIdentifiers = (
  applicationId: string,
  userId: string,
  adopts: readonly IdentifierRef[],
  now: number,
  condition: SQL,
): Query[] =>
  adopts.flatMap((one) => {
    const free = sql`NOT EXISTS (SELECT 1 FROM ${as(o)} WHERE ${o.applicationId} = ${applicationId}
      AND ${o.kind} = ${one.kind} AND ${o.value} = ${one.value} AND ${o.verified} = 1
      AND ${o.userId} <> ${userId})`;
    const room = sql`${otherIdentifiers(applicationId, userId, one)} < ${MAX_IDENTIFIERS}`;
    const fits = sql`${condition} AND ${free} AND ${room}`;
    return verifyIdentifier(applicationId, userId, one, now, fits);
  });

/** An unverified identifier on a user, unless it is there or the user has `max` of its kind. */
export function addIdentifier(
  applicationId: string,
  userId: string,
  one: IdentifierRef,
  max: number,
  now: number,
) {
  const { kind, value, callingCode } = one;
  return insertSelect(
    identifiers,
    { applicationId, userId, kind, value, callingCode, verified: false, createdAt: now },
    sql`WHERE ${otherIdentifiers(applicationId, userId, one)} < ${max}`,
  ).onConflictDoNothing({ target: IDENTIFIER_KEY });
}
