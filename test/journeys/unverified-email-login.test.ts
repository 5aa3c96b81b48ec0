/** Password login by an email that is still to be verified (D-92). */
import { describe, expect, test } from 'vitest';
import { E164, expectOk, MOBILE } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { mark } from '../support/refusals/scenario.ts';

const EMAIL = 'asha@example.com';
const PASSWORD = 'correct horse battery';

const login = async (shop: Shop, username = EMAIL, password = PASSWORD) =>
  shop.client().application.loginWithEmailAndPassword({ body: { username, password } });

/** A shopper who registers with a number, an email and a password, and verifies the number only; the id. */
async function register(shop: Shop, mobile = MOBILE.mobile, password = PASSWORD) {
  const browser = shop.client();
  const phone = { mobile, country_code: '91' };
  const sent = expectOk(
    await browser.application.registerWithForm({ body: { email: EMAIL, password, phone } }),
  ).body;
  const otp = await shop.otp(`+91${mobile}`);
  const { register_token } = sent;
  const body = { request_id: sent.request_id ?? '', otp, register_token };
  const { user } = expectOk(await browser.application.verifyMobileOTP({ body })).body;
  await shop.settle();
  shop.clock.advance(31_000);
  return user?._id ?? '';
}

const linksSent = async (shop: Shop) => {
  await shop.settle();
  return (await shop.messages()).flatMap(({ to, content }) =>
    content.template === 'verify_link' && to === EMAIL ? [content.code] : [],
  );
};

describe.each(BACKENDS_AND_MOCK)(
  'an unverified email and the right password on %s',
  (_, createShop) => {
    test('are answered with the link once more, which makes the login possible', async () => {
      const shop = await createShop();
      await register(shop);
      const before = await linksSent(shop);
      const refused = await login(shop);
      expect(refused).toMatchObject({
        status: 400,
        body: { code: 'identifier_unverified', message: expect.stringMatching(/sent again/) },
      });
      expect(refused.headers.getSetCookie()).toEqual([]);
      const [code, ...more] = (await linksSent(shop)).slice(before.length);
      expect(more).toEqual([]);
      expectOk(await shop.client().application.verifyEmail({ body: { code: code ?? '' } }));
      expectOk(await login(shop));
    });

    test('send no more links than the budget of links allows, and say the same', async () => {
      const shop = await createShop();
      await register(shop);
      const before = await linksSent(shop);
      for (let nth = 0; nth < 3; nth += 1) {
        expect(await login(shop)).toMatchObject({
          status: 400,
          body: { code: 'identifier_unverified' },
        });
      }
      expect(await linksSent(shop)).toHaveLength(before.length + 1);
    });

    test('are charged to nothing; wrong ones are charged as to an unknown name, not to the account', async () => {
      const shop = await createShop({ limits: { loginFailuresPerAccountQuarter: 2 } });
      await register(shop);
      for (let nth = 0; nth < 3; nth += 1) expect((await login(shop)).status).toBe(400);
      const wrong = await login(shop, EMAIL, 'not the passphrase');
      const unknown = await login(shop, 'nobody@example.com', 'not the passphrase');
      expect(wrong).toMatchObject({ status: 401, body: { code: 'login_failed' } });
      expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
      await login(shop, EMAIL, 'not the passphrase');
      expect((await login(shop)).status).toBe(429);
      expectOk(await login(shop, E164));
    });

    test.each(['blocked', 'deleted'] as const)(
      'say nothing of an account that is %s',
      async (state) => {
        const shop = await createShop();
        await mark(shop, await register(shop), state);
        expect(await login(shop)).toMatchObject({ status: 401, body: { code: 'login_failed' } });
        expect(await linksSent(shop)).toHaveLength(1);
      },
    );

    test('mean nobody when two have the email, or somebody else has verified it', async () => {
      const shop = await createShop();
      await register(shop);
      await register(shop, '9876543210', 'another passphrase');
      const before = await linksSent(shop);
      expect((await login(shop)).status).toBe(401);
      expect((await login(shop, EMAIL, 'another passphrase')).status).toBe(401);
      expect(await linksSent(shop)).toEqual(before);
      expectOk(
        await shop.client().application.verifyEmail({ body: { code: before.at(-1) ?? '' } }),
      );
      expect((await login(shop)).status).toBe(401);
      expectOk(await login(shop, EMAIL, 'another passphrase'));
    });
  },
);
