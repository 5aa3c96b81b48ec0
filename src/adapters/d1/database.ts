/** A D1 database. One call is one round trip, and one transaction (D1's `batch`). */
import { Moving, Outage, type DeliveryKey } from '../../ports/index.ts';
import { isRefusal } from './moves/refusal.ts';
import { STORE_TIMEOUT_MS, TimeOver, withTimeout } from '../deadline.ts';
import { closeEvents, mayWriteEvents } from './statements/event-statements.ts';
import type { Row, RowOf } from './statements/query.ts';
import {
  prepare,
  type Batch,
  type Prepared,
  type Results,
  type Statement,
} from './statements/common.ts';

const MAX_READ_ATTEMPTS = 3;

/** D1's own words for faults that a second try may not meet. */
const TRANSIENT =
  /network connection lost|storage caused object to be reset|reset because its code was updated|internal error|overloaded|timed out|timeout/i;

/** The messages of an error and of all its causes. */
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
  if (isRefusal(error)) return new Moving(error);
  return /constraint failed|SQLITE_ERROR|syntax error|no such/i.test(messageChain(error))
    ? error
    : new Outage('D1', error);
}

interface Named extends Prepared {
  name: string;
}

/** Told what of signed events a batch has written, once it is committed. It neither waits nor throws. */
export type EventsWritten = (written: readonly DeliveryKey[]) => void;

const CLOSE_EVENTS = prepare(closeEvents());

/** What SQLite says of the statement that failed: the table of a constraint, or the name that is not there. */
const CULPRIT = /constraint failed: (\w+)\.|no such (?:table|column): ([\w.]+)|near "([^"]+)"/;

/**
 * D1 does not tell which statement of a batch failed. Those that write the table of a violated constraint, or hold the name
 * that SQLite does not know, are told first: most often that is one.
 */
function nameFailed(statements: readonly Named[], error: unknown): string {
  const names = (some: readonly Named[]): string => some.map(({ name }) => name).join(', ');
  const [, table, name = '', near = ''] = CULPRIT.exec(messageChain(error)) ?? [];
  const writes = new RegExp(`^(insert into|update) "${table}"`, 'i');
  const suspects = statements.filter(({ text }) =>
    table === undefined ? text.replaceAll('"', '').includes(name || near) : writes.test(text),
  );
  const all = `D1 batch of ${names(statements)}`;
  return suspects.length > 0 && suspects.length < statements.length
    ? `D1 statement ${names(suspects)} of the ${all.slice(3)}`
    : all;
}

/** What a `Database` is made over: a binding, or a D1 session of it. */
export type Client = Pick<D1DatabaseSession, 'prepare' | 'batch'>;

/** A binding, as much of it as stores know. */
export interface Binding extends Client {
  withSession(constraint?: string): Client & Pick<D1DatabaseSession, 'getBookmark'>;
}

export class Database {
  readonly #client: Client;

  readonly #answered: () => void;

  readonly #timeoutMs: number;

  readonly #eventsWritten: EventsWritten;

  /**
   * @param answered is called after each round trip that succeeded
   * @param timeoutMs of a round trip; what nobody waits for may take longer
   * @param eventsWritten puts events on the queue; the cron finds those of a database that has none
   */
  constructor(
    client: Client,
    answered: () => void = () => undefined,
    timeoutMs = STORE_TIMEOUT_MS,
    eventsWritten: EventsWritten = () => undefined,
  ) {
    this.#client = client;
    this.#answered = answered;
    this.#timeoutMs = timeoutMs;
    this.#eventsWritten = eventsWritten;
  }

  /** The same database with another time limit. */
  patient(timeoutMs: number): Database {
    return new Database(this.#client, this.#answered, timeoutMs, this.#eventsWritten);
  }

  async #run(statements: readonly Named[]): Promise<Row[][]> {
    // D1 refuses a batch of nothing.
    if (statements.length === 0) return [];
    const bound = statements.map(({ text, params }) => this.#client.prepare(text).bind(...params));
    try {
      const results = await withTimeout('D1', this.#client.batch<Row>(bound), this.#timeoutMs);
      this.#answered();
      return results.map(({ results: rows }, at) =>
        rows.map((row) => statements[at]?.read(row) ?? row),
      );
    } catch (error) {
      throw new Error(nameFailed(statements, error), { cause: error });
    }
  }

  /** Bytes that the database takes, as D1 counts them against its limit; undefined where it does not tell. */
  async sizeBytes(): Promise<number | undefined> {
    try {
      const look = [this.#client.prepare('SELECT 1')];
      const [answer] = await withTimeout('D1', this.#client.batch(look), this.#timeoutMs);
      return answer?.meta.size_after;
    } catch (error) {
      throw toOutage(error);
    }
  }

  /** @param rows of the statement that ended the events of a batch */
  #tellEvents(rows: Row[]): void {
    if (rows.length === 0) return;
    this.#eventsWritten(
      // As `closeEvents` returns them.
      (rows as RowOf<ReturnType<typeof closeEvents>>[]).flatMap(
        ({ applicationId, eventId, endpointIds }) =>
          endpointIds.map((endpointId) => ({ applicationId, eventId, endpointId })),
      ),
    );
  }

  async #runBatch<B extends Batch>(batch: B): Promise<Results<B>> {
    const entries = Object.entries(batch).map(([name, entry]) => {
      const isList = Array.isArray(entry);
      const list: readonly Statement[] = isList ? entry : entry ? [entry as Statement] : [];
      return {
        name,
        isList,
        list: list.map((statement, at): Named => ({
          ...prepare(statement),
          name: isList ? `${name}[${at}]` : name,
        })),
      };
    });
    const statements = entries.flatMap(({ list }) => list);
    const closing = statements.some(({ text }) => mayWriteEvents(text));
    const results = await this.#run(
      closing ? [...statements, { ...CLOSE_EVENTS, name: 'events' }] : statements,
    );
    if (closing) this.#tellEvents(results.at(-1) ?? []);
    let at = 0;
    const named = entries.map(({ name, isList, list }) => {
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

  /**
   * Reads, tried again on D1's transient faults. One that was given up is not asked again: D1 is still at it, and would be
   * three times as busy just when it is slow.
   * @param maxAttempts 1 where another database is asked instead
   */
  async read<B extends Batch>(batch: B, maxAttempts = MAX_READ_ATTEMPTS): Promise<Results<B>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#runBatch(batch);
      } catch (error) {
        const isOurs = error instanceof Error && error.cause instanceof TimeOver;
        if (isOurs || tries >= maxAttempts || !TRANSIENT.test(messageChain(error))) {
          throw toOutage(error);
        }
      }
    }
  }
}
