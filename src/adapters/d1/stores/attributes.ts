/** User attributes: definitions, and the values of users. */
import type {
  AttributeDefinition,
  Attributes,
  AttributeWrite,
  StoredAttribute,
} from '../../../ports/index.ts';
import { uniqueViolation, type Database } from '../database.ts';
import { attributeDefinitions, attributeKeys, userAttributes } from '../schema/index.ts';
import {
  alias,
  as,
  excluded,
  insertSelect,
  remove,
  type RowOf,
  select,
  selectAll,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { filterByAttributes, userIsListed } from './attribute-filter.ts';
import { auditStatement } from './audit.ts';

const d = alias(attributeDefinitions, 'd');
const a = alias(userAttributes, 'a');

const selectDefinitions = (applicationId: string) =>
  select({ id: d.id, slug: d.slug, fields: d.fields })
    .from(d)
    .where(sql`${d.applicationId} = ${applicationId} AND ${d.deletedAt} IS NULL`);

const readDefinition = ({
  id,
  slug,
  fields,
}: RowOf<ReturnType<typeof selectDefinitions>>): AttributeDefinition => ({ ...fields, id, slug });

/** The fields with those of a change in the place of what was there; what the change leaves out stays. */
const changedFields = (change: Record<string, unknown>): SQL =>
  Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .reduce(
      (fields, [name, value]) =>
        sql`json_set(${fields}, ${`$.${name}`}, json(${JSON.stringify(value)}))`,
      sql`${attributeDefinitions.fields}`,
    );

/** The columns of a value out of the JSON `j`. */
const valueOfJson = (applicationId: string, userId: string) => {
  const field = (name: keyof AttributeWrite): SQL => sql`j.value ->> ${`$.${name}`}`;
  return {
    applicationId,
    userId,
    definitionId: field('definitionId'),
    id: field('id'),
    value: field('value'),
    customerOverridden: field('customerOverridden'),
    updatedBy: field('updatedBy'),
    createdAt: field('createdAt'),
    updatedAt: field('updatedAt'),
  };
};

/**
 * The port `Attributes` on D1.
 * @param reads where filters may look, such as a replica; all else goes to `database`
 */
export function d1Attributes(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
  reads: Pick<Database, 'read'> = database,
): Attributes {
  const definitionIs = (id: string): SQL =>
    sql`${attributeDefinitions.applicationId} = ${applicationId} AND ${attributeDefinitions.id} = ${id}
      AND ${attributeDefinitions.deletedAt} IS NULL`;
  const exists = (id: string): SQL =>
    sql`EXISTS (SELECT 1 FROM ${attributeDefinitions} WHERE ${definitionIs(id)})`;
  /** The attribute `a` of a definition that there is. */
  const isDefined = sql`EXISTS (SELECT 1 FROM ${as(d)} WHERE ${d.applicationId} = ${a.applicationId}
    AND ${d.id} = ${a.definitionId} AND ${d.deletedAt} IS NULL)`;
  const listOf = (ids: readonly string[]): SQL =>
    sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;

  const selectStored = (where: SQL) =>
    selectAll(a).where(
      sql`${a.applicationId} = ${applicationId} AND ${where} AND ${isDefined}
        AND ${userIsListed(applicationId, sql`${a.userId}`)}`,
    );
  const readStored = ({
    applicationId: _,
    ...stored
  }: RowOf<ReturnType<typeof selectStored>>): StoredAttribute => stored;

  return {
    async definitions() {
      const { rows } = await database.read({ rows: selectDefinitions(applicationId) });
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
            // Merged by D1, so that of two changes at once neither is lost.
            .set({ slug, fields: changedFields(change) })
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
        rows: selectStored(sql`${a.userId} IN ${listOf(userIds)}`),
      });
      return rows.map(readStored);
    },

    async byId(id) {
      const { rows } = await database.read({ rows: selectStored(sql`${a.id} = ${id}`) });
      return rows[0] && readStored(rows[0]);
    },

    async write(userId, values, event) {
      const ids = listOf(values.map(({ definitionId }) => definitionId));
      const json = JSON.stringify(values);
      // Every definition is there, and so is the user: all values are written, or none.
      const whole = sql`${userIsListed(applicationId, userId)} AND (SELECT COUNT(*) FROM ${as(d)}
        WHERE ${d.applicationId} = ${applicationId} AND ${d.deletedAt} IS NULL AND ${d.id} IN ${ids}) = ${values.length}`;
      const { written } = await database.write({
        dropped: remove(attributeKeys).where(
          sql`${attributeKeys.applicationId} = ${applicationId} AND ${attributeKeys.userId} = ${userId}
            AND ${attributeKeys.definitionId} IN ${ids} AND ${whole}`,
        ),
        keys: insertSelect(
          attributeKeys,
          {
            applicationId,
            userId,
            definitionId: sql`j.value ->> 'definitionId'`,
            key: sql`key.value`,
          },
          sql`FROM json_each(${json}) j CROSS JOIN json_each(j.value, '$.keys') key WHERE ${whole}`,
        ),
        written: insertSelect(
          userAttributes,
          valueOfJson(applicationId, userId),
          sql`FROM json_each(${json}) j WHERE ${whole}`,
        )
          .onConflictDoUpdate({
            target: [
              userAttributes.applicationId,
              userAttributes.userId,
              userAttributes.definitionId,
            ],
            set: {
              value: excluded(userAttributes.value),
              customerOverridden: excluded(userAttributes.customerOverridden),
              updatedBy: excluded(userAttributes.updatedBy),
              updatedAt: excluded(userAttributes.updatedAt),
            },
          })
          .returning({ id: userAttributes.id }),
        audit: auditStatement(applicationId, event, whole),
      });
      return values.length === 0 || written.length > 0;
    },

    async remove(userId, definitionIds, event) {
      const listed = userIsListed(applicationId, userId);
      const own = (table: typeof userAttributes | typeof attributeKeys | typeof a): SQL =>
        sql`${table.applicationId} = ${applicationId} AND ${table.userId} = ${userId}
          AND ${table.definitionId} IN ${listOf(definitionIds)} AND ${listed}`;
      const { removed } = await database.write({
        audit: auditStatement(
          applicationId,
          event,
          sql`EXISTS (SELECT 1 FROM ${as(a)} WHERE ${own(a)})`,
        ),
        keys: remove(attributeKeys).where(own(attributeKeys)),
        removed: remove(userAttributes)
          .where(own(userAttributes))
          .returning({ definitionId: userAttributes.definitionId }),
      });
      return removed.map(({ definitionId }) => definitionId);
    },

    filter: async (filter) => filterByAttributes(reads, applicationId, filter),
  };
}
