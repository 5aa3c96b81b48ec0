/** Databases beside `env.DB`, for tests of several. Only these pay for them: nobody else has them emptied. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

/** An empty database with the migrations applied. */
async function fresh(database: D1Database): Promise<D1Database> {
  await applyD1Migrations(database, env.TEST_MIGRATIONS);
  const { results } = await database
    .prepare(
      `SELECT type, name FROM sqlite_master WHERE (type = 'table' OR name GLOB 'application_move_*')
       AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations' ORDER BY type DESC`,
    )
    .all<{ type: string; name: string }>();
  await database.batch(
    results.map(({ type, name }) =>
      database.prepare(type === 'trigger' ? `DROP TRIGGER ${name}` : `DELETE FROM "${name}"`),
    ),
  );
  return database;
}

/** Both of them, empty. */
export async function furtherDatabases(): Promise<{ second: D1Database; third: D1Database }> {
  const [second, third] = await Promise.all([
    fresh(env.SECOND_DATABASE),
    fresh(env.THIRD_DATABASE),
  ]);
  return { second, third };
}
