/** Where flows of different people, or of one person in another order, meet. */
import { describe, expect, test } from 'vitest';
import type { RequiredField } from '../../src/ports/index.ts';
import { cookieOf, prove, expectOk } from '../support/answers.ts';
import {
  configure,
  SEND_GAP_MS,
  linkCode,
  member,
  MINE,
  OTHER,
  PASSWORD,
  passwordMember,
  provenToken,
} from '../support/refusals/scenario.ts';
import { memoryShop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { eventOf, registerUser } from '../support/stored.ts';

const { email } = MINE;
const E164 = `+91${MINE.phone}`;
const HARD: RequiredField = { is_required: true, level: 'hard' };
const OFF: RequiredField = { is_required: false, level: 'hard' };
const demands = (forEmail: RequiredField, mobile: RequiredField) => ({
  required_fields: { email: forEmail, mobile },
  register_required_fields: { email: forEmail, mobile },
});
const strangerAsks = async (shop: Shop) => {
  shop.clock.advance(1000);
  expectOk(await shop.client().application.sendOTPOnEmail({ body: { email } }));
};
/** The link of a reset that somebody has asked for. */
const resetCode = async (shop: Shop): Promise<string> => {
  expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email } }));
  return linkCode(shop, email);
};

describe.each(BACKENDS_AND_MOCK)(
  'a stranger who asks for a login code of an address, on %s',
  (_, createShop) => {
    test('does not spoil the code of a registration', async () => {
      const shop = await createShop({ config: demands(HARD, HARD) });
      const { application } = shop.client();
      const body = { email, phone: { mobile: MINE.phone } };
      const { register_token } = expectOk(await application.registerWithForm({ body })).body;
      const otp = await shop.otp(email);
      await strangerAsks(shop);
      const done = expectOk(
        await application.verifyEmailOTP({ body: { email, otp, register_token } }),
      );
      expect(done.body).toMatchObject({ user_exists: false, verify_mobile_otp: true });
    });

    test('does not spoil the code that adds it to a profile, nor the one that deletes the account', async () => {
      const shop = await createShop();
      const { application } = (await member(shop)).browser;
      for (const use of [
        async (otp: string) => application.verifyEmailOTP({ body: { email, otp } }),
        async (otp: string) => application.deleteUser({ body: { otp } }),
      ]) {
        expectOk(await application.sendOTPOnEmail({ body: { email } }));
        const otp = await shop.otp(email);
        await strangerAsks(shop);
        expectOk<{ ok: boolean; body: unknown }>(await use(otp));
        shop.clock.advance(SEND_GAP_MS);
      }
    });
  },
);

describe.each(BACKENDS_AND_MOCK)(
  'a known shopper who lacks a demanded identifier, on %s',
  (_, createShop) => {
    test('gets no session by the registration form either, but a token bound to the account', async () => {
      const shop = await createShop();
      await member(shop);
      await configure(shop, demands(HARD, HARD));
      const { application } = shop.client();
      const form = expectOk(
        await application.registerWithForm({
          body: { first_name: 'Mallory', email, phone: { mobile: MINE.phone } },
        }),
      ).body;
      const halted = expectOk(
        await application.verifyMobileOTP({
          body: {
            request_id: form.request_id ?? '',
            otp: await shop.otp(E164),
            register_token: form.register_token,
          },
        }),
      );
      expect(cookieOf(halted)).toBe('');
      expect(halted.body).toMatchObject({
        user_exists: false,
        verify_email_otp: true,
        // The registration goes on under its one token, and to its one end.
        register_token: form.register_token,
        user: { first_name: 'Asha' },
      });
      shop.clock.advance(SEND_GAP_MS);
      const next = expectOk(
        await application.updateProfile({
          body: { email, register_token: halted.body.register_token },
        }),
      ).body;
      const otp = await shop.otp(email);
      const done = expectOk(
        await application.verifyEmailOTP({
          body: { email, otp, register_token: next.register_token },
        }),
      );
      expect(done.body).toMatchObject({
        user_exists: true,
        user: { first_name: 'Asha', emails: [{ email, verified: true }] },
      });
      expectOk(await application.getLoggedInUser());
    });

    test('gets none by a token whose number has got its owner meanwhile', async () => {
      const shop = await createShop();
      const register_token = await provenToken(shop);
      const owner = await member(shop);
      const { application } = shop.client();
      const before = (await shop.messages()).length;
      for (const answer of [
        await application.registerWithForm({
          body: { first_name: 'Mallory', email, register_token },
        }),
        await application.updateProfile({ body: { first_name: 'Mallory', register_token } }),
      ]) {
        expect(answer).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
        expect(answer.headers.get('set-cookie')).toBeNull();
      }
      expect(await shop.messages()).toHaveLength(before);
      const own = expectOk(await owner.browser.application.getLoggedInUser()).body;
      expect(own.user?.first_name).not.toBe('Mallory');
    });

    test('gets none by a password', async () => {
      const shop = await createShop({ config: demands(HARD, OFF) });
      const { application } = shop.client();
      const form = { email, password: PASSWORD };
      const { register_token } = expectOk(await application.registerWithForm({ body: form })).body;
      const otp = await shop.otp(email);
      expectOk(await application.verifyEmailOTP({ body: { email, otp, register_token } }));
      await configure(shop, demands(HARD, HARD));
      const body = { username: email, password: PASSWORD };
      const done = expectOk(await shop.client().application.loginWithEmailAndPassword({ body }));
      expect(cookieOf(done)).toBe('');
      expect(done.body).toMatchObject({
        register_token: expect.any(String),
        user: { emails: [{ email }] },
      });
    });

    test('gets none by a password reset', async () => {
      const shop = await createShop({ config: demands(HARD, OFF) });
      const { application } = shop.client();
      const form = { email, password: PASSWORD };
      const { register_token } = expectOk(await application.registerWithForm({ body: form })).body;
      const otp = await shop.otp(email);
      expectOk(await application.verifyEmailOTP({ body: { email, otp, register_token } }));
      await configure(shop, demands(HARD, HARD));
      const code = await resetCode(shop);
      const done = expectOk(
        await shop.client().application.forgotPassword({
          body: { code, password: 'another passphrase' },
        }),
      );
      expect(cookieOf(done)).toBe('');
      expect(done.body).toMatchObject({
        register_token: expect.any(String),
        user: { emails: [{ email }] },
      });
    });
  },
);

describe.each(BACKENDS_AND_MOCK)('a password reset on %s', (_, createShop) => {
  test('ends the session of another shopper that is presented with it', async () => {
    const shop = await createShop();
    await passwordMember(shop);
    const { browser } = await member(shop, OTHER);
    const [handle] =
      expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
    const elsewhere = shop.client();
    await prove(shop, elsewhere, OTHER);
    const body = { code: await resetCode(shop), password: 'another passphrase' };
    expectOk(await browser.application.forgotPassword({ body }));
    const left = expectOk(await elsewhere.application.getListOfActiveSessions()).body.sessions;
    expect(left).toHaveLength(1);
    expect(left).not.toContain(handle);
  });
});

describe.each(BACKENDS_AND_MOCK)(
  'what is left of an account that is deleted, on %s',
  (_, createShop) => {
    test('its links claim no address', async () => {
      const shop = await createShop();
      const { application } = (await member(shop)).browser;
      expectOk(await application.addEmail({ body: { email } }));
      const code = await linkCode(shop, email);
      const body = { mobile: MINE.phone };
      const { request_id } = expectOk(await application.sendOTPOnMobile({ body })).body;
      expectOk(await application.deleteUser({ body: { request_id, otp: await shop.otp(E164) } }));
      const late = await shop.client().application.verifyEmail({ body: { code } });
      expect(late).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    });
  },
);

test('a login with the old password that begins while the new one is hashed does not outlive the reset', async () => {
  const shop = await memoryShop();
  await passwordMember(shop);
  const thief = shop.client();
  const { hasher } = shop.ports;
  const { hash } = hasher;
  hasher.hash = async (password) => {
    shop.clock.advance(10);
    const body = { username: email, password: PASSWORD };
    expectOk(await thief.application.loginWithEmailAndPassword({ body }));
    shop.clock.advance(10);
    return hash(password);
  };
  const code = await resetCode(shop);
  try {
    const body = { code, password: 'another passphrase' };
    expectOk(await shop.client().application.forgotPassword({ body }));
  } finally {
    hasher.hash = hash;
  }
  expect((await thief.application.getLoggedInUser()).status).toBe(401);
});

describe('a password that is changed while another is looked at, on memory', () => {
  /** Changes it behind the back of whoever has just had the present one verified, or is having a new one hashed. */
  async function meddled(step: 'verify' | 'hash') {
    const shop = await memoryShop();
    const { browser, id } = await passwordMember(shop);
    const { hasher, passwords } = shop.ports;
    const [{ hash, verify }, present] = [hasher, await passwords.hashOf(id)];
    const meddle = async () => {
      Object.assign(hasher, { hash, verify });
      const event = eventOf('password.changed', id, shop.clock.now());
      expect(await passwords.set(id, present, 'another hash', event)).toBeDefined();
    };
    if (step === 'verify') {
      hasher.verify = async (...args) => {
        const verdict = await verify(...args);
        await meddle();
        return verdict;
      };
    } else {
      hasher.hash = async (password) => {
        await meddle();
        return hash(password);
      };
    }
    return { shop, browser, id };
  }

  test('the old one signs nobody in any more', async () => {
    const { shop, id } = await meddled('verify');
    const body = { username: email, password: PASSWORD };
    const refused = await shop.client().application.loginWithEmailAndPassword({ body });
    expect(refused).toMatchObject({ status: 401, body: { code: 'login_failed' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await shop.ports.passwords.hashOf(id)).toBe('another hash');
  });

  test('a second change by the old one is refused, and the first stays', async () => {
    const { shop, browser, id } = await meddled('hash');
    const body = { old_password: PASSWORD, new_password: 'a third passphrase' };
    const refused = await browser.application.updatePassword({ body });
    expect(refused).toMatchObject({ body: { code: 'password_wrong' } });
    expect(await shop.ports.passwords.hashOf(id)).toBe('another hash');
  });
});

describe('a drawn username that somebody has, on memory', () => {
  /** The digits that a draw of nothing but zeros makes. */
  const TWIN = `${MINE.phone}_10000`;

  /** A shop in which somebody has the name that the next shopper draws first, and second. */
  async function withTwin() {
    const shop = await memoryShop();
    const now = shop.clock.now();
    const one = { kind: 'phone', value: `+91${OTHER}`, callingCode: 91 } as const;
    const identifiers = [{ ...one, verified: true, primary: true }];
    await registerUser(shop.ports, {
      id: 'a'.repeat(24),
      username: TWIN,
      identifiers,
      createdAt: now,
    });
    const { random } = shop.ports;
    const { bytes } = random;
    let left = 2;
    random.bytes = (length) => {
      if (length !== 4 || left === 0) return bytes(length);
      left -= 1;
      return new Uint8Array(4);
    };
    return { shop, restore: () => Object.assign(random, { bytes }) };
  }

  test.each(['the code', 'the form'])(
    'is drawn anew when %s ends the registration',
    async (end) => {
      const { shop, restore } = await withTwin();
      const { application } = shop.client();
      try {
        const body = { first_name: 'Asha', phone: { mobile: MINE.phone } };
        if (end === 'the form') {
          const register_token = await provenToken(shop);
          expectOk(
            await application.updateProfile({ body: { first_name: 'Asha', register_token } }),
          );
        } else {
          const { request_id = '', register_token } = expectOk(
            await application.registerWithForm({ body }),
          ).body;
          const code = { request_id, otp: await shop.otp(E164), register_token };
          expectOk(await application.verifyMobileOTP({ body: code }));
        }
      } finally {
        restore();
      }
      const { user } = expectOk(await application.getLoggedInUser()).body;
      expect(user?.username).toMatch(new RegExp(`^${MINE.phone}_[1-9]\\d{4}$`));
      expect(user?.username).not.toBe(TWIN);
    },
  );
});

test('the form names the number that is missing as it calls it itself', async () => {
  const shop = await memoryShop();
  const refused = await shop.client().application.registerWithForm({ body: { email } });
  expect(refused.body).toMatchObject({
    code: 'required_field_missing',
    errors: [{ path: 'body.phone.mobile' }],
  });
});
