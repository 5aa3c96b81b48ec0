/**
 * What must hold in the whole database at any time, whatever failed, crashed or raced before. The promises of
 * `npm run admin -- check-data` are part of it; here is what can only be said with the domain's own functions.
 */
import { env } from 'cloudflare:workers';
import { checkData } from '../../src/cli/admin/check-data.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import type { D1Shop } from './shop.ts';

type Row = Record<string, unknown>;

const rows = async (sql: string): Promise<Row[]> => (await env.DB.prepare(sql).all<Row>()).results;

async function brokenPromises(now: number): Promise<string[]> {
  const database = new Database(env.DB);
  const context = {
    directory: database,
    database: () => database,
    databases: () => [{ name: 'DB', database }],
    now,
  };
  // It reads, and so needs none of the rest that commands are given.
  const { data } = await checkData.run(context as never, { application: undefined }, {} as never);
  const { found } = data as { found: { promise: string; breaches: string[] }[] };
  return found.map(({ promise, breaches }) => `${promise}: ${breaches.join(' | ')}`);
}

/** Who is blocked, archived or deleted has no living session. */
async function sessionsOfInactive(shop: D1Shop): Promise<string[]> {
  const inactive = await rows(
    'SELECT id FROM users WHERE blocked_at IS NOT NULL OR archived_at IS NOT NULL OR deleted_at IS NOT NULL',
  );
  const found = await Promise.all(
    inactive.map(async ({ id }) => {
      const alive = await shop.ports.sessions.list(String(id), shop.clock.now());
      return alive.length > 0
        ? [`${String(id)} is not active and has ${alive.length} sessions`]
        : [];
    }),
  );
  return found.flat();
}

/** A user who can never sign in again, because nothing that identifies it is left. */
async function unreachable(): Promise<string[]> {
  const lost = await rows(
    `SELECT id FROM users u WHERE NOT EXISTS (SELECT 1 FROM identifiers i
       WHERE i.application_id = u.application_id AND i.user_id = u.id AND i.verified = 1)
     AND NOT EXISTS (SELECT 1 FROM social_identities s WHERE s.application_id = u.application_id AND s.user_id = u.id)`,
  );
  return lost.map(({ id }) => `${String(id)} has nothing to sign in with`);
}

/** Everything that does not hold, in words; empty when all is well. No fault may be armed while it looks. */
export async function invariants(shop: D1Shop): Promise<string[]> {
  const found = await Promise.all([
    brokenPromises(shop.clock.now()),
    sessionsOfInactive(shop),
    unreachable(),
  ]);
  return found.flat();
}
