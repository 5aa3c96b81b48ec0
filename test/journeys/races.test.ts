/** Races on the real D1 in workerd: of any number of concurrent tries exactly one wins. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, prove, expectOk, signUp, wrongCode } from '../support/answers.ts';
import { d1Shop } from '../support/shop.ts';

const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const codes = (
  answers: { ok: boolean; status: number; body: object }[],
): Record<string, number> => {
  const tally: Record<string, number> = {};
  for (const { ok, body } of answers) {
    const code = ok ? 'ok' : 'code' in body ? String(body.code) : 'none';
    tally[code] = (tally[code] ?? 0) + 1;
  }
  return tally;
};

describe('races', () => {
  test('50 concurrent right answers to one code give one success', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const answers = await times(50, () => shop.client().application.verifyMobileOTP({ body }));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const cookies = answers.filter(({ headers }) => headers.get('set-cookie'));
    expect(cookies).toHaveLength(1);
    await shop.settle();
  });

  test('50 concurrent right answers of a new shopper prove the phone once', async () => {
    const shop = await d1Shop();
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const answers = await times(50, () => shop.client().application.verifyMobileOTP({ body }));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const proofs = await env.DB.prepare('SELECT COUNT(*) AS n FROM proofs').first('n');
    expect(proofs).toBe(1);
  });

  test('a burst of wrong answers stops at 5, whatever the concurrency, and the right code is dead then', async () => {
    const shop = await d1Shop();
    const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
    const otp = await shop.otp(E164);
    const request_id = sent.request_id ?? '';
    const answers = await times(60, () =>
      shop.client().application.verifyMobileOTP({ body: { request_id, otp: wrongCode(otp) } }),
    );
    expect(codes(answers)).toEqual({ otp_invalid: 5, otp_exhausted: 55 });
    const late = await shop.client().application.verifyMobileOTP({ body: { request_id, otp } });
    expect(late).toMatchObject({ status: 400, body: { code: 'otp_exhausted' } });
  });

  test('a new code does not refill the hourly budget of wrong answers', async () => {
    const shop = await d1Shop();
    for (const expected of [5, 5, 0]) {
      const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
      const otp = await shop.otp(E164);
      const body = { request_id: sent.request_id ?? '', otp: wrongCode(otp) };
      const answers = await times(8, () => shop.client().application.verifyMobileOTP({ body }));
      expect(codes(answers)['otp_invalid'] ?? 0).toBe(expected);
      if (expected === 0) {
        const rightOne = { ...body, otp };
        const refused = await shop.client().application.verifyMobileOTP({ body: rightOne });
        expect(refused).toMatchObject({
          status: 429,
          body: { code: 'too_many_requests', meta: { limit: 'otp_tries_per_hour' } },
        });
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
      }
      shop.clock.advance(31_000);
    }
    shop.clock.advance(3_600_000);
    await prove(shop, shop.client());
  });

  test('the right code is charged to nothing', async () => {
    const shop = await d1Shop();
    await signUp(shop, shop.client());
    const charges = await env.DB.prepare(
      "SELECT COUNT(*) AS n FROM budgets WHERE counts LIKE '%tries%'",
    ).first('n');
    expect(charges).toBe(0);
  });

  test('20 concurrent profile completions make one user', async () => {
    const shop = await d1Shop();
    const { register_token } = (await prove(shop, shop.client())).body;
    const answers = await times(20, (index) =>
      shop.client().application.updateProfile({
        body: { first_name: `A${index}`, register_token },
      }),
    );
    expect(codes(answers)).toEqual({ ok: 1, registration_finished: 19 });
    const users = await env.DB.prepare('SELECT COUNT(*) AS n FROM users').first('n');
    const counter = await env.DB.prepare('SELECT value FROM counters').first('value');
    expect({ users, counter }).toEqual({ users: 1, counter: 1 });
    await shop.settle();
  });

  test('completions under different tokens for one phone make one user; the other proofs are too old for it', async () => {
    const shop = await d1Shop({ limits: { sendGapSeconds: 1 } });
    const tokens: (string | undefined)[] = [];
    for (let index = 0; index < 4; index += 1) {
      tokens.push((await prove(shop, shop.client())).body.register_token);
      shop.clock.advance(1_100);
    }
    const answers = await Promise.all(
      tokens.map((register_token) =>
        shop.client().application.updateProfile({ body: { first_name: 'A', register_token } }),
      ),
    );
    expect(codes(answers)).toEqual({ ok: 1, register_token_invalid: 3 });
    const users = await env.DB.prepare('SELECT COUNT(*) AS n FROM users').first('n');
    expect(users).toBe(1);
    await shop.settle();
  });

  test('concurrent sends to one number send one message', async () => {
    const shop = await d1Shop();
    const answers = await times(20, () => shop.client().application.loginWithOTP({ body: MOBILE }));
    expect(codes(answers)).toEqual({ ok: 1, too_many_requests: 19 });
    expect(await shop.messages()).toHaveLength(1);
  });

  test('two users who verify one number at once: one owns it, the other gets 409', async () => {
    const shop = await d1Shop();
    const browsers = [shop.client(), shop.client()] as const;
    await signUp(shop, browsers[0], '8652523951');
    await signUp(shop, browsers[1], '8652523952');
    const bodies: { request_id: string; otp: string }[] = [];
    for (const browser of browsers) {
      const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
      bodies.push({ request_id: sent.request_id ?? '', otp: await shop.otp(E164) });
      shop.clock.advance(31_000);
    }
    const answers = await Promise.all(
      browsers.map(async (browser, index) =>
        browser.application.verifyMobileOTP({
          body: bodies[index] ?? bodies[0] ?? { request_id: '', otp: '' },
        }),
      ),
    );
    expect(codes(answers)).toEqual({ ok: 1, identifier_taken: 1 });
    const owners = await env.DB.prepare(
      'SELECT COUNT(*) AS n FROM identifiers WHERE value = ? AND verified = 1',
    )
      .bind(E164)
      .first('n');
    expect(owners).toBe(1);
  });
});
