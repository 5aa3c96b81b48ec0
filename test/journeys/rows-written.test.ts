/** What a login writes: D1 bills each row, entries of indexes and the deletes of the retention run included. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/adapters/d1/database.ts';
import { foldReport } from '../../src/adapters/d1/maintenance/report-fold.ts';
import { cookieOf, MOBILE, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const DAY_MS = 86_400_000;
const HOURLY = '47 * * * *';
/** Everything that counts is switched on: SMS that cost, a provider with a ledger, addresses. */
const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://messages.example/in',
  WEBHOOK_SECRET: 'a secret of at least thirty-two bytes',
};

async function deliver(shop: D1Shop): Promise<void> {
  const sent = shop.queue.sent.splice(0).map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch('vestibule-messages', sent);
  await shop.runtime.consume(batch);
  await getQueueResult(batch, createExecutionContext());
}

async function fold(shop: D1Shop): Promise<void> {
  for (const steps of foldReport(new Database(shop.db.database), shop.clock.now())) {
    for await (const step of steps) expect(step.counts).toEqual({});
  }
}

/** Rows that are written until everything it left behind is dropped as well. */
async function rowsOf(shop: D1Shop, act: () => Promise<unknown>): Promise<number> {
  // What came before is delivered and dropped first.
  await deliver(shop);
  shop.clock.advance(500 * DAY_MS);
  await shop.runtime.scheduled(HOURLY);
  shop.db.rowsWritten = 0;
  await act();
  await shop.settle();
  await deliver(shop);
  // The figures of reports: a row an hour, however many logins it had, and so none of theirs (see below).
  const rows = shop.db.rowsWritten;
  shop.clock.advance(500 * DAY_MS);
  await fold(shop);
  shop.db.rowsWritten = rows;
  await env.DB.prepare('DELETE FROM report_counts').run();
  await shop.runtime.scheduled(HOURLY);
  return shop.db.rowsWritten;
}

async function paidShop(): Promise<D1Shop> {
  return d1Shop({ env: PAID, fetch: async () => Response.json({ ok: true }) });
}

describe('rows written, from the first statement to the last delete', () => {
  /** A login of somebody known by a code, from an address of its own. */
  async function loginByCode(shop: D1Shop, nth = 0): Promise<void> {
    const mobile = String(Number(MOBILE.mobile) + nth);
    const browser = shop.client({ 'cf-connecting-ip': `203.0.113.${nth + 1}` });
    const sent = expectOk(await browser.application.loginWithOTP({ body: { ...MOBILE, mobile } }));
    const otp = await shop.otp(`+91${mobile}`);
    const body = { request_id: sent.body.request_id ?? '', otp };
    const done = expectOk(await browser.application.verifyMobileOTP({ body }));
    expect(cookieOf(done)).toContain('f.session');
  }

  test('a login by OTP writes 17 with the first row of the day’s count of SMS, and 16 from then on', async () => {
    const shop = await paidShop();
    const MORE = 3;
    for (let nth = 0; nth <= MORE; nth += 1) {
      await signUp(shop, shop.client(), String(Number(MOBILE.mobile) + nth));
    }
    await shop.settle();
    const first = await rowsOf(shop, async () => loginByCode(shop));
    expect(first).toBeLessThanOrEqual(17);
    const all = await rowsOf(shop, async () => {
      for (let nth = 0; nth <= MORE; nth += 1) await loginByCode(shop, nth);
    });
    expect(all - first).toBeLessThanOrEqual(16 * MORE);
  });

  test('the figures of an hour are a few rows, however many logins it had, and are written when they change', async () => {
    const now = 1_800_000_000_000;
    const shop = await d1Shop({ env: PAID, fetch: async () => Response.json({}), now: () => now });
    for (let nth = 0; nth < 4; nth += 1) {
      await signUp(shop, shop.client(), String(Number(MOBILE.mobile) + nth));
    }
    await deliver(shop);
    shop.db.rowsWritten = 0;
    await fold(shop);
    // Registrations, sign-ins, codes asked for, sent and verified, SMS, and the place where the fold has stopped.
    expect(shop.db.rowsWritten).toBeLessThanOrEqual(8);
    expect(shop.db.rowsWritten).toBeGreaterThan(4);
    shop.db.rowsWritten = 0;
    await fold(shop);
    expect(shop.db.rowsWritten).toBe(0);
  });

  test('a login by OTP writes two values into KV, and lists nothing', async () => {
    const shop = await paidShop();
    await signUp(shop, shop.client());
    await shop.settle();
    shop.clock.advance(DAY_MS);
    shop.kv.calls.length = 0;
    await loginByCode(shop);
    await shop.settle();
    await deliver(shop);
    // The code, for a resend, and the session.
    expect(shop.kv.calls.toSorted()).toEqual(['put', 'put']);
  });

  test('a login by password writes at most 9', async () => {
    const shop = await paidShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const new_password = 'correct horse battery staple';
    expectOk(await browser.application.updatePassword({ body: { new_password } }));
    await shop.settle();
    const rows = await rowsOf(shop, async () => {
      const visitor = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
      const body = { username: MOBILE.mobile, password: new_password };
      expectOk(await visitor.application.loginWithEmailAndPassword({ body }));
    });
    expect(rows).toBeLessThanOrEqual(9);
  });

  test('a session that is read writes none', async () => {
    const shop = await paidShop();
    const browser = shop.client();
    await signUp(shop, browser);
    await shop.settle();
    shop.db.rowsWritten = 0;
    expectOk(await browser.application.getLoggedInUser());
    await shop.settle();
    expect(shop.db.rowsWritten).toBe(0);
  });
});
