/** Users as operators list and search them. Every look-up is exact or a range on an index. */
import { desc } from 'drizzle-orm';
import type { CustomerTerms, Customers } from '../../../ports/index.ts';
import { customerChanges } from '../statements/customer-changes.ts';
import type { Database } from '../database.ts';
import { select, selectValues, sql, type SQL } from '../statements/query.ts';
import { counters, identifiers, users, userWords } from '../schema/index.ts';
import { readUsers, selectUser, u } from '../statements/user-rows.ts';

/** `q` counts this far (D-13). */
const MAX_COUNTED = 1_000;
/** A search shows twenty; a beginning such as `a` fits a tenth of all customers. */
const MAX_CANDIDATES = 200;

/** Just behind every text that begins with the word. */
const after = (word: string): string => `${word}\u{10ffff}`;

/**
 * The ids of all users that a search text can mean.
 * @param named cuts those found by name, of which there may be very many
 */
function matching(applicationId: string, terms: CustomerTerms, named = sql``): SQL {
  const { name } = terms;
  const identifier = (kind: string, value: string) =>
    sql`SELECT ${identifiers.userId} AS user_id FROM ${identifiers}
        WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
          AND ${identifiers.value} = ${value}`;
  const user = (column: typeof users.id | typeof users.username, value: string) =>
    sql`SELECT ${users.id} AS user_id FROM ${users}
        WHERE ${users.applicationId} = ${applicationId} AND ${column} = ${value}`;
  const begun = terms.words.map(
    (word) => sql`SELECT ${userWords.userId} AS user_id FROM ${userWords}
                  WHERE ${userWords.applicationId} = ${applicationId}
                    AND ${userWords.word} >= ${word} AND ${userWords.word} < ${after(word)}`,
  );
  const branches = [
    ...(terms.id ? [user(users.id, terms.id)] : []),
    ...(terms.username ? [user(users.username, terms.username)] : []),
    ...(terms.email ? [identifier('email', terms.email)] : []),
    ...(terms.phone ? [identifier('phone', terms.phone)] : []),
    // Those who are called so come beside the others: they are found however many others begin so.
    ...(name !== undefined
      ? [
          sql`SELECT user_id FROM (
            SELECT ${userWords.userId} AS user_id FROM ${userWords}
            WHERE ${userWords.applicationId} = ${applicationId} AND ${userWords.word} = ${name}
            ORDER BY ${userWords.userId} DESC ${named})`,
        ]
      : []),
    ...(begun.length > 0
      ? [sql`SELECT user_id FROM (${sql.join(begun, sql` INTERSECT `)} ${named})`]
      : []),
  ];
  return branches.length > 0
    ? sql.join(branches, sql` UNION `)
    : sql`SELECT NULL AS user_id WHERE FALSE`;
}

/** @param reads where lists and searches may come from, such as a replica; changes always go to `database` */
export function d1Customers(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
): Customers {
  const ours = sql`${u.applicationId} = ${applicationId}`;
  return {
    ...customerChanges(database, applicationId),

    async list({ terms, pageNo, pageSize }) {
      const found = terms && matching(applicationId, terms);
      const { rows, counted } = await reads.read({
        rows: selectUser(found ? sql`${ours} AND ${u.id} IN (${found})` : ours)
          .orderBy(desc(u.createdAt), desc(u.id))
          .limit(pageSize + 1)
          .offset((pageNo - 1) * pageSize),
        counted: found
          ? selectValues({
              total: sql<number>`(SELECT COUNT(*) FROM (SELECT user_id FROM (${found}) LIMIT ${MAX_COUNTED}))`,
            })
          : select({ total: sql<number>`${counters.value}` })
              .from(counters)
              .where(
                sql`${counters.applicationId} = ${applicationId} AND ${counters.name} = 'users'`,
              ),
      });
      const listed = readUsers(rows);
      return {
        users: listed.slice(0, pageSize),
        total: counted[0]?.total ?? 0,
        hasNext: listed.length > pageSize,
      };
    },

    async byIds(userIds) {
      const { rows } = await reads.read({
        rows: selectUser(
          sql`${ours} AND ${u.id} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
        ),
      });
      const place = new Map(userIds.map((id, index) => [id, index]));
      return readUsers(rows).toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
    },

    async candidates(terms) {
      const found = matching(applicationId, terms, sql`LIMIT ${MAX_CANDIDATES}`);
      const { rows } = await reads.read({
        rows: selectUser(sql`${ours} AND ${u.id} IN (${found})`),
      });
      return readUsers(rows);
    },
  };
}
