/** What an SMS may cost (D-76): countries, the day's cap, and the brake on sends that nobody verifies. */
import { describe, expect, test } from 'vitest';
import { env } from 'cloudflare:workers';
import { MOBILE, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';

const HOUR = 3_600_000;
const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};

async function paidShop(limits: ShopOptions['limits'] = {}, countries = ['971']) {
  const shop = await d1Shop({ env: PAID, limits });
  await env.DB.prepare('UPDATE applications SET sms_countries = ?')
    .bind(JSON.stringify(countries))
    .run();
  return shop;
}

let next = 500_000_000;
const emirates = () => ({ mobile: String((next += 1)), country_code: '971' });

async function send(shop: D1Shop, body = emirates()) {
  const answer = await shop.client().application.loginWithOTP({ body });
  return answer.ok ? 'sent' : answer.body.meta?.['limit'];
}

async function verified(shop: D1Shop, body = emirates()) {
  const browser = shop.client();
  const { request_id = '' } = expectOk(await browser.application.loginWithOTP({ body })).body;
  const otp = await shop.otp(`+971${body.mobile}`);
  expectOk(await browser.application.verifyMobileOTP({ body: { request_id, otp } }));
}

const times = async <T>(count: number, work: () => Promise<T>): Promise<T[]> => {
  const seen: T[] = [];
  for (let done = 0; done < count; done += 1) seen.push(await work());
  return seen;
};
const alerts = (shop: D1Shop, message: string) =>
  shop.log.filter((line) => line.message === message);
const sms = async () =>
  (await env.DB.prepare('SELECT name, sent, verified FROM sms_counts ORDER BY name').all()).results;

describe('countries', () => {
  test('an SMS goes to the own country and to those of the list', async () => {
    const shop = await paidShop({}, ['971']);
    expect(await send(shop, MOBILE)).toBe('sent');
    expect(await send(shop)).toBe('sent');
    const body = { mobile: '7912345678', country_code: '44' };
    const refused = await shop.client().application.loginWithOTP({ body });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', meta: { limit: 'sms_country' } },
    });
    expect(shop.queue.sent).toHaveLength(2);
  });

  test('neither by a code, a link nor a form, and nothing is saved', async () => {
    const shop = await paidShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const before = shop.queue.sent.length;
    const british = { mobile: '7912345678', country_code: '44' };
    const answers = [
      await browser.application.sendOTPOnMobile({ body: british }),
      await browser.application.addMobileNumber({
        body: { phone: '7912345678', country_code: '44' },
      }),
      await browser.application.updateProfile({
        body: { email: 'a@example.com', mobile: { phone: '7912345678', country_code: '44' } },
      }),
      await shop.client().application.registerWithForm({
        body: { first_name: 'A', last_name: 'B', email: 'b@example.com', phone: british },
      }),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 400, body: { meta: { limit: 'sms_country' } } });
    }
    expect(shop.queue.sent).toHaveLength(before);
    const { user } = expectOk(await browser.application.getLoggedInUser()).body;
    expect([user?.emails, user?.phone_numbers?.length]).toEqual([[], 1]);
  });

  test('where an SMS costs nothing, anywhere, and nothing is counted', async () => {
    const shop = await d1Shop({ limits: { smsPerDay: 1 } });
    expect(await times(3, async () => send(shop))).toEqual(['sent', 'sent', 'sent']);
    expect(await sms()).toEqual([]);
  });
});

describe('the cap of a day', () => {
  test('is kept until midnight UTC, and told once when it is near', async () => {
    const shop = await paidShop({ smsPerDay: 5, smsAlertPercent: 80 });
    const untilMidnight = 24 * HOUR - (shop.clock.now() % (24 * HOUR));
    shop.clock.advance(untilMidnight);
    expect(await times(3, async () => send(shop))).toEqual(['sent', 'sent', 'sent']);
    expect(alerts(shop, 'sms cap near')).toEqual([]);
    expect(await times(2, async () => send(shop))).toEqual(['sent', 'sent']);
    const refused = await shop.client().application.loginWithOTP({ body: MOBILE });
    expect(refused).toMatchObject({ status: 429, body: { meta: { limit: 'sms_per_day' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect(alerts(shop, 'sms cap near')).toEqual([
      {
        level: 'warn',
        message: 'sms cap near',
        application_id: shop.application.id,
        sent: 4,
        cap: 5,
      },
    ]);
    expect(shop.queue.sent).toHaveLength(5);
    shop.clock.advance(24 * HOUR);
    expect(await send(shop)).toBe('sent');
  });

  test('counts resends, and gives back what the queue refused', async () => {
    const shop = await paidShop({ smsPerDay: 3 });
    const browser = shop.client();
    const { resend_token } = expectOk(
      await browser.application.loginWithOTP({ body: MOBILE }),
    ).body;
    shop.clock.advance(31_000);
    shop.queue.down = true;
    const again = { ...MOBILE, token: resend_token };
    for (const _ of [1, 2, 3, 4]) {
      expect((await browser.application.sendOTPOnMobile({ body: again })).status).toBe(503);
      expect((await browser.application.loginWithOTP({ body: emirates() })).status).toBe(503);
    }
    shop.queue.down = false;
    expect(await sms()).toMatchObject([
      { name: 'day', sent: 1 },
      { name: 'foreign', sent: 0 },
    ]);
    expectOk(await browser.application.sendOTPOnMobile({ body: again }));
    expect(await send(shop)).toBe('sent');
    shop.clock.advance(31_000);
    const last = await browser.application.sendOTPOnMobile({ body: again });
    expect(last).toMatchObject({ status: 429, body: { meta: { limit: 'sms_per_day' } } });
  });

  test('of many sends at once exactly as many go out as there is room for', async () => {
    const shop = await paidShop({ smsPerDay: 3 });
    const seen = await Promise.all(Array.from({ length: 10 }, async () => send(shop)));
    expect(seen.filter((one) => one === 'sent')).toHaveLength(3);
  });
});

describe('the brake', () => {
  const limits = { smsBrakeSends: 10, smsBrakePercent: 30 };

  test('stops sends abroad for an hour when too few are verified, and nothing at home', async () => {
    const shop = await paidShop(limits);
    await times(2, async () => verified(shop));
    await times(8, async () => send(shop));
    const refused = await shop.client().application.loginWithOTP({ body: emirates() });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'too_many_requests', meta: { limit: 'sms_paused', retry_after: 3600 } },
    });
    expect(refused.headers.get('retry-after')).toBe('3600');
    expect(await send(shop, MOBILE)).toBe('sent');
    shop.clock.advance(HOUR - 10_000);
    expect(await send(shop)).toBe('sms_paused');
    expect(alerts(shop, 'sms paused')).toHaveLength(1);
    shop.clock.advance(10_001);
    // The count starts again.
    expect(await times(10, async () => send(shop))).toEqual(
      Array.from({ length: 10 }, () => 'sent'),
    );
    expect(await send(shop)).toBe('sms_paused');
    expect(alerts(shop, 'sms paused')).toHaveLength(2);
  });

  test('stays off while enough are verified, by code or by link', async () => {
    const shop = await paidShop(limits);
    const browser = shop.client();
    await signUp(shop, browser);
    const { mobile, country_code } = emirates();
    expectOk(await browser.application.addMobileNumber({ body: { phone: mobile, country_code } }));
    const link = (await shop.messages()).findLast(({ to }) => to === `+971${mobile}`)?.content;
    const code = link && 'code' in link ? link.code : '';
    expectOk(await browser.application.verifyMobile({ body: { code } }));
    await times(2, async () => verified(shop));
    await times(7, async () => send(shop));
    expect((await sms())[1]).toEqual({ name: 'foreign', sent: 10, verified: 3 });
    expect(await send(shop)).toBe('sent');
    expect(await send(shop)).toBe('sms_paused');
  });

  test('looks back over 24 h only', async () => {
    const shop = await paidShop(limits);
    await times(9, async () => send(shop));
    shop.clock.advance(25 * HOUR);
    expect(await times(9, async () => send(shop))).not.toContain('sms_paused');
  });
});

test('the guard costs no further D1 round trip', async () => {
  const shop = await paidShop();
  await send(shop);
  shop.db.roundTrips = 0;
  await send(shop);
  expect(shop.db.roundTrips).toBe(1);
});

test('a change that the guard refuses sends no mail either, and saves nothing', async () => {
  const shop = await paidShop({ smsPerDay: 1 });
  const browser = shop.client();
  await signUp(shop, browser);
  const before = shop.queue.sent.length;
  const { mobile: phone, country_code } = emirates();
  const body = { first_name: 'Other', email: 'a@example.com', mobile: { phone, country_code } };
  const answer = await browser.application.updateProfile({ body });
  expect(answer).toMatchObject({ status: 429, body: { meta: { limit: 'sms_per_day' } } });
  expect(shop.queue.sent).toHaveLength(before);
  const { user } = expectOk(await browser.application.getLoggedInUser()).body;
  expect([user?.first_name, user?.emails]).toEqual(['Asha', []]);
});
