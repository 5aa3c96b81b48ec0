import { sql } from 'drizzle-orm';
import type { Links } from '../../ports.ts';
import { charge, giveBack, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import type { Database } from './database.ts';

export function d1Links(database: Database, applicationId: string): Links {
  return {
    async open(link, limits) {
      const { id, kind, userId, identifier, createdAt: now, expiresAt } = link;
      const json = limitsJson(limits);
      const [used = [], made = []] = await database.write([
        usage(applicationId, json, now),
        sql`INSERT INTO links (application_id, id, link_kind, user_id, kind, value, created_at, expires_at)
            SELECT ${applicationId}, ${id}, ${kind}, ${userId}, ${identifier.kind}, ${identifier.value}, ${now},
                   ${expiresAt}
            WHERE NOT ${overLimit(applicationId, json, now)} RETURNING id`,
        charge(
          applicationId,
          json,
          id,
          now,
          sql`EXISTS (SELECT 1 FROM links WHERE application_id = ${applicationId} AND id = ${id})`,
        ),
      ]);
      return made.length > 0 ? undefined : limitedOf(used, now);
    },

    async cancel(linkId) {
      await database.write([
        giveBack(applicationId, linkId),
        sql`DELETE FROM links WHERE application_id = ${applicationId} AND id = ${linkId}`,
      ]);
    },
  };
}
