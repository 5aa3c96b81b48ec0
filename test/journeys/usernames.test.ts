/** The digits of a generated username may be taken, over and over: both ways to end a registration answer alike. */
import { describe, expect, test } from 'vitest';
import { cryptoRandom } from '../../src/adapters/crypto/random.ts';
import type { Random, RequiredField } from '../../src/ports/index.ts';
import { expectOk } from '../support/answers.ts';
import { BACKENDS, type Shop } from '../support/shop.ts';

const HARD: RequiredField = { is_required: true, level: 'hard' };
const OFF: RequiredField = { is_required: false, level: 'hard' };
const FIELDS = { email: HARD, mobile: OFF };
const config = { required_fields: FIELDS, register_required_fields: FIELDS };
/** Two addresses from which the same username is made, up to its digits. */
const [FIRST, SECOND] = ['asha.rao@example.com', 'asha_rao@example.com'];

/** Draws the digits of usernames, which are 4 bytes, from `digits`. */
const drawing = (digits: () => number): Random => ({
  ...cryptoRandom,
  bytes: (length) =>
    length === 4 ? new Uint8Array([0, 0, 0, digits()]) : cryptoRandom.bytes(length),
});

const byForm = async (shop: Shop, email: string) => {
  const { application } = shop.client();
  expectOk(await application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  const { register_token } = expectOk(
    await application.verifyEmailOTP({ body: { email, otp } }),
  ).body;
  const body = { first_name: 'Asha', email, register_token };
  return { answer: await application.registerWithForm({ body }), again: { register_token, email } };
};

const byCode = async (shop: Shop, email: string) => {
  const { application } = shop.client();
  const form = { first_name: 'Asha', email };
  const { register_token } = expectOk(await application.registerWithForm({ body: form })).body;
  const otp = await shop.otp(email);
  return application.verifyEmailOTP({ body: { email, otp, register_token } });
};

describe.each(BACKENDS)('usernames on %s', (_, createShop) => {
  test('another draw is taken when the first is another user’s', async () => {
    let draws = 0;
    const shop = await createShop({ config, random: drawing(() => Math.floor((draws += 1) / 2)) });
    expectOk((await byForm(shop, FIRST)).answer);
    expect(expectOk(await byCode(shop, SECOND)).body.user).toMatchObject({
      username: 'asha_rao_example_com_10001',
    });
  });

  test('503 when no draw is free, by form and by code; nothing is used up', async () => {
    let digit = 0;
    const shop = await createShop({ config, random: drawing(() => digit) });
    expectOk((await byForm(shop, FIRST)).answer);
    const { answer, again } = await byForm(shop, SECOND);
    const byTheCode = await byCode(shop, SECOND);
    for (const refused of [answer, byTheCode]) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(refused.headers.get('retry-after')).toBe('2');
    }
    digit = 1;
    const body = { first_name: 'Asha', ...again };
    const { application } = shop.client();
    expectOk(await application.registerWithForm({ body }));
    const { user } = expectOk(await application.getLoggedInUser()).body;
    expect(user?.username).toBe('asha_rao_example_com_10001');
  });
});
