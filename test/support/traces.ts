/** Looks for what must not be there any more: in every row of every table, and in every key and value of KV. */
import { env } from 'cloudflare:workers';

type Row = Record<string, unknown>;

async function tableNames(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'
     AND name NOT GLOB 'd1_*' ORDER BY name`,
  ).all<{ name: string }>();
  return results.map(({ name }) => name);
}

/** Every table of ours with all of its rows. */
export async function allRows(): Promise<Map<string, Row[]>> {
  const tables = new Map<string, Row[]>();
  for (const name of await tableNames()) {
    tables.set(name, (await env.DB.prepare(`SELECT * FROM "${name}"`).all<Row>()).results);
  }
  return tables;
}

/** Takes every row out of every table of ours: a second beginning within one test. */
export async function clear(): Promise<void> {
  const names = await tableNames();
  await env.DB.batch(names.map((name) => env.DB.prepare(`DELETE FROM "${name}"`)));
}

/** Tables that have a column of this name. */
export async function tablesWith(column: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await tableNames()) {
    const { results } = await env.DB.prepare(`PRAGMA table_info("${name}")`).all<Row>();
    if (results.some((row) => row['name'] === column)) names.push(name);
  }
  return names;
}

/** Where any of the words stands, in any case: `users: {…}`, `KV session:…`. */
export async function tracesOf(words: readonly string[], kv: KVNamespace): Promise<string[]> {
  const places: string[] = [];
  for (const [table, rows] of await allRows()) {
    places.push(...rows.map((row) => `${table}: ${JSON.stringify(row)}`));
  }
  const { keys } = await kv.list({});
  for (const { name, metadata } of keys) {
    places.push(`KV ${name}: ${JSON.stringify(metadata)} ${await kv.get(name)}`);
  }
  return places.filter((place) =>
    words.some((word) => place.toLowerCase().includes(word.toLowerCase())),
  );
}
