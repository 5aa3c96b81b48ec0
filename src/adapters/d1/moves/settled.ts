/** What crons leave alone. */
import { sql, type SQL, type SQLiteColumn } from '../statements/query.ts';
import { movePlaces } from '../schema/index.ts';

/**
 * Whether the application of a row is neither arriving nor leaving. What a cron dropped in one database only would make the two
 * sides of a move differ, and a row that may not be written would stop the cron for all other applications.
 */
export const isSettled = ({ applicationId }: { applicationId: SQLiteColumn | SQL }): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${movePlaces} WHERE ${movePlaces.applicationId} = ${applicationId})`;
