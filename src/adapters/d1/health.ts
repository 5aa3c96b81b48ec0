import type { Health } from '../../ports/index.ts';
import type { Database } from './database.ts';
import { select } from './statements/query.ts';
import { companies } from './schema/index.ts';
import { keys, type Values } from '../kv/values.ts';

/** One D1 and one KV round trip, at the same time. */
export function createHealth(database: Database, values: Values): Health {
  return {
    async probe() {
      const probes = {
        D1: database.read({ company: select({ id: companies.id }).from(companies).limit(1) }),
        KV: values.get(keys.health()),
      };
      const results = await Promise.allSettled(Object.values(probes));
      return Object.keys(probes).filter((_, index) => results[index]?.status === 'rejected');
    },
  };
}
