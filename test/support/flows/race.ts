/** Calls that meet each other, and what those that lose leave behind. */
import { expect } from 'vitest';
import type { D1Shop } from '../shop.ts';
import { allRows } from '../traces.ts';
import type { Answer } from './stage.ts';

export const AT_ONCE = 50;

export async function atOnce<T>(
  work: (index: number) => Promise<T>,
  count = AT_ONCE,
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, async (_one, index) => work(index)));
}

/** How often each code came back, `ok` among them. No answer may be a 5xx. */
export function outcomes(answers: readonly Answer[]): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const { ok, status, body } of answers) {
    expect(status, JSON.stringify(body)).toBeLessThan(500);
    const code = ok ? 'ok' : 'code' in body ? String(body.code) : 'none';
    tally[code] = (tally[code] ?? 0) + 1;
  }
  return tally;
}

/** Losers are charged: that is what budgets are for. Counter and stretch of users have their row with the first of them. */
const LEDGERS = /charge|budget|count|stretch/;

/** How much there is of everything: rows of each table, keys of KV, messages. */
export async function stock(shop: D1Shop): Promise<Record<string, number>> {
  await shop.settle();
  const tables = [...(await allRows())].filter(([name]) => !LEDGERS.test(name));
  const { keys } = await shop.kv.namespace.list({});
  return {
    ...Object.fromEntries(tables.map(([name, rows]) => [name, rows.length])),
    'keys in KV': keys.length,
    messages: shop.queue.sent.length,
    imports: shop.imports.length,
  };
}

/** What has come since. */
export async function growth(
  shop: D1Shop,
  before: Record<string, number>,
): Promise<Record<string, number>> {
  const after = await stock(shop);
  const grown = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]);
  return Object.fromEntries(grown.filter(([, more]) => more !== 0)) as Record<string, number>;
}
