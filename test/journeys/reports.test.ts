/** The figures of an application: folded from rows that are there anyway, each counted once, whatever becomes of the cron. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/adapters/d1/database.ts';
import { foldReport } from '../../src/adapters/d1/maintenance/report-fold.ts';
import { costOf } from '../../src/domain/operators/report.ts';
import { actionsOf } from '../../src/domain/operators/audit-kinds.ts';
import { AUDIT_KINDS } from '../../src/shared/audit-kinds.ts';
import { ADMIN_ACTIONS, SECURITY_EVENTS } from '../../src/ports/index.ts';
import { expectOk, MOBILE, prove, signUp, wrongCode } from '../support/answers.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS, BACKENDS_AND_MOCK, d1Shop, type Shop } from '../support/shop.ts';
import { eventOf } from '../support/stored.ts';

const HOUR = 3_600_000;
const CRON = '47 * * * *';

const service = async (shop: Shop, scope?: string) =>
  shop.client({ authorization: `Bearer ${await accessToken(shop, scope)}` }).service;

const folded = async () => {
  const { results } = await env.DB.prepare(
    `SELECT name, SUM(count) AS n FROM report_counts GROUP BY name ORDER BY name`,
  ).all<{ name: string; n: number }>();
  return Object.fromEntries(results.map(({ name, n }) => [name, n]));
};
const auditRows = async () =>
  (await env.DB.prepare(`SELECT COUNT(*) AS n FROM audit_events`).first<{ n: number }>())?.n;

describe('the fold', () => {
  test('counts each row once, however often it runs and wherever it is killed', async () => {
    const start = 1_800_000_000_000;
    const shop = await d1Shop({ now: () => start });
    const { audit } = shop.ports;
    // Three days, among them rows of two kinds of retention, and hours with several.
    for (let at = 0; at < 72; at += 1) {
      const time = start + at * HOUR;
      const signIn = { ...eventOf('sign_in', `u${at}`, time), detail: { method: 'otp' } };
      await audit.record(signIn);
      if (at % 10 === 0) await audit.record(eventOf('customer.blocked', 'u', time + 1));
    }
    const database = new Database(env.DB);
    let now = start + 40 * HOUR;
    const run = async (steps = Infinity) => {
      for (const job of foldReport(database, now)) {
        let taken = 0;
        for (taken = 0; taken < steps; taken += 1) if ((await job.next()).done === true) break;
      }
    };
    const expected = async () => {
      const { results } = await env.DB.prepare(
        `SELECT action, COUNT(*) AS n FROM audit_events WHERE at < ? GROUP BY action`,
      )
        .bind(now - (now % HOUR) + HOUR)
        .all<{ action: string; n: number }>();
      return Object.fromEntries(
        results.map(({ action, n }) => [action === 'sign_in' ? 'sign_in.otp' : action, n]),
      );
    };
    for (const steps of [1, 2, Infinity, 1, Infinity]) await run(steps);
    expect(await folded()).toEqual(await expected());
    // A row that came late, and the cron not for a day.
    await audit.record({
      ...eventOf('sign_in', 'late', now - 50 * 60_000),
      detail: { method: 'otp' },
    });
    now += 31 * HOUR;
    for (const steps of [2, Infinity, Infinity]) await run(steps);
    expect(await folded()).toEqual(await expected());
    expect(Object.values(await folded()).reduce((a, b) => a + b, 0)).toBe(await auditRows());
  });

  test('a sign-in writes no row of it; codes and SMS are counted from what lies there', async () => {
    const shop = await d1Shop();
    const writes = async () =>
      (await env.DB.prepare(`SELECT COUNT(*) AS n FROM report_counts`).first<{ n: number }>())?.n;
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    const body = {
      request_id: sent.request_id ?? '',
      otp: wrongCode(await shop.otp('+918652523958')),
    };
    await shop.client().application.verifyMobileOTP({ body });
    await env.DB.prepare(
      `INSERT INTO deliveries (application_id, id, state, claimed_at, country, expires_at)
       SELECT '000000000000000000000001', value, iif(value = 'c', 'failed', 'sent'), ?, iif(value = 'd', NULL, 91), ?
       FROM json_each('["a","b","c","d"]')`,
    )
      .bind(shop.clock.now(), shop.clock.now() + 1e9)
      .run();
    expect(await writes()).toBe(0);
    await shop.runtime.scheduled(CRON);
    const first = await folded();
    expect(first).toMatchObject({
      'code.phone.asked': 2,
      'code.phone.sent': 2,
      'code.phone.verified': 1,
      'sms.91': 2,
      'account.registered': 1,
    });
    await shop.runtime.scheduled(CRON);
    expect(await folded()).toEqual(first);
    const { body: report } = expectOk(await (await service(shop)).getReport({ params }));
    expect(report).toMatchObject({
      registrations: 1,
      codes: { sms: { asked: 2, sent: 2, verified: 1, verified_percent: 50 } },
      sms: { '91': 2 },
      failures: { otp: 1 },
      locks: 0,
    });
  });
});

test('the cost of SMS by a price list', () => {
  const prices = { currency: 'INR', sms: { '91': 0.2, '*': 5 } };
  expect(costOf({ '91': 10, '971': 2 }, prices)).toMatchObject({ total: 12, unpriced: [] });
  const strict = { currency: 'INR', sms: { '91': 0.2 } };
  expect(costOf({ '91': 10, '971': 2 }, strict)).toMatchObject({ total: 2, unpriced: ['971'] });
});

test('each action is of one kind', () => {
  const all = AUDIT_KINDS.flatMap((kind) => actionsOf(kind) ?? []);
  expect(all.toSorted()).toEqual([...ADMIN_ACTIONS, ...SECURITY_EVENTS].toSorted());
  expect(actionsOf('nothing')).toBeUndefined();
});

describe.each(BACKENDS_AND_MOCK)('on %s', (_, open) => {
  test('the audit is listed by kind, time, customer and actor', async () => {
    const shop = await open();
    const browser = shop.client();
    await signUp(shop, browser);
    const { _id = '' } = expectOk(await browser.application.getLoggedInUser()).body.user ?? {};
    const operator = await operatorOf(shop);
    shop.clock.advance(1_000);
    const noon = shop.clock.now();
    expectOk(await operator.updatePlatformConfig({ params, body: { subtext: 'Hello' } }));
    const body = { status: true, user_id: [_id], reason: 'asked' };
    expectOk(await operator.blockOrUnblockUsers({ params, body }));
    const api = await service(shop);
    const actions = async (query: Parameters<typeof api.listAuditEvents>[0]['query']) =>
      expectOk(await api.listAuditEvents({ params, query })).body.items.map(({ action }) => action);
    expect((await actions({})).toSorted()).toEqual(
      ['account.registered', 'config.changed', 'customer.blocked', 'sign_in'].toSorted(),
    );
    expect(await actions({ kind: 'config' })).toEqual(['config.changed']);
    expect(await actions({ actor: 'dev-api-key', user_id: _id })).toEqual(['customer.blocked']);
    expect(await actions({ until: new Date(noon).toISOString(), kind: 'config' })).toEqual([]);
    expect((await actions({ since: new Date(noon).toISOString() })).toSorted()).toEqual([
      'config.changed',
      'customer.blocked',
    ]);
    expect(await actions({ limit: '1' })).toHaveLength(1);
    expect(await api.listAuditEvents({ params, query: { kind: 'cats' } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'query.kind' }] },
    });
    const report = expectOk(await api.getReport({ params, query: { days: '1' } })).body;
    expect(report.failures).toEqual({});
  });
});

describe.each(BACKENDS)('on %s', (_, open) => {
  test('no other scope reads the audit', async () => {
    const shop = await open();
    const api = await service(shop, 'customers:read customers:export config:read');
    for (const call of [api.listAuditEvents, api.getReport]) {
      const scope = { scope: 'audit:read' };
      expect(await call({ params })).toMatchObject({ status: 403, body: { meta: scope } });
    }
    await prove(shop, shop.client());
  });
});
