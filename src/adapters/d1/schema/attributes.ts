/** Tables of user attributes; see `index.ts`, which gives them out. */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { AttributeDefinition } from '../../../ports/index.ts';

const applicationId = text('application_id').notNull();

/** What operators have defined. They are always read together, and an application has 200 at most. */
export const attributeDefinitions = sqliteTable(
  'attribute_definitions',
  {
    applicationId,
    /** 24 hex digits. */
    id: text().notNull(),
    slug: text().notNull(),
    /** Everything else of it. */
    fields: text({ mode: 'json' }).$type<Omit<AttributeDefinition, 'id' | 'slug'>>().notNull(),
    /** Its values are still to be dropped; nobody sees them any more. */
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.id] }),
    uniqueIndex('attribute_definitions_slug')
      .on(t.applicationId, t.slug)
      .where(sql`deleted_at IS NULL`),
    index('attribute_definitions_deleted')
      .on(t.deletedAt)
      .where(sql`deleted_at IS NOT NULL`),
  ],
);

/** The value that one user has of one attribute. */
export const userAttributes = sqliteTable(
  'user_attributes',
  {
    applicationId,
    userId: text('user_id').notNull(),
    definitionId: text('definition_id').notNull(),
    /** 24 hex digits. */
    id: text().notNull(),
    /** JSON; sealed when the attribute is encrypted. */
    value: text().notNull(),
    customerOverridden: integer('customer_overridden', { mode: 'boolean' }).notNull(),
    updatedBy: text('updated_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.userId, t.definitionId] }),
    uniqueIndex('user_attributes_id').on(t.applicationId, t.id),
    index('user_attributes_definition').on(t.applicationId, t.definitionId),
  ],
);

/**
 * The same values as filters look for them: a key whose order is that of the values. Encrypted ones are not here. Without
 * rowid: the index by user is the table itself.
 */
export const attributeKeys = sqliteTable(
  'attribute_keys',
  {
    applicationId,
    userId: text('user_id').notNull(),
    definitionId: text('definition_id').notNull(),
    key: text().notNull(),
    /** The user is archived or deleted; a trigger keeps it. */
    hidden: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.applicationId, t.userId, t.definitionId, t.key] }),
    index('attribute_keys_found').on(t.applicationId, t.definitionId, t.hidden, t.key, t.userId),
  ],
);
