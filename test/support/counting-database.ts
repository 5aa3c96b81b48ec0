/** A D1 database that counts its round trips, and can be switched off. */
export interface Counted {
  database: D1Database;
  roundTrips: number;
  /** As D1 bills them, entries of indexes included. */
  rowsRead: number;
  rowsWritten: number;
  /** When set, every round trip fails. */
  down: boolean;
  /** The round trip of this number fails, and no other: before it has done anything, or with only its answer lost. */
  failAt?: { trip: number; answerLost: boolean };
  /** Called around each round trip that is not made to fail; the first has the number 1. What it throws `before` fails it. */
  onTrip?: (when: 'before' | 'after', trip: number) => Promise<void> | void;
  /** Told every statement. */
  onPrepare?: (sql: string) => void;
  /** Told what each statement of a batch has read and written. */
  onRows?: (text: string, rows: { rows_read: number; rows_written: number }) => void;
}

export function countingDatabase(real: D1Database): Counted {
  const counted: Counted = {
    database: real,
    roundTrips: 0,
    rowsRead: 0,
    rowsWritten: 0,
    down: false,
  };

  const prepared: string[] = [];

  async function tripped<T>(call: () => Promise<T>): Promise<T> {
    const trip = (counted.roundTrips += 1);
    const work = async (): Promise<T> => {
      await counted.onTrip?.('before', trip);
      try {
        return await call();
      } finally {
        await counted.onTrip?.('after', trip);
      }
    };
    const lost = new Error('D1_ERROR: Network connection lost.');
    const fails = trip === counted.failAt?.trip;
    if (fails && counted.failAt?.answerLost) return work().then(() => Promise.reject(lost));
    return counted.down || fails ? Promise.reject(lost) : work();
  }

  const wrap = <C extends D1Database | D1DatabaseSession>(client: C): C =>
    new Proxy(client, {
      get(target, name) {
        if (name === 'batch') {
          return (statements: D1PreparedStatement[]) => {
            // A batch is prepared and run in one go.
            const texts = prepared.splice(0).slice(-statements.length);
            return tripped(async () => {
              const results = await target.batch(statements);
              for (const [at, { meta }] of results.entries()) {
                counted.rowsRead += meta.rows_read;
                counted.rowsWritten += meta.rows_written;
                counted.onRows?.(texts[at] ?? '', meta);
              }
              return results;
            });
          };
        }
        if (name === 'prepare') {
          return (sql: string) => {
            counted.onPrepare?.(sql);
            prepared.push(sql);
            return target.prepare(sql);
          };
        }
        if (name === 'withSession' && 'withSession' in target) {
          return (constraint: string) => wrap(target.withSession(constraint));
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });

  counted.database = wrap(real);
  return counted;
}
