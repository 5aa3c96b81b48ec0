/** An application that is moved between databases under test: the move, whatever it is made of, and what it must leave. */
import { env } from 'cloudflare:workers';
import { Database } from '../../src/adapters/d1/database.ts';
import { abortMove, moveApplication } from '../../src/adapters/d1/moves/move.ts';
import type { Moved, Moving } from '../../src/adapters/d1/moves/moving.ts';
import { MOVED, OWNED } from '../../src/adapters/d1/moves/tables.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';

type Row = Record<string, unknown>;

/** Of a shop with three databases. */
const PLACES: Record<string, D1Database> = {
  DB: env.SECOND_DATABASE,
  DB_1: env.DB,
  DB_2: env.THIRD_DATABASE,
};

/** Each round trip of a move, before it is made and when its answer comes; what it throws there is the end of the run. */
export type Watch = (when: 'before' | 'after', trip: string) => Promise<void> | void;

/** What is the same in another run of the same step. */
const isWord = (value: unknown): boolean => typeof value === 'string' && !value.startsWith('run-');

/** A database whose round trips are watched, each under a name that says what it does. */
function watched(name: string, real: D1Database, watch: Watch): Database {
  let texts: string[] = [];
  /** Which slice it is, of the slices; the rest is told by its text. */
  const nameOf = (text: string, params: unknown[]): string =>
    /move_progress/.test(text) ? `${text} ${JSON.stringify(params.filter(isWord))}` : text;
  const client: Pick<D1Database, 'prepare' | 'batch'> = {
    prepare(text) {
      const bind = real.prepare(text);
      return {
        bind(...params: unknown[]) {
          texts.push(nameOf(text, params));
          return bind.bind(...params);
        },
      } as D1PreparedStatement;
    },
    async batch<T>(statements: D1PreparedStatement[]) {
      const all = texts.join('; ');
      // Which tables have changed is another thing each time.
      const isChanges = /json_each/.test(all) && !/move_progress/.test(all);
      const trip = isChanges
        ? `${name}: changes are ${/DELETE/.test(all) ? 'written' : 'read'}`
        : `${name}: ${all}`;
      texts = [];
      await watch('before', trip);
      const results = await real.batch<T>(statements);
      await watch('after', trip);
      return results;
    },
  };
  return new Database(client);
}

let runs = 0;

/** One run of a move, or as much of one as `watch` allows. */
export async function runMove(
  [from, to]: readonly [string, string],
  now: () => number,
  watch: Watch = () => undefined,
  more: Partial<Moving> = {},
): Promise<Moved | undefined> {
  runs += 1;
  const at = (name: string) => watched(name, PLACES[name] ?? env.DB, watch);
  return moveApplication({
    applicationId: DEMO.applicationId,
    runner: `run-${runs}`,
    directory: at('DB'),
    source: at(from),
    target: at(to),
    from,
    to,
    now,
    sleep: async () => undefined,
    knownAfterMs: 0,
    sliceRows: 300,
    tell: () => undefined,
    ...more,
  });
}

/** Takes a move back. */
export async function abortTestMove([from, to]: readonly [string, string]): Promise<void> {
  const at = (name: string) => new Database(PLACES[name] ?? env.DB);
  const places = { directory: at('DB'), source: at(from), target: at(to) };
  await abortMove({ ...places, applicationId: DEMO.applicationId });
}

/** The rows of the shop in a database, table by table. */
export async function rowsIn(name: string): Promise<Record<string, string[]>> {
  const database = PLACES[name] ?? env.DB;
  const answers = await database.batch<Row>(
    MOVED.map((moved) =>
      database
        .prepare(
          `SELECT * FROM ${moved.name} WHERE application_id = ? ${moved.name === 'counters' ? "AND name <> 'users'" : ''}`,
        )
        .bind(DEMO.applicationId),
    ),
  );
  return Object.fromEntries(
    MOVED.map((moved, at) => [
      moved.name,
      (answers[at]?.results ?? []).map((row) => JSON.stringify(row)).toSorted(),
    ]),
  );
}

/** Tables in which the shop has a row. */
export async function tablesWithRows(name: string): Promise<string[]> {
  const database = PLACES[name] ?? env.DB;
  const answers = await database.batch<{ rows: number }>(
    OWNED.map((own) =>
      database
        .prepare(`SELECT COUNT(*) AS rows FROM ${own.name} WHERE application_id = ?`)
        .bind(DEMO.applicationId),
    ),
  );
  return OWNED.flatMap((own, at) => ((answers[at]?.results[0]?.rows ?? 0) > 0 ? [own.name] : []));
}
