/**
 * What every table has to do with a person. An export and an erasure are held against this list, and a test holds the list against
 * the schema: a new table stands in one of the two, or the test fails.
 */
import { getTableColumns } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from './schema/index.ts';
import { alias, as, columnList, select, sql, type SQL } from './statements/query.ts';

const i = alias(schema.identifiers, 'i');

interface Whose {
  applicationId: string;
  userId: string;
}

interface PersonTable {
  table: SQLiteTable;
  /** Which rows are about the user. */
  where(whose: Whose): SQL;
  /** Columns that no export has: secrets, and what only counts. */
  withheld: readonly string[];
  /** Why an export leaves the table out, when it does; erased it is in any case. */
  notExported?: string;
}

interface OfUser extends SQLiteTable {
  applicationId: SQLiteColumn;
  userId: SQLiteColumn;
}

const person = <T extends SQLiteTable>(
  table: T,
  where: (whose: Whose) => SQL,
  {
    withheld = [],
    notExported,
  }: { withheld?: (keyof T['_']['columns'])[]; notExported?: string } = {},
): PersonTable => ({ table, where, withheld: withheld.map(String), notExported });

const ofUser =
  (table: OfUser) =>
  ({ applicationId, userId }: Whose): SQL =>
    sql`${table.userId} = ${userId} AND ${table.applicationId} = ${applicationId}`;

/** By the verified identifiers of the user. */
const ofValue =
  (table: typeof schema.otpChallenges | typeof schema.proofs) =>
  ({ applicationId, userId }: Whose): SQL =>
    sql`(${columnList([table.value, table.kind, table.applicationId])}) IN (
      SELECT ${columnList([i.value, i.kind, i.applicationId])} FROM ${as(i)}
      WHERE ${i.userId} = ${userId} AND ${i.applicationId} = ${applicationId} AND ${i.verified} = 1)`;

const both =
  (...conditions: ((whose: Whose) => SQL)[]) =>
  (whose: Whose): SQL =>
    sql`(${sql.join(
      conditions.map((condition) => condition(whose)),
      sql` OR `,
    )})`;

const SEARCH_INDEX = 'an index of what is exported';

/** Tables with rows about a person. */
export const PERSON_TABLES: readonly PersonTable[] = [
  person(
    schema.users,
    ({ applicationId, userId }) =>
      sql`${schema.users.applicationId} = ${applicationId} AND ${schema.users.id} = ${userId}`,
    { withheld: ['passwordHash'] },
  ),
  person(schema.identifiers, ofUser(schema.identifiers)),
  person(schema.socialIdentities, ofUser(schema.socialIdentities)),
  person(schema.otpChallenges, both(ofUser(schema.otpChallenges), ofValue(schema.otpChallenges)), {
    withheld: ['codeMac', 'triesBuckets', 'refund', 'lastSend', 'lastTry', 'consumedBy'],
  }),
  person(schema.proofs, ofValue(schema.proofs), { withheld: ['registration'] }),
  person(schema.registrations, ofUser(schema.registrations), {
    withheld: ['id', 'formId', 'finishedBy'],
  }),
  person(
    schema.links,
    both(
      ofUser(schema.links),
      ({
        applicationId,
        userId,
      }) => sql`(${schema.links.userId} = '' AND ${schema.links.applicationId} = ${applicationId}
        AND (${columnList([schema.links.value, schema.links.kind])}) IN (
          SELECT ${columnList([i.value, i.kind])} FROM ${as(i)}
          WHERE ${i.userId} = ${userId} AND ${i.applicationId} = ${applicationId}))`,
    ),
    { withheld: ['id', 'usedBy'] },
  ),
  person(schema.endedSessions, ofUser(schema.endedSessions)),
  person(schema.auditEvents, ofUser(schema.auditEvents), { withheld: ['id', 'retention'] }),
  person(
    schema.budgets,
    ({ applicationId, userId }) => sql`
    ${schema.budgets.applicationId} = ${applicationId} AND ${schema.budgets.bucket} = ${`user:${userId}`}`,
  ),
  person(schema.groupMembers, ofUser(schema.groupMembers), {
    notExported: 'the groups stand there by their names',
  }),
  person(schema.groupChanges, ofUser(schema.groupChanges)),
  person(schema.userAttributes, ofUser(schema.userAttributes), {
    notExported: 'the values stand there opened, by the names of their attributes',
  }),
  person(schema.attributeKeys, ofUser(schema.attributeKeys), { notExported: SEARCH_INDEX }),
  person(schema.userWords, ofUser(schema.userWords), { notExported: SEARCH_INDEX }),
  // Before the events, by which they are found.
  person(
    schema.eventDeliveries,
    (
      whose,
    ) => sql`(${columnList([schema.eventDeliveries.applicationId, schema.eventDeliveries.eventId])}) IN (
      SELECT ${columnList([schema.events.applicationId, schema.events.id])} FROM ${schema.events}
      WHERE ${ofUser(schema.events)(whose)})`,
    { notExported: 'where an event was sent to; the events stand there' },
  ),
  person(schema.events, ofUser(schema.events), { withheld: ['open'] }),
];

/** Tables without, and why that is so. */
export const IMPERSONAL_TABLES: Readonly<Record<string, string>> = {
  companies: 'operators',
  applications: 'operators; numbers of test identifiers are written there by hand',
  application_hosts: 'operators',
  oauth_clients: 'operators',
  event_endpoints: 'operators',
  config_versions: 'operators',
  attribute_definitions: 'operators',
  user_groups: 'operators',
  group_imports: 'addresses of files and places in them',
  group_import_errors: 'lines that name no customer, by their number',
  user_jobs:
    'addresses of files and places in them; an erasure ends the files of exports, and takes out places that are ids',
  user_job_errors: 'lines that made no customer, by their number',
  counters: 'counts',
  user_stretches: 'counts',
  activity_counts: 'counts',
  report_counts: 'counts',
  sms_counts: 'counts',
  heartbeats: 'times',
  moves: 'operators',
  move_places: 'databases of applications',
  move_changes:
    'keys of rows that are still to be copied while an application moves; gone at its end',
  move_progress: 'counts and places',
  deliveries: 'random ids of messages',
  sweeps: 'places in tables, by keys that are random or hashes',
};

/** The rows of a person in a table, under the names of their columns. */
export function selectPersonal({ table, where, withheld }: PersonTable, whose: Whose) {
  const shown = Object.entries(getTableColumns(table)).filter(([key]) => !withheld.includes(key));
  const fields = Object.fromEntries(shown.map(([, column]) => [column.name, column]));
  return select(fields).from(table).where(where(whose));
}
