/** Statements that write users, for the batches of several stores. */
import { wordsOf } from '../../../domain/operators/customer-query.ts';
import { profileOf } from '../../../domain/user/profile.ts';
import type { AuditEvent, IdentifierRef, NewUser, Profile } from '../../../ports/index.ts';
import { auditStatement } from '../stores/audit.ts';
import {
  alias,
  as,
  columnList,
  excluded,
  insertSelect,
  type Query,
  remove,
  sql,
  type SQL,
  update,
} from './query.ts';
import { identifiers, links, userWords, users } from '../schema/index.ts';

const i = alias(identifiers, 'i');

/** The user's own row, for statements that change it. */
export const userIs = (applicationId: string, userId: string | SQL): SQL =>
  sql`${users.applicationId} = ${applicationId} AND ${users.id} = ${userId}`;

/** The user's identifiers, for statements that change them. */
export const identifiersOf = (applicationId: string, userId: string | SQL): SQL =>
  sql`${identifiers.applicationId} = ${applicationId} AND ${identifiers.userId} = ${userId}`;

/** The user's identifier `one`. */
export const identifierIs = (applicationId: string, userId: string, one: IdentifierRef): SQL =>
  sql`${identifiersOf(applicationId, userId)} AND ${identifiers.kind} = ${one.kind}
    AND ${identifiers.value} = ${one.value}`;

/** Unverified copies on other users go when an identifier is verified, and their links end (D-53). */
export function dropCopies(
  applicationId: string,
  userId: string,
  verified: readonly IdentifierRef[],
  condition: SQL,
): Query[] {
  const list = JSON.stringify(verified.map(({ kind, value }) => ({ kind, value })));
  const listed = (table: typeof links | typeof identifiers) => sql`EXISTS (
    SELECT 1 FROM json_each(${list}) v
    WHERE v.value ->> 'kind' = ${table.kind} AND v.value ->> 'value' = ${table.value})`;
  const values = sql`(SELECT v.value ->> 'value' FROM json_each(${list}) v)`;
  const key = columnList([links.applicationId, links.userId, links.kind, links.value]);
  return [
    remove(links).where(
      sql`${links.applicationId} = ${applicationId} AND ${links.userId} <> ${userId}
        AND (${key}) IN (
          SELECT ${columnList([i.applicationId, i.userId, i.kind, i.value])} FROM ${as(i)}
          WHERE ${i.applicationId} = ${applicationId} AND ${i.kind} IN ('email', 'phone')
            AND ${i.value} IN ${values} AND ${i.verified} = 0)
        AND ${listed(links)} AND ${condition}`,
    ),
    remove(identifiers).where(
      sql`${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} IN ('email', 'phone')
        AND ${identifiers.value} IN ${values} AND ${identifiers.verified} = 0
        AND ${identifiers.userId} <> ${userId} AND ${listed(identifiers)} AND ${condition}`,
    ),
  ];
}

/** Names and username as search words; what was there before goes. */
export function writeWords(
  applicationId: string,
  userId: string,
  named: Profile & { username: string },
  condition: SQL,
): Query[] {
  const words = wordsOf([named.firstName, named.lastName, named.username].join(' '));
  return [
    remove(userWords).where(
      sql`${userWords.applicationId} = ${applicationId} AND ${userWords.userId} = ${userId} AND ${condition}`,
    ),
    insertSelect(
      userWords,
      { applicationId, word: sql`w.value`, userId },
      sql`FROM json_each(${JSON.stringify(words)}) w WHERE ${condition}`,
    ),
  ];
}

/** What `insertSelect` writes of identifiers that stand in a JSON list as rows `j`. */
export const identifierOfJson = (applicationId: string, userId: string, now: number) => ({
  applicationId,
  userId,
  kind: sql`j.value ->> 'kind'`,
  value: sql`j.value ->> 'value'`,
  callingCode: sql`j.value ->> 'callingCode'`,
  verified: sql`j.value ->> 'verified'`,
  primary: sql`j.value ->> 'primary'`,
  verifiedAt: sql`CASE WHEN j.value ->> 'verified' THEN ${now} END`,
  createdAt: now,
});

/** The key of an identifier, for `ON CONFLICT`. */
export const IDENTIFIER_KEY = [
  identifiers.applicationId,
  identifiers.userId,
  identifiers.kind,
  identifiers.value,
];

/** A new user with its identifiers, when `condition` holds. A verified identifier of another user fails the batch. */
export function insertUser(
  applicationId: string,
  user: NewUser,
  condition: SQL,
  event: AuditEvent,
): Query[] {
  const verified = user.identifiers.filter((identifier) => identifier.verified);
  const { id, username, passwordHash, meta, externalId, rrId, createdAt } = user;
  return [
    insertSelect(
      users,
      {
        applicationId,
        id,
        username,
        ...profileOf(user),
        passwordHash,
        meta,
        externalId,
        rrId,
        createdAt,
        updatedAt: createdAt,
      },
      sql`WHERE ${condition}`,
    ),
    ...dropCopies(applicationId, id, verified, condition),
    insertSelect(
      identifiers,
      identifierOfJson(applicationId, id, createdAt),
      sql`FROM json_each(${JSON.stringify(user.identifiers)}) j WHERE ${condition}`,
    ),
    ...writeWords(applicationId, id, user, condition),
    auditStatement(applicationId, event, condition),
  ];
}

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

/** Plain fields; those left out stay as they are. */
export function updateFields(
  applicationId: string,
  userId: string,
  profile: Profile,
  now: number,
  condition: SQL = sql`TRUE`,
) {
  return update(users)
    .set({ ...profileOf(profile), updatedAt: now })
    .where(sql`${userIs(applicationId, userId)} AND ${condition}`);
}
