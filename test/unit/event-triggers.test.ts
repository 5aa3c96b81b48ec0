/** No change of a customer can forget its event: every column, every table and every audited action is one, or says why not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getTableColumns, getTableName, isTable } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import * as schema from '../../src/adapters/d1/schema/index.ts';
import { mayWriteEvents } from '../../src/adapters/d1/statements/event-statements.ts';
import { OPENING_EVENTS } from '../../src/domain/session/session.ts';
import { EVENT_TYPES } from '../../src/ports/index.ts';

const FOLDER = join(import.meta.dirname, '../../migrations');
const SQL = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.sql'))
  .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
  .join('\n--> statement-breakpoint\n');

interface Trigger {
  verb: string;
  /** Empty where it is any column. */
  columns: string[];
  table: string;
  text: string;
}
const HEAD = /CREATE TRIGGER (event_\w+) AFTER (INSERT|DELETE|UPDATE)(?: OF ([\w, ]+?))? ON (\w+)/;
const triggers = SQL.split('--> statement-breakpoint').flatMap((text): Trigger[] => {
  const [, name, verb, columns, table] = HEAD.exec(text) ?? [];
  if (name === undefined || verb === undefined || table === undefined) return [];
  return [{ verb, columns: columns?.split(', ') ?? [], table, text }];
});
const tables = Object.values(schema).flatMap((value) =>
  isTable(value) && value instanceof SQLiteTable ? [value] : [],
);

/** Columns of `users` whose change is none that anybody is told. */
const SILENT_COLUMNS: Record<string, string> = {
  application_id: 'never changes',
  id: 'never changes',
  password_hash: 'renewed by a login; a changed password ends sessions, which is an event',
  has_old_password_hash: 'goes with the hash',
  event_sequence: 'counts the events themselves',
  delete_reason: 'goes with deleted_at',
  created_at: 'never changes',
  updated_at: 'goes with what was changed',
};

/** Tables with rows about a customer that are no event. */
const SILENT_TABLES: Record<string, string> = {
  user_words: 'made of the names',
  otp_challenges: 'a code on its way is no change of the customer',
  registrations: 'nobody is there yet',
  links: 'a link on its way is no change of the customer',
  group_members: 'a group is a list that operators keep',
  group_changes: 'a group is a list that operators keep',
  attribute_keys: 'made of the attributes',
  events: 'the events themselves',
};

describe('triggers', () => {
  test('were really read', () => {
    expect(triggers.length).toBeGreaterThan(18);
  });

  test('watch every column of users, or there is a reason', () => {
    const watched = new Set(
      triggers.filter(({ table }) => table === 'users').flatMap(({ columns }) => columns),
    );
    const columns = Object.values(getTableColumns(schema.users)).map(({ name }) => name);
    for (const column of columns) {
      expect([column, watched.has(column) !== column in SILENT_COLUMNS]).toEqual([column, true]);
    }
  });

  test('watch every table with rows about a customer, or there is a reason', () => {
    const watched = new Set(triggers.map(({ table }) => table));
    const about = tables
      .filter((table) => 'userId' in getTableColumns(table) || table === schema.users)
      .map(getTableName);
    for (const name of about) {
      expect([name, watched.has(name) !== name in SILENT_TABLES]).toEqual([name, true]);
    }
  });

  test('are closed behind every statement that may fire one, and behind no other', () => {
    const words = { INSERT: 'insert into', UPDATE: 'update', DELETE: 'delete from' };
    for (const [verb, text] of Object.entries(words)) {
      for (const name of tables.map(getTableName)) {
        const fires = triggers.some((one) => one.table === name && one.verb === verb);
        // Of a table that is watched at all, any statement may be.
        if (fires)
          expect([name, verb, mayWriteEvents(`${text} "${name}" `)]).toEqual([name, verb, true]);
      }
    }
    const closed = tables
      .map(getTableName)
      .filter((name) => mayWriteEvents(`insert into "${name}"`));
    expect(closed.toSorted()).toEqual([...new Set(triggers.map(({ table }) => table))].toSorted());
    expect(mayWriteEvents('select "users"."id" from "users"')).toBe(false);
  });

  test('write every type that there is, and no other', () => {
    const named = triggers.flatMap(({ text }) =>
      [...text.matchAll(/'((?:customer|session)\.\w+)'/g)].map(([, type = '']) => type),
    );
    const actions: readonly string[] = OPENING_EVENTS;
    const types = named.filter(
      (type) => !actions.includes(type) || EVENT_TYPES.some((one) => one === type),
    );
    expect([...new Set(types)].toSorted()).toEqual([...EVENT_TYPES].toSorted());
  });

  test('know every way a session begins', () => {
    const opened = triggers.find(({ table }) => table === 'audit_events')?.text ?? '';
    const [, list = ''] = /new\.action IN \(([^)]*)\)/.exec(opened) ?? [];
    expect(list.split(', ')).toEqual(OPENING_EVENTS.map((action) => `'${action}'`));
  });
});
