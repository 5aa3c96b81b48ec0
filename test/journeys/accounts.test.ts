/** Form registration, email codes, identifiers, deletion. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import type { RequiredField } from '../../src/ports/index.ts';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { d1Shop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const PHONE = { mobile: '8652523958', country_code: '91' };
const HARD: RequiredField = { is_required: true, level: 'hard' };
const OFF: RequiredField = { is_required: false, level: 'hard' };
const demands = (email: RequiredField, mobile: RequiredField) => ({
  config: { required_fields: { email, mobile }, register_required_fields: { email, mobile } },
});

async function codeFor(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}
const templates = async (shop: Shop) =>
  (await shop.messages()).map(({ to, content }) => `${content.template} ${to}`);

/** Proves an email of the signed-in shopper by a code. */
async function addByCode(shop: Shop, browser: ReturnType<Shop['client']>, email: string) {
  expectOk(await browser.application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  return expectOk(await browser.application.verifyEmailOTP({ body: { email, otp } })).body;
}

describe.each(BACKENDS_AND_MOCK)('registerWithForm on %s', (_, createShop) => {
  test('with the number demanded: one code, then the user exists, with an unverified email and its link', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const form = expectOk(
      await browser.application.registerWithForm({
        body: { first_name: 'Asha', gender: 'female', email: EMAIL, phone: PHONE },
      }),
    );
    expect(form.headers.getSetCookie()).toEqual([]);
    expect(form.body).toEqual({
      success: true,
      message: 'OTP sent',
      register_token: expect.stringMatching(/^[0-9a-f-]{36}$/),
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      mobile: '8652523958',
      country_code: '91',
      resend_timer: 30,
      resend_token: expect.any(String),
      verify_mobile_otp: true,
      user_exists: false,
      userExists: false,
    });
    const body = {
      request_id: form.body.request_id ?? '',
      otp: await shop.otp(E164),
      register_token: form.body.register_token,
    };
    const done = expectOk(await browser.application.verifyMobileOTP({ body }));
    expect(done.body).toMatchObject({
      user_exists: true,
      user: {
        first_name: 'Asha',
        gender: 'female',
        phone_numbers: [{ phone: '8652523958', verified: true, primary: true }],
        emails: [{ email: EMAIL, verified: false, primary: false }],
      },
    });
    expectOk(await browser.application.getLoggedInUser());
    await shop.settle();
    expect(await templates(shop)).toContain(`verify_link ${EMAIL}`);
  });

  test.each([['phone first'], ['email first']])(
    'with both demanded: two codes in either order, %s',
    async (order) => {
      const shop = await createShop(demands(HARD, HARD));
      const browser = shop.client();
      const form = expectOk(
        await browser.application.registerWithForm({
          body: { first_name: 'Asha', email: EMAIL, phone: PHONE, password: 'a long passphrase' },
        }),
      ).body;
      expect(form).toMatchObject({ verify_mobile_otp: true, verify_email_otp: true, email: EMAIL });
      const { register_token } = form;
      const byPhone = async () =>
        browser.application.verifyMobileOTP({
          body: { request_id: form.request_id ?? '', otp: await shop.otp(E164), register_token },
        });
      const byEmail = async () =>
        browser.application.verifyEmailOTP({
          body: { email: EMAIL, otp: await shop.otp(EMAIL), register_token },
        });
      const [first, second] = order === 'phone first' ? [byPhone, byEmail] : [byEmail, byPhone];
      const halfway = expectOk(await first());
      expect(halfway.headers.getSetCookie()).toEqual([]);
      expect(halfway.body).toEqual({
        user_exists: false,
        register_token,
        [order === 'phone first' ? 'verify_email_otp' : 'verify_mobile_otp']: true,
      });
      const done = expectOk(await second());
      expect(done.body).toMatchObject({
        user_exists: true,
        user: {
          emails: [{ verified: true, primary: true }],
          phone_numbers: [{ verified: true, primary: true }],
        },
      });
      const again = expectOk(
        await shop.client().application.loginWithEmailAndPassword({
          body: { username: EMAIL, password: 'a long passphrase' },
        }),
      );
      expect(again.body.user?._id).toBe(done.body.user?._id);
    },
  );

  test('a phone that has an account: its owner is signed in, and nothing of the form overwrites it', async () => {
    const shop = await createShop();
    const known = await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const form = expectOk(
      await browser.application.registerWithForm({
        body: { first_name: 'Mallory', password: 'an evil passphrase', phone: PHONE },
      }),
    ).body;
    expect(form).toMatchObject({ user_exists: false, verify_mobile_otp: true });
    const done = expectOk(
      await browser.application.verifyMobileOTP({
        body: {
          request_id: form.request_id ?? '',
          otp: await shop.otp(E164),
          register_token: form.register_token,
        },
      }),
    );
    expect(done.body).toMatchObject({
      user_exists: true,
      user: { _id: known.body.user?._id, first_name: 'Asha' },
    });
    expect(expectOk(await browser.application.hasPassword()).body).toEqual({ result: false });
  });

  test('after a proof the form ends the registration at once, with a session', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { register_token } = (await prove(shop, browser)).body;
    const done = expectOk(
      await browser.application.registerWithForm({
        body: { first_name: 'Asha', phone: PHONE, password: 'a long passphrase', register_token },
      }),
    );
    expect(done.body).toEqual({ success: true, user_exists: true, userExists: true });
    expect(expectOk(await browser.application.hasPassword()).body).toEqual({ result: true });
  });

  test('a demanded field that is missing is named; with no demand one identifier is needed', async () => {
    const strict = await createShop(demands(HARD, HARD));
    const missing = await strict.client().application.registerWithForm({ body: { phone: PHONE } });
    expect(missing).toMatchObject({
      status: 400,
      body: { code: 'required_field_missing', errors: [{ path: 'body.email' }] },
    });
    expect(await strict.messages()).toEqual([]);
  });

  test('with no demand the first identifier gets its code', async () => {
    const shop = await createShop(demands(OFF, OFF));
    const none = await shop.client().application.registerWithForm({ body: { first_name: 'A' } });
    expect(none).toMatchObject({ status: 400, body: { code: 'required_field_missing' } });
    const browser = shop.client();
    const form = expectOk(
      await browser.application.registerWithForm({ body: { email: EMAIL } }),
    ).body;
    expect(form).toMatchObject({ verify_email_otp: true, email: EMAIL });
    const done = expectOk(
      await browser.application.verifyEmailOTP({
        body: { email: EMAIL, otp: await shop.otp(EMAIL), register_token: form.register_token },
      }),
    ).body;
    expect(done.user?.username).toMatch(/^asha_example_com_\d{5}$/);
  });

  test('closed registration is told at once', async () => {
    const shop = await createShop({ config: { register: false } });
    const refused = await shop.client().application.registerWithForm({ body: { phone: PHONE } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'registration_closed' } });
  });
});

describe.each(BACKENDS_AND_MOCK)('codes by email on %s', (_, createShop) => {
  test('sign a known shopper in; only the newest code counts', async () => {
    const shop = await createShop();
    const mine = shop.client();
    await signUp(shop, mine);
    await addByCode(shop, mine, EMAIL);
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(
      await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }),
    ).body;
    expect(sent).toEqual({ success: true, resend_email_token: expect.any(String) });
    const old = await shop.otp(EMAIL);
    shop.clock.advance(31_000);
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    if (old !== otp) {
      const stale = await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp: old } });
      expect(stale).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    }
    const done = expectOk(
      await browser.application.verifyEmailOTP({ body: { email: 'ASHA@example.com', otp } }),
    );
    expect(done.body).toMatchObject({ user_exists: true, user: { first_name: 'Asha' } });
    expectOk(await browser.application.getLoggedInUser());
  });

  test('a resend sends the same code under the same token', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const sent = expectOk(
      await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }),
    ).body;
    const otp = await shop.otp(EMAIL);
    shop.clock.advance(31_000);
    const body = { email: EMAIL, action: 'resend', token: sent.resend_email_token };
    const again = expectOk(await browser.application.sendOTPOnEmail({ body })).body;
    expect(again.resend_email_token).toBe(sent.resend_email_token);
    expect(await shop.otp(EMAIL)).toBe(otp);
  });

  test('a new shopper who proves an email is asked for the demanded number', async () => {
    const shop = await createShop();
    const browser = shop.client();
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    const proven = expectOk(
      await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }),
    ).body;
    expect(proven).toEqual({
      user_exists: false,
      register_token: expect.any(String),
      verify_mobile_otp: true,
    });
    const { register_token } = proven;
    const next = expectOk(
      await browser.application.registerWithForm({
        body: { first_name: 'A', phone: PHONE, register_token },
      }),
    ).body;
    const done = expectOk(
      await browser.application.verifyMobileOTP({
        body: {
          request_id: next.request_id ?? '',
          otp: await shop.otp(E164),
          register_token: next.register_token,
        },
      }),
    ).body;
    expect(done.user).toMatchObject({
      emails: [{ email: EMAIL, verified: true, primary: true }],
      phone_numbers: [{ verified: true, primary: true }],
    });
  });

  test('tries stop at five, whatever the concurrency', async () => {
    const shop = await createShop();
    const browser = shop.client();
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    const wrong = otp === '000000' ? '111111' : '000000';
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () =>
        shop.client().application.verifyEmailOTP({ body: { email: EMAIL, otp: wrong } }),
      ),
    );
    const invalid = answers.filter(
      ({ ok, body }) => !ok && 'code' in body && body.code === 'otp_invalid',
    );
    expect(invalid).toHaveLength(5);
    const late = await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } });
    expect(late).toMatchObject({ status: 400, body: { code: 'otp_exhausted' } });
  });

  test('a code of another purpose is not meant: bound to the profile that asked', async () => {
    const shop = await createShop();
    const mine = shop.client();
    await signUp(shop, mine);
    expectOk(await mine.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    const stranger = await shop
      .client()
      .application.verifyEmailOTP({ body: { email: EMAIL, otp } });
    expect(stranger).toMatchObject({ status: 400, body: { code: 'otp_invalid' } });
    const dead = await shop.client().application.sendOTPOnEmail({
      body: { email: EMAIL, register_token: crypto.randomUUID() },
    });
    expect(dead).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
  });
});

describe.each(BACKENDS_AND_MOCK)('identifiers on %s', (_, createShop) => {
  test('an email: added, linked, verified, made primary, and the old one is told', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    await addByCode(shop, browser, EMAIL);
    const added = expectOk(
      await browser.application.addEmail({ body: { email: 'b@example.com' } }),
    ).body;
    expect(added).toMatchObject({
      verify_email_link: true,
      user: { emails: [{ primary: true }, { email: 'b@example.com', verified: false }] },
    });
    const early = await browser.application.setEmailAsPrimary({ body: { email: 'b@example.com' } });
    expect(early).toMatchObject({ status: 400, body: { code: 'identifier_unverified' } });
    const first = await codeFor(shop, 'b@example.com');
    shop.clock.advance(31_000);
    const again = expectOk(
      await browser.application.sendVerificationLinkToEmail({ body: { email: 'b@example.com' } }),
    );
    expect(again.body).toEqual({ verify_email_link: true });
    const second = await codeFor(shop, 'b@example.com');
    const verified = expectOk(
      await shop.client().application.verifyEmail({ body: { code: first } }),
    );
    expect(verified.body).toEqual({ message: 'verified' });
    for (const code of [first, second]) {
      const used = await shop.client().application.verifyEmail({ body: { code } });
      expect(used).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    }
    const primary = expectOk(
      await browser.application.setEmailAsPrimary({ body: { email: 'b@example.com' } }),
    );
    expect(primary.body.user?.emails).toMatchObject([
      { email: 'b@example.com', primary: true },
      { email: EMAIL, primary: false },
    ]);
    await shop.settle();
    expect(await templates(shop)).toEqual(
      expect.arrayContaining([
        `notice_identifier_added ${EMAIL}`,
        `notice_primary_changed ${EMAIL}`,
      ]),
    );
    const idle = expectOk(
      await browser.application.sendVerificationLinkToEmail({ body: { email: EMAIL } }),
    );
    expect(idle.body).toEqual({ verify_email_link: false });
  });

  test('a number: added, linked, verified; removing the primary hands it on', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const second = { phone: '9876543210', country_code: '91' };
    expectOk(await browser.application.addMobileNumber({ body: second }));
    expectOk(
      await browser.application.verifyMobile({
        body: { code: await codeFor(shop, '+919876543210') },
      }),
    );
    const query = (phone: string) => ({
      active: true,
      primary: true,
      verified: true,
      country_code: '91',
      phone,
    });
    const removed = expectOk(
      await browser.application.deleteMobileNumber({ query: query('8652523958') }),
    );
    expect(removed.body.user?.phone_numbers).toEqual([
      { phone: '9876543210', country_code: 91, primary: true, verified: true, active: true },
    ]);
    const last = await browser.application.deleteMobileNumber({ query: query('9876543210') });
    expect(last).toMatchObject({ status: 400, body: { code: 'identifier_last' } });
    const unknown = await browser.application.deleteMobileNumber({ query: query('7000000001') });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('the last one of a demanded kind stays, although another kind could sign in', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    await addByCode(shop, browser, EMAIL);
    const refused = await browser.application.deleteMobileNumber({
      query: {
        active: true,
        primary: true,
        verified: true,
        country_code: '91',
        phone: '8652523958',
      },
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'identifier_last' } });
    const query = { active: true, primary: true, verified: true, email: EMAIL };
    const gone = expectOk(await browser.application.deleteEmail({ query })).body;
    expect(gone.user?.emails).toEqual([]);
  });

  test('a link cannot take what another shopper has verified, and dies with the copy', async () => {
    const shop = await createShop();
    const one = shop.client();
    const two = shop.client();
    await signUp(shop, one);
    await signUp(shop, two, '9876543210');
    expectOk(await one.application.addEmail({ body: { email: EMAIL } }));
    const code = await codeFor(shop, EMAIL);
    shop.clock.advance(31_000);
    await addByCode(shop, two, EMAIL);
    const late = await shop.client().application.verifyEmail({ body: { code } });
    expect(late).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    expect(expectOk(await one.application.getLoggedInUser()).body.user?.emails).toEqual([]);
    shop.clock.advance(31_000);
    expectOk(await one.application.addEmail({ body: { email: EMAIL } }));
    const again = await shop
      .client()
      .application.verifyEmail({ body: { code: await codeFor(shop, EMAIL) } });
    expect(again).toMatchObject({ status: 409, body: { code: 'identifier_taken' } });
  });
});

describe.each(BACKENDS_AND_MOCK)('deleteUser on %s', (_, createShop) => {
  test('with a code to the own number; login is refused afterwards with is_deleted, and notices go out', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { user } = (await signUp(shop, browser)).body;
    shop.clock.advance(31_000);
    const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
    const body = { user_id: user?._id, request_id: sent.request_id, otp: await shop.otp(E164) };
    const wrongReason = await browser.application.deleteUser({ body: { ...body, reason_id: 'x' } });
    expect(wrongReason).toMatchObject({ status: 400, body: { code: 'reason_unknown' } });
    const foreign = await browser.application.deleteUser({
      body: { ...body, user_id: 'f'.repeat(24) },
    });
    expect(foreign).toMatchObject({ status: 400, body: { errors: [{ path: 'body.user_id' }] } });
    const done = expectOk(
      await browser.application.deleteUser({ body: { ...body, reason_id: '123' } }),
    );
    expect(done.body).toEqual({ success: true });
    expect(done.headers.getSetCookie()[0]).toMatch(/^f\.session=; Max-Age=0/);
    await shop.settle();
    const notice = (await shop.messages()).findLast(({ to }) => to === E164);
    expect(notice?.content).toMatchObject({
      template: 'notice_account_deleted',
      lastDay: new Date(shop.clock.now() + 6 * 86_400_000).toISOString().slice(0, 10),
    });
    shop.clock.advance(31_000);
    const visitor = shop.client();
    const again = expectOk(await visitor.application.loginWithOTP({ body: MOBILE })).body;
    const refused = await visitor.application.verifyMobileOTP({
      body: { request_id: again.request_id ?? '', otp: await shop.otp(E164) },
    });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'account_deleted', meta: { is_deleted: true } },
    });
  });

  test('all sessions end', async () => {
    const shop = await createShop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const browser = shop.client({ cookie });
    shop.clock.advance(31_000);
    const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
    const body = { request_id: sent.request_id, otp: await shop.otp(E164) };
    expectOk(await browser.application.deleteUser({ body }));
    expect((await shop.client({ cookie }).application.getLoggedInUser()).status).toBe(401);
  });

  test('a code for a number that is not one’s own, or a login code, deletes nothing', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const foreign = expectOk(
      await browser.application.sendOTPOnMobile({ body: { mobile: '9876543210' } }),
    ).body;
    const other = { request_id: foreign.request_id, otp: await shop.otp('+919876543210') };
    expect((await browser.application.deleteUser({ body: other })).body).toMatchObject({
      code: 'otp_invalid',
    });
    shop.clock.advance(31_000);
    const login = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const body = { request_id: login.request_id, otp: await shop.otp(E164) };
    expect((await browser.application.deleteUser({ body })).body).toMatchObject({
      code: 'otp_invalid',
    });
    expectOk(await browser.application.getLoggedInUser());
  });

  test('a shopper without a number confirms by a code to the primary email', async () => {
    const shop = await createShop(demands(OFF, OFF));
    const browser = shop.client();
    const form = expectOk(
      await browser.application.registerWithForm({ body: { email: EMAIL } }),
    ).body;
    expectOk(
      await browser.application.verifyEmailOTP({
        body: { email: EMAIL, otp: await shop.otp(EMAIL), register_token: form.register_token },
      }),
    );
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    expectOk(await browser.application.deleteUser({ body: { otp: await shop.otp(EMAIL) } }));
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
  });
});

describe('pre-hijack', () => {
  test('whatever the victim does, an attacker’s account never gains the victim’s email, and the victim never lands in it', async () => {
    const shop = await d1Shop();
    const attacker = shop.client();
    const form = expectOk(
      await attacker.application.registerWithForm({
        body: {
          first_name: 'Mallory',
          email: EMAIL,
          password: 'attackers passphrase',
          phone: { mobile: '9876543210' },
        },
      }),
    ).body;
    const made = expectOk(
      await attacker.application.verifyMobileOTP({
        body: {
          request_id: form.request_id ?? '',
          otp: await shop.otp('+919876543210'),
          register_token: form.register_token,
        },
      }),
    ).body;
    const evil = made.user?._id ?? '';
    shop.clock.advance(31_000);
    // A reset mails nobody: the address is not verified on anyone.
    expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    expect((await shop.messages()).findLast(({ to }) => to === EMAIL)).toMatchObject({
      drop: true,
    });
    // The password of the one who typed the address signs nobody in: the address is not proven (D-92).
    const login = await shop.client().application.loginWithEmailAndPassword({
      body: { username: EMAIL, password: 'attackers passphrase' },
    });
    expect(login).toMatchObject({ status: 400, body: { code: 'identifier_unverified' } });
    expect(login.headers.getSetCookie()).toEqual([]);
    // The victim proves the address by code: a new shopper, not the attacker's account.
    shop.clock.advance(31_000);
    const victim = shop.client();
    expectOk(await victim.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const proven = expectOk(
      await victim.application.verifyEmailOTP({
        body: { email: EMAIL, otp: await shop.otp(EMAIL) },
      }),
    ).body;
    expect(proven.user_exists).toBe(false);
    const next = expectOk(
      await victim.application.registerWithForm({
        body: { first_name: 'Asha', phone: PHONE, register_token: proven.register_token },
      }),
    ).body;
    const own = expectOk(
      await victim.application.verifyMobileOTP({
        body: {
          request_id: next.request_id ?? '',
          otp: await shop.otp(E164),
          register_token: next.register_token,
        },
      }),
    ).body;
    expect(own.user?._id).not.toBe(evil);
    expect(own.user?.emails).toMatchObject([{ email: EMAIL, verified: true }]);
    const theirs = expectOk(await attacker.application.getLoggedInUser()).body.user;
    expect(theirs?.emails).toEqual([]);
    await shop.settle();
  });
});

describe('races of accounts on D1', () => {
  const times = async <T>(work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 50 }, async (_one, index) => work(index)));
  const invariants = async () => {
    const owners = await env.DB.prepare(
      'SELECT COUNT(*) AS n FROM (SELECT 1 FROM identifiers WHERE verified = 1 GROUP BY application_id, kind, value HAVING COUNT(*) > 1)',
    ).first('n');
    const primaries = await env.DB.prepare(
      `SELECT COUNT(*) AS n FROM (SELECT SUM(is_primary) AS p FROM identifiers WHERE verified = 1
       GROUP BY application_id, user_id, kind HAVING p <> 1)`,
    ).first('n');
    expect({ owners, primaries }).toEqual({ owners: 0, primaries: 0 });
  };
  const clean = (answers: { status: number }[]) =>
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);

  test('50 finishes of one form registration make one user', async () => {
    const shop = await d1Shop();
    const form = expectOk(
      await shop.client().application.registerWithForm({ body: { first_name: 'A', phone: PHONE } }),
    ).body;
    const body = {
      request_id: form.request_id ?? '',
      otp: await shop.otp(E164),
      register_token: form.register_token,
    };
    const answers = await times(async () => shop.client().application.verifyMobileOTP({ body }));
    clean(answers);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await env.DB.prepare('SELECT COUNT(*) AS n FROM users').first('n')).toBe(1);
    await invariants();
  });

  test('two claims of one email by links: one wins', async () => {
    const shop = await d1Shop({ limits: { sendGapSeconds: 1 } });
    const codes: string[] = [];
    for (const mobile of ['7000000001', '7000000002']) {
      const browser = shop.client();
      await signUp(shop, browser, mobile);
      expectOk(await browser.application.addEmail({ body: { email: EMAIL } }));
      codes.push(await codeFor(shop, EMAIL));
      shop.clock.advance(1_100);
    }
    const answers = await times(async (index) =>
      shop.client().application.verifyEmail({ body: { code: codes[index % 2] ?? '' } }),
    );
    clean(answers);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    await invariants();
  });

  test('50 switches of primary keep exactly one', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    const cookie = cookieOf(await signUp(shop, browser));
    for (const name of ['a', 'b', 'c']) await addByCode(shop, browser, `${name}@example.com`);
    const answers = await times(async (index) =>
      shop
        .client({ cookie })
        .application.setEmailAsPrimary({ body: { email: `${'abc'[index % 3]}@example.com` } }),
    );
    clean(answers);
    await invariants();
    await shop.settle();
  });

  test('50 deletions of the last identifiers leave one', async () => {
    const shop = await d1Shop(demands(OFF, OFF));
    const browser = shop.client();
    const cookie = cookieOf(await signUp(shop, browser));
    for (const name of ['a', 'b', 'c']) await addByCode(shop, browser, `${name}@example.com`);
    const query = { active: true, primary: true, verified: true };
    const answers = await times(async (index) => {
      const { application } = shop.client({ cookie });
      const letter = 'abc'[index % 4];
      return letter === undefined
        ? application.deleteMobileNumber({
            query: { ...query, country_code: '91', phone: '8652523958' },
          })
        : application.deleteEmail({ query: { ...query, email: `${letter}@example.com` } });
    });
    clean(answers);
    const left = await env.DB.prepare(
      'SELECT COUNT(*) AS n FROM identifiers WHERE verified = 1',
    ).first('n');
    expect(left).toBe(1);
    await invariants();
    await shop.settle();
  });
});
