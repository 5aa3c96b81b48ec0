/** What becomes of each table when an application moves to another database. */
import { getTableColumns, getTableName } from 'drizzle-orm';
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import * as schema from '../schema/index.ts';
import { sql, type SQL } from '../statements/query.ts';

type Schema = typeof schema;
type TableName = {
  [K in keyof Schema]: Schema[K] extends SQLiteTable ? K : never;
}[keyof Schema];

type Fate =
  /** Its rows of the application come along. */
  | 'moved'
  /** Those of its rows that the condition holds for; triggers of the target make the others. */
  | { moved: SQL }
  /** Made by triggers of the target. */
  | 'made anew'
  /** In `DB` alone, wherever an application is. */
  | 'directory'
  /** Of a database, not of an application. */
  | 'of the database';

/** A table that is missing here does not compile. */
const FATES: { [K in TableName]: Fate } = {
  companies: 'directory',
  applications: 'directory',
  applicationHosts: 'directory',
  oauthClients: 'directory',
  moves: 'directory',
  configVersions: 'directory',
  users: 'moved',
  reportCounts: 'moved',
  identifiers: 'moved',
  userWords: 'moved',
  counters: { moved: sql`name <> 'users'` },
  userStretches: 'made anew',
  endedSessions: 'moved',
  auditEvents: 'moved',
  activityCounts: 'moved',
  attributeDefinitions: 'moved',
  userAttributes: 'moved',
  attributeKeys: 'moved',
  userGroups: 'moved',
  groupImports: 'moved',
  groupImportErrors: 'moved',
  groupMembers: 'moved',
  groupChanges: 'moved',
  userJobs: 'moved',
  userJobErrors: 'moved',
  eventEndpoints: 'moved',
  events: 'moved',
  eventDeliveries: 'moved',
  deliveries: 'moved',
  smsCounts: 'moved',
  otpChallenges: 'moved',
  budgets: 'moved',
  socialIdentities: 'moved',
  registrations: 'moved',
  proofs: 'moved',
  links: 'moved',
  heartbeats: 'of the database',
  sweeps: 'of the database',
  movePlaces: 'of the database',
  moveChanges: 'of the database',
  moveProgress: 'of the database',
};

/** A table of which an application has rows. */
export interface OwnTable {
  name: string;
  table: SQLiteTable;
  columns: readonly SQLiteColumn[];
  /** The primary key. */
  key: readonly SQLiteColumn[];
  /** Other columns that no two rows share, and of which rows, in SQL without the table's name. */
  unique: readonly { columns: readonly string[]; where: SQL }[];
  applicationId: SQLiteColumn;
  /** Whether the key begins with the application, so that its rows are one range. */
  isRange: boolean;
}

function ownTable(table: SQLiteTable): OwnTable {
  const { primaryKeys, indexes } = getTableConfig(table);
  const columns = Object.values(getTableColumns(table)) as SQLiteColumn[];
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary);
  const applicationId = columns.find(({ name }) => name === 'application_id');
  if (!applicationId) throw new Error(`${getTableName(table)} has no application_id`);
  return {
    name: getTableName(table),
    table,
    columns,
    key,
    unique: indexes
      .filter(({ config }) => config.unique)
      .map(({ config }) => ({
        // Indexes over expressions would have to be looked at by hand; there are none.
        columns: config.columns.map((column) => (column as SQLiteColumn).name),
        where: config.where ?? sql`TRUE`,
      })),
    applicationId,
    isRange: key[0] === applicationId,
  };
}

/** What the schema gives out, tables and whatever else. */
const known: Pick<Schema, TableName> = { ...schema };
const fates = Object.entries(FATES) as [TableName, Fate][];

/** Tables whose rows move, each with which of them. */
export const MOVED: readonly (OwnTable & { which: SQL })[] = fates.flatMap(([name, fate]) => {
  if (fate !== 'moved' && typeof fate === 'string') return [];
  return [{ ...ownTable(known[name]), which: typeof fate === 'string' ? sql`TRUE` : fate.moved }];
});

/** All tables of which an application has rows: what is cleaned when it has left. */
export const OWNED: readonly OwnTable[] = fates.flatMap(([name, fate]) =>
  fate === 'directory' || fate === 'of the database' ? [] : [ownTable(known[name])],
);
