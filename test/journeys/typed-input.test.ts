/** What people type and paste reaches the same account, whichever operation reads it. */
import { describe, expect, test } from 'vitest';
import { expectOk, MOBILE, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const SEND_GAP_MS = 31_000;
const EMAIL = 'asha@example.com';
const PASSWORD = 'correct horse battery';

/** Ways in which a code of six digits is typed. A number has lost its leading zeros. */
const typedCodes = (otp: string): [string, string | number][] => [
  ['blanks around it', ` ${otp}\u00a0`],
  ['a line end', `${otp}\n`],
  ['a blank inside', `${otp.slice(0, 3)} ${otp.slice(3)}`],
  ['a dash inside', `${otp.slice(0, 3)}-${otp.slice(3)}`],
  ['a zero width blank', `\u200b${otp}`],
  [
    'Devanagari digits',
    otp.replaceAll(/\d/g, (digit) => String.fromCodePoint(0x966 + Number(digit))),
  ],
  ['a number', Number(otp)],
];
const WAYS = typedCodes('012345').map(([way]) => way);
const written = (otp: string, way: string): string | number =>
  typedCodes(otp).find(([name]) => name === way)?.[1] ?? otp;

/** A shopper with a phone and an email, signed in. */
async function member(shop: Shop) {
  const browser = shop.client();
  await signUp(shop, browser);
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
  const otp = await shop.otp(EMAIL);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
  shop.clock.advance(SEND_GAP_MS);
  return browser;
}

describe.each(BACKENDS_AND_MOCK)('typed input on %s', (_, createShop) => {
  test.each(WAYS)(
    'a code with %s signs in, verifies an email and deletes the account',
    async (way) => {
      const shop = await createShop();
      const browser = await member(shop);
      const other = shop.client();
      const { request_id = '' } = expectOk(
        await other.application.loginWithOTP({ body: MOBILE }),
      ).body;
      const byPhone = written(await shop.otp('+918652523958'), way);
      expectOk(await other.application.verifyMobileOTP({ body: { request_id, otp: byPhone } }));

      const next = 'asha@shop.example';
      expectOk(await browser.application.sendOTPOnEmail({ body: { email: next } }));
      const byEmail = written(await shop.otp(next), way);
      expectOk(await browser.application.verifyEmailOTP({ body: { email: next, otp: byEmail } }));

      shop.clock.advance(SEND_GAP_MS);
      expectOk(await browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
      const last = written(await shop.otp(EMAIL), way);
      expectOk(await browser.application.deleteUser({ body: { otp: last } }));
    },
  );

  test('login by password reads a number as login by code does, and what else is a username', async () => {
    const shop = await createShop();
    const browser = await member(shop);
    expectOk(await browser.application.updatePassword({ body: { new_password: PASSWORD } }));
    const { username } = expectOk(await browser.application.getLoggedInUser()).body.user ?? {};
    for (const typed of [
      '86525 23958',
      '086525-23958',
      '(86525) 23958',
      '+91 86525 23958',
      '0091 8652523958',
      '८६५२५२३९५८',
      '\u202a+918652523958\u202c',
      ` ${EMAIL.toUpperCase()}\u200b`,
      username ?? '',
    ]) {
      const answer = await shop
        .client()
        .application.loginWithEmailAndPassword({ body: { username: typed, password: PASSWORD } });
      expect([typed, answer.status]).toStrictEqual([typed, 200]);
    }
  });

  test.each(['...', '098109-28914', '9810928914', '--', '1.2.3'])(
    'the username %j could not be told from a number',
    async (username) => {
      const shop = await createShop();
      const operator = await operatorOf(shop);
      const body = { username, phone_number: '9820098200' };
      expect(await operator.createUser({ params, body })).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'body.username' }] },
      });
    },
  );
});
