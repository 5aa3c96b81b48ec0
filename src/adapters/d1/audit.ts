import type { Audit } from '../../ports.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

/** Ruling 46: security events are kept this long. */
const LIFE = 90 * 86_400_000;

export function d1Audit(database: Database, applicationId: string): Audit {
  return {
    async record({ action, detail, at }) {
      await database.write([
        sql`INSERT INTO audit_events (application_id, id, at, action, detail, expires_at)
            VALUES (${applicationId}, ${crypto.randomUUID()}, ${at}, ${action}, ${JSON.stringify(detail)},
                    ${at + LIFE})`,
      ]);
    },
  };
}
