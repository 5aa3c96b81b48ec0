/** Users found by their attributes: ranges of one index, each read up to a bound. */
import type { AttributeFilter, AttributeMatches, AttributeRange } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { attributeKeys, users } from '../schema/index.ts';
import { alias, as, select, selectValues, sql, type SQL } from '../statements/query.ts';

const k = alias(attributeKeys, 'k');
const u = alias(users, 'u');

/** The last of all characters. */
const MAX_KEY = '\u{10ffff}';

/** Whether the user is there, and neither archived nor deleted. */
export const userIsListed = (applicationId: string, userId: SQL | string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${applicationId} AND ${u.id} = ${userId}
    AND ${u.archivedAt} IS NULL AND ${u.deletedAt} IS NULL)`;

/**
 * A page of the users for whom all ranges hold, or any of them.
 *
 * Each range is first counted, no further than the bound. Of several that all have to hold, the one with the fewest rows is
 * read, and the others are looked up for each user in it; of several of which any may hold, all are read. More than the bound
 * is read of none: `too_many`. A single range needs no second one, so its first rows are paged through however many follow.
 * @param reads reads one snapshot in one batch
 */
export async function filterByAttributes(
  reads: Pick<Database, 'read'>,
  applicationId: string,
  { match, ranges, userIds, offset, limit, maxRows }: AttributeFilter,
): Promise<AttributeMatches> {
  const within = ({ definitionId, from = '', to = MAX_KEY }: AttributeRange): SQL =>
    sql`${k.applicationId} = ${applicationId} AND ${k.definitionId} = ${definitionId}
      AND ${k.key} >= ${from} AND ${k.key} <= ${to}`;
  /** Along the index; the order of the keys is that of the values. */
  const rowsOf = (range: AttributeRange, max: number): SQL =>
    sql`SELECT ${k.userId} AS id, ${k.key} AS key FROM ${as(k)} WHERE ${within(range)} AND ${k.hidden} = 0
      ORDER BY ${k.key}, ${k.userId} LIMIT ${max}`;
  const id = sql<string>`c.id`;
  // By the key of the table, whose second column is the user. The plus keeps SQLite from the index of ranges, which would
  // be read for each user from the beginning.
  const holds = (range: AttributeRange): SQL =>
    sql`EXISTS (SELECT 1 FROM ${as(k)} WHERE ${within(range)} AND ${k.userId} = ${id} AND +${k.hidden} = 0)`;

  const isAny = match === 'any' && ranges.length > 1;
  const hold = ranges.map(holds);

  async function find(source: SQL, conditions: readonly SQL[], beyond: boolean) {
    const where = conditions.length > 0 ? sql.join(conditions, sql` AND `) : sql`TRUE`;
    const { found } = await reads.read({
      found: select({ id })
        .from(sql`(${source}) c`)
        .where(where)
        .orderBy(sql`c.key`, id),
    });
    // A user with several values in a range is in it as often.
    const all = [...new Set(found.map((row) => row.id))];
    return {
      userIds: all.slice(offset, offset + limit),
      total: all.length,
      hasMore: offset + limit < all.length || beyond,
    };
  }

  if (userIds) {
    const named = sql`SELECT value AS id, 0 AS key FROM json_each(${JSON.stringify(userIds)})`;
    const either = isAny ? [sql`(${sql.join(hold, sql` OR `)})`] : hold;
    return find(named, [...either, userIsListed(applicationId, id)], false);
  }

  const { counts } = await reads.read({
    counts: ranges.map((range) =>
      selectValues({
        rows: sql<number>`(SELECT COUNT(*) FROM (${rowsOf(range, maxRows + 1)}))`,
      }),
    ),
  });
  const rows = counts.map(([row]) => Number(row?.rows ?? 0));
  const fewest = Math.min(...rows);
  if (isAny) {
    if (rows.reduce((sum, one) => sum + one, 0) > maxRows) return 'too_many';
    const parts = ranges.map((range) => sql`SELECT * FROM (${rowsOf(range, maxRows)})`);
    return find(sql`SELECT id, 0 AS key FROM (${sql.join(parts, sql` UNION ALL `)})`, [], false);
  }
  const isPage = ranges.length === 1 && offset + limit <= maxRows;
  if (fewest > maxRows && !isPage) return 'too_many';
  const driver = ranges.find((_, at) => rows[at] === fewest);
  if (!driver) return { userIds: [], total: 0, hasMore: false };
  const others = ranges.filter((range) => range !== driver).map(holds);
  return find(rowsOf(driver, maxRows), others, fewest > maxRows);
}
