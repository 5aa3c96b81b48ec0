/** A new password by a one-time code, in the order in which the public theme's forgot-password page calls. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, cookieOf, expectOk, signUp, wrongCode } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const [PASSWORD, NEW_PASSWORD] = ['a long passphrase', 'an entirely new passphrase'];
const NOBODY = { mobile: '9876543210', country_code: '91' };
const GAP_MS = 31_000;
const MINUTE_MS = 60_000;

/** A shopper with a number, an email and a password. */
async function shopper(shop: Shop) {
  const browser = shop.client();
  const { user } = (await signUp(shop, browser)).body;
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const proof = { email: EMAIL, otp: await shop.otp(EMAIL) };
  expectOk(await browser.application.verifyEmailOTP({ body: proof }));
  expectOk(await browser.application.updatePassword({ body: { new_password: PASSWORD } }));
  shop.clock.advance(GAP_MS);
  return { browser, id: user?._id ?? '' };
}

const login = async (shop: Shop, password: string) =>
  shop.client().application.loginWithEmailAndPassword({ body: { username: EMAIL, password } });

async function forgotCode(shop: Shop) {
  const { application } = shop.client();
  const sent = expectOk(await application.sendForgotOTPOnMobile({ body: MOBILE })).body;
  return { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
}

async function forgotToken(shop: Shop): Promise<string> {
  const body = await forgotCode(shop);
  const verified = expectOk(await shop.client().application.verifyMobileForgotOTP({ body }));
  return verified.body.forgot_token ?? '';
}

describe.each(BACKENDS_AND_MOCK)('a password that is forgotten, on %s', (_, createShop) => {
  test('send, verify, reset: the old password and every session end, nobody is signed in', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const visitor = shop.client();
    const { application } = visitor;
    // As the theme sends it: a hash that no application has listed, and a captcha that it skips.
    const body = { ...MOBILE, android_hash: '0.4713', action: 'send', captcha_code: '_skip_' };
    const sent = expectOk(await application.sendForgotOTPOnMobile({ body })).body;
    expect(sent).toEqual({
      success: true,
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      message: 'OTP sent',
      ...MOBILE,
      resend_timer: 30,
      resend_token: expect.any(String),
    });
    const otp = await shop.otp(E164);
    expect((await shop.messages()).at(-1)?.content).toMatchObject({
      lastLine: expect.stringContaining(`#${otp}`),
    });
    shop.clock.advance(GAP_MS);
    const again = { ...MOBILE, action: 'resend', token: sent.resend_token };
    expect(expectOk(await application.sendForgotOTPOnMobile({ body: again })).body).toEqual(sent);
    const code = { request_id: sent.request_id ?? '', otp };
    const verified = expectOk(await application.verifyMobileForgotOTP({ body: code }));
    expect(verified.body).toEqual({ success: true, forgot_token: expect.any(String) });
    expect(verified.headers.getSetCookie()).toEqual([]);
    const reset = expectOk(
      await application.resetForgotPassword({
        body: { code: verified.body.forgot_token ?? '', password: NEW_PASSWORD },
      }),
    );
    expect(reset.body).toEqual({ success: true });
    expect(reset.headers.getSetCookie()).toEqual([]);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    expect((await login(shop, PASSWORD)).status).toBe(401);
    expectOk(await login(shop, NEW_PASSWORD));
    expect((await shop.messages()).at(-1)).toMatchObject({
      to: EMAIL,
      content: { template: 'notice_password_set' },
    });
  });

  test('the same by email, where the newest code of the address is meant', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application } = shop.client();
    const sent = expectOk(await application.sendForgotOTPOnEmail({ body: { email: EMAIL } })).body;
    expect(sent).toEqual({ success: true, resend_email_token: expect.any(String) });
    const otp = await shop.otp(EMAIL);
    shop.clock.advance(GAP_MS);
    // A login code of the same address is younger, and is not meant.
    expectOk(await application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const verified = expectOk(
      await application.verifyEmailForgotOTP({ body: { email: EMAIL, otp } }),
    ).body;
    const body = { code: verified.forgot_token ?? '', password: NEW_PASSWORD };
    expectOk(await application.resetForgotPassword({ body }));
    expectOk(await login(shop, NEW_PASSWORD));
  });

  test('a link by SMS sets a password as one by mail does', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application } = shop.client();
    const asked = expectOk(await application.sendResetPasswordMobile({ body: MOBILE }));
    expect(asked.body).toEqual({ status: 'sent' });
    const message = (await shop.messages()).at(-1);
    expect(message).toMatchObject({
      channel: 'sms',
      to: E164,
      content: { template: 'reset_link' },
    });
    const code = message && 'code' in message.content ? message.content.code : '';
    expectOk(await application.sendResetToken({ body: { code } }));
    const done = await application.forgotPassword({ body: { code, password: NEW_PASSWORD } });
    expect(cookieOf(expectOk(done))).toContain('f.session=');
    expectOk(await login(shop, NEW_PASSWORD));
  });

  test('nobody’s number is answered like a shopper’s to the end, and no message goes out', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application } = shop.client();
    const seen = async (phone: typeof MOBILE) => {
      const sent = await application.sendForgotOTPOnMobile({ body: phone });
      const { request_id = '', resend_token: token } = expectOk(sent).body;
      const otp = await shop.otp(`+91${phone.mobile}`);
      shop.clock.advance(GAP_MS);
      const again = await application.sendForgotOTPOnMobile({ body: { ...phone, token } });
      const wrong = { request_id, otp: wrongCode(otp) };
      const tries = [];
      for (let tried = 0; tried < 6; tried += 1) {
        tries.push(await application.verifyMobileForgotOTP({ body: wrong }));
      }
      const link = await application.sendResetPasswordMobile({ body: phone });
      const drops = (await shop.messages())
        .filter(({ to }) => to === `+91${phone.mobile}`)
        .slice(-3)
        .map(({ drop }) => drop ?? false);
      const answers = [sent, again, ...tries, link].map(({ status, body }) => [
        status,
        'code' in body ? body.code : Object.keys(body).toSorted(),
      ]);
      return { answers, drops };
    };
    const [known, nobody] = [await seen(MOBILE), await seen(NOBODY)];
    expect(nobody.answers).toEqual(known.answers);
    expect(known.drops).toEqual([false, false, false]);
    expect(nobody.drops).toEqual([true, true, true]);
  });

  test('the code that was dropped is right for nobody', async () => {
    const shop = await createShop();
    const { application } = shop.client();
    const { request_id = '' } = expectOk(
      await application.sendForgotOTPOnMobile({ body: NOBODY }),
    ).body;
    const body = { request_id, otp: await shop.otp(`+91${NOBODY.mobile}`) };
    // Nor when somebody has the number by now.
    await signUp(shop, shop.client(), NOBODY.mobile);
    const refused = await application.verifyMobileForgotOTP({ body });
    expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
  });

  test('a code signs nobody in, and a login code resets nothing', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application } = shop.client();
    const forgot = await forgotCode(shop);
    const signsIn = await application.verifyMobileOTP({ body: forgot });
    expect(signsIn).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    expect(signsIn.headers.getSetCookie()).toEqual([]);
    const sent = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
    const code = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const resets = await application.verifyMobileForgotOTP({ body: code });
    expect(resets).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    // Each has one try less, and is good for what it was sent for.
    expectOk(await application.verifyMobileForgotOTP({ body: forgot }));
    expectOk(await application.verifyMobileOTP({ body: code }));
  });

  test('a resend token sends its own code again, by the operation that gave it out', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application } = shop.client();
    const forgot = expectOk(await application.sendForgotOTPOnMobile({ body: MOBILE })).body;
    const ofLogin = expectOk(await application.loginWithOTP({ body: MOBILE })).body;
    shop.clock.advance(GAP_MS);
    const swapped = [
      await application.sendOTPOnMobile({ body: { ...MOBILE, token: forgot.resend_token } }),
      await application.sendForgotOTPOnMobile({ body: { ...MOBILE, token: ofLogin.resend_token } }),
    ];
    for (const answer of swapped) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'resend_token_invalid' } });
    }
  });

  test('a forgot_token is no link, no register_token, and over after ten minutes', async () => {
    const shop = await createShop();
    await shopper(shop);
    const { application, service } = shop.client();
    const token = await forgotToken(shop);
    const elsewhere = [
      await application.forgotPassword({ body: { code: token, password: NEW_PASSWORD } }),
      await application.sendResetToken({ body: { code: token } }),
      await application.verifyEmail({ body: { code: token } }),
      await application.updateProfile({ body: { register_token: token } }),
      await service.describeLink({ body: { code: token } }),
    ];
    expect(elsewhere.filter(({ ok }) => ok)).toEqual([]);
    shop.clock.advance(10 * MINUTE_MS - 10_000);
    const body = { code: token, password: 'password1' };
    const weak = await application.resetForgotPassword({ body });
    expect(weak.body).toMatchObject({ code: 'password_weak' });
    shop.clock.advance(10_000);
    const over = await application.resetForgotPassword({
      body: { ...body, password: NEW_PASSWORD },
    });
    expect(over).toMatchObject({ status: 400, body: { code: 'forgot_token_invalid' } });
    expectOk(await login(shop, PASSWORD));
  });
});

describe.each(BACKENDS)('an account that is no longer active, on %s', (_, createShop) => {
  test('gets no code: the answer is the same, the message is dropped', async () => {
    const shop = await createShop();
    const { id } = await shopper(shop);
    const body = { status: true, user_id: [id], reason: 'fraud' };
    expectOk(await (await operatorOf(shop)).blockOrUnblockUsers({ params, body }));
    const code = await forgotCode(shop);
    expect((await shop.messages()).at(-1)?.drop).toBe(true);
    const refused = await shop.client().application.verifyMobileForgotOTP({ body: code });
    expect(refused).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
  });
});
