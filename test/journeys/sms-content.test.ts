/** Nothing that a caller sends gets into an SMS but the hash of an app, letter by letter what Android makes one of. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const GAP = 31_000;
/** The only hash that the application lists. */
const LISTED = 'FA+9qCX9VSu';
const HARD = { is_required: true, level: 'hard' } as const;

/** None of them is a hash, though most hold eleven characters of one. */
const BAD = [
  'FA+9qCX9VS',
  'FA+9qCX9VSuu',
  'FA+9qCX9VSu FA+9qCX9VSu',
  ' FA+9qCX9VSu',
  'FA+9qCX9VSu ',
  'FA+9qCX9VSu\n',
  '\nFA+9qCX9VSu',
  'FA+9qCX9VSu\nevil.example',
  'evil.example\nFA+9qCX9VSu',
  'Your parcel waits at evil.example',
  'congratulations, you have won',
  'verification',
  'FA-9qCX9VSu',
  'FA_9qCX9VSu',
  'FA+9qCX9VS=',
  'FA+9qCX9VS\u212A',
  '\uFF21A+9qCX9VSu',
  'x\u2028y',
];

/** Every operation that sends a code by SMS and reads `android_hash`; each sends one to the number of `MOBILE`. */
const SENDS: [string, (shop: Shop) => Promise<(android_hash: string) => Promise<unknown>>][] = [
  [
    'loginWithOTP',
    async (shop) => async (android_hash) =>
      shop.client().application.loginWithOTP({ body: { ...MOBILE, android_hash } }),
  ],
  [
    'sendOTPOnMobile',
    async (shop) => async (android_hash) =>
      shop.client().application.sendOTPOnMobile({ body: { ...MOBILE, android_hash } }),
  ],
  [
    'sendOTPOnMobile, again',
    async (shop) => async (android_hash) => {
      const sent = expectOk(await shop.client().application.loginWithOTP({ body: MOBILE })).body;
      shop.clock.advance(GAP);
      const body = { ...MOBILE, token: sent.resend_token, android_hash };
      return shop.client().application.sendOTPOnMobile({ body });
    },
  ],
  [
    'updateProfile of the signed-in',
    async (shop) => {
      const browser = shop.client();
      await signUp(shop, browser, '9876543210');
      shop.clock.advance(GAP);
      return async (android_hash) =>
        browser.application.updateProfile({
          body: { mobile: { phone: MOBILE.mobile, country_code: '91' }, android_hash },
        });
    },
  ],
  [
    'updateProfile of a registration',
    async (shop) => {
      const email = 'asha@example.com';
      const config = shop.application.config;
      await shop.writeConfig({
        ...config,
        register_required_fields: { email: HARD, mobile: HARD },
      });
      shop.clock.advance(GAP);
      expectOk(await shop.client().application.sendOTPOnEmail({ body: { email } }));
      const body = { email, otp: await shop.otp(email) };
      const proven = expectOk(await shop.client().application.verifyEmailOTP({ body })).body;
      const { register_token } = proven;
      return async (android_hash) =>
        shop.client().application.updateProfile({
          body: {
            mobile: { phone: MOBILE.mobile, country_code: '91' },
            register_token,
            android_hash,
          },
        });
    },
  ],
];

const PLENTY = {
  sendsPerHour: 1000,
  sendsPerDay: 1000,
  sendsPerIdentifierDay: 1000,
  messagesPerRegistration: 1000,
  messagesPerRegistrationIdentifier: 1000,
};

describe.each(BACKENDS_AND_MOCK)('the last line of an SMS on %s', (_, createShop) => {
  test.each(SENDS)('%s: what is no hash is left out', async (_name, prepare) => {
    const shop = await createShop({ limits: PLENTY, record: { androidHashes: [LISTED] } });
    const send = await prepare(shop);
    for (const bad of BAD) {
      const before = (await shop.messages()).length;
      const answer = await send(bad);
      const sent = (await shop.messages()).slice(before).filter(({ to }) => to === E164);
      for (const message of sent) {
        const line = message.content.template === 'otp' ? message.content.lastLine : undefined;
        expect([bad, line]).toEqual([bad, expect.stringMatching(/^@127\.0\.0\.1 #\d{6}$/)]);
        expect(JSON.stringify(message)).not.toContain(JSON.stringify(bad.trim()).slice(1, -1));
      }
      // A control character is refused as a whole; anything else is sent without it.
      const refused = typeof answer === 'object' && answer !== null && 'ok' in answer && !answer.ok;
      expect([bad, refused ? /[\n\u2028]/.test(bad) : sent.length > 0]).toEqual([bad, true]);
      shop.clock.advance(GAP);
    }
  });

  test('the code of a login that nobody asked a hash for ends with the line of this shop', async () => {
    const shop = await createShop();
    await prove(shop, shop.client());
    const [message] = await shop.messages();
    const { content } = message ?? {};
    expect(content).toMatchObject({ lastLine: expect.stringMatching(/^@127\.0\.0\.1 #\d{6}$/) });
  });
});
