/**
 * Three applications on three databases: every flow of the product gets where it wants in the one of the shop, and leaves
 * nothing in another.
 */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { disturb, openFor } from '../support/flows/disturb.ts';
import { FLOWS } from '../support/flows/index.ts';
import { invariants } from '../support/invariants.ts';
import type { D1Shop } from '../support/shop.ts';
import { registerUser, signInOf } from '../support/stored.ts';
import { tenantTables } from '../support/twin.ts';

/** Beside the shop, which is on `DB_1`; on the directory's own database, and on the third. */
const NEIGHBOURS = [
  { id: '0'.repeat(23) + '2', shard: 'DB' },
  { id: 'f'.repeat(24), shard: 'DB_2' },
];
const DATABASES = { DB: env.SECOND_DATABASE, DB_1: env.DB, DB_2: env.THIRD_DATABASE };

/** In the directory wherever the application is. */
const OF_DIRECTORY: ReadonlySet<string> = new Set(['application_hosts', 'config_versions']);

/** By database, how many rows each application has. */
async function rowsByApplication(): Promise<Record<string, Record<string, number>>> {
  const tables = (await tenantTables()).filter(({ name }) => !OF_DIRECTORY.has(name));
  const counted: Record<string, Record<string, number>> = {};
  for (const [name, database] of Object.entries(DATABASES)) {
    const found: Record<string, number> = {};
    const answers = await database.batch<{ id: string; rows: number }>(
      tables.map((table) =>
        database.prepare(
          `SELECT application_id AS id, COUNT(*) AS rows FROM "${table.name}" WHERE application_id <> '' GROUP BY 1`,
        ),
      ),
    );
    for (const { id, rows } of answers.flatMap(({ results }) => results)) {
      found[id] = (found[id] ?? 0) + rows;
    }
    counted[name] = found;
  }
  return counted;
}

/** A customer of another application, with a number that is also somebody's in the shop. */
async function addNeighbours(shop: D1Shop): Promise<void> {
  for (const { id, shard } of NEIGHBOURS) {
    await shop.directory
      .prepare(
        `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config, shard)
         SELECT ?, company_id, name, token_hash, '[]', storefront_url, default_country_code, config, ?
         FROM applications WHERE id = ?`,
      )
      .bind(id, shard, DEMO.applicationId)
      .run();
    const ports = shop.portsOf({ ...shop.application, id, shard });
    const phone = { kind: 'phone', value: '+919820000001', callingCode: 91 } as const;
    await registerUser(ports, {
      id: 'a'.repeat(24),
      username: 'neighbour',
      identifiers: [{ ...phone, verified: true, primary: true }],
      createdAt: shop.clock.now(),
    });
    await ports.sessions.enter(signInOf('a'.repeat(24), shop.clock.now()));
  }
}

/** Those of the same options share a shop: to open one takes longer than a flow. */
const groups = [...Map.groupBy(FLOWS, ({ options }) => JSON.stringify(options ?? {}))];

const WITHIN_MS = 120_000;

test.each(groups)(
  'flows of a shop with the options %s',
  async (_, flows) => {
    const theatre = await openFor({ options: { ...flows[0]?.options, databases: 3 } });
    const { shop } = theatre;
    await addNeighbours(shop);
    const before = await rowsByApplication();
    expect(Object.keys(before['DB'] ?? {})).toEqual([NEIGHBOURS[0]?.id]);
    expect(Object.keys(before['DB_2'] ?? {})).toEqual([NEIGHBOURS[1]?.id]);
    for (const flow of flows) {
      expect(await disturb(flow, theatre), flow.name).toEqual({ struck: false });
    }
    const after = await rowsByApplication();
    expect(Object.keys(after['DB_1'] ?? {})).toEqual([shop.application.id]);
    expect({ ...after, DB_1: {} }).toEqual({ ...before, DB_1: {} });
    expect(await invariants(shop)).toEqual([]);
  },
  WITHIN_MS,
);
