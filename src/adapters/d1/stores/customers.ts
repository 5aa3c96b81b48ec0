/** Users as operators list and search them, at a cost that does not depend on how many there are (D-80). */
import { desc } from 'drizzle-orm';
import type {
  CustomerPage,
  CustomerQuery,
  CustomerTerms,
  Customers,
} from '../../../ports/index.ts';
import { customerChanges } from '../statements/customer-changes.ts';
import { selectFound } from '../statements/customer-search.ts';
import type { Database } from '../database.ts';
import { alias, as, select, selectValues, sql, type SQL } from '../statements/query.ts';
import { counters, users, userStretches } from '../schema/index.ts';
import { readUsers, selectUser, u, USER_FIELDS } from '../statements/user-rows.ts';

/** `q` finds this many (D-13). */
const MAX_FOUND = 1_000;
/**
 * The first of these are sorted, the newest first, and shown before the others, which are sorted only when a page comes to
 * them: of each the row has to be read for its time, and they lie all over the database.
 */
const MAX_SORTED = 100;
/** A search shows twenty; a beginning such as `a` fits a tenth of all customers. */
const MAX_CANDIDATES = 200;
/** A page further down than this is counted off in stretches. */
const MAX_SKIPPED = 500;

const f = alias(users, 'f');
const s = alias(userStretches, 's');

/** Where the stretch of the list begins that holds its row number `offset` (from 0), and how many rows lie before it. */
const selectStretch = (applicationId: string, offset: number) => {
  const newestFirst = sql`${s.createdAt} DESC, ${s.id} DESC`;
  // Each stretch begins below the one that is newer. The sum is made row by row, so reading ends where it is enough.
  const summed = sql`SELECT ${s.users} AS users,
      SUM(${s.users}) OVER (ORDER BY ${newestFirst} ROWS UNBOUNDED PRECEDING) AS upto,
      LAG(${s.createdAt}) OVER (ORDER BY ${newestFirst}) AS created_at, LAG(${s.id}) OVER (ORDER BY ${newestFirst}) AS id
    FROM ${as(s)} WHERE ${s.applicationId} = ${applicationId}`;
  return select({
    before: sql<number>`upto - users`,
    createdAt: sql<number | null>`created_at`,
    id: sql<string | null>`id`,
  })
    .from(sql`(${summed})`)
    .where(sql`upto > ${offset}`)
    .limit(1);
};

/**
 * @param reads where lists may come from, such as a replica; changes always go to `database`
 * @param searches where searches may come from
 */
export function d1Customers(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
  searches = reads,
): Customers {
  const ours = sql`${u.applicationId} = ${applicationId}`;

  async function pageOfAll({ pageNo, pageSize }: CustomerQuery): Promise<CustomerPage> {
    const offset = (pageNo - 1) * pageSize;
    let [skipped, newer] = [offset, sql`TRUE`];
    if (offset > MAX_SKIPPED) {
      const { stretches } = await reads.read({ stretches: selectStretch(applicationId, offset) });
      const [stretch] = stretches;
      if (stretch && stretch.createdAt !== null) {
        skipped = offset - stretch.before;
        newer = sql`(${u.createdAt}, ${u.id}) < (${stretch.createdAt}, ${stretch.id})`;
      } else if (!stretch) newer = sql`FALSE`;
    }
    const { rows, counted } = await reads.read({
      rows: selectUser(sql`${ours} AND ${newer}`)
        .orderBy(desc(u.createdAt), desc(u.id))
        .limit(pageSize + 1)
        .offset(skipped),
      counted: select({ total: sql<number>`${counters.value}` })
        .from(counters)
        .where(sql`${counters.applicationId} = ${applicationId} AND ${counters.name} = 'users'`),
    });
    const listed = readUsers(rows);
    return {
      users: listed.slice(0, pageSize),
      total: counted[0]?.total ?? 0,
      hasNext: listed.length > pageSize,
    };
  }

  async function pageOfFound(
    terms: CustomerTerms,
    { pageNo, pageSize }: CustomerQuery,
  ): Promise<CustomerPage> {
    const found = selectFound(applicationId, terms, MAX_FOUND);
    const offset = (pageNo - 1) * pageSize;
    const isAmongFirst = offset + pageSize < MAX_SORTED;
    // Found once: the list is cut from it, and it is counted.
    const first = sql`SELECT user_id, 0 AS is_later FROM (SELECT user_id FROM n LIMIT ${MAX_SORTED})`;
    const later = sql`SELECT user_id, 1 FROM (SELECT user_id FROM n LIMIT -1 OFFSET ${MAX_SORTED})`;
    const sorted = isAmongFirst ? first : sql`${first} UNION ALL ${later}`;
    const page = sql`WITH n AS MATERIALIZED (${found})
      SELECT ${f.id} AS id, m.is_later AS is_later, (SELECT COUNT(*) FROM n) AS total
      FROM (${sorted}) m CROSS JOIN ${as(f)} ON ${f.applicationId} = ${applicationId} AND ${f.id} = m.user_id
      ORDER BY is_later, ${f.createdAt} DESC, ${f.id} DESC LIMIT ${pageSize + 1} OFFSET ${offset}`;
    const { rows } = await searches.read({
      rows: select({ ...USER_FIELDS, total: sql<number>`p.total` })
        .from(sql`(${page}) p`)
        .crossJoin(u)
        .where(sql`${ours} AND ${u.id} = p.id`)
        .orderBy(sql`p.is_later`, desc(u.createdAt), desc(u.id)),
    });
    const listed = readUsers(rows);
    return {
      users: listed.slice(0, pageSize),
      total: rows[0]?.total ?? (pageNo > 1 ? await countFound(found) : 0),
      hasNext: listed.length > pageSize,
    };
  }

  /** Behind the last page there is no row that could say how many are before it. */
  async function countFound(found: SQL): Promise<number> {
    const { counted } = await searches.read({
      counted: selectValues({ total: sql<number>`(SELECT COUNT(*) FROM (${found}))` }),
    });
    return counted[0]?.total ?? 0;
  }

  return {
    ...customerChanges(database, applicationId),

    list: async (query) => (query.terms ? pageOfFound(query.terms, query) : pageOfAll(query)),

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
      const found = selectFound(applicationId, terms, MAX_CANDIDATES);
      const { rows } = await searches.read({
        rows: select(USER_FIELDS)
          .from(sql`(${found}) n`)
          .crossJoin(u)
          .where(sql`${ours} AND ${u.id} = n.user_id`),
      });
      return readUsers(rows);
    },
  };
}
