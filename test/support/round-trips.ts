/** How far a call has got, by the round trips of D1. */
import type { D1Shop } from './shop.ts';

/** Watches a shop's KV from now on. The answer counts D1's round trips until the first put; 0 while there was none. */
export function watchFirstPut(shop: D1Shop): () => number {
  let trips = 0;
  const put = shop.kv.namespace.put.bind(shop.kv.namespace);
  Object.assign(shop.kv.namespace, {
    put: async (...args: Parameters<typeof put>) => {
      trips ||= shop.db.roundTrips;
      return put(...args);
    },
  });
  return () => trips;
}
