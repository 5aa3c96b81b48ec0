/** A D1 database. One call is one round trip, and one transaction (D1's `batch`). */
import { Outage } from '../../ports.ts';
import { within } from '../within.ts';
import { prepare, type Query, type Row, type RowOf } from './query.ts';

export type { Row };

/**
 * The statements of a transaction by name, in the order they run. A list stands for statements that belong together;
 * undefined for one that is not needed this time.
 */
export type Batch = Record<string, Query | readonly Query[] | undefined>;

/** The rows of each statement by its name; of a list, the rows of each in turn. */
export type Results<B extends Batch> = {
  [K in keyof B]-?: B[K] extends readonly Query[] ? Row[][] : RowOf<NonNullable<B[K]>>[];
};

const READ_TRIES = 3;

/** D1's own words for faults that a second try may not meet. */
const TRANSIENT =
  /network connection lost|storage caused object to be reset|reset because its code was updated|internal error|overloaded|timed out|timeout/i;

export function messageChain(error: unknown): string {
  const parts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    parts.push(at.message);
  }
  return parts.join(' | ');
}

/** The columns of a violated unique constraint, such as `identifiers.value`; undefined for any other error. */
export function uniqueViolation(error: unknown): string | undefined {
  return /UNIQUE constraint failed: ([\w., ]+)/.exec(messageChain(error))?.[1];
}

/** A constraint or a mistake in the SQL is ours to see; anything else is D1's failure. */
function toOutage(error: unknown): unknown {
  return /constraint failed|SQLITE_ERROR|syntax error|no such/i.test(messageChain(error))
    ? error
    : new Outage('D1', error);
}

export class Database {
  readonly #client: D1Database | D1DatabaseSession;

  readonly #answered: () => void;

  /** @param answered is called after each round trip that succeeded */
  constructor(client: D1Database | D1DatabaseSession, answered: () => void = () => undefined) {
    this.#client = client;
    this.#answered = answered;
  }

  /** D1 does not tell which statement failed, so the error names those of the batch. */
  async #run(named: readonly [name: string, query: Query][]): Promise<Row[][]> {
    const statements = named.map(([, query]) => prepare(query));
    const prepared = statements.map(({ text, params }) =>
      this.#client.prepare(text).bind(...params),
    );
    try {
      const results = await within('D1', this.#client.batch<Row>(prepared));
      this.#answered();
      return results.map(({ results: rows }, at) =>
        rows.map((row) => statements[at]?.read(row) ?? row),
      );
    } catch (error) {
      const names = named.map(([name]) => name).join(', ');
      throw new Error(`D1 batch of ${names}`, { cause: error });
    }
  }

  async #runBatch<B extends Batch>(batch: B): Promise<Results<B>> {
    const queries = Object.entries(batch).map(([name, entry]) => {
      const list: readonly Query[] = Array.isArray(entry) ? entry : entry ? [entry as Query] : [];
      return { name, isList: Array.isArray(entry), list };
    });
    const results = await this.#run(
      queries.flatMap(({ name, list }) => list.map((query) => [name, query] as const)),
    );
    let at = 0;
    const named = queries.map(({ name, isList, list }) => {
      const rows = results.slice(at, (at += list.length));
      return [name, isList ? rows : (rows[0] ?? [])];
    });
    // The same names as in `batch`, each with what its statement gave.
    return Object.fromEntries(named) as Results<B>;
  }

  /** All statements or none. Never tried again: a lost answer may hide a change that was made. */
  async write<B extends Batch>(batch: B): Promise<Results<B>> {
    try {
      return await this.#runBatch(batch);
    } catch (error) {
      throw toOutage(error);
    }
  }

  /** Reads, tried again on D1's transient faults. */
  async read<B extends Batch>(batch: B): Promise<Results<B>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#runBatch(batch);
      } catch (error) {
        if (tries >= READ_TRIES || !TRANSIENT.test(messageChain(error))) throw toOutage(error);
      }
    }
  }
}
