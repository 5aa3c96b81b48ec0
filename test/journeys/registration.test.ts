/** Codes verified together with a register_token (D-41, D-48, D-49). */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp, wrongCode } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { mark } from '../support/refusals/scenario.ts';
import { registerUser, registrationOf } from '../support/stored.ts';

const EMAIL = { kind: 'email', value: 'asha@example.com', verified: true, primary: true } as const;

/** A user without a phone, and a token bound to that user as an email login would give it. */
async function withoutPhone(shop: Shop) {
  const { ports } = shop;
  const now = ports.clock.now();
  const id = 'a'.repeat(24);
  await registerUser(ports, { id, username: 'shopper_1', identifiers: [EMAIL], createdAt: now });
  const token = crypto.randomUUID();
  const bound = { origin: 'code', userId: id, userProvenAt: now } as const;
  const next = registrationOf(await ports.vault.digest(token), now, bound);
  await ports.registrations.begin(next, { identifiers: [] });
  return { id, token };
}

describe.each(BACKENDS_AND_MOCK)('register_token on %s', (_, createShop) => {
  test('a user who lacks the demanded number proves it, keeps the profile fields sent with it, and is signed in', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { id, token } = await withoutPhone(shop);
    const missing = await browser.application.updateProfile({ body: { register_token: token } });
    expect(missing).toMatchObject({
      status: 400,
      body: { code: 'required_field_missing', errors: [{ path: 'body.mobile' }] },
    });
    const sent = expectOk(
      await browser.application.updateProfile({
        body: { register_token: token, first_name: 'Asha', mobile: { phone: '8652523958' } },
      }),
    ).body;
    expect(sent).toMatchObject({
      user_exists: false,
      verify_mobile_otp: true,
      mobile: '8652523958',
    });
    const otp = await shop.otp(E164);
    const body = { request_id: sent.request_id ?? '', otp };
    const bare = await browser.application.verifyMobileOTP({ body });
    expect(bare).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    const done = expectOk(
      await browser.application.verifyMobileOTP({
        body: { ...body, register_token: sent.register_token },
      }),
    );
    expect(cookieOf(done)).toContain('f.session=');
    expect(done.body).toMatchObject({
      user_exists: true,
      user: {
        _id: id,
        first_name: 'Asha',
        phone_numbers: [{ phone: '8652523958', verified: true, primary: true }],
      },
    });
    expect(expectOk(await browser.application.getLoggedInUser()).body.user?._id).toBe(id);
    // Operators find the user by the name that came with the proof.
    const named = await shop.ports.customers.candidates({ words: ['asha'], name: '=asha' });
    expect(named.map((user) => user.id)).toEqual([id]);
  });

  test('a demanded number that someone else owns is refused with 409', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const { token } = await withoutPhone(shop);
    const browser = shop.client();
    const sent = expectOk(
      await browser.application.updateProfile({
        body: { register_token: token, mobile: { phone: '8652523958' } },
      }),
    ).body;
    const refused = await browser.application.verifyMobileOTP({
      body: {
        request_id: sent.request_id ?? '',
        otp: await shop.otp(E164),
        register_token: sent.register_token,
      },
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'identifier_taken' } });
  });

  test('a login code verified with a live token proves its number for that token', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { register_token } = (await prove(shop, browser, '9876543210')).body;
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), register_token };
    const proven = expectOk(await browser.application.verifyMobileOTP({ body })).body;
    expect(proven).toEqual({ user_exists: false, register_token });
    const done = expectOk(
      await browser.application.updateProfile({ body: { register_token } }),
    ).body;
    expect(done.user?.phone_numbers).toMatchObject([
      { primary: true, verified: true },
      { primary: false, verified: true },
    ]);
  });

  test('a code with a dead token is refused, and the code stays usable without it', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const otp = await shop.otp(E164);
    const body = { request_id: sent.request_id ?? '', otp };
    const register_token = crypto.randomUUID();
    const wrong = { ...body, otp: wrongCode(otp), register_token };
    expect((await browser.application.verifyMobileOTP({ body: wrong })).body).toMatchObject({
      code: 'otp_invalid',
    });
    const dead = await browser.application.verifyMobileOTP({ body: { ...body, register_token } });
    expect(dead).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
    expectOk(await browser.application.verifyMobileOTP({ body }));
  });

  const PHONE = { kind: 'phone', value: E164, callingCode: 91 } as const;
  const DEMANDS_BOTH = {
    email: { is_required: true, level: 'hard' },
    mobile: { is_required: true, level: 'hard' },
  } as const;

  /** A number that belongs to somebody, and a token that has proven it so long after the account was made. */
  async function provenOf(shop: Shop, ageMs: number, more: { email?: boolean } = {}) {
    const { ports } = shop;
    const now = ports.clock.now();
    const made = { createdAt: now - 5000 };
    const phone = { ...PHONE, verified: true, primary: true };
    await registerUser(ports, {
      ...made,
      id: 'b'.repeat(24),
      username: 'rao_1',
      identifiers: [phone],
    });
    if (more.email) {
      await registerUser(ports, {
        ...made,
        id: 'c'.repeat(24),
        username: 'asha_1',
        identifiers: [EMAIL],
      });
    }
    const token = crypto.randomUUID();
    const provenAt = made.createdAt + ageMs;
    const { kind, value } = EMAIL;
    const proofs = [
      { ...PHONE, provenAt },
      ...(more.email ? [{ kind, value, provenAt } as const] : []),
    ];
    const next = registrationOf(await ports.vault.digest(token), now);
    await ports.registrations.begin(next, { identifiers: [] }, proofs);
    return token;
  }

  test('a proof of a number whose owner lacks a demanded email opens no session: the email is asked for', async () => {
    const shop = await createShop({ config: { required_fields: DEMANDS_BOTH } });
    const register_token = await provenOf(shop, 1000);
    const { application } = shop.client();
    const missing = await application.updateProfile({ body: { register_token } });
    expect(missing).toMatchObject({ status: 400, body: { code: 'required_field_missing' } });
    const body = { email: EMAIL.value, register_token };
    const sent = expectOk(await application.updateProfile({ body }));
    expect(sent.headers.getSetCookie()).toEqual([]);
    expect((await shop.messages()).map(({ to }) => to)).toEqual([EMAIL.value]);
  });

  test.each(['blocked', 'deleted'] as const)(
    'a proof of a number whose owner is %s opens no session',
    async (state) => {
      const shop = await createShop();
      const register_token = await provenOf(shop, 1000);
      await mark(shop, 'b'.repeat(24), state);
      const refused = await shop.client().application.updateProfile({ body: { register_token } });
      expect(refused).toMatchObject({ status: 403, body: { code: `account_${state}` } });
      expect(refused.headers.getSetCookie()).toEqual([]);
    },
  );

  test('a proof that is older than the account sends no code on its behalf', async () => {
    const shop = await createShop({ config: { required_fields: DEMANDS_BOTH } });
    const body = { email: EMAIL.value, register_token: await provenOf(shop, -1) };
    const refused = await shop.client().application.updateProfile({ body });
    expect(refused).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
    expect(await shop.messages()).toEqual([]);
  });

  test('proofs of identifiers that two people own sign in neither of them', async () => {
    const shop = await createShop();
    const register_token = await provenOf(shop, 1000, { email: true });
    const refused = await shop.client().application.updateProfile({ body: { register_token } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  test('a code of a registration ends with it, and says so', async () => {
    const shop = await createShop();
    const { token } = await withoutPhone(shop);
    shop.clock.advance(25 * 60_000);
    const mobile = { phone: MOBILE.mobile, country_code: '91' };
    const body = { mobile, register_token: token };
    expectOk(await shop.client().application.updateProfile({ body }));
    const { content } = (await shop.messages()).findLast(({ to }) => to === E164) ?? {};
    // Of the ten minutes that a code lives otherwise.
    expect(content && 'minutes' in content ? content.minutes : 10).toBeLessThanOrEqual(5);
  });

  test('a token whose proof meets an existing user signs that user in and drops the form', async () => {
    const shop = await createShop();
    const known = await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const { register_token } = (await prove(shop, browser, '9876543210')).body;
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), register_token };
    const done = expectOk(await browser.application.verifyMobileOTP({ body })).body;
    expect(done).toMatchObject({ user_exists: true, user: { _id: known.body.user?._id } });
    const over = await shop.client().application.updateProfile({
      body: { register_token, first_name: 'Mallory' },
    });
    expect(over).toMatchObject({ status: 409, body: { code: 'registration_finished' } });
    expect(expectOk(await browser.application.getLoggedInUser()).body.user?.first_name).toBe(
      'Asha',
    );
  });

  test('a login ends the session that came with it; a proof that signs nobody in does not', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const first = cookieOf(await signUp(shop, browser));
    await prove(shop, browser, '9876543210');
    expectOk(await shop.client({ cookie: first }).application.getLoggedInUser());
    shop.clock.advance(31_000);
    const second = cookieOf(await prove(shop, browser));
    expect((await shop.client({ cookie: first }).application.getLoggedInUser()).status).toBe(401);
    expectOk(await shop.client({ cookie: second }).application.getLoggedInUser());
  });

  test('an unverified copy gives no rights: it neither signs in nor blocks its owner', async () => {
    const shop = await createShop();
    const attacker = shop.client();
    await signUp(shop, attacker, '9876543210');
    expectOk(
      await attacker.application.updateProfile({ body: { mobile: { phone: '8652523958' } } }),
    );
    shop.clock.advance(31_000);
    const victim = shop.client();
    const proven = (await prove(shop, victim)).body;
    expect(proven.user_exists).toBe(false);
    const { register_token } = proven;
    const mine = expectOk(
      await victim.application.updateProfile({ body: { register_token } }),
    ).body;
    const theirs = expectOk(await attacker.application.getLoggedInUser()).body;
    expect(mine.user?.phone_numbers).toMatchObject([{ phone: '8652523958', verified: true }]);
    expect(theirs.user?.phone_numbers).toMatchObject([{ phone: '9876543210' }]);
    expect(theirs.user?.phone_numbers).toHaveLength(1);
  });
});
