/** Users as operators list and search them. Every look-up is exact or a range on an index. */
import { sql, type SQL } from './sql.ts';
import type { CustomerTerms, Customers, User } from '../../ports.ts';
import { customerChanges } from './customer-changes.ts';
import type { Database, Row } from './database.ts';
import { readUser, selectUser } from './user-statements.ts';

/** `q` counts this far (D-13). */
const COUNTED = 1_000;
/** A search shows twenty; a beginning such as `a` fits a tenth of all customers. */
const NAMED = 200;

/** Just behind every text that begins with the word. */
const after = (word: string): string => `${word}\u{10ffff}`;

/**
 * The ids of all users that a search text can mean.
 * @param named cuts those found by name, of which there may be very many
 */
function matching(applicationId: string, terms: CustomerTerms, named = sql``): SQL {
  const identifier = (kind: string, value: string) =>
    sql`SELECT user_id FROM identifiers
        WHERE application_id = ${applicationId} AND kind = ${kind} AND value = ${value}`;
  const begun = terms.words.map(
    (word) => sql`SELECT user_id FROM user_words
                  WHERE application_id = ${applicationId} AND word >= ${word} AND word < ${after(word)}`,
  );
  const branches = [
    ...(terms.id
      ? [
          sql`SELECT id AS user_id FROM users WHERE application_id = ${applicationId} AND id = ${terms.id}`,
        ]
      : []),
    ...(terms.username
      ? [
          sql`SELECT id AS user_id FROM users
              WHERE application_id = ${applicationId} AND username = ${terms.username}`,
        ]
      : []),
    ...(terms.email ? [identifier('email', terms.email)] : []),
    ...(terms.phone ? [identifier('phone', terms.phone)] : []),
    ...(begun.length > 0
      ? [sql`SELECT user_id FROM (${sql.join(begun, sql` INTERSECT `)} ${named})`]
      : []),
  ];
  return branches.length > 0
    ? sql.join(branches, sql` UNION `)
    : sql`SELECT NULL AS user_id WHERE FALSE`;
}

const readUsers = (rows: readonly Row[]): User[] =>
  rows.map(readUser).filter((user): user is User => user !== undefined);

/** @param reads where lists and searches may come from, such as a replica; changes always go to `database` */
export function d1Customers(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
): Customers {
  const ours = sql`u.application_id = ${applicationId}`;
  return {
    ...customerChanges(database, applicationId),

    async list({ terms, pageNo, pageSize }) {
      const offset = (pageNo - 1) * pageSize;
      const page = (where: SQL) =>
        sql`${selectUser(where)} ORDER BY u.created_at DESC, u.id DESC LIMIT ${pageSize + 1} OFFSET ${offset}`;
      const found = terms && matching(applicationId, terms);
      const [rows = [], [counted] = []] = await reads.read([
        page(found ? sql`${ours} AND u.id IN (${found})` : ours),
        found
          ? sql`SELECT COUNT(*) AS total FROM (SELECT user_id FROM (${found}) LIMIT ${COUNTED})`
          : sql`SELECT value AS total FROM counters
                WHERE application_id = ${applicationId} AND name = 'users'`,
      ]);
      const users = readUsers(rows);
      return {
        users: users.slice(0, pageSize),
        total: Number(counted?.['total'] ?? 0),
        hasNext: users.length > pageSize,
      };
    },

    async candidates(terms) {
      const found = matching(applicationId, terms, sql`LIMIT ${NAMED}`);
      const [rows = []] = await reads.read([selectUser(sql`${ours} AND u.id IN (${found})`)]);
      return readUsers(rows);
    },
  };
}
