/** Pages on other origins, captcha, addresses behind a shop's own server, test identifiers. */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { AUTHORIZATION, d1Shop, BACKENDS_AND_MOCK, BACKENDS, type Shop } from '../support/shop.ts';

const LOGIN = '/service/application/user/authentication/v1.0/login/otp';
const SESSION = '/service/application/user/authentication/v1.0/session';
const CUSTOMERS =
  '/service/platform/user/v1.0/company/1/application/000000000000000000000001/customers/list';
const record = { domains: ['shop.example', 'localhost'] };

const preflight = (shop: Shop, origin: string, path = LOGIN) =>
  shop.fetch(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-fp-date,x-fp-signature',
    },
  });

describe.each(BACKENDS)('CORS on %s', (_, createShop) => {
  test('a page on a listed origin may ask with credentials, and read answers and errors', async () => {
    const shop = await createShop({ record });
    for (const origin of [
      'https://shop.example',
      'https://shop.example:8443',
      'http://localhost:5173',
    ]) {
      const asked = await preflight(shop, origin);
      expect(asked.status).toBe(204);
      expect(Object.fromEntries(asked.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization,content-type,x-fp-date,x-fp-signature',
        vary: expect.stringContaining('origin'),
      });
      const answered = await shop.fetch(LOGIN, {
        method: 'POST',
        headers: { origin, authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: '{}',
      });
      expect(answered.status).toBe(400);
      expect(Object.fromEntries(answered.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-request-id, retry-after',
        vary: 'origin',
      });
      const unknown = await shop.fetch(LOGIN, { method: 'POST', headers: { origin } });
      expect(unknown.status).toBe(401);
      expect(unknown.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });

  test('a page elsewhere may neither ask nor read', async () => {
    const shop = await createShop({ record });
    for (const origin of [
      'https://evil.example',
      'http://shop.example',
      'https://shop.example.evil.example',
      'https://sub.shop.example',
      'null',
      'garbage',
    ]) {
      const asked = await preflight(shop, origin);
      expect([origin, asked.headers.get('access-control-allow-origin')]).toEqual([origin, null]);
      const answered = await shop.fetch(LOGIN, {
        method: 'POST',
        headers: { origin, authorization: AUTHORIZATION, 'content-type': 'application/json' },
        body: '{}',
      });
      expect([origin, answered.headers.get('access-control-allow-origin')]).toEqual([origin, null]);
      expect(answered.headers.get('vary')).toBe('origin');
    }
  });

  test('a page of another shop can read nothing of this one, whatever the guard says', async () => {
    const shop = await createShop({ record });
    const { directory } = shop.ports;
    // As if a second application listed it.
    const listsHost = directory.listsHost.bind(directory);
    directory.listsHost = async (host) => host === 'rival.example' || listsHost(host);
    const rival = 'https://rival.example';
    expect((await preflight(shop, rival)).headers.get('access-control-allow-origin')).toBe(rival);
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const rows = entriesOf(table).filter(({ client }) => client === 'application');
    const kinds = new Set<string>();
    for (const { id, row } of rows) {
      const cookies: Record<string, string>[] = [
        {},
        { cookie },
        { cookie: 'f.session=s%3Aforged.x' },
      ];
      for (const more of cookies) {
        const response = await shop.fetch(row.path, {
          method: row.method.toUpperCase(),
          headers: { origin: rival, authorization: AUTHORIZATION, ...more },
        });
        const allowed = response.headers.get('access-control-allow-origin');
        expect([id, response.status, allowed]).toEqual([id, 403, null]);
      }
      kinds.add(row.security);
    }
    expect([...kinds].toSorted()).toEqual(['application', 'session', 'session?']);
    // A refusal that comes after the origin is shared with the shop's own pages alone.
    const own = { origin: 'https://shop.example', authorization: AUTHORIZATION };
    const refused = await shop.fetch(SESSION, { headers: own });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://shop.example',
    ]);
  });

  test('operators’ paths have no CORS', async () => {
    const shop = await createShop({ record });
    const asked = await preflight(shop, 'https://shop.example', CUSTOMERS);
    expect(asked.status).toBe(405);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe.each(BACKENDS_AND_MOCK)('addresses on %s', (_, createShop) => {
  test('a listed server’s word for the shopper’s address is believed, nobody else’s is', async () => {
    const shop = await createShop({
      record: { serverAddresses: ['203.0.113.7'] },
      limits: { sendsPerIpHour: 1 },
    });
    let next = 8_652_520_000;
    const send = async (headers: Record<string, string>) => {
      const body = { mobile: String((next += 1)), country_code: '91' };
      return (await shop.client(headers).application.loginWithOTP({ body })).status;
    };
    const server = (client: string) => ({
      'cf-connecting-ip': '203.0.113.7',
      'x-storefront-client-ip': client,
    });
    expect(await send(server('198.51.100.1'))).toBe(200);
    expect(await send(server('198.51.100.1'))).toBe(429);
    expect(await send(server('198.51.100.2'))).toBe(200);
    const stranger = { 'cf-connecting-ip': '198.51.100.9' };
    expect(await send(stranger)).toBe(200);
    expect(await send({ ...stranger, 'x-storefront-client-ip': '198.51.100.10' })).toBe(429);
  });

  test('it is read as an address: spellings are one, and what is none or its own network is ignored', async () => {
    const shop = await createShop({
      record: { serverAddresses: ['203.0.113.7', '2001:DB8::7'] },
      limits: { sendsPerIpHour: 1 },
    });
    let next = 8_652_530_000;
    const send = async (client: string, server = '203.0.113.7') => {
      const headers = { 'cf-connecting-ip': server, 'x-storefront-client-ip': client };
      const body = { mobile: String((next += 1)), country_code: '91' };
      return (await shop.client(headers).application.loginWithOTP({ body })).status;
    };
    // Read off a dual-stack socket: each is an address of its own, and the same as without its prefix.
    for (let last = 1; last <= 20; last += 1) {
      expect(await send(`::ffff:198.51.${last}.7`)).toBe(200);
      expect(await send(`198.51.${last}.7`)).toBe(429);
    }
    expect(await send('2001:db8:1:2::3')).toBe(200);
    expect(await send('2001:0db8:0001:0002:9::')).toBe(429);
    // The server is known by any spelling of its own address too.
    expect(await send('198.51.100.50', '2001:db8:0:0::7')).toBe(200);
    expect(await send('198.51.100.51', '2001:db8:0:0::7')).toBe(200);
    // None of these is a shopper's: they all count as the server's own, one address.
    expect(await send('127.0.0.1')).toBe(200);
    for (const none of [
      '127.0.0.1',
      '::1',
      '10.0.0.1',
      '::ffff:192.168.0.1',
      '100.64.0.1',
      'fe80::1',
      '0.0.0.0',
    ]) {
      expect([none, await send(none)]).toEqual([none, 429]);
    }
    for (const none of [
      '',
      'x',
      'dead.beef.1',
      '1'.repeat(46),
      '198.51.100.1, 198.51.100.2',
      'fe80::1%eth0',
    ]) {
      expect([none, await send(none)]).toEqual([none, 429]);
    }
  });
});

describe.each(BACKENDS_AND_MOCK)('test identifiers on %s', (_, createShop) => {
  const testIdentifiers = (until: number) => [
    { kind: 'phone' as const, value: E164, otp: '424242', until },
  ];

  test('get a fixed code, nothing is sent, and every budget holds', async () => {
    const shop = await createShop({
      record: { testIdentifiers: testIdentifiers(Date.now() + 60_000) },
    });
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    expect(await shop.messages()).toEqual([]);
    expect((await browser.application.loginWithOTP({ body: MOBILE })).status).toBe(429);
    const request_id = sent.request_id ?? '';
    const wrong = await browser.application.verifyMobileOTP({
      body: { request_id, otp: '424243' },
    });
    expect(wrong.body).toMatchObject({ code: 'otp_invalid' });
    expectOk(await browser.application.verifyMobileOTP({ body: { request_id, otp: '424242' } }));
    // Every other number gets a code of its own.
    const mobile = '9876543210';
    expectOk(await browser.application.loginWithOTP({ body: { ...MOBILE, mobile } }));
    expect((await shop.messages()).map(({ to }) => to)).toEqual([`+91${mobile}`]);
  });

  test('end with their date', async () => {
    const shop = await createShop({
      record: { testIdentifiers: testIdentifiers(Date.now() + 1000) },
    });
    shop.clock.advance(2000);
    await prove(shop, shop.client());
    expect(await shop.messages()).toHaveLength(1);
  });
});

describe('on D1 and KV', () => {
  const production = {
    ENVIRONMENT: 'production',
    DELIVERY: 'webhook',
    WEBHOOK_URL: 'https://provider.example/messages',
    WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
  };
  test.each<[string, Record<string, string>, messages: number]>([
    ['do not count in production', production, 1],
    ['count in production when a var says so', { ...production, TEST_IDENTIFIERS: 'on' }, 0],
    ['do not count when a var says so', { TEST_IDENTIFIERS: 'off' }, 1],
  ])('test identifiers %s', async (_, vars, messages) => {
    const until = Date.now() + 60_000;
    const testIdentifiers = [{ kind: 'phone' as const, value: E164, otp: '424242', until }];
    const shop = await d1Shop({ record: { testIdentifiers }, env: vars });
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
    expect(await shop.messages()).toHaveLength(messages);
  });

  interface Asked {
    secret: string | null;
    response: string | null;
    remoteip: string | null;
  }
  const captcha = async (verdict: object | number, config = {}) => {
    const asked: Asked[] = [];
    const shop = await d1Shop({
      record,
      config,
      env: { TURNSTILE_SECRET: 'turnstile-secret' },
      fetch: async (input, init) => {
        const form = await new Request(input, init).formData();
        // A form of texts has no files.
        const field = (name: keyof Asked): string | null => form.get(name) as string | null;
        asked.push({
          secret: field('secret'),
          response: field('response'),
          remoteip: field('remoteip'),
        });
        if (typeof verdict === 'number') return new Response('', { status: verdict });
        return Response.json(verdict);
      },
    });
    return { shop, asked };
  };
  const human = { success: true, hostname: 'shop.example' };

  test('a solved captcha lets a send through, a missing or failed one does not', async () => {
    const { shop, asked } = await captcha(human);
    const browser = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    const missing = await browser.application.loginWithOTP({ body: MOBILE });
    expect(missing).toMatchObject({ status: 403, body: { code: 'captcha_failed' } });
    expect(asked).toEqual([]);
    const first = expectOk(
      await browser.application.loginWithOTP({ body: { ...MOBILE, captcha_code: 'solved' } }),
    );
    expect(asked).toEqual([
      { secret: 'turnstile-secret', response: 'solved', remoteip: '203.0.113.7' },
    ]);
    shop.clock.advance(31_000);
    const again = { ...MOBILE, token: first.body.resend_token };
    expectOk(await browser.application.sendOTPOnMobile({ body: again }));
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(shop.log)).not.toContain('solved');
  });

  test.each([
    ['not solved', { success: false }],
    ['solved elsewhere', { ...human, hostname: 'evil.example' }],
    ['solved for another purpose', { ...human, action: 'newsletter' }],
    ['nothing known', {}],
  ])('%s: every guarded operation is refused, before any hash or send', async (_why, verdict) => {
    const { shop } = await captcha(verdict);
    const { application } = shop.client({ 'x-captcha-code': 'token' });
    const captcha_code = 'token';
    const refused = await Promise.all([
      application.loginWithOTP({ body: { ...MOBILE, captcha_code } }),
      application.sendOTPOnMobile({ body: { ...MOBILE, captcha_code } }),
      application.sendOTPOnEmail({ body: { email: 'a@example.com' } }),
      application.loginWithEmailAndPassword({
        body: { username: 'a@b.co', password: 'x', captcha_code },
      }),
      application.sendResetPasswordEmail({ body: { email: 'a@example.com', captcha_code } }),
      application.registerWithForm({ body: { phone: MOBILE } }),
    ]);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'captcha_failed' } });
    }
    expect(shop.hashes.count).toBe(0);
    expect(await shop.messages()).toEqual([]);
  });

  test('a captcha service that fails closes the door with 503', async () => {
    const { shop } = await captcha(500);
    const refused = await shop
      .client()
      .application.loginWithOTP({ body: { ...MOBILE, captcha_code: 'x' } });
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await shop.messages()).toEqual([]);
  });

  test('a shop that skips captcha is asked for none', async () => {
    const { shop, asked } = await captcha(human, { skip_captcha: true });
    await signUp(shop, shop.client());
    expect(asked).toEqual([]);
  });
});
