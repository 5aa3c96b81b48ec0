/** Writing a batch of users: what is taken is found out first, and then the whole batch is there or nothing of it. */
import { uniqueViolation, type Database } from '../../../src/adapters/d1/database.ts';
import { sql, type SQL } from '../../../src/adapters/d1/sql.ts';
import { wordsOf } from '../../../src/domain/customer-query.ts';
import { anotherUsername, type Imported, type LineProblem } from './record.ts';

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
  const identifiers = JSON.stringify(
    users.flatMap((user) => user.identifiers.filter(({ verified }) => verified)),
  );
  const social = JSON.stringify(users.flatMap((user) => user.social));
  const [byId = [], byName = [], byIdentifier = [], bySocial = []] = await database.read([
    sql`SELECT u.id, u.updated_at = ${run} AS ours FROM json_each(${ids}) j
        CROSS JOIN users u ON u.application_id = ${application} AND u.id = j.value`,
    sql`SELECT u.username, u.id FROM json_each(${names}) j
        CROSS JOIN users u ON u.application_id = ${application} AND u.username = j.value`,
    sql`SELECT i.kind, i.value, i.user_id FROM json_each(${identifiers}) j CROSS JOIN identifiers i
          ON i.application_id = ${application} AND i.kind = j.value ->> 'kind'
          AND i.value = j.value ->> 'value' AND i.verified = 1`,
    sql`SELECT s.provider, s.subject, s.user_id FROM json_each(${social}) j CROSS JOIN social_identities s
          ON s.application_id = ${application} AND s.provider = j.value ->> 'provider'
          AND s.subject = j.value ->> 'subject'`,
  ]);
  return {
    ids: new Map(byId.map(({ id, ours }) => [String(id), ours === 1])),
    usernames: new Set(byName.map(({ username }) => String(username))),
    identifiers: new Set(byIdentifier.map(({ kind, value }) => `${String(kind)} ${String(value)}`)),
    social: new Set(
      bySocial.map(({ provider, subject }) => `${String(provider)} ${String(subject)}`),
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

/** One transaction. `run` marks what this run has written: it is the users' `updated_at`. */
function statements(application: string, users: readonly Imported[], run: number): SQL[] {
  const list = JSON.stringify(users.map(({ identifiers: _, social: _social, ...user }) => user));
  const each = (of: (user: Imported) => readonly object[]): string =>
    JSON.stringify(
      users.flatMap((user) => of(user).map((one) => ({ ...one, id: user.id, at: user.createdAt }))),
    );
  const identifiers = each((user) => user.identifiers);
  const social = each((user) => user.social);
  const words = each(({ firstName, lastName, username }) =>
    wordsOf([firstName, lastName, username].join(' ')).map((word) => ({ word })),
  );
  const copies = sql`SELECT i.rowid, i.application_id, i.user_id, i.kind, i.value FROM json_each(${identifiers}) j
    CROSS JOIN identifiers i ON i.application_id = ${application} AND i.kind = j.value ->> 'kind'
      AND i.value = j.value ->> 'value' AND i.verified = 0 WHERE j.value ->> 'verified'`;
  return [
    // Unverified copies on other users are removed, and their links end (D-53).
    sql`DELETE FROM links WHERE (application_id, user_id, kind, value) IN (
          SELECT application_id, user_id, kind, value FROM (${copies}))`,
    sql`DELETE FROM identifiers WHERE rowid IN (SELECT rowid FROM (${copies}))`,
    sql`INSERT INTO users (application_id, id, username, first_name, last_name, gender, dob, profile_pic_url, password_hash,
                           has_old_password_hash, meta, external_id, blocked_at, archived_at, created_at, updated_at)
        SELECT ${application}, j.value ->> 'id', j.value ->> 'username', j.value ->> 'firstName', j.value ->> 'lastName',
               j.value ->> 'gender', j.value ->> 'dob', j.value ->> 'profilePicUrl', j.value ->> 'passwordHash',
               j.value ->> 'oldHash', j.value ->> 'meta', j.value ->> 'externalId', j.value ->> 'blockedAt',
               j.value ->> 'archivedAt', j.value ->> 'createdAt', ${run}
        FROM json_each(${list}) j`,
    sql`INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, created_at)
        SELECT ${application}, j.value ->> 'id', j.value ->> 'kind', j.value ->> 'value', j.value ->> 'callingCode',
               j.value ->> 'verified', j.value ->> 'primary', j.value ->> 'at'
        FROM json_each(${identifiers}) j`,
    sql`INSERT INTO social_identities (application_id, provider, subject, user_id, created_at)
        SELECT ${application}, j.value ->> 'provider', j.value ->> 'subject', j.value ->> 'id', j.value ->> 'at'
        FROM json_each(${social}) j`,
    sql`INSERT INTO user_words (application_id, word, user_id)
        SELECT ${application}, j.value ->> 'word', j.value ->> 'id' FROM json_each(${words}) j
        WHERE TRUE ON CONFLICT DO NOTHING`,
  ];
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
