/**
 * A D1 database with a read replica that stands still until it is told to catch up. workerd has none, so this double is the
 * only test of what reads one. A D1 session goes where D1's would: to the replica when that is at least as new as what the
 * session has seen, to the primary for its first statement where that is demanded, and for every change.
 */
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import {
  endedSessions,
  heartbeats,
  identifiers,
  users,
} from '../../src/adapters/d1/schema/index.ts';

export interface LaggingReplica {
  database: D1Database;
  /** The replica becomes what the primary is now. */
  catchUp(): Promise<void>;
  /** With what D1 sessions were opened, oldest first. */
  opened: string[];
  /** Who answered when a session was looked up, oldest first. */
  asked: ('primary' | 'replica')[];
  /** When set, every call to the replica fails. */
  down: boolean;
}

/** What session reads look at. */
const TABLES: readonly SQLiteTable[] = [users, identifiers, endedSessions, heartbeats];

/** The bookmark after so many changes. */
export const bookmarkOf = (changes: number): string =>
  `${changes.toString(16).padStart(8, '0')}-00000000-00000000-${'0'.repeat(32)}`;

function changesOf(bookmark: string): number {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{8}){2}-[0-9a-f]{32}$/.test(bookmark)) {
    throw new Error('D1_ERROR: Invalid bookmark');
  }
  return Number.parseInt(bookmark.slice(0, 8), 16);
}

export function laggingReplica(real: D1Database): LaggingReplica {
  let changes = 0;
  let copied = { changes: 0, tables: '' };
  const texts = new WeakMap<D1PreparedStatement, { sql: string; params: unknown[] }>();

  function prepare(sql: string): D1PreparedStatement {
    const statement = real.prepare(sql);
    const bind = statement.bind.bind(statement);
    return Object.assign(statement, {
      bind(...params: unknown[]) {
        const bound = bind(...params);
        texts.set(bound, { sql, params });
        return bound;
      },
    });
  }

  function note(who: 'primary' | 'replica', statements: D1PreparedStatement[]): void {
    const isLookUp = (one: D1PreparedStatement) =>
      /^select .*"ended_sessions"/is.test(texts.get(one)?.sql ?? '');
    if (statements.some(isLookUp)) double.asked.push(who);
  }

  async function onPrimary<T>(statements: D1PreparedStatement[]) {
    note('primary', statements);
    const results = await real.batch<T>(statements);
    if (results.some(({ meta }) => meta.rows_written > 0)) changes += 1;
    return results;
  }

  /** The copies stand in front of the statement under the names of the tables. */
  async function onReplica<T>(statements: D1PreparedStatement[]) {
    note('replica', statements);
    if (double.down) throw new Error('D1_ERROR: Network connection lost.');
    const { tables } = copied;
    return real.batch<T>(
      statements.map((statement) => {
        const { sql = '', params = [] } = texts.get(statement) ?? {};
        return real.prepare(`${tables} ${sql}`).bind(...params);
      }),
    );
  }

  const isRead = (statement: D1PreparedStatement): boolean =>
    /^select/i.test(texts.get(statement)?.sql ?? '');

  function withSession(constraint = 'first-unconstrained') {
    double.opened.push(constraint);
    let first = constraint === 'first-primary';
    let seen = constraint.startsWith('first-') ? 0 : changesOf(constraint);
    return {
      prepare,
      async batch<T>(statements: D1PreparedStatement[]) {
        if (seen > changes) throw new Error('D1_ERROR: The bookmark is not reached');
        const isNear = !first && seen <= copied.changes && statements.every(isRead);
        first = false;
        const results = await (isNear ? onReplica<T>(statements) : onPrimary<T>(statements));
        seen = isNear ? copied.changes : changes;
        return results;
      },
      getBookmark: () => bookmarkOf(seen),
    };
  }

  const double: LaggingReplica = {
    // The stores use these three calls of the interface and no other.
    database: { prepare, batch: onPrimary, withSession } as unknown as D1Database,
    async catchUp() {
      const rows = await real.batch(
        TABLES.map((table) => real.prepare(`SELECT * FROM "${getTableName(table)}"`)),
      );
      const copies = TABLES.map((table, at) => {
        const names = Object.values(getTableColumns(table)).map(({ name }) => name);
        const json = JSON.stringify(rows[at]?.results).replaceAll("'", "''");
        const fields = names.map((name) => `value ->> '$.${name}' AS "${name}"`);
        return `"${getTableName(table)}" AS (SELECT ${fields.join(', ')} FROM json_each('${json}'))`;
      });
      copied = { changes, tables: `WITH ${copies.join(', ')}` };
    },
    opened: [],
    asked: [],
    down: false,
  };
  return double;
}
