/** `updateProfile`: of a signed-in shopper, and as the end of a registration. */
import { describe, expect, test } from 'vitest';
import type { RequiredField } from '../../src/ports/index.ts';
import { E164, prove, expectOk, signUp } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const demands = (email: RequiredField, mobile: RequiredField) => ({
  required_fields: { email, mobile },
  register_required_fields: { email, mobile },
});
const HARD: RequiredField = { is_required: true, level: 'hard' };
const SOFT: RequiredField = { is_required: true, level: 'soft' };
const OFF: RequiredField = { is_required: false, level: 'hard' };

/** The newest link that went to an address. */
async function linkTo(shop: Shop, to: string) {
  const message = (await shop.messages()).findLast((sent) => sent.to === to);
  if (message?.content.template !== 'verify_link') throw new Error(`no link was sent to ${to}`);
  return message.content;
}

describe.each(BACKENDS_AND_MOCK)('updateProfile with a session on %s', (_, createShop) => {
  test('plain fields change at once; what is left out stays; blank means left out', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const change = {
      last_name: 'Rao Iyer',
      gender: 'Female',
      dob: '1995-07-23T00:00:00.000Z',
      profile_pic_url: 'https://cdn.example/a.png',
      first_name: '',
    };
    const done = expectOk(await browser.application.updateProfile({ body: change }));
    expect(done.body).toEqual({
      user: expect.objectContaining({
        first_name: 'Asha',
        last_name: 'Rao Iyer',
        gender: 'female',
        dob: '1995-07-23T00:00:00.000Z',
        profile_pic_url: 'https://cdn.example/a.png',
      }),
    });
    const me = expectOk(await browser.application.getLoggedInUser());
    expect(me.body.user).toEqual(done.body.user);
  });

  test.each([
    ['gender', { gender: 'x' }],
    ['dob', { dob: '2999-01-01' }],
    ['dob', { dob: '2001-02-30' }],
    ['dob', { dob: 'yesterday' }],
    ['profile_pic_url', { profile_pic_url: 'http://cdn.example/a.png' }],
    ['profile_pic_url', { profile_pic_url: 'javascript:alert(1)' }],
    ['first_name', { first_name: 'a'.repeat(101) }],
    ['first_name', { first_name: 'Asha\nRao' }],
    ['first_name', { first_name: '<script>' }],
    ['email', { email: 'not an address' }],
    ['email', { email: 'ásha@example.com' }],
    ['mobile.phone', { mobile: { phone: '12345', country_code: '91' } }],
    ['mobile.phone', { mobile: { phone: '1123456789', country_code: '91' } }],
  ])('a bad %s is named and changes nothing', async (field, change) => {
    const shop = await createShop();
    const browser = shop.client();
    const { user } = (await signUp(shop, browser)).body;
    const refused = await browser.application.updateProfile({
      body: { last_name: 'X', ...change },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ path: `body.${field}` }] },
    });
    expect(expectOk(await browser.application.getLoggedInUser()).body.user).toEqual(user);
  });

  test('a new email is added unverified and gets a link that names the account', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const done = expectOk(
      await browser.application.updateProfile({ body: { email: ' Asha@Exämple.com ' } }),
    );
    expect(done.body).toMatchObject({
      verify_email_link: true,
      email: 'asha@xn--exmple-cua.com',
      user: { emails: [{ email: 'asha@xn--exmple-cua.com', primary: false, verified: false }] },
    });
    const { link, code, account } = await linkTo(shop, 'asha@xn--exmple-cua.com');
    expect(link).toBe(`http://127.0.0.1/auth/verify-email?code=${code}`);
    expect(code).toMatch(/^[0-9a-f]{32}$/);
    expect(account).toBe('+91******3958');
  });

  test('a new number is added unverified and its code verifies it', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const mobile = { phone: '9876543210', country_code: '91' };
    const sent = expectOk(await browser.application.updateProfile({ body: { mobile } })).body;
    expect(sent).toMatchObject({
      verify_mobile_otp: true,
      mobile: '9876543210',
      country_code: '91',
      resend_timer: 30,
      user: { phone_numbers: [{ verified: true }, { phone: '9876543210', verified: false }] },
    });
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp('+919876543210') };
    const added = expectOk(await browser.application.verifyMobileOTP({ body })).body;
    expect(added.user?.phone_numbers).toMatchObject([
      { primary: true },
      { verified: true, primary: false },
    ]);
    shop.clock.advance(31_000);
    const again = expectOk(await browser.application.updateProfile({ body: { mobile } })).body;
    expect(again).toEqual({ user: added.user && expect.objectContaining({ _id: added.user._id }) });
  });

  test('over a budget nothing is saved', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    expectOk(await browser.application.updateProfile({ body: { email: 'a@example.com' } }));
    const limited = await browser.application.updateProfile({
      body: { email: 'a@example.com', first_name: 'Other' },
    });
    expect(limited).toMatchObject({ status: 429, body: { meta: { limit: 'send_gap' } } });
    expect(expectOk(await browser.application.getLoggedInUser()).body.user?.first_name).toBe(
      'Asha',
    );
  });

  test('over one of two budgets nothing is sent either', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const mobile = { phone: '9876543210' };
    expectOk(await browser.application.updateProfile({ body: { mobile } }));
    const sent = (await shop.messages()).length;
    const both = await browser.application.updateProfile({
      body: { mobile, email: 'a@example.com' },
    });
    expect(both).toMatchObject({ status: 429, body: { meta: { limit: 'send_gap' } } });
    expect(await shop.messages()).toHaveLength(sent);
    shop.clock.advance(31_000);
    expectOk(await browser.application.updateProfile({ body: { mobile, email: 'a@example.com' } }));
    // Nor the first of them when it is the second that has no room.
    const before = (await shop.messages()).length;
    const other = { phone: '9876543211' };
    const second = await browser.application.updateProfile({
      body: { mobile: other, email: 'a@example.com' },
    });
    expect(second).toMatchObject({ status: 429, body: { meta: { limit: 'send_gap' } } });
    expect(await shop.messages()).toHaveLength(before);
  });

  test('an eleventh email is refused', async () => {
    const shop = await createShop({ limits: { linksPerUserHour: 100 } });
    const browser = shop.client();
    await signUp(shop, browser);
    for (let index = 0; index < 10; index += 1) {
      expectOk(
        await browser.application.updateProfile({ body: { email: `a${index}@example.com` } }),
      );
    }
    const refused = await browser.application.updateProfile({ body: { email: 'a10@example.com' } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'identifier_limit' } });
  });

  test('without session and token it is 401', async () => {
    const shop = await createShop();
    const refused = await shop.client().application.updateProfile({ body: { first_name: 'A' } });
    expect(refused).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
  });
});

describe.each(BACKENDS_AND_MOCK)('updateProfile with a register_token on %s', (_, createShop) => {
  test('an email that is not demanded is added unverified and gets a link', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { register_token } = (await prove(shop, browser)).body;
    const body = { first_name: 'Asha', email: 'asha@example.com', register_token };
    const done = expectOk(await browser.application.updateProfile({ body })).body;
    expect(done).toMatchObject({
      success: true,
      user_exists: true,
      verify_email_link: true,
      email: 'asha@example.com',
      user: { emails: [{ email: 'asha@example.com', verified: false, primary: false }] },
    });
    await linkTo(shop, 'asha@example.com');
  });

  test('a link that cannot be sent does not lose the new user', async () => {
    const shop = await createShop({ limits: { sendsPerIdentifierDay: 1 } });
    const first = shop.client();
    const token = (await prove(shop, first)).body.register_token;
    const body = { first_name: 'A', email: 'a@example.com', register_token: token };
    expect(expectOk(await first.application.updateProfile({ body })).body.verify_email_link).toBe(
      true,
    );
    const second = shop.client();
    const other = (await prove(shop, second, '9876543210')).body.register_token;
    const late = expectOk(
      await second.application.updateProfile({ body: { ...body, register_token: other } }),
    );
    expect(late.body).toMatchObject({ user_exists: true, user: { first_name: 'A' } });
    expect(late.body.verify_email_link).toBeUndefined();
  });

  test('an unknown, expired or finished token is refused', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const unknown = await browser.application.updateProfile({
      body: { register_token: crypto.randomUUID() },
    });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
    const { register_token } = (await prove(shop, browser)).body;
    expectOk(await browser.application.updateProfile({ body: { register_token } }));
    const used = await shop.client().application.updateProfile({ body: { register_token } });
    expect(used).toMatchObject({ status: 409, body: { code: 'registration_finished' } });
    const late = (await prove(shop, shop.client(), '9876543210')).body.register_token;
    shop.clock.advance(30 * 60_000 + 1);
    const expired = await shop.client().application.updateProfile({
      body: { register_token: late },
    });
    expect(expired).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
  });

  test('a demanded email is asked for, then proven by a code under the same token', async () => {
    const shop = await createShop({ config: demands(HARD, HARD) });
    const browser = shop.client();
    const proven = (await prove(shop, browser)).body;
    expect(proven).toMatchObject({ user_exists: false, verify_email_otp: true });
    const { register_token } = proven;
    const missing = await browser.application.updateProfile({
      body: { first_name: 'A', register_token },
    });
    expect(missing).toMatchObject({
      status: 400,
      body: { code: 'required_field_missing', errors: [{ path: 'body.email' }] },
    });
    const body = { first_name: 'A', email: 'a@example.com', register_token };
    const next = expectOk(await browser.application.updateProfile({ body })).body;
    expect(next).toMatchObject({
      user_exists: false,
      verify_email_otp: true,
      email: 'a@example.com',
      resend_email_token: expect.any(String),
      register_token,
    });
    expect(await shop.otp('a@example.com')).toMatch(/^\d{6}$/);
  });

  test('a demanded email at level soft may be left out', async () => {
    const shop = await createShop({ config: demands(SOFT, HARD) });
    const done = await signUp(shop, shop.client());
    expect(done.body.user_exists).toBe(true);
  });

  test('with no demand at all the proven number is enough', async () => {
    const shop = await createShop({ config: demands(OFF, OFF) });
    expect((await signUp(shop, shop.client())).body.user_exists).toBe(true);
  });
});

describe.each(BACKENDS_AND_MOCK)('required fields at login on %s', (_, createShop) => {
  test('a known user who lacks a demanded email gets no session but a token bound to that user', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    await shop.writeConfig({ ...shop.application.config, ...demands(HARD, HARD) });
    const browser = shop.client();
    const halted = await prove(shop, browser);
    expect(halted.headers.get('set-cookie')).toBeNull();
    expect(halted.body).toMatchObject({
      user_exists: false,
      register_token: expect.any(String),
      verify_email_otp: true,
      user: { first_name: 'Asha' },
    });
    const { register_token } = halted.body;
    const asked = expectOk(
      await browser.application.updateProfile({
        body: { register_token, email: 'asha@example.com' },
      }),
    ).body;
    expect(asked).toMatchObject({ user_exists: false, verify_email_otp: true });
    expect((await shop.messages()).at(-1)?.to).toBe('asha@example.com');
    expect((await shop.messages()).filter(({ to }) => to === E164).length).toBeGreaterThan(0);
  });
});
