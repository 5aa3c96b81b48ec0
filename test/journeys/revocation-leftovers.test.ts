/** What a revocation has ended stays ended: while it lasts, and after the account has come back. */
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, MOBILE, prove, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { eventOf } from '../support/stored.ts';

const EMAIL = 'asha@example.com';
const SECOND = { phone: '9876543210', country_code: '91' };
const GAP = 31_000;
const HARD = { is_required: true, level: 'hard' } as const;
/** A shop that has come to demand an email as well. */
const DEMANDS_BOTH = { email: HARD, mobile: HARD };

async function linkCode(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to && !sent.drop);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

async function member(shop: Shop) {
  const browser = shop.client();
  const done = await signUp(shop, browser);
  shop.clock.advance(GAP);
  return { browser, cookie: cookieOf(done), id: done.body.user?._id ?? '' };
}
type Member = Awaited<ReturnType<typeof member>>;

interface Revocation {
  name: string;
  refused: 'account_blocked' | 'account_deleted';
  revoke(shop: Shop, one: Member): Promise<void>;
  bringBack(shop: Shop, one: Member): Promise<void>;
}

async function setBlocked(shop: Shop, { id }: Member, status: boolean): Promise<void> {
  const operator = await operatorOf(shop);
  const body = { status, user_id: [id], reason: 'chargebacks' };
  expectOk(await operator.blockOrUnblockUsers({ params, body }));
}
async function unDelete(shop: Shop, { id }: Member): Promise<void> {
  const operator = await operatorOf(shop);
  expectOk(await operator.unDeleteUser({ params, body: { user_id: id } }));
}

const REVOCATIONS: Revocation[] = [
  {
    name: 'a block',
    refused: 'account_blocked',
    revoke: async (shop, one) => setBlocked(shop, one, true),
    bringBack: async (shop, one) => setBlocked(shop, one, false),
  },
  {
    name: 'an archival',
    refused: 'account_deleted',
    revoke: async (shop, { id }) => {
      const operator = await operatorOf(shop);
      expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
    },
    bringBack: unDelete,
  },
  {
    name: 'a deletion',
    refused: 'account_deleted',
    revoke: async (shop, { browser }) => {
      shop.clock.advance(GAP);
      const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(E164) };
      expectOk(await browser.application.deleteUser({ body }));
    },
    bringBack: unDelete,
  },
];

describe.each(BACKENDS_AND_MOCK)('after a revocation on %s', (_, createShop) => {
  test.each(REVOCATIONS)(
    '$name: a cookie from before signs nobody in, nor does it once the account is back',
    async ({ revoke, bringBack }) => {
      const shop = await createShop();
      const one = await member(shop);
      const elsewhere = cookieOf(await prove(shop, shop.client()));
      shop.clock.advance(GAP);
      const alive = async () => {
        const answers = [one.cookie, elsewhere].map(async (cookie) =>
          shop.client({ cookie }).application.getLoggedInUser(),
        );
        return (await Promise.all(answers)).map(({ status }) => status);
      };
      expect(await alive()).toEqual([200, 200]);
      await revoke(shop, one);
      expect(await alive()).toEqual([401, 401]);
      shop.clock.advance(1000);
      await bringBack(shop, one);
      expect(await alive()).toEqual([401, 401]);
      shop.clock.advance(GAP);
      const back = await prove(shop, shop.client());
      expect(back.body.user?._id).toBe(one.id);
      expect(await alive()).toEqual([401, 401]);
    },
  );

  test.each(REVOCATIONS)(
    '$name: links that were on their way prove nothing, nor do they once the account is back',
    async ({ revoke, bringBack }) => {
      const shop = await createShop();
      const one = await member(shop);
      expectOk(await one.browser.application.addEmail({ body: { email: EMAIL } }));
      expectOk(await one.browser.application.addMobileNumber({ body: SECOND }));
      const email = { body: { code: await linkCode(shop, EMAIL) } };
      const mobile = { body: { code: await linkCode(shop, `+91${SECOND.phone}`) } };
      const { application } = shop.client();
      const opened = async () => [
        (await application.verifyEmail(email)).body,
        (await application.verifyMobile(mobile)).body,
      ];
      const dead = [{ code: 'link_invalid' }, { code: 'link_invalid' }];
      await revoke(shop, one);
      expect(await opened()).toMatchObject(dead);
      await bringBack(shop, one);
      expect(await opened()).toMatchObject(dead);
      shop.clock.advance(GAP);
      const { user } = (await prove(shop, shop.client())).body;
      const all = [...(user?.emails ?? []), ...(user?.phone_numbers ?? [])];
      expect(all.filter(({ verified }) => verified)).toMatchObject([{ phone: MOBILE.mobile }]);
    },
  );

  test.each(REVOCATIONS)('$name: a reset link sets no password', async ({ revoke }) => {
    const shop = await createShop();
    const one = await member(shop);
    expectOk(await one.browser.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    expectOk(await one.browser.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
    shop.clock.advance(GAP);
    expectOk(await one.browser.application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    const code = await linkCode(shop, EMAIL);
    await revoke(shop, one);
    const refused = await shop.client().application.forgotPassword({
      body: { code, password: 'another passphrase' },
    });
    expect(refused.ok).toBe(false);
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await shop.ports.passwords.hashOf(one.id)).toBeUndefined();
    // A link that is asked for now goes to nobody.
    const before = (await shop.messages()).filter(({ drop }) => !drop).length;
    shop.clock.advance(GAP);
    const { application } = shop.client();
    expectOk(await application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    expect((await shop.messages()).filter(({ drop }) => !drop)).toHaveLength(before);
  });

  /** Each ends the registration of a known shopper who lacks a demanded email, and has a code sent to it. */
  const forms = [
    [
      'updateProfile',
      async (shop: Shop, register_token: string) =>
        shop.client().application.updateProfile({ body: { email: EMAIL, register_token } }),
    ],
    [
      'registerWithForm',
      async (shop: Shop, register_token: string) =>
        shop.client().application.registerWithForm({ body: { email: EMAIL, register_token } }),
    ],
  ] as const;

  test.each(REVOCATIONS.flatMap((revocation) => forms.map((form) => ({ revocation, form }))))(
    '$revocation.name: a register_token from before has no code sent by $form.0',
    async ({ revocation, form: [, send] }) => {
      const shop = await createShop();
      const one = await member(shop);
      const config = shop.application.config;
      await shop.writeConfig({ ...config, required_fields: DEMANDS_BOTH });
      shop.clock.advance(GAP);
      const { register_token = '' } = (await prove(shop, shop.client())).body;
      expect(register_token).not.toBe('');
      await shop.writeConfig({ ...config, required_fields: config.required_fields });
      shop.clock.advance(GAP);
      await revocation.revoke(shop, one);
      await shop.writeConfig({ ...config, required_fields: DEMANDS_BOTH });
      shop.clock.advance(GAP);
      await shop.settle();
      const before = (await shop.messages()).length;
      const refused = await send(shop, register_token);
      // Told to whom it may concern, or no longer known at all: either way it leads nowhere.
      const told = { ...refused.body };
      expect([revocation.refused, 'register_token_invalid']).toContain(
        'code' in told ? told.code : 'accepted',
      );
      expect(refused.headers.getSetCookie()).toEqual([]);
      await shop.settle();
      expect(await shop.messages()).toHaveLength(before);
    },
  );

  /**
   * A call that a revocation has overtaken may write such a row behind it. Whatever is done with the token, the time of the
   * proof is compared with that of the revocation.
   */
  test('a register_token that is bound to an account since before: no code, no session', async () => {
    const config = { required_fields: DEMANDS_BOTH, register_required_fields: DEMANDS_BOTH };
    const shop = await createShop();
    const { id } = await member(shop);
    await shop.writeConfig({ ...shop.application.config, ...config });
    shop.clock.advance(GAP);
    const { ports } = shop;
    const { register_token = '' } = (await prove(shop, shop.client())).body;
    const { application } = shop.client();
    expectOk(await application.updateProfile({ body: { email: EMAIL, register_token } }));
    const body = { email: EMAIL, otp: await shop.otp(EMAIL), register_token };
    const hash = await ports.vault.digest(register_token);
    const { registration } = await ports.registrations.find(hash);
    if (!registration?.userProvenAt) throw new Error('is not bound');
    await ports.sessions.endAll(id, eventOf('sessions.ended', id, shop.clock.now()));
    const { sentTo: _sentTo, proofs: _proofs, formId: _form, ...row } = registration;
    await ports.registrations.begin(row, { identifiers: [{ kind: 'email', value: EMAIL }] });
    const before = (await shop.messages()).length;
    shop.clock.advance(GAP);
    const second = { register_token, email: 'rao@example.com' };
    for (const refused of [
      await application.verifyEmailOTP({ body }),
      await application.updateProfile({ body: second }),
      await application.registerWithForm({ body: second }),
    ]) {
      expect(refused).toMatchObject({ status: 400, body: { code: 'register_token_invalid' } });
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    expect(await shop.messages()).toHaveLength(before);
  });

  test('an operator takes an address off the list: its link does not bring it back', async () => {
    const shop = await createShop();
    const one = await member(shop);
    expectOk(await one.browser.application.addEmail({ body: { email: EMAIL } }));
    expectOk(await one.browser.application.addMobileNumber({ body: SECOND }));
    const email = { body: { code: await linkCode(shop, EMAIL) } };
    const mobile = { body: { code: await linkCode(shop, `+91${SECOND.phone}`) } };
    const operator = await operatorOf(shop);
    expectOk(
      await operator.updateUser({
        params: { ...params, user_id: one.id },
        body: {
          emails: [{ email: 'other@example.com' }],
          phone_numbers: [{ phone: MOBILE.mobile, country_code: '91' }],
        },
      }),
    );
    const { application } = shop.client();
    expect((await application.verifyEmail(email)).body).toMatchObject({ code: 'link_invalid' });
    expect((await application.verifyMobile(mobile)).body).toMatchObject({ code: 'link_invalid' });
    const { user } = expectOk(await one.browser.application.getLoggedInUser()).body;
    expect(user?.emails?.map((of) => of.email)).toEqual(['other@example.com']);
    expect(user?.phone_numbers?.map(({ phone }) => phone)).toEqual([MOBILE.mobile]);
  });

  test('a shopper removes an address: its link does not bring it back', async () => {
    const shop = await createShop();
    const { browser } = await member(shop);
    expectOk(await browser.application.addEmail({ body: { email: EMAIL } }));
    const code = await linkCode(shop, EMAIL);
    const query = { email: EMAIL, active: true, primary: false, verified: false };
    expectOk(await browser.application.deleteEmail({ query }));
    const late = await shop.client().application.verifyEmail({ body: { code } });
    expect(late.body).toMatchObject({ code: 'link_invalid' });
    const { user } = expectOk(await browser.application.getLoggedInUser()).body;
    expect(user?.emails).toEqual([]);
  });
});
