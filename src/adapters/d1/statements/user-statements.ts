/** Statements that write users, for the batches of several stores. */
import { searchWordsOf } from '../../../domain/operators/customer-query.ts';
import { profileOf } from '../../../domain/user/profile.ts';
import {
  Outage,
  type AuditEvent,
  type IdentifierRef,
  type Names,
  type NewUser,
  type Profile,
} from '../../../ports/index.ts';
import { messageChain, type Database } from '../database.ts';
import { auditStatement } from '../stores/audit.ts';
import {
  type Operand,
  alias,
  as,
  columnList,
  insertSelect,
  type Query,
  remove,
  select,
  sql,
  type SQL,
  update,
} from './query.ts';
import { identifiers, links, userWords, users } from '../schema/index.ts';

const i = alias(identifiers, 'i');

/** The user's own row, for statements that change it. */
export const userIs = (applicationId: Operand<string>, userId: Operand<string>): SQL =>
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
function writeWords(applicationId: string, userId: string, names: Names, condition: SQL): Query[] {
  const words = searchWordsOf(names);
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

/**
 * A new user with its identifiers, when `condition` holds. A verified identifier of another user fails the batch. The user's
 * own row is the last: what stands before it belongs to nobody yet, so it is no event of a change (D-110).
 */
export function insertUser(
  applicationId: string,
  user: NewUser,
  condition: SQL,
  event: AuditEvent,
): Query[] {
  const verified = user.identifiers.filter((identifier) => identifier.verified);
  const { id, username, passwordHash, meta, externalId, rrId, createdAt } = user;
  return [
    ...dropCopies(applicationId, id, verified, condition),
    insertSelect(
      identifiers,
      identifierOfJson(applicationId, id, createdAt),
      sql`FROM json_each(${JSON.stringify(user.identifiers)}) j WHERE ${condition}`,
    ),
    ...writeWords(applicationId, id, user, condition),
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
    auditStatement(applicationId, event, condition),
  ];
}

/** Undoes the batch when the user's names are no longer those: search words made of them would be of others. */
const namesHold = (applicationId: string, userId: string, names: Names, condition: SQL) =>
  insertSelect(
    userWords,
    // No word can be NULL.
    { applicationId, word: sql`NULL`, userId },
    sql`WHERE ${condition} AND EXISTS (SELECT 1 FROM ${users} WHERE ${userIs(applicationId, userId)}
      AND NOT (${users.username} IS ${names.username} AND ${users.firstName} IS ${names.firstName ?? null}
        AND ${users.lastName} IS ${names.lastName ?? null}))`,
  );

/**
 * Plain fields; those left out stay as they are. Search words follow the names in the same batch, so they are always those
 * of what is stored: two changes of names at once must not each write the words of what they read. See `withNames`.
 * @param names as they were read
 */
export function changeProfile(
  applicationId: string,
  userId: string,
  { change, names }: { change: Profile; names: Names },
  now: number,
  condition: SQL = sql`TRUE`,
): Query[] {
  const fields = update(users)
    .set({ ...profileOf(change), updatedAt: now })
    .where(sql`${userIs(applicationId, userId)} AND ${condition}`);
  if (change.firstName === undefined && change.lastName === undefined) return [fields];
  // A purge may have come in between: what belongs to nobody must not be written.
  const there = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${userIs(applicationId, userId)})`;
  const next = { ...names, ...change };
  return [
    namesHold(applicationId, userId, names, condition),
    fields,
    ...writeWords(applicationId, userId, next, sql`${condition} AND ${there}`),
  ];
}

/** Of one user at once; each try that fails means that another call has changed the names. */
const MAX_NAME_CHANGES = 50;

/**
 * Runs a batch that holds `changeProfile`, again when the names have changed since they were read: then with those stored.
 * @param names as they were read
 * @throws Outage when they change all the time
 */
export async function withNames<T>(
  database: Pick<Database, 'read'>,
  user: SQL,
  names: Names,
  write: (names: Names) => Promise<T>,
): Promise<T> {
  for (let [current, tries] = [names, 1]; ; tries += 1) {
    try {
      return await write(current);
    } catch (error) {
      if (!messageChain(error).includes('NOT NULL constraint failed: user_words.word')) throw error;
      if (tries === MAX_NAME_CHANGES) throw new Outage('D1', error);
    }
    const { stored } = await database.read({
      stored: select({
        username: users.username,
        firstName: users.firstName,
        lastName: users.lastName,
      })
        .from(users)
        .where(user),
    });
    const [row] = stored;
    if (row) {
      const { username, firstName, lastName } = row;
      current = {
        username,
        firstName: firstName ?? undefined,
        lastName: lastName ?? undefined,
      };
    }
  }
}
