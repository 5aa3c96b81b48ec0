/** The digits of a generated username may be taken, over and over: both ways to end a registration answer alike. */
import { describe, expect, test } from 'vitest';
import { cryptoRandom } from '../../src/adapters/crypto/random.ts';
import type { Random, RequiredField } from '../../src/ports.ts';
import { right } from '../support/answers.ts';
import { SHOPS, type Shop } from '../support/shop.ts';

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
  const { application } = shop.browser();
  right(await application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  const { register_token } = right(await application.verifyEmailOTP({ body: { email, otp } })).body;
  const body = { first_name: 'Asha', email, register_token };
  return { answer: await application.registerWithForm({ body }), again: { register_token, email } };
};

const byCode = async (shop: Shop, email: string) => {
  const { application } = shop.browser();
  const form = { first_name: 'Asha', email };
  const { register_token } = right(await application.registerWithForm({ body: form })).body;
  const otp = await shop.otp(email);
  return application.verifyEmailOTP({ body: { email, otp, register_token } });
};

describe.each(SHOPS)('usernames on %s', (_, open) => {
  test('another draw is taken when the first is another user’s', async () => {
    let draws = 0;
    const shop = await open({ config, random: drawing(() => Math.floor((draws += 1) / 2)) });
    right((await byForm(shop, FIRST)).answer);
    expect(right(await byCode(shop, SECOND)).body.user).toMatchObject({
      username: 'asha_rao_example_com_10001',
    });
  });

  test('503 when no draw is free, by form and by code; nothing is used up', async () => {
    let digit = 0;
    const shop = await open({ config, random: drawing(() => digit) });
    right((await byForm(shop, FIRST)).answer);
    const { answer, again } = await byForm(shop, SECOND);
    const byTheCode = await byCode(shop, SECOND);
    for (const refused of [answer, byTheCode]) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(refused.headers.get('retry-after')).toBe('2');
    }
    digit = 1;
    const body = { first_name: 'Asha', ...again };
    const { application } = shop.browser();
    right(await application.registerWithForm({ body }));
    const { user } = right(await application.getLoggedInUser()).body;
    expect(user?.username).toBe('asha_rao_example_com_10001');
  });
});
