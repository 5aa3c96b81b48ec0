/** Every limit is reached once, with its default. */
import { describe, expect, test } from 'vitest';
import { MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

async function send(shop: Shop, mobile = '8652523958', headers: Record<string, string> = {}) {
  const body = { mobile, country_code: '91' };
  const answer = await shop.client(headers).application.loginWithOTP({ body });
  if (answer.ok) return 'sent';
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  return answer.body.meta?.['limit'];
}

describe.each(BACKENDS_AND_MOCK)('send budgets on %s', (_, createShop) => {
  test('30 s apart, 5 an hour, 10 a day', async () => {
    const shop = await createShop();
    const seen: unknown[] = [];
    for (let sends = 0; sends < 5; sends += 1) {
      seen.push(await send(shop));
      seen.push(await send(shop));
      shop.clock.advance(30 * SECOND + 1);
    }
    // Two budgets are spent at the end; the answer names the one that takes longest.
    const gaps = Array.from({ length: 4 }, () => ['sent', 'send_gap']).flat();
    expect(seen).toEqual([...gaps, 'sent', 'sends_per_hour']);
    expect(await send(shop)).toBe('sends_per_hour');
    shop.clock.advance(HOUR);
    for (let sends = 0; sends < 5; sends += 1) {
      expect(await send(shop)).toBe('sent');
      shop.clock.advance(31 * SECOND);
    }
    shop.clock.advance(HOUR);
    expect(await send(shop)).toBe('sends_per_day');
    shop.clock.advance(24 * HOUR);
    expect(await send(shop)).toBe('sent');
  });

  test('15 a day per number over all purposes', async () => {
    const shop = await createShop({ limits: { sendsPerHour: 100, sendsPerDay: 10 } });
    const browser = shop.client();
    await signUp(shop, browser, '9876543210');
    const profile = async () => {
      const answer = await browser.application.sendOTPOnMobile({ body: MOBILE });
      return answer.ok ? 'sent' : answer.body.meta?.['limit'];
    };
    const seen: unknown[] = [];
    for (let sends = 0; sends < 8; sends += 1) {
      seen.push(await send(shop), await profile());
      shop.clock.advance(31 * SECOND);
    }
    expect(seen.slice(0, 15)).toEqual(Array.from({ length: 15 }, () => 'sent'));
    expect(seen[15]).toBe('sends_per_identifier_day');
  });

  test('60 an hour per address, a verified send given back, IPv6 counted by /64, loopback left out', async () => {
    const shop = await createShop({ limits: { sendsPerIpHour: 3 } });
    const from = (ip: string) => ({ 'cf-connecting-ip': ip });
    let next = 8_652_520_000;
    const number = () => String((next += 1));
    expect(await send(shop, number(), from('2001:db8::1'))).toBe('sent');
    expect(await send(shop, number(), from('2001:db8:0:0:ffff::2'))).toBe('sent');
    await prove(shop, shop.client(from('2001:db8::3')), number());
    expect(await send(shop, number(), from('2001:db8::4'))).toBe('sent');
    expect(await send(shop, number(), from('2001:db8::5'))).toBe('sends_per_ip_hour');
    expect(await send(shop, number(), from('2001:db8:0:1::5'))).toBe('sent');
    for (let sends = 0; sends < 5; sends += 1) {
      expect(await send(shop, number(), from('127.0.0.1'))).toBe('sent');
    }
  });

  test('a refused send sends nothing and leaves no challenge', async () => {
    const shop = await createShop();
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
    expect(await send(shop)).toBe('send_gap');
    expect(await shop.messages()).toHaveLength(1);
  });
});
