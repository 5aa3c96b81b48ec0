import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { BACKENDS_AND_MOCK } from '../support/shop.ts';

describe.each(BACKENDS_AND_MOCK)('login by OTP on %s', (_, createShop) => {
  test('a new shopper proves the phone, fills in the profile and is signed in', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const proven = await prove(shop, browser);
    expect(proven.body).toEqual({ user_exists: false, register_token: expect.any(String) });
    expect(proven.headers.get('set-cookie')).toBeNull();
    const { register_token } = proven.body;
    const done = expectOk(
      await browser.application.updateProfile({ body: { first_name: 'Asha', register_token } }),
    );
    expect(done.body).toMatchObject({ user_exists: true, user: { first_name: 'Asha' } });
    expect(done.headers.getSetCookie()[0]).toMatch(
      /^f\.session=s%3A[\w-]{48}\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const me = expectOk(await browser.application.getLoggedInUser());
    expect(me.body.user).toMatchObject({
      first_name: 'Asha',
      phone_numbers: [
        { phone: '8652523958', country_code: 91, primary: true, verified: true, active: true },
      ],
      emails: [],
      username: expect.stringMatching(/^8652523958_\d{5}$/),
    });
    expect(JSON.stringify(me.body)).not.toContain('null');
  });

  test('a known shopper is signed in at once, under a new session', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const first = expectOk(await browser.application.getListOfActiveSessions()).body.sessions;
    shop.clock.advance(31_000);
    const again = await prove(shop, browser);
    expect(again.body).toMatchObject({ user_exists: true, user: { first_name: 'Asha' } });
    await shop.settle();
    const second = expectOk(await browser.application.getListOfActiveSessions()).body.sessions;
    expect(second).toHaveLength(1);
    expect(second).not.toEqual(first);
  });

  test('the answer does not tell whether a phone is known', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const known = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
    const other = { mobile: '9876543210', country_code: '91' };
    const unknown = expectOk(await shop.client().application.loginWithOTP({ body: other }));
    /** All but what names the number and this one send; in their order. */
    const plain = ({ body }: typeof known) =>
      Object.entries({
        ...body,
        mobile: body.mobile?.length,
        request_id: body.request_id?.length,
        resend_token: body.resend_token?.length,
        resendToken: body.resendToken?.length,
      });
    expect(plain(unknown)).toEqual(plain(known));
    expect(known.body.message).toBeTypeOf('string');
    expect(known.body.resend_timer).toBe(30);
    const names = ({ headers }: typeof known) => [...headers.keys()].toSorted();
    expect(names(unknown)).toEqual(names(known));
    expect(unknown.status).toBe(known.status);
    expect(unknown.headers.get('set-cookie')).toEqual(known.headers.get('set-cookie'));
  });

  test('logout ends the session at once and clears the cookie', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const done = await signUp(shop, browser);
    const cookie = cookieOf(done);
    const out = expectOk(await browser.application.logout());
    expect(out.body).toEqual({ logout: true });
    expect(out.headers.get('set-cookie')).toMatch(/^f\.session=; Max-Age=0;/);
    const after = await shop.client({ cookie }).application.getLoggedInUser();
    expect(after).toMatchObject({
      status: 401,
      body: { code: 'not_authenticated', authenticated: false },
    });
    expect(expectOk(await shop.client().application.logout()).body).toEqual({ logout: true });
  });

  test('a resend sends the same code under the same request id, once the timer is over', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const first = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const otp = await shop.otp(E164);
    const body = { ...MOBILE, token: first.resend_token, action: 'resend' };
    const early = await browser.application.sendOTPOnMobile({ body });
    expect(early).toMatchObject({
      status: 429,
      body: { code: 'too_many_requests', meta: { limit: 'send_gap' } },
    });
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(25);
    shop.clock.advance(31_000);
    const again = expectOk(await browser.application.sendOTPOnMobile({ body })).body;
    expect(again).toMatchObject({
      request_id: first.request_id,
      resend_token: first.resend_token,
      resend_timer: 30,
    });
    expect((await shop.messages()).map(({ content }) => content)).toEqual([
      expect.objectContaining({ otp }),
      expect.objectContaining({ otp }),
    ]);
    const foreign = { mobile: '9876543210', country_code: '91', token: first.resend_token };
    const refused = await browser.application.sendOTPOnMobile({ body: foreign });
    expect(refused).toMatchObject({ status: 400, body: { code: 'resend_token_invalid' } });
  });

  test('a code lives ten minutes, and a resend does not lengthen that', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    shop.clock.advance(9 * 60_000);
    const body = { ...MOBILE, token: sent.resend_token };
    expectOk(await browser.application.sendOTPOnMobile({ body }));
    shop.clock.advance(61_000);
    const late = await browser.application.verifyMobileOTP({
      body: { request_id: sent.request_id ?? '', otp: await shop.otp(E164) },
    });
    expect(late).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
  });

  test('signed in, a code adds a number to the profile and keeps the session', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const second = { mobile: '9876543210', country_code: '91' };
    const sent = expectOk(await browser.application.sendOTPOnMobile({ body: second })).body;
    const otp = await shop.otp('+919876543210');
    const body = { request_id: sent.request_id ?? '', otp };
    const stranger = await shop.client().application.verifyMobileOTP({ body });
    expect(stranger).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    const added = expectOk(await browser.application.verifyMobileOTP({ body }));
    expect(added.headers.get('set-cookie')).toBeNull();
    expect(added.body).toMatchObject({
      user_exists: true,
      user: {
        phone_numbers: [
          { phone: '8652523958', primary: true, verified: true },
          { phone: '9876543210', primary: false, verified: true },
        ],
      },
    });
  });

  test('a number that another user has verified is refused with 409, and the code is not used up', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    const other = shop.client();
    const proven = await prove(shop, other, '9876543210');
    const { register_token } = proven.body;
    expectOk(await other.application.updateProfile({ body: { first_name: 'B', register_token } }));
    shop.clock.advance(31_000);
    const sent = expectOk(await other.application.sendOTPOnMobile({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
    const refused = await other.application.verifyMobileOTP({ body });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'identifier_taken', meta: { field: 'phone' } },
    });
    const again = await other.application.verifyMobileOTP({ body });
    expect(again.status).toBe(409);
  });

  test('closed registration is told after the proof only', async () => {
    const shop = await createShop({ config: { register: false } });
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: '000000' };
    const wrong = await browser.application.verifyMobileOTP({ body });
    expect(wrong.body).toMatchObject({ code: 'otp_invalid' });
    const otp = await shop.otp(E164);
    const refused = await browser.application.verifyMobileOTP({ body: { ...body, otp } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'registration_closed' } });
  });

  test('login by OTP that is switched off sends nothing', async () => {
    const shop = await createShop({ config: { login: { otp: false, password: true } } });
    for (const operation of ['loginWithOTP', 'sendOTPOnMobile'] as const) {
      const refused = await shop.client().application[operation]({ body: MOBILE });
      expect(refused).toMatchObject({ status: 403, body: { code: 'otp_login_disabled' } });
    }
    expect(await shop.messages()).toEqual([]);
  });

  test('the SMS ends with the WebOTP line, or with the hash of an Android app that the application lists', async () => {
    const shop = await createShop({ record: { androidHashes: ['FA+9qCX9VSu'] } });
    const browser = shop.client();
    expectOk(await browser.application.loginWithOTP({ body: MOBILE }));
    const other = { mobile: '9876543210', country_code: '91', android_hash: 'FA+9qCX9VSu' };
    expectOk(await browser.application.loginWithOTP({ body: other }));
    const unlisted = ['CALL1234567', 'FA+9qCX9VSu and more', 'fa+9qcx9vsu', 'FA+9qCX9VSuu'];
    for (const [index, android_hash] of unlisted.entries()) {
      const body = { mobile: `987654321${index + 1}`, country_code: '91', android_hash };
      expectOk(await browser.application.loginWithOTP({ body }));
    }
    const lines = (await shop.messages()).map(({ content }) =>
      content.template === 'otp' ? content.lastLine?.replace(/\d{6}$/, '#') : undefined,
    );
    expect(lines).toEqual(['@127.0.0.1 ##', 'FA+9qCX9VSu', ...unlisted.map(() => '@127.0.0.1 ##')]);
  });
});
