/**
 * Every secret of every flow, while all is well and while stores fail: none lies readable in D1, KV or a queue, none is
 * in the log or in an error body, and nobody is named in the log, the audit or the ledger of budgets.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { found, watch } from '../support/canaries.ts';
import { disturb, openFor } from '../support/flows/disturb.ts';
import { FLOWS } from '../support/flows/index.ts';
import { d1Shop } from '../support/shop.ts';

/** They need no store, or are about the stores themselves. */
const WITHOUT_A_FLOW = ['service.getJwks', 'service.getHealth', 'service.getReadiness'];
const called = new Set<string>();
const kinds = new Set<string>();

describe.each(FLOWS.map((flow, at) => ({ ...flow, at })))('$name', (flow) => {
  test('lets out no secret', async () => {
    const theatre = await openFor(flow);
    const { shop, faults } = theatre;
    const canaries = watch(shop);
    await disturb(flow, theatre);
    const calls = { ...faults.calls };
    expect(await found(shop, canaries)).toEqual([]);
    for (const store of ['D1', 'KV'] as const) {
      if (calls[store].length === 0) continue;
      const call = (flow.at % calls[store].length) + 1;
      await disturb(flow, theatre, { store, call, fault: 'refused' });
      expect(await found(shop, canaries)).toEqual([]);
    }
    for (const kind of canaries.secrets.values()) kinds.add(kind);
    for (const { operation } of shop.log) called.add(String(operation));
  });
});

test('the flows call every operation', () => {
  const ids = entriesOf(table).map(({ id }) => id);
  expect(ids.filter((id) => !called.has(id) && !WITHOUT_A_FLOW.includes(id))).toEqual([]);
});

test('the flows meet every kind of secret', () => {
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'otp',
      'code',
      'password',
      'register_token',
      'access_token',
      'identity_token',
      'token',
      'cookie f.session',
      'cookie f.device',
      'authorization',
      'application token',
      'SEALING_KEYS',
    ]),
  );
});

test('the documents hold none', async () => {
  const { secrets } = watch(await d1Shop());
  for (const name of ['openapi.json', 'openapi/application.json', 'openapi/platform.json']) {
    const response = await env.ASSETS.fetch(new Request(`http://assets/${name}`));
    const text = await response.text();
    expect(text).toContain('"paths"');
    expect([...secrets].filter(([secret]) => text.includes(secret))).toEqual([]);
  }
});

test('what is let out is found, wherever it is', async () => {
  const [flow] = FLOWS;
  if (!flow) throw new Error('there are no flows');
  const theatre = await openFor(flow);
  const { shop } = theatre;
  const canaries = watch(shop);
  await disturb(flow, theatre);
  const [otp] = [...canaries.secrets].find(([, what]) => what === 'otp') ?? [''];
  const [phone] = [...canaries.people].find(([, what]) => what === 'phone') ?? [''];
  shop.log.push({ level: 'info', message: `the code ${otp} of +91${phone}` });
  canaries.refusals.push(JSON.stringify({ message: otp }));
  await env.DB.prepare('UPDATE users SET external_id = ?').bind(otp).run();
  await shop.kv.namespace.put('leak', `{"otp":"${otp}"}`, { expirationTtl: 60 });
  expect((await found(shop, canaries)).toSorted()).toEqual([
    'D1 users: otp',
    'KV: otp',
    'error bodies: otp',
    'log: otp',
    'log: phone',
  ]);
});
