import { sql } from '../statements/query.ts';
import type { Budgets } from '../../../ports/index.ts';
import {
  charge,
  giveBack,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';

/** Budgets that stand on their own. `applicationId` may be `''` for those of no application. */
export function d1Budgets(database: Database, applicationId: string): Budgets {
  return {
    async charge(limits, now) {
      if (limits.length === 0) return undefined;
      const json = limitsJson(limits);
      const { used } = await database.write({
        used: usage(applicationId, json, now),
        charge: charge(applicationId, json, now, sql`NOT ${overLimit(applicationId, json, now)}`),
      });
      return limitedOf(used, now);
    },

    async giveBack(limits, chargedAt) {
      if (limits.length === 0) return;
      await database.write({ giveBack: giveBack(applicationId, limitsJson(limits), chargedAt) });
    },

    async check(limits, now) {
      const { used } = await database.read({
        used: usage(applicationId, limitsJson(limits), now),
      });
      return limitedOf(used, now);
    },
  };
}
