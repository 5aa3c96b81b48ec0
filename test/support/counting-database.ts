/** A D1 database that counts its round trips, and can be switched off. */
export interface Counted {
  database: D1Database;
  roundTrips: number;
  /** When set, every round trip fails. */
  down: boolean;
  /** Told every statement. */
  onPrepare?: (sql: string) => void;
}

export function countingDatabase(real: D1Database): Counted {
  const counted: Counted = { database: real, roundTrips: 0, down: false };

  function tripped<T>(work: () => Promise<T>): Promise<T> {
    counted.roundTrips += 1;
    if (counted.down) return Promise.reject(new Error('D1_ERROR: Network connection lost.'));
    return work();
  }

  const wrap = <C extends D1Database | D1DatabaseSession>(client: C): C =>
    new Proxy(client, {
      get(target, name) {
        if (name === 'batch') {
          return (statements: D1PreparedStatement[]) => tripped(() => target.batch(statements));
        }
        if (name === 'prepare') {
          return (sql: string) => {
            counted.onPrepare?.(sql);
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
