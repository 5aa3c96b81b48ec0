/**
 * A twin of an application: another one with the same users, codes, links, sessions, by the same ids, whose state is the
 * opposite (blocked where the other is active, unused where it is used). Before each round trip to D1 it is made anew from
 * the rows of the first one, so that a statement which forgets its tenant meets the twin's rows wherever it goes.
 */
import { env } from 'cloudflare:workers';
import type { D1Shop } from './shop.ts';

interface Column {
  name: string;
  type: string;
  notnull: number;
  pk: number;
}

export interface TenantTable {
  name: string;
  columns: Column[];
}

/** Every table with a column `application_id`, but for the directory's, which is what tells tenants apart. */
export async function tenantTables(): Promise<TenantTable[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'
     AND name NOT GLOB 'd1_*' AND name <> 'application_hosts' AND name NOT GLOB 'move*' ORDER BY name`,
  ).all<{ name: string }>();
  const tables: TenantTable[] = [];
  for (const { name } of results) {
    const { results: columns } = await env.DB.prepare(`PRAGMA table_info("${name}")`).all<Column>();
    if (columns.some((column) => column.name === 'application_id')) tables.push({ name, columns });
  }
  return tables;
}

/** What stands in a column of the twin. */
function opposite({ name, type, notnull, pk }: Column): string {
  if (name === 'application_id') return '?2';
  // Times that may be unset say what has happened: used, blocked, finished. The twin's say the opposite.
  const time = name.endsWith('_at') && notnull === 0 && pk === 0 && /INT/i.test(type);
  return time ? `CASE WHEN "${name}" IS NULL THEN 1 ELSE NULL END` : `"${name}"`;
}

export interface Twin {
  /** Statements that changed a row of the twin: one line each round trip that did. */
  breaches: string[];
  /** Round trips that were watched. */
  trips: number;
  /** Every statement of the application that was prepared. */
  statements: Set<string>;
  /** Rows the twin had at the last of them, by table. */
  rows: Map<string, number>;
}

/** @param id of the twin; one that sorts before the application's own is met first by a careless statement */
export async function watchTwin(shop: D1Shop, id: string): Promise<Twin> {
  // Those of events last: triggers of the users would clear them away again.
  const isLate = ({ name }: TenantTable): number => Number(name.startsWith('event'));
  const tables = (await tenantTables()).toSorted((a, b) => isLate(a) - isLate(b));
  const own = shop.application.id;
  const twin: Twin = { breaches: [], trips: 0, statements: new Set(), rows: new Map() };
  const copies = tables.flatMap(({ name, columns }) => {
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    return [
      env.DB.prepare(`DELETE FROM "${name}" WHERE application_id = ?`).bind(id),
      env.DB.prepare(
        `INSERT OR REPLACE INTO "${name}" (${names}) SELECT ${columns.map(opposite).join(', ')} FROM "${name}"
         WHERE application_id = ?1`,
      ).bind(own, id),
    ];
  });
  const looks = tables.map(({ name, columns }) => {
    const order = columns.map((_, at) => at + 1).join(', ');
    return env.DB.prepare(
      `SELECT * FROM "${name}" WHERE application_id = ? ORDER BY ${order}`,
    ).bind(id);
  });
  const look = async () =>
    new Map(
      (await env.DB.batch(looks)).map(({ results }, at) => [tables[at]?.name ?? '', results]),
    );

  let before = new Map<string, unknown[]>();
  const seen: string[] = [];
  let busy: Promise<void> = Promise.resolve();
  const releases = new Map<number, () => void>();
  shop.db.onPrepare = (sql) => {
    seen.push(sql);
    twin.statements.add(sql);
  };
  shop.db.onTrip = async (when, trip) => {
    if (when === 'before') {
      // One round trip at a time: what two do at once could not be told apart.
      const earlier = busy;
      busy = new Promise((resolve) => {
        releases.set(trip, resolve);
      });
      await earlier;
      await env.DB.batch(copies);
      before = await look();
      return;
    }
    const after = await look();
    for (const [name, rows] of before) {
      twin.rows.set(name, Math.max(twin.rows.get(name) ?? 0, rows.length));
      if (JSON.stringify(rows) !== JSON.stringify(after.get(name))) {
        twin.breaches.push(`${name}, round trip ${trip}:\n${seen.slice(-12).join('\n')}`);
      }
    }
    twin.trips += 1;
    seen.length = 0;
    releases.get(trip)?.();
  };
  return twin;
}

/** The scopes of a statement: the whole, and each `(SELECT …)` in it; every one without those inside of it. */
function scopesOf(sql: string): string[] {
  const scopes: string[] = [];
  const open: { text: string; isScope: boolean }[] = [{ text: '', isScope: true }];
  for (let at = 0; at < sql.length; at += 1) {
    const character = sql[at] ?? '';
    const top = open.at(-1);
    if (character === '(') {
      open.push({ text: '(', isScope: /^\(\s*(SELECT|WITH)\b/i.test(sql.slice(at)) });
    } else if (character === ')' && open.length > 1) {
      const { text, isScope } = open.pop() ?? { text: '', isScope: false };
      if (isScope) scopes.push(`${text})`);
      const outer = open.at(-1);
      if (outer) outer.text += isScope ? '(…)' : `${text})`;
    } else if (top) {
      top.text += character;
    }
  }
  return [...scopes, ...open.map(({ text }) => text)];
}

/**
 * The scopes of a statement that name tables of tenants more often than `application_id`: at least one of them is read or
 * written whosever its rows are.
 */
export function tenantlessScopes(sql: string, tables: readonly TenantTable[]): string[] {
  const names = tables.map(({ name }) => name).join('|');
  const reference = new RegExp(`\\b(FROM|JOIN|INTO|UPDATE)\\s+"?(${names})"?\\b`, 'gi');
  // No row at all, or one that a scope of its own has found.
  const harmless = /\bWHERE FALSE\b|\browid = \(…\)/i;
  return scopesOf(sql).filter((scope) => {
    if (harmless.test(scope)) return false;
    const references = scope.match(reference)?.length ?? 0;
    return references > (scope.match(/\bapplication_id\b/g)?.length ?? 0);
  });
}
