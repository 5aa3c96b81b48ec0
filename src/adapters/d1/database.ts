/** A D1 database. One call is one round trip; a list of statements is one transaction (D1's `batch`). */
import type { SQL } from './sql.ts';
import { Outage } from '../../ports.ts';
import { withTimeout } from '../deadline.ts';

export type Row = Record<string, unknown>;

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

  constructor(client: D1Database | D1DatabaseSession) {
    this.#client = client;
  }

  async #run(statements: readonly SQL[]): Promise<Row[][]> {
    const prepared = statements.map((statement) => {
      const { text, params } = statement;
      return this.#client.prepare(text).bind(...params);
    });
    const results = await withTimeout('D1', this.#client.batch<Row>(prepared));
    return results.map(({ results: rows }) => rows);
  }

  /** All statements or none. Never tried again: a lost answer may hide a change that was made. */
  async write(statements: readonly SQL[]): Promise<Row[][]> {
    try {
      return await this.#run(statements);
    } catch (error) {
      throw toOutage(error);
    }
  }

  /** Reads, tried again on D1's transient faults. */
  async read(statements: readonly SQL[]): Promise<Row[][]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#run(statements);
      } catch (error) {
        if (tries >= READ_TRIES || !TRANSIENT.test(messageChain(error))) throw toOutage(error);
      }
    }
  }
}
