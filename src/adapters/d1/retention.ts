/** Rows that have served their time, dropped in batches that leave room for shoppers in between (D-73). */
import { sql, type SQL } from './sql.ts';
import type { AuditRetention } from '../../ports.ts';
import type { Database } from './database.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Tables with an index on `expires_at`, and their keys. A test holds both lists against the schema. By name, since importing
 * the tables would bring drizzle's column builders into the bundle.
 */
export const INDEXED = {
  registrations: ['application_id', 'id'],
  proofs: ['application_id', 'registration', 'kind', 'value'],
  links: ['application_id', 'id'],
  ended_sessions: ['application_id', 'user_id', 'handle'],
  sms_counts: ['application_id', 'name', 'start'],
} as const;

/**
 * Tables without one, for which an index entry would cost every login a row to write and another to drop. What lives a few
 * days only is read through by its key instead.
 */
export const SWEPT = {
  otp_challenges: ['application_id', 'id'],
  budgets: ['application_id', 'bucket'],
  deliveries: ['application_id', 'id'],
} as const;

/** How long an audit row is kept (D-73). */
export const AUDIT_LIFE_MS: Record<AuditRetention, number> = {
  admin: 400 * DAY_MS,
  security: 90 * DAY_MS,
};
const ACTIVITY_LIFE_MS = 400 * DAY_MS;

const KEPT_FOR_MS = DAY_MS;
const BATCH = 1_000;
/** Rows looked at in one batch of a sweep. */
const PAGE = 5_000;
/** Per table and run: together with the other tables and shards far below what one invocation may ask of D1. */
const MAX_BATCHES = 50;

export interface Dropped {
  /** Rows by table. */
  counts: Record<string, number>;
  /** False when something was left for the next run. */
  complete: boolean;
}

const columns = (names: readonly string[]): SQL =>
  sql.join(
    names.map((name) => sql.identifier(name)),
    sql`, `,
  );

/** Runs batches until one drops less than a whole one, or their number is used up. */
async function drop(
  database: Database,
  statement: SQL,
): Promise<{ total: number; complete: boolean }> {
  let [total, gone] = [0, BATCH];
  for (let batches = 0; gone === BATCH && batches < MAX_BATCHES; batches += 1) {
    const [, [row] = []] = await database.write([statement, sql`SELECT changes() AS gone`]);
    gone = Number(row?.['gone'] ?? 0);
    total += gone;
  }
  return { total, complete: gone < BATCH };
}

function dropIndexed(database: Database, name: keyof typeof INDEXED, before: number) {
  const key = columns(INDEXED[name]);
  const table = sql.identifier(name);
  return drop(
    database,
    sql`DELETE FROM ${table} WHERE (${key}) IN (
          SELECT ${key} FROM ${table} WHERE expires_at <= ${before} ORDER BY expires_at LIMIT ${BATCH})`,
  );
}

/** Reads a table through by its key, page by page, and drops what has expired. */
async function sweep(database: Database, name: keyof typeof SWEPT, before: number) {
  const key = columns(SWEPT[name]);
  const table = sql.identifier(name);
  let after = ['', ''];
  let total = 0;
  for (let pages = 0; pages < MAX_BATCHES; pages += 1) {
    const [first = '', second = ''] = after;
    const page = sql`SELECT ${key} FROM ${table} WHERE (${key}) > (${first}, ${second})
      ORDER BY ${key} LIMIT ${PAGE}`;
    const [[last] = [], , [row] = []] = await database.write([
      sql`SELECT * FROM (${page}) ORDER BY 1 DESC, 2 DESC LIMIT 1`,
      sql`DELETE FROM ${table} WHERE expires_at <= ${before} AND (${key}) IN (${page})`,
      sql`SELECT changes() AS gone`,
    ]);
    total += Number(row?.['gone'] ?? 0);
    if (!last) return { total, complete: true };
    after = SWEPT[name].map((column) => String(last[column]));
  }
  return { total, complete: false };
}

/** Audit rows of one kind of retention, application by application: each is one range of the key. */
async function dropAudit(database: Database, retention: AuditRetention, before: number) {
  const [applications = []] = await database.read([
    sql`WITH RECURSIVE a(id) AS (
          SELECT MIN(application_id) FROM audit_events
          UNION ALL
          SELECT (SELECT MIN(application_id) FROM audit_events WHERE application_id > a.id) FROM a WHERE a.id IS NOT NULL)
        SELECT id FROM a WHERE id IS NOT NULL`,
  ]);
  const dropped = { total: 0, complete: true };
  for (const { id } of applications) {
    const one = await drop(
      database,
      sql`DELETE FROM audit_events WHERE (application_id, retention, at, id) IN (
            SELECT application_id, retention, at, id FROM audit_events
            WHERE application_id = ${String(id)} AND retention = ${retention} AND at <= ${before}
            ORDER BY at LIMIT ${BATCH})`,
    );
    dropped.total += one.total;
    dropped.complete &&= one.complete;
  }
  return dropped;
}

/**
 * Drops every row that expired 24 h ago or earlier. Each batch stands by itself, so a run that is cut short loses nothing.
 * @param now by the Worker's clock, which also judges expiry
 */
export async function dropExpired(database: Database, now: number): Promise<Dropped> {
  const dropped: Dropped = { counts: {}, complete: true };
  const add = (name: string, { total, complete }: { total: number; complete: boolean }): void => {
    dropped.counts[name] = (dropped.counts[name] ?? 0) + total;
    dropped.complete &&= complete;
  };
  const before = now - KEPT_FOR_MS;
  for (const name of Object.keys(INDEXED) as (keyof typeof INDEXED)[]) {
    add(name, await dropIndexed(database, name, before));
  }
  for (const name of Object.keys(SWEPT) as (keyof typeof SWEPT)[]) {
    add(name, await sweep(database, name, before));
  }
  for (const retention of ['admin', 'security'] as const) {
    add('audit_events', await dropAudit(database, retention, before - AUDIT_LIFE_MS[retention]));
  }
  add(
    'activity_counts',
    await drop(
      database,
      sql`DELETE FROM activity_counts WHERE (application_id, hour_start, name) IN (
            SELECT application_id, hour_start, name FROM activity_counts
            WHERE hour_start <= ${before - ACTIVITY_LIFE_MS} LIMIT ${BATCH})`,
    ),
  );
  return dropped;
}
