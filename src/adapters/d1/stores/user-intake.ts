/** Writing a batch of users: what is taken is found out first, and then the whole batch is there or nothing of it. */
import {
  sortUsers,
  type Claims,
  type Sorted,
  type Taken,
} from '../../../domain/jobs/sort-users.ts';
import { searchWordsOf } from '../../../domain/operators/customer-query.ts';
import { eachProfileField } from '../../../domain/user/profile.ts';
import type { ImportedUser } from '../../../ports/index.ts';
import { uniqueViolation, type Database } from '../database.ts';
import {
  identifiers as identifierRows,
  links,
  socialIdentities,
  users as userRows,
  userWords,
} from '../schema/index.ts';
import type { Batch, Results } from '../statements/common.ts';
import { IDENTIFIER_KEY } from '../statements/user-statements.ts';
import { jsonParts } from '../../../shared/json-parts.ts';
import {
  alias,
  as,
  columnList,
  insertSelect,
  remove,
  select,
  sql,
  type Query,
  type RowOf,
  type SQL,
} from '../statements/query.ts';

const u = alias(userRows, 'u');
const i = alias(identifierRows, 'i');
const s = alias(socialIdentities, 's');

/** A shopper who signs up in the same moment may take what was free; then it is looked up once more. */
const MAX_ATTEMPTS = 5;

const selectTaken = {
  ids: (application: string, run: number, list: string) =>
    select({ id: u.id, ours: sql`${u.updatedAt} = ${run}`.mapWith(Boolean) })
      .from(sql`json_each(${list}) j`)
      .crossJoin(u)
      .where(sql`${u.applicationId} = ${application} AND ${u.id} = j.value`),
  usernames: (application: string, list: string) =>
    select({ username: u.username })
      .from(sql`json_each(${list}) j`)
      .crossJoin(u)
      .where(sql`${u.applicationId} = ${application} AND ${u.username} = j.value`),
  identifiers: (application: string, list: string) =>
    select({ kind: i.kind, value: i.value })
      .from(sql`json_each(${list}) j`)
      .crossJoin(i)
      .where(
        sql`${i.applicationId} = ${application} AND ${i.kind} = j.value ->> 'kind'
          AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 1`,
      ),
  social: (application: string, list: string) =>
    select({ provider: s.provider, subject: s.subject })
      .from(sql`json_each(${list}) j`)
      .crossJoin(s)
      .where(
        sql`${s.applicationId} = ${application} AND ${s.provider} = j.value ->> 'provider'
          AND ${s.subject} = j.value ->> 'subject'`,
      ),
};

/** Values of the batch that other users have: ids, usernames, verified identifiers, social identities. */
async function takenBy(
  database: Database,
  application: string,
  users: readonly ImportedUser[],
  run: number,
): Promise<Taken> {
  const verified = users.flatMap((user) => user.identifiers.filter((one) => one.verified));
  const found = await database.read({
    ids: jsonParts(users.map(({ id }) => id)).map((list) =>
      selectTaken.ids(application, run, list),
    ),
    usernames: jsonParts(users.map(({ username }) => username)).map((list) =>
      selectTaken.usernames(application, list),
    ),
    identifiers: jsonParts(verified).map((list) => selectTaken.identifiers(application, list)),
    social: jsonParts(users.flatMap((user) => user.social)).map((list) =>
      selectTaken.social(application, list),
    ),
  });
  // A list of statements is typed by none of them; these are what the builders above select.
  const ids = found.ids.flat() as RowOf<ReturnType<typeof selectTaken.ids>>[];
  const usernames = found.usernames.flat() as RowOf<ReturnType<typeof selectTaken.usernames>>[];
  const identifiers = found.identifiers.flat() as RowOf<
    ReturnType<typeof selectTaken.identifiers>
  >[];
  const social = found.social.flat() as RowOf<ReturnType<typeof selectTaken.social>>[];
  return {
    ids: new Map(ids.map(({ id, ours }) => [id, ours])),
    usernames: new Set(usernames.map(({ username }) => username)),
    claims: new Set([
      ...identifiers.map(({ kind, value }) => `${kind} ${value}`),
      ...social.map(({ provider, subject }) => `${provider} ${subject}`),
    ]),
  };
}

/** Unverified copies on other users are removed, and their links end (D-53). */
function dropCopies(applicationId: string, list: string, here: SQL): Query[] {
  const copies = (columns: SQL): SQL => sql`SELECT ${columns} FROM json_each(${list}) j
    CROSS JOIN ${as(i)} ON ${i.applicationId} = ${applicationId} AND ${i.kind} = j.value ->> 'kind'
      AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 0 WHERE j.value ->> 'verified'`;
  const key = [links.userId, links.applicationId, links.kind, links.value];
  const ofLinks = copies(columnList([i.userId, i.applicationId, i.kind, i.value]));
  const own = copies(columnList([i.applicationId, i.userId, i.kind, i.value]));
  return [
    remove(links).where(sql`(${columnList(key)}) IN (${ofLinks}) AND ${here}`),
    remove(identifierRows).where(sql`(${columnList(IDENTIFIER_KEY)}) IN (${own}) AND ${here}`),
  ];
}

/**
 * The rows of users, for one transaction. `run` marks what this run has written: it is the users' `updated_at`.
 * @param here whether anything is to be written at all
 */
function statementsOf(
  applicationId: string,
  users: readonly ImportedUser[],
  run: number,
  here: SQL,
) {
  const lists = jsonParts(users.map(({ identifiers: _, social: _social, ...user }) => user));
  const each = (of: (user: ImportedUser) => readonly object[]): string[] =>
    jsonParts(
      users.flatMap((user) => of(user).map((one) => ({ ...one, id: user.id, at: user.createdAt }))),
    );
  const identifiers = each((user) => user.identifiers);
  const from = (list: string): SQL => sql`FROM json_each(${list}) j WHERE ${here}`;
  return {
    copies: identifiers.flatMap((list) => dropCopies(applicationId, list, here)),
    identifiers: identifiers.map((list) =>
      insertSelect(
        identifierRows,
        {
          applicationId,
          userId: sql`j.value ->> 'id'`,
          kind: sql`j.value ->> 'kind'`,
          value: sql`j.value ->> 'value'`,
          callingCode: sql`j.value ->> 'callingCode'`,
          verified: sql`j.value ->> 'verified'`,
          primary: sql`j.value ->> 'primary'`,
          createdAt: sql`j.value ->> 'at'`,
        },
        from(list),
      ),
    ),
    social: each((user) => user.social).map((list) =>
      insertSelect(
        socialIdentities,
        {
          applicationId,
          provider: sql`j.value ->> 'provider'`,
          subject: sql`j.value ->> 'subject'`,
          userId: sql`j.value ->> 'id'`,
          createdAt: sql`j.value ->> 'at'`,
        },
        from(list),
      ),
    ),
    words: each((user) => searchWordsOf(user).map((word) => ({ word }))).map((list) =>
      insertSelect(
        userWords,
        { applicationId, word: sql`j.value ->> 'word'`, userId: sql`j.value ->> 'id'` },
        from(list),
      ).onConflictDoNothing(),
    ),
    // Last: what stands before them belongs to nobody yet, so it is no event of a change (D-110).
    users: lists.map((list) =>
      insertSelect(
        userRows,
        {
          applicationId,
          id: sql`j.value ->> 'id'`,
          username: sql`j.value ->> 'username'`,
          ...eachProfileField((field) => sql`j.value ->> ${field}`),
          passwordHash: sql`j.value ->> 'passwordHash'`,
          hasOldPasswordHash: sql`j.value ->> 'oldHash'`,
          meta: sql`j.value ->> 'meta'`,
          externalId: sql`j.value ->> 'externalId'`,
          rrId: sql`j.value ->> 'rrId'`,
          consent: sql`j.value ->> 'consent'`,
          blockedAt: sql`j.value ->> 'blockedAt'`,
          archivedAt: sql`j.value ->> 'archivedAt'`,
          createdAt: sql`j.value ->> 'createdAt'`,
          updatedAt: run,
        },
        from(list),
      ),
    ),
  };
}

export type BatchResult = Pick<Sorted, 'imported' | 'alreadyThere' | 'problems'>;

/**
 * Writes the users of a batch that can be written, all in one transaction.
 * @param run ms; the same for all batches of an import, also when it is resumed
 * @param also what is written in the same transaction, behind the users, and on which condition both are
 */
export async function writeUsers<B extends Batch>(
  database: Database,
  application: string,
  users: readonly ImportedUser[],
  run: number,
  also: { here: SQL; batch(done: BatchResult): B },
): Promise<{ done: BatchResult; results: Results<B> }> {
  for (let attempt = 1; ; attempt += 1) {
    const taken = await takenBy(database, application, users, run);
    const { fresh, ...sorted } = sortUsers(users, taken);
    const done = { ...sorted, imported: sorted.imported + fresh.length };
    const batch = also.batch(done);
    try {
      const rows: Batch = statementsOf(application, fresh, run, also.here);
      // The results hold those of `batch` under its own names.
      const results = (await database.write({ ...rows, ...batch })) as unknown as Results<B>;
      return { done, results };
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || uniqueViolation(error) === undefined) throw error;
    }
  }
}

/**
 * The same without anything beside.
 * @param earlier of a dry run, which writes nothing: what it remembers of earlier batches
 */
export async function writeBatch(
  database: Database,
  application: string,
  users: readonly ImportedUser[],
  run: number,
  earlier?: Claims,
): Promise<BatchResult> {
  if (earlier) {
    const { fresh, ...sorted } = sortUsers(
      users,
      await takenBy(database, application, users, run),
      earlier,
    );
    return { ...sorted, imported: sorted.imported + fresh.length };
  }
  const also = { here: sql`TRUE`, batch: () => ({}) };
  return (await writeUsers(database, application, users, run, also)).done;
}
