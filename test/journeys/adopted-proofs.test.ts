/** What the holder of a register_token has proven beside the identifier that names an account is verified on that account (D-48). */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, expectOk, MOBILE, signUp } from '../support/answers.ts';
import { invariants } from '../support/invariants.ts';
import { BACKENDS_AND_MOCK, d1Shop, type Shop } from '../support/shop.ts';
import { registerUser, registrationOf, signInOf } from '../support/stored.ts';

const EMAIL = 'asha@example.com';
const HARD = { is_required: true, level: 'hard' } as const;
type Browser = ReturnType<Shop['client']>;

/** A code by email, verified: what the answer says. */
async function proveEmail(shop: Shop, browser: Browser) {
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL, action: 'send' } }));
  const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
  return expectOk(await browser.application.verifyEmailOTP({ body }));
}

/** The number under the same token: first its code is asked for, then it is verified. */
async function proveNumber(shop: Shop, browser: Browser, register_token: string) {
  const form = { register_token, mobile: { phone: MOBILE.mobile } };
  const sent = expectOk(await browser.application.updateProfile({ body: form })).body;
  const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164), register_token };
  return expectOk(await browser.application.verifyMobileOTP({ body }));
}

const emailsOf = async (browser: Browser) =>
  expectOk(await browser.application.getLoggedInUser()).body.user?.emails;

describe.each(BACKENDS_AND_MOCK)('an email proven under the token on %s', (_, createShop) => {
  test('is verified on the user whose number ends it, and the next login asks no more', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    expectOk(await browser.application.updateProfile({ body: { email: EMAIL } }));
    expect(await emailsOf(browser)).toMatchObject([{ email: EMAIL, verified: false }]);

    shop.clock.advance(31_000);
    const other = shop.client();
    const { register_token = '' } = (await proveEmail(shop, other)).body;
    const done = await proveNumber(shop, other, register_token);
    expect(cookieOf(done)).toContain('f.session=');
    expect(done.body.user?.emails).toMatchObject([{ email: EMAIL, verified: true, primary: true }]);

    shop.clock.advance(31_000);
    const again = await proveEmail(shop, shop.client());
    expect(again.body).toMatchObject({ user_exists: true });
    expect(cookieOf(again)).toContain('f.session=');
  });

  test('makes up for one that the shop demands: no second proof of it is asked for', async () => {
    const config = { required_fields: { email: HARD, mobile: HARD } };
    const shop = await createShop();
    await signUp(shop, shop.client());
    await shop.writeConfig({ ...shop.application.config, ...config });
    shop.clock.advance(31_000);
    const browser = shop.client();
    const { register_token = '' } = (await proveEmail(shop, browser)).body;
    const done = await proveNumber(shop, browser, register_token);
    expect(cookieOf(done)).toContain('f.session=');
    expect(await emailsOf(browser)).toMatchObject([{ email: EMAIL, verified: true }]);
  });

  test('is told to the addresses that the user had, and stands in the timeline', async () => {
    const shop = await createShop();
    await signUp(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const { register_token = '' } = (await proveEmail(shop, browser)).body;
    const { user } = (await proveNumber(shop, browser, register_token)).body;
    await shop.settle();
    const events = await shop.ports.audit.ofUser(user?._id ?? '', 20);
    expect(events.map(({ action }) => action)).toContain('identifier.added');
    const notices = (await shop.messages()).map(({ to, content }) => [to, content.template]);
    expect(notices).toContainEqual([E164, 'notice_identifier_added']);
  });
});

test.each(['close', 'bind'] as const)(
  'what somebody else has verified meanwhile stays theirs (%s)',
  async (how) => {
    const shop = await d1Shop();
    const { ports } = shop;
    const now = ports.clock.now();
    const email = { kind: 'email', value: EMAIL } as const;
    const phone = { kind: 'phone', value: E164, callingCode: 91 } as const;
    const both = { verified: true, primary: true };
    const person = { createdAt: now - 5000 };
    const [mine, theirs] = ['a'.repeat(24), 'b'.repeat(24)] as const;
    await registerUser(ports, {
      ...person,
      id: mine,
      username: 'mine',
      identifiers: [{ ...phone, ...both }],
    });
    await registerUser(ports, {
      ...person,
      id: theirs,
      username: 'theirs',
      identifiers: [{ ...email, ...both }],
    });
    const registration = registrationOf('r', now);
    const proofs = [phone, email].map((one) => ({ ...one, provenAt: now }));
    await ports.registrations.begin(registration, { identifiers: [] }, proofs);
    if (how === 'close') {
      const ended = await ports.registrations.close('r', mine, signInOf(mine, now), now, [email]);
      expect(ended).toMatchObject({ state: 'done', user: { identifiers: [{ kind: 'phone' }] } });
    } else {
      const { registration: found } = await ports.registrations.find('r');
      if (!found) throw new Error('no registration');
      const bound = { userId: mine, provenAt: now, adopts: [email] };
      expect(await ports.registrations.keep(found, { identifiers: [] }, now, bound)).toBe(true);
    }
    expect((await ports.users.find(theirs))?.identifiers).toMatchObject([{ ...email, ...both }]);
    expect((await ports.users.find(mine))?.identifiers).toMatchObject([{ kind: 'phone' }]);
    expect(await invariants(shop)).toEqual([]);
  },
);
