/**
 * Triggers on every table of an application's rows, there while a database has anything to do with a move. They note each
 * change of an application that is leaving, and refuse what would be lost: safety depends on no cache and on no clock.
 */
import type { Database } from '../database.ts';
import { Filled } from '../statements/common.ts';
import { sql } from '../statements/query.ts';
import { REFUSAL } from './refusal.ts';
import { MOVED, OWNED, type OwnTable } from './tables.ts';

const NAME = 'application_move_';
const EVENTS = ['insert', 'update', 'delete'] as const;
const moved = new Set(MOVED.map(({ name }) => name));

/** The statement of a row of `move_changes`, for the row that is called `old` or `new`. */
const note = ({ name, key }: OwnTable, row: 'old' | 'new', where = ''): string =>
  `INSERT INTO move_changes (application_id, name, key)
   SELECT ${row}.application_id, '${name}', json_array(${key.map((one) => `${row}."${one.name}"`).join(', ')})
   ${where};`;

function triggerOf(own: OwnTable, event: (typeof EVENTS)[number]): string {
  const row = event === 'delete' ? 'old' : 'new';
  const isOther = own.key.map((one) => `old."${one.name}" <> new."${one.name}"`).join(' OR ');
  const notes = [note(own, row), event === 'update' ? note(own, 'old', `WHERE ${isOther}`) : ''];
  return `CREATE TRIGGER IF NOT EXISTS ${NAME}${own.name}_${event} AFTER ${event.toUpperCase()} ON ${own.name}
WHEN EXISTS (SELECT 1 FROM move_places WHERE application_id = ${row}.application_id AND open = 0) BEGIN
  SELECT RAISE(ABORT, '${REFUSAL}') FROM move_places
  WHERE application_id = ${row}.application_id AND state <> 'leaving';
  ${moved.has(own.name) ? notes.join('\n  ') : ''}
END`;
}

const ALL = OWNED.flatMap((own) =>
  EVENTS.map((event) => ({
    name: `${NAME}${own.name}_${event}`,
    text: triggerOf(own, event),
  })),
);

/** Text of this file alone, which holds nothing that came from outside. */
const statement = (text: string) => new Filled({ text, params: [], read: (row) => row });

/** Makes what is missing of them. */
export async function setTriggers(database: Database): Promise<void> {
  const { rows } = await database.read({
    rows: sql`SELECT name FROM sqlite_master WHERE type = 'trigger'`,
  });
  const there = new Set(rows.map(({ name }) => name));
  const missing = ALL.filter(({ name }) => !there.has(name));
  await database.write({ triggers: missing.map(({ text }) => statement(text)) });
}

/** Takes them off: no application has anything to do with a move here. */
export async function dropTriggers(database: Database): Promise<void> {
  await database.write({
    triggers: ALL.map(({ name }) => statement(`DROP TRIGGER IF EXISTS ${name}`)),
  });
}
