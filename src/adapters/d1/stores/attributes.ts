/** User attributes: definitions, values, and the index by which filters find users. */
import type {
  AttributeDefinition,
  AttributeRange,
  Attributes,
  StoredAttribute,
} from '../../../ports/index.ts';
import { uniqueViolation, type Database } from '../database.ts';
import { attributeDefinitions, attributeKeys, userAttributes, users } from '../schema/index.ts';
import {
  alias,
  as,
  insertSelect,
  remove,
  type RowOf,
  select,
  selectAll,
  selectValues,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { auditStatement } from './audit.ts';

const d = alias(attributeDefinitions, 'd');
const a = alias(userAttributes, 'a');
const k = alias(attributeKeys, 'k');
const u = alias(users, 'u');

const MAX_KEY = '\u{10ffff}';

const readDefinition = ({
  id,
  slug,
  fields,
}: RowOf<ReturnType<typeof selectDefinitions>>): AttributeDefinition => ({ ...fields, id, slug });

const selectDefinitions = (where: SQL) =>
  select({ id: d.id, slug: d.slug, fields: d.fields })
    .from(d)
    .where(sql`${d.deletedAt} IS NULL AND ${where}`);

/** The port `Attributes` on D1. */
export function d1Attributes(database: Database, applicationId: string): Attributes {
  const definitionIs = (id: string): SQL =>
    sql`${attributeDefinitions.applicationId} = ${applicationId} AND ${attributeDefinitions.id} = ${id}
      AND ${attributeDefinitions.deletedAt} IS NULL`;
  const exists = (id: string): SQL =>
    sql`EXISTS (SELECT 1 FROM ${attributeDefinitions} WHERE ${definitionIs(id)})`;
  /** The attribute `a` of a definition that there is. */
  const living = sql`EXISTS (SELECT 1 FROM ${as(d)} WHERE ${d.applicationId} = ${a.applicationId}
    AND ${d.id} = ${a.definitionId} AND ${d.deletedAt} IS NULL)`;
  const userLives = (userId: SQL | string): SQL =>
    sql`EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${applicationId} AND ${u.id} = ${userId}
      AND ${u.deletedAt} IS NULL)`;
  const inRange = ({ definitionId, from = '', to = MAX_KEY }: AttributeRange): SQL =>
    sql`${k.applicationId} = ${applicationId} AND ${k.definitionId} = ${definitionId}
      AND ${k.key} >= ${from} AND ${k.key} <= ${to}`;

  /** How many rows of the index each range has, counted up to one more than `max`. */
  async function countRows(ranges: readonly AttributeRange[], max: number): Promise<number[]> {
    const counted = await database.read({
      counts: ranges.map((range) =>
        selectValues({
          rows: sql<number>`(SELECT COUNT(*) FROM (SELECT 1 FROM ${as(k)} WHERE ${inRange(range)} LIMIT ${max + 1}))`,
        }),
      ),
    });
    return counted.counts.map(([row]) => Number(row?.['rows'] ?? 0));
  }

  const selectStored = (where: SQL) =>
    selectAll(a).where(sql`${a.applicationId} = ${applicationId} AND ${where} AND ${living}`);
  const readStored = ({
    applicationId: _,
    ...stored
  }: RowOf<ReturnType<typeof selectStored>>): StoredAttribute => stored;

  return {
    async definitions() {
      const { rows } = await database.read({
        rows: selectDefinitions(sql`${d.applicationId} = ${applicationId}`),
      });
      return rows.map(readDefinition).toSorted((one, other) => one.name.localeCompare(other.name));
    },

    async createDefinition({ id, slug, ...fields }, max, event) {
      try {
        const { made } = await database.write({
          made: insertSelect(
            attributeDefinitions,
            { applicationId, id, slug, fields, deletedAt: null },
            sql`WHERE (SELECT COUNT(*) FROM ${attributeDefinitions}
              WHERE ${attributeDefinitions.applicationId} = ${applicationId}
              AND ${attributeDefinitions.deletedAt} IS NULL) < ${max}`,
          ).returning({ id: attributeDefinitions.id }),
          audit: auditStatement(applicationId, event, exists(id)),
        });
        return made.length > 0 ? 'created' : 'full';
      } catch (error) {
        if (uniqueViolation(error)) return 'taken';
        throw error;
      }
    },

    async changeDefinition(id, { slug, ...change }, event) {
      try {
        const { changed } = await database.write({
          changed: update(attributeDefinitions)
            .set({
              slug,
              // Merged by D1, so that of two changes at once neither is lost.
              fields: sql`json_patch(${attributeDefinitions.fields}, ${JSON.stringify(change)})`,
            })
            .where(definitionIs(id))
            .returning({ id: attributeDefinitions.id }),
          audit: auditStatement(applicationId, event, exists(id)),
        });
        return changed.length > 0 ? 'changed' : 'missing';
      } catch (error) {
        if (uniqueViolation(error)) return 'taken';
        throw error;
      }
    },

    async deleteDefinition(id, event) {
      const { gone } = await database.write({
        audit: auditStatement(applicationId, event, exists(id)),
        gone: update(attributeDefinitions)
          .set({ deletedAt: event.at })
          .where(definitionIs(id))
          .returning({ id: attributeDefinitions.id }),
      });
      return gone.length > 0;
    },

    async ofUsers(userIds) {
      const { rows } = await database.read({
        rows: selectStored(
          sql`${a.userId} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
        ),
      });
      return rows.map(readStored);
    },

    async byId(id) {
      const { rows } = await database.read({ rows: selectStored(sql`${a.id} = ${id}`) });
      return rows[0] && readStored(rows[0]);
    },

    async write(userId, values, event) {
      const ids = JSON.stringify(values.map(({ definitionId }) => definitionId));
      // Every definition is there, and so is the user: all values are written, or none.
      const whole = sql`${userLives(userId)} AND (SELECT COUNT(*) FROM ${as(d)}
        WHERE ${d.applicationId} = ${applicationId} AND ${d.deletedAt} IS NULL
        AND ${d.id} IN (SELECT value FROM json_each(${ids}))) = ${values.length}`;
      const { written } = await database.write({
        dropped: remove(attributeKeys).where(
          sql`${attributeKeys.applicationId} = ${applicationId} AND ${attributeKeys.userId} = ${userId}
            AND ${attributeKeys.definitionId} IN (SELECT value FROM json_each(${ids})) AND ${whole}`,
        ),
        keys: insertSelect(
          attributeKeys,
          {
            applicationId,
            definitionId: sql`j.value ->> 'definitionId'`,
            key: sql`key.value`,
            userId,
          },
          sql`FROM json_each(${JSON.stringify(values)}) j CROSS JOIN json_each(j.value, '$.keys') key WHERE ${whole}`,
        ),
        written: insertSelect(
          userAttributes,
          {
            applicationId,
            userId,
            definitionId: sql`j.value ->> 'definitionId'`,
            id: sql`j.value ->> 'id'`,
            value: sql`j.value ->> 'value'`,
            customerOverridden: sql`j.value ->> 'customerOverridden'`,
            updatedBy: sql`j.value ->> 'updatedBy'`,
            createdAt: sql`j.value ->> 'createdAt'`,
            updatedAt: sql`j.value ->> 'updatedAt'`,
          },
          sql`FROM json_each(${JSON.stringify(values)}) j WHERE ${whole}`,
        )
          .onConflictDoUpdate({
            target: [
              userAttributes.applicationId,
              userAttributes.userId,
              userAttributes.definitionId,
            ],
            set: {
              value: sql`excluded.value`,
              customerOverridden: sql`excluded.customer_overridden`,
              updatedBy: sql`excluded.updated_by`,
              updatedAt: sql`excluded.updated_at`,
            },
          })
          .returning({ id: userAttributes.id }),
        audit: auditStatement(applicationId, event, whole),
      });
      return values.length === 0 || written.length > 0;
    },

    async remove(userId, definitionIds, event) {
      const ids = sql`(SELECT value FROM json_each(${JSON.stringify(definitionIds)}))`;
      const { removed } = await database.write({
        audit: auditStatement(
          applicationId,
          event,
          sql`EXISTS (SELECT 1 FROM ${as(a)} WHERE ${a.applicationId} = ${applicationId}
            AND ${a.userId} = ${userId} AND ${a.definitionId} IN ${ids} AND ${living})`,
        ),
        keys: remove(attributeKeys).where(
          sql`${attributeKeys.applicationId} = ${applicationId} AND ${attributeKeys.userId} = ${userId}
            AND ${attributeKeys.definitionId} IN ${ids}`,
        ),
        removed: remove(userAttributes)
          .where(
            sql`${userAttributes.applicationId} = ${applicationId} AND ${userAttributes.userId} = ${userId}
              AND ${userAttributes.definitionId} IN ${ids}`,
          )
          .returning({ definitionId: userAttributes.definitionId }),
      });
      return removed.map(({ definitionId }) => definitionId);
    },

    async filter({ match, ranges, userIds, offset, limit, maxRows }) {
      const counts = userIds ? [] : await countRows(ranges, maxRows);
      const chosen = userIds && sql`(SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
      const holds = (range: AttributeRange, userId: SQL): SQL =>
        sql`EXISTS (SELECT 1 FROM ${as(k)} WHERE ${inRange(range)} AND ${k.userId} = ${userId})`;
      const rowsOf = (range: AttributeRange): SQL =>
        sql`SELECT * FROM (SELECT ${k.userId} AS id FROM ${as(k)} WHERE ${inRange(range)}
          ORDER BY ${k.key}, ${k.userId} LIMIT ${maxRows})`;
      const smallest = counts.indexOf(Math.min(...counts));
      const driver = ranges[smallest];
      // Users that were named, or those of the range with the fewest rows, or, where one of several may hold, of all ranges.
      const isAny = match === 'any' && ranges.length > 1;
      if (!chosen) {
        const most = isAny ? counts.reduce((sum, one) => sum + one, 0) : (counts[smallest] ?? 0);
        const isPage = ranges.length === 1 && offset + limit <= maxRows;
        if (most > maxRows && !isPage) return 'too_many';
      }
      const source = chosen
        ? sql`SELECT value AS id FROM ${chosen}`
        : isAny
          ? sql.join(ranges.map(rowsOf), sql` UNION ALL `)
          : driver
            ? rowsOf(driver)
            : sql`SELECT NULL AS id WHERE FALSE`;
      const id = sql<string>`c.id`;
      const conditions = ranges.map((range) => holds(range, id));
      const { found } = await database.read({
        found: select({ id })
          .from(sql`(${source}) c`)
          .where(
            conditions.length > 0
              ? sql`${userLives(id)} AND (${sql.join(conditions, isAny ? sql` OR ` : sql` AND `)})`
              : userLives(id),
          ),
      });
      const all = [...new Set(found.map((row) => row.id))];
      const beyond = !chosen && !isAny && (counts[smallest] ?? 0) > maxRows;
      return {
        userIds: all.slice(offset, offset + limit),
        total: all.length,
        hasMore: offset + limit < all.length || beyond,
      };
    },
  };
}
