/** What a register_token makes go out: news of the sign-in that it ends in, and codes that need no captcha. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';

const told = async (shop: Shop): Promise<string[]> => {
  await shop.settle();
  const sent = await shop.messages();
  return sent
    .filter(({ content }) => content.template === 'notice_new_sign_in')
    .map(({ to }) => to);
};

describe.each(BACKENDS_AND_MOCK)('a register_token on %s', (_, createShop) => {
  test('a sign-in by a register_token is told to the primary identifier, unless its own code made it', async () => {
    const shop = await createShop();
    const owner = shop.client();
    await signUp(shop, owner);
    const form = async () => {
      shop.clock.advance(31_000);
      const { application } = shop.client();
      const body = { first_name: 'M', phone: MOBILE };
      const begun = expectOk(await application.registerWithForm({ body })).body;
      const { request_id = '', register_token } = begun;
      const proof = { request_id, otp: await shop.otp(E164), register_token };
      expect(expectOk(await application.verifyMobileOTP({ body: proof })).body.user_exists).toBe(
        true,
      );
    };
    // The number whose code it was is the only one there is.
    await form();
    expect(await told(shop)).toEqual([]);
    expectOk(await owner.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    expectOk(await owner.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
    await form();
    expect(await told(shop)).toEqual([EMAIL]);
  });

  test('twenty messages a day for one user, to whomever', async () => {
    const limits = { messagesPerUserDay: 3, sendsPerHour: 100 };
    const shop = await createShop({ limits });
    const { application } = shop.client();
    const browser = shop.client();
    await signUp(shop, browser);
    for (let at = 1; at <= 3; at += 1) {
      const body = { mobile: `98200980${10 + at}`, country_code: '91' };
      expectOk(await browser.application.sendOTPOnMobile({ body }));
    }
    const body = { mobile: '9820098019', country_code: '91' };
    expect(await browser.application.sendOTPOnMobile({ body })).toMatchObject({
      status: 429,
      body: { meta: { limit: 'messages_per_user_day' } },
    });
    // A stranger's send to the same number is not the user's.
    expectOk(await application.loginWithOTP({ body }));
  });
});

test('a registration reaches two identifiers without a captcha, and a third with one', async () => {
  const shop = await d1Shop({
    record: { domains: ['shop.example', 'localhost'] },
    env: { TURNSTILE_SECRET: 'turnstile-secret' },
    fetch: async () => Response.json({ success: true, hostname: 'shop.example' }),
  });
  const solved = { captcha_code: 'solved' };
  const { application } = shop.client();
  const sent = expectOk(await application.loginWithOTP({ body: { ...MOBILE, ...solved } })).body;
  const proof = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
  const { register_token } = expectOk(await application.verifyMobileOTP({ body: proof })).body;
  const send = async (email: string, captcha = {}) =>
    application.sendOTPOnEmail({ body: { email, register_token, ...captcha } });
  expectOk(await send('a@example.com'));
  expectOk(await send('b@example.com'));
  expect(await send('c@example.com')).toMatchObject({
    status: 403,
    body: { code: 'captcha_failed' },
  });
  expectOk(await send('c@example.com', solved));
  expect((await shop.messages()).filter(({ channel }) => channel === 'email')).toHaveLength(3);
  await shop.settle();
});
