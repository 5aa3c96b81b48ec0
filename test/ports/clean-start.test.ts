/** Every test begins with empty storage, whatever the one before it has left behind or still going on. */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { allRows } from '../support/traces.ts';
import { d1Shop } from '../support/shop.ts';

const filled = async (): Promise<string[]> =>
  [...(await allRows())].filter(([, rows]) => rows.length > 0).map(([name]) => name);

test.each([1, 2, 3, 4])('test %i finds nothing, and leaves writes going on', async (round) => {
  expect(await filled()).toEqual([]);
  expect((await env.KV.list()).keys).toEqual([]);
  const shop = await d1Shop();
  const event = {
    actor: 'test',
    action: 'customer.updated',
    requestId: 'test',
    at: round,
  } as const;
  for (let writes = 0; writes < 200; writes += 1) {
    const userId = `u${writes}`;
    shop.ports.background(shop.ports.audit.record({ ...event, userId }));
  }
  await shop.ports.audit.record({ ...event, userId: 'last' });
  expect(await filled()).toContain('audit_events');
  await env.KV.put('left', 'over', { expirationTtl: 60 });
});
