/** Writing a batch of users: what is taken is found out first, and then the whole batch is there or nothing of it. */
import { uniqueViolation, type Database } from '../../../adapters/d1/database.ts';
import {
  alias,
  as,
  columnList,
  insertSelect,
  remove,
  select,
  sql,
  type SQL,
} from '../../../adapters/d1/statements/query.ts';
import {
  identifiers as identifierRows,
  links,
  socialIdentities,
  users as userRows,
  userWords,
} from '../../../adapters/d1/schema/index.ts';
import { searchWordsOf } from '../../../domain/operators/customer-query.ts';
import { eachProfileField } from '../../../domain/user/profile.ts';
import { IDENTIFIER_KEY } from '../../../adapters/d1/statements/user-statements.ts';
import { jsonParts } from '../../../shared/json-parts.ts';
import { anotherUsername, type Imported, type LineProblem } from './record.ts';

const u = alias(userRows, 'u');
const i = alias(identifierRows, 'i');
const s = alias(socialIdentities, 's');

export interface BatchResult {
  imported: number;
  alreadyThere: number;
  problems: LineProblem[];
}

/** A shopper who signs up in the same moment may take what was free; then it is looked up once more. */
const MAX_ATTEMPTS = 5;
const MAX_USERNAME_DRAWS = 4;

/** Values of the batch that other users have: ids, usernames, verified identifiers, social identities. */
async function takenBy(
  database: Database,
  application: string,
  users: readonly Imported[],
  run: number,
) {
  const ids = JSON.stringify(users.map(({ id }) => id));
  const names = JSON.stringify(users.map(({ username }) => username));
  const identifiers = jsonParts(
    users.flatMap((user) => user.identifiers.filter(({ verified }) => verified)),
  );
  const social = jsonParts(users.flatMap((user) => user.social));
  const found = await database.read({
    byId: select({ id: u.id, ours: sql`${u.updatedAt} = ${run}`.mapWith(Boolean) })
      .from(sql`json_each(${ids}) j`)
      .crossJoin(u)
      .where(sql`${u.applicationId} = ${application} AND ${u.id} = j.value`),
    byName: select({ username: u.username })
      .from(sql`json_each(${names}) j`)
      .crossJoin(u)
      .where(sql`${u.applicationId} = ${application} AND ${u.username} = j.value`),
    byIdentifier: identifiers.map((part) =>
      select({ kind: i.kind, value: i.value })
        .from(sql`json_each(${part}) j`)
        .crossJoin(i)
        .where(
          sql`${i.applicationId} = ${application} AND ${i.kind} = j.value ->> 'kind'
          AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 1`,
        ),
    ),
    bySocial: social.map((part) =>
      select({ provider: s.provider, subject: s.subject })
        .from(sql`json_each(${part}) j`)
        .crossJoin(s)
        .where(
          sql`${s.applicationId} = ${application} AND ${s.provider} = j.value ->> 'provider'
          AND ${s.subject} = j.value ->> 'subject'`,
        ),
    ),
  });
  return {
    ids: new Map(found.byId.map(({ id, ours }) => [id, ours])),
    usernames: new Set(found.byName.map(({ username }) => username)),
    identifiers: new Set(
      found.byIdentifier.flat().map(({ kind, value }) => `${String(kind)} ${String(value)}`),
    ),
    social: new Set(
      found.bySocial
        .flat()
        .map(({ provider, subject }) => `${String(provider)} ${String(subject)}`),
    ),
  };
}

/** The unique values of a user, with the field of each. */
const claimsOf = (user: Imported): [claim: string, field: string][] => [
  ...user.identifiers
    .filter(({ verified }) => verified)
    .map(({ kind, value }): [string, string] => [
      `${kind} ${value}`,
      kind === 'email' ? 'email' : 'phone_number',
    ]),
  ...user.social.map(({ provider, subject }): [string, string] => [
    `${provider} ${subject}`,
    'social',
  ]),
];

/** Keeps what earlier lines of the file have claimed, where the database does not know it yet. */
export class Claims {
  readonly #claimed = new Set<string>();

  holds(claim: string): boolean {
    return this.#claimed.has(claim);
  }
  add(user: Imported): void {
    for (const claim of [
      `id ${user.id}`,
      `username ${user.username}`,
      ...claimsOf(user).map(([one]) => one),
    ]) {
      this.#claimed.add(claim);
    }
  }
}

/** Sorts a batch into users that can be written, such as are there, and problems. */
function sort(
  users: readonly Imported[],
  taken: Awaited<ReturnType<typeof takenBy>>,
  claims: Claims,
): BatchResult & { fresh: Imported[] } {
  const result = {
    imported: 0,
    alreadyThere: 0,
    problems: [] as LineProblem[],
    fresh: [] as Imported[],
  };
  const problem = ({ line }: Imported, field: string, message: string): void => {
    result.problems.push({ line, field, message });
  };
  for (const user of users) {
    const known = taken.ids.get(user.id);
    if (known !== undefined) {
      // This very run has written it, and was interrupted before it could note so.
      if (known) result.imported += 1;
      else result.alreadyThere += 1;
      continue;
    }
    if (claims.holds(`id ${user.id}`)) {
      problem(
        user,
        user.externalId === undefined ? 'id' : 'external_id',
        'stands in an earlier line',
      );
      continue;
    }
    const isTaken = (name: string): boolean =>
      taken.usernames.has(name) || claims.holds(`username ${name}`);
    let { username } = user;
    for (
      let attempt = 1;
      user.generated && isTaken(username) && attempt <= MAX_USERNAME_DRAWS;
      attempt += 1
    ) {
      username = anotherUsername(user, attempt);
    }
    const lost = claimsOf(user).find(
      ([claim]) => taken.identifiers.has(claim) || taken.social.has(claim) || claims.holds(claim),
    );
    if (isTaken(username)) problem(user, 'username', 'belongs to another account');
    else if (lost) problem(user, lost[1], 'belongs to another account');
    else {
      const fresh = { ...user, username };
      claims.add(fresh);
      result.fresh.push(fresh);
    }
  }
  return result;
}

/** One transaction, whose lists travel in parts that D1 takes. `run` marks what this run has written: it is the users' `updated_at`. */
function statements(applicationId: string, users: readonly Imported[], run: number) {
  const lists = jsonParts(users.map(({ identifiers: _, social: _social, ...user }) => user));
  const each = (of: (user: Imported) => readonly object[]): string[] =>
    jsonParts(
      users.flatMap((user) => of(user).map((one) => ({ ...one, id: user.id, at: user.createdAt }))),
    );
  const identifiers = each((user) => user.identifiers);
  const social = each((user) => user.social);
  const words = each((user) => searchWordsOf(user).map((word) => ({ word })));
  const copies = (
    part: string,
    columns: SQL,
  ): SQL => sql`SELECT ${columns} FROM json_each(${part}) j
    CROSS JOIN ${as(i)} ON ${i.applicationId} = ${applicationId} AND ${i.kind} = j.value ->> 'kind'
      AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 0 WHERE j.value ->> 'verified'`;
  return {
    // Unverified copies on other users are removed, and their links end (D-53).
    links: identifiers.map((part) =>
      remove(links).where(
        sql`(${columnList([links.userId, links.applicationId, links.kind, links.value])}) IN (
          ${copies(part, columnList([i.userId, i.applicationId, i.kind, i.value]))})`,
      ),
    ),
    copies: identifiers.map((part) =>
      remove(identifierRows).where(
        sql`(${columnList(IDENTIFIER_KEY)}) IN (
          ${copies(part, columnList([i.applicationId, i.userId, i.kind, i.value]))})`,
      ),
    ),
    users: lists.map((part) =>
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
        sql`FROM json_each(${part}) j`,
      ),
    ),
    identifiers: identifiers.map((part) =>
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
        sql`FROM json_each(${part}) j`,
      ),
    ),
    social: social.map((part) =>
      insertSelect(
        socialIdentities,
        {
          applicationId,
          provider: sql`j.value ->> 'provider'`,
          subject: sql`j.value ->> 'subject'`,
          userId: sql`j.value ->> 'id'`,
          createdAt: sql`j.value ->> 'at'`,
        },
        sql`FROM json_each(${part}) j`,
      ),
    ),
    words: words.map((part) =>
      insertSelect(
        userWords,
        { applicationId, word: sql`j.value ->> 'word'`, userId: sql`j.value ->> 'id'` },
        sql`FROM json_each(${part}) j WHERE TRUE`,
      ).onConflictDoNothing(),
    ),
  };
}

/**
 * Writes the users of a batch that can be written, all in one transaction.
 * @param run ms; the same for all batches of an import, also when it is resumed
 * @param earlier what a dry run remembers of earlier batches, which it does not write
 */
export async function writeBatch(
  database: Database,
  application: string,
  users: readonly Imported[],
  run: number,
  earlier?: Claims,
): Promise<BatchResult> {
  for (let attempt = 1; ; attempt += 1) {
    const taken = await takenBy(database, application, users, run);
    const { fresh, ...result } = sort(users, taken, earlier ?? new Claims());
    const done = { ...result, imported: result.imported + fresh.length };
    if (earlier || fresh.length === 0) return done;
    try {
      await database.write(statements(application, fresh, run));
      return done;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || uniqueViolation(error) === undefined) throw error;
    }
  }
}
