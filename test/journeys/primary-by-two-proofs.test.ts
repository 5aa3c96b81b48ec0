/** Another primary email or number by two proofs: the old primary first, then the new one. */
import { describe, expect, test } from 'vitest';
import { expectOk, signUp, wrongCode, type Browser } from '../support/answers.ts';
import { operatorOf } from '../support/operator.ts';
import { BACKENDS, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const OLD = { mobile: '8652523958', country_code: '91' };
const NEW = { mobile: '9876543210', country_code: '91' };
const EMAIL = 'asha@example.com';
const NEW_EMAIL = 'rao@example.com';
const GAP_MS = 31_000;
const MINUTE_MS = 60_000;
const UNPROVEN = { status: 400, body: { code: 'primary_unproven' } };
const WRONG = { status: 400, body: { code: 'otp_invalid' } };

const mobile = { entity: 'mobile' } as const;
const email = { entity: 'email' } as const;
const e164 = ({ mobile: digits }: typeof OLD): string => `+91${digits}`;

/** A shopper with a number, signed in, and an address that is verified. */
async function shopper(shop: Shop, phone = OLD, address: string | null = EMAIL) {
  const browser = shop.client();
  const { user } = (await signUp(shop, browser, phone.mobile)).body;
  if (address !== null) await addEmail(shop, browser, address);
  shop.clock.advance(GAP_MS);
  return { browser, id: user?._id ?? '' };
}

async function addEmail(shop: Shop, { application }: Browser, address: string) {
  expectOk(await application.sendOTPOnEmail({ body: { email: address } }));
  const body = { email: address, otp: await shop.otp(address) };
  expectOk(await application.verifyEmailOTP({ body }));
}

/** The first proof, of a number or of an address. */
async function proven(shop: Shop, { application }: Browser, path: typeof mobile | typeof email) {
  const sent = expectOk(await application.sendOTPOnPrimary({ params: path, body: {} })).body;
  const otp = await shop.otp(sent.email ?? `+91${sent.mobile}`);
  const body = { request_id: sent.request_id, otp };
  return application.verifyOTPonPrimary({ params: path, body });
}

/** A code to a number that is to be primary. */
async function updateCode(shop: Shop, { application }: Browser, next = NEW) {
  const sent = expectOk(await application.sendOTPForUpdate({ params: mobile, body: next })).body;
  return { request_id: sent.request_id ?? '', otp: await shop.otp(e164(next)) };
}

const primaries = async ({ application }: Browser) => {
  const { user } = expectOk(await application.getLoggedInUser()).body;
  return {
    phone: user?.phone_numbers?.find(({ primary }) => primary)?.phone,
    email: user?.emails?.find(({ primary }) => primary)?.email,
    phones: user?.phone_numbers?.map(({ phone }) => phone).toSorted(),
  };
};

describe.each(BACKENDS_AND_MOCK)('another primary, on %s', (_, createShop) => {
  test('a number: proven, sent, verified; the old one stays, and both are told', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const { application } = browser;
    const asked = { ...OLD, action: 'send', android_hash: 'no hash of this shop' };
    const sent = expectOk(await application.sendOTPOnPrimary({ params: mobile, body: asked })).body;
    expect(sent).toEqual({
      success: true,
      request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      message: 'OTP sent',
      ...OLD,
      resend_timer: 30,
      resend_token: expect.any(String),
    });
    shop.clock.advance(GAP_MS);
    const again = { ...OLD, action: 'resend', token: sent.resend_token };
    expect(
      expectOk(await application.sendOTPOnPrimary({ params: mobile, body: again })).body,
    ).toEqual(sent);
    const code = { request_id: sent.request_id, otp: await shop.otp(e164(OLD)) };
    const first = await application.verifyOTPonPrimary({ params: mobile, body: code });
    expect(expectOk(first).body).toEqual({ success: true });

    const next = expectOk(await application.sendOTPForUpdate({ params: mobile, body: NEW })).body;
    expect(next).toMatchObject({ success: true, ...NEW, request_id: expect.any(String) });
    shop.clock.advance(GAP_MS);
    const resend = { ...NEW, token: next.resend_token };
    expect(
      expectOk(await application.sendOTPForUpdate({ params: mobile, body: resend })).body,
    ).toEqual(next);
    const body = { request_id: next.request_id, otp: await shop.otp(e164(NEW)) };
    const done = await application.verifyOTPForUpdate({ params: mobile, body });
    expect(expectOk(done).body).toMatchObject({
      user_exists: true,
      user: {
        phone_numbers: [{ phone: NEW.mobile, primary: true, verified: true }, OLD.mobile].map(
          (one) => (typeof one === 'string' ? { phone: one, primary: false, verified: true } : one),
        ),
      },
    });
    expect(done.headers.getSetCookie()).toEqual([]);
    await shop.settle();
    const told = (await shop.messages())
      .slice(-3)
      .map(({ to, content }) => `${content.template} ${to}`);
    expect(told.toSorted()).toEqual([
      `notice_identifier_added ${EMAIL}`,
      `notice_primary_changed ${e164(OLD)}`,
      `notice_primary_set ${e164(NEW)}`,
    ]);
  });

  test('an address, as the operations beside it take it: by email and code', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const { application } = browser;
    const sent = expectOk(
      await application.sendOTPOnPrimary({ params: email, body: { email: EMAIL } }),
    ).body;
    expect(sent).toEqual({
      success: true,
      message: 'OTP sent',
      email: EMAIL,
      resend_timer: 30,
      resend_token: expect.any(String),
      resend_email_token: sent.resend_token,
    });
    const code = { email: EMAIL, otp: await shop.otp(EMAIL) };
    expectOk(await application.verifyOTPonPrimary({ params: email, body: code }));
    const body = { email: NEW_EMAIL };
    expectOk(await application.sendOTPForUpdate({ params: email, body }));
    const last = { ...body, otp: await shop.otp(NEW_EMAIL) };
    expectOk(await application.verifyOTPForUpdate({ params: email, body: last }));
    expect(await primaries(browser)).toMatchObject({ email: NEW_EMAIL, phone: OLD.mobile });
  });

  test('one that is verified on the profile already becomes primary in the same way', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    await addEmail(shop, browser, NEW_EMAIL);
    expectOk(await proven(shop, browser, email));
    const body = { email: NEW_EMAIL };
    expectOk(await browser.application.sendOTPForUpdate({ params: email, body }));
    const last = { ...body, otp: await shop.otp(NEW_EMAIL) };
    expectOk(await browser.application.verifyOTPForUpdate({ params: email, body: last }));
    expect(await primaries(browser)).toMatchObject({ email: NEW_EMAIL });
    await shop.settle();
    const told = (await shop.messages()).slice(-2).map(({ content }) => content.template);
    expect(told.toSorted()).toEqual(['notice_primary_changed', 'notice_primary_set']);
  });

  test('who has no address yet proves the number, and the code says where it went', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop, OLD, null);
    const { application } = browser;
    const sent = expectOk(await application.sendOTPOnPrimary({ params: email, body: {} })).body;
    expect(sent).toMatchObject(OLD);
    const code = { request_id: sent.request_id, otp: await shop.otp(e164(OLD)) };
    expectOk(await application.verifyOTPonPrimary({ params: email, body: code }));
    expectOk(await application.sendOTPForUpdate({ params: email, body: { email: EMAIL } }));
    const body = { email: EMAIL, otp: await shop.otp(EMAIL) };
    expectOk(await application.verifyOTPForUpdate({ params: email, body }));
    expect(await primaries(browser)).toMatchObject({ email: EMAIL, phone: OLD.mobile });
  });

  test('without the first proof nothing is sent, and nothing changes', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const before = (await shop.messages()).length;
    const refused = await browser.application.sendOTPForUpdate({ params: mobile, body: NEW });
    expect(refused).toMatchObject(UNPROVEN);
    expect(await shop.messages()).toHaveLength(before);
  });

  test('the number of somebody else is sent a code as any other, and refused after the proof', async () => {
    const shop = await createShop();
    const other = await shopper(shop, NEW, null);
    const { browser } = await shopper(shop);
    expectOk(await proven(shop, browser, mobile));
    const body = await updateCode(shop, browser);
    const refused = await browser.application.verifyOTPForUpdate({ params: mobile, body });
    expect(refused).toMatchObject({ status: 409, body: { code: 'identifier_taken' } });
    expect(await primaries(browser)).toMatchObject({ phone: OLD.mobile });
    expect(await primaries(other.browser)).toMatchObject({ phone: NEW.mobile });
  });

  test('what is asked for has to fit: an entity, what is needed, the primary itself', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const { application } = browser;
    const fields = async (answer: Promise<{ status: number; body: object }>) => {
      const { status, body } = await answer;
      const { errors = [] } = body as { errors?: { path: string }[] };
      return [status, ...errors.map(({ path }) => path)];
    };
    // What a caller without types may send.
    const path = { entity: 'fax' } as unknown as typeof mobile;
    expect(await fields(application.sendOTPOnPrimary({ params: path, body: {} }))).toEqual([
      400,
      'path.entity',
    ]);
    expect(await fields(application.sendOTPOnPrimary({ params: mobile, body: NEW }))).toEqual([
      400,
      'body.mobile',
    ]);
    const stranger = { email: NEW_EMAIL };
    expect(await fields(application.sendOTPOnPrimary({ params: email, body: stranger }))).toEqual([
      400,
      'body.email',
    ]);
    expect(await fields(application.sendOTPForUpdate({ params: email, body: NEW }))).toEqual([
      400,
      'body.email',
    ]);
    expect(await fields(application.sendOTPForUpdate({ params: mobile, body: OLD }))).toEqual([
      400,
      'body.mobile',
    ]);
    const otp = '123456';
    expect(await fields(application.verifyOTPonPrimary({ params: mobile, body: { otp } }))).toEqual(
      [400, 'body.request_id'],
    );
    expect(await fields(application.verifyOTPForUpdate({ params: email, body: { otp } }))).toEqual([
      400,
      'body.email',
    ]);
  });

  test('a code is good for its own step, its own kind and its own shopper', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const other = await shopper(shop, { ...OLD, mobile: '9820098200' }, null);
    const { application } = browser;
    const sent = expectOk(await application.sendOTPOnPrimary({ params: mobile, body: {} })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp(e164(OLD)) };
    const wrongly = [
      await application.verifyOTPForUpdate({ params: mobile, body }),
      await application.verifyOTPonPrimary({ params: email, body: { ...body, email: EMAIL } }),
      await application.verifyMobileOTP({ body }),
      await shop.client().application.verifyMobileForgotOTP({ body }),
      await other.browser.application.verifyOTPonPrimary({ params: mobile, body }),
      await other.browser.application.verifyOTPForUpdate({ params: mobile, body }),
    ];
    for (const answer of wrongly) expect(answer).toMatchObject(WRONG);
  });

  test('a login code, and one for the profile, prove nothing here', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const { application } = browser;
    const login = expectOk(await shop.client().application.loginWithOTP({ body: OLD })).body;
    const loginCode = { request_id: login.request_id ?? '', otp: await shop.otp(e164(OLD)) };
    expect(await application.verifyOTPonPrimary({ params: mobile, body: loginCode })).toMatchObject(
      WRONG,
    );
    const profile = expectOk(await application.sendOTPOnMobile({ body: NEW })).body;
    const body = { request_id: profile.request_id ?? '', otp: await shop.otp(e164(NEW)) };
    expect(await application.verifyOTPonPrimary({ params: mobile, body })).toMatchObject(WRONG);
    expectOk(await proven(shop, browser, mobile));
    expect(await application.verifyOTPForUpdate({ params: mobile, body })).toMatchObject(WRONG);
  });

  test('a resend token is good for its own step', async () => {
    const shop = await createShop();
    const { browser } = await shopper(shop);
    const { application } = browser;
    const { resend_token: token } = expectOk(await application.sendOTPOnMobile({ body: OLD })).body;
    shop.clock.advance(GAP_MS);
    const refused = await application.sendOTPOnPrimary({ params: mobile, body: { ...OLD, token } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'resend_token_invalid' } });
  });
});

describe.each(BACKENDS)('the proof of the old primary, on %s', (_, createShop) => {
  /** A shopper in two browsers, with one proof in the first. */
  async function opened() {
    const shop = await createShop();
    const { browser, id } = await shopper(shop);
    const second = shop.client();
    const sent = expectOk(await second.application.loginWithOTP({ body: OLD })).body;
    const code = { request_id: sent.request_id ?? '', otp: await shop.otp(e164(OLD)) };
    expectOk(await second.application.verifyMobileOTP({ body: code }));
    expectOk(await proven(shop, browser, mobile));
    shop.clock.advance(GAP_MS);
    return { shop, browser, second, id };
  }

  test('counts once', async () => {
    const { shop, browser } = await opened();
    const body = await updateCode(shop, browser);
    const third = { ...NEW, mobile: '9820098200' };
    const other = await updateCode(shop, browser, third);
    expectOk(await browser.application.verifyOTPForUpdate({ params: mobile, body }));
    const again = await browser.application.verifyOTPForUpdate({ params: mobile, body: other });
    expect(again).toMatchObject(UNPROVEN);
    shop.clock.advance(GAP_MS);
    const send = await browser.application.sendOTPForUpdate({ params: mobile, body: third });
    expect(send).toMatchObject(UNPROVEN);
    expect(await primaries(browser)).toMatchObject({
      phone: NEW.mobile,
      phones: [OLD.mobile, NEW.mobile].toSorted(),
    });
  });

  test('of another session of the same shopper does not count', async () => {
    const { shop, browser, second } = await opened();
    expect(await second.application.sendOTPForUpdate({ params: mobile, body: NEW })).toMatchObject(
      UNPROVEN,
    );
    const body = await updateCode(shop, browser);
    const elsewhere = await second.application.verifyOTPForUpdate({ params: mobile, body });
    expect(elsewhere).toMatchObject(UNPROVEN);
    // Nothing is used up by that.
    expectOk(await browser.application.verifyOTPForUpdate({ params: mobile, body }));
  });

  test('of the number does not count for the address', async () => {
    const { shop, browser } = await opened();
    const body = { email: NEW_EMAIL };
    const refused = await browser.application.sendOTPForUpdate({ params: email, body });
    expect(refused).toMatchObject(UNPROVEN);
    expectOk(await proven(shop, browser, email));
    expectOk(await browser.application.sendOTPForUpdate({ params: email, body }));
  });

  test('is over after ten minutes, and so is the code that follows it', async () => {
    const { shop, browser } = await opened();
    shop.clock.advance(8 * MINUTE_MS);
    const body = await updateCode(shop, browser);
    const content = (await shop.messages()).at(-1)?.content;
    expect(content).toMatchObject({ template: 'otp', minutes: 1 });
    shop.clock.advance(2 * MINUTE_MS - GAP_MS);
    const refused = await browser.application.verifyOTPForUpdate({ params: mobile, body });
    expect(refused).toMatchObject(WRONG);
    const send = await browser.application.sendOTPForUpdate({ params: mobile, body: NEW });
    expect(send).toMatchObject(UNPROVEN);
  });

  test('made anew lives anew', async () => {
    const { shop, browser } = await opened();
    shop.clock.advance(9 * MINUTE_MS);
    expectOk(await proven(shop, browser, mobile));
    shop.clock.advance(9 * MINUTE_MS);
    const body = await updateCode(shop, browser);
    expectOk(await browser.application.verifyOTPForUpdate({ params: mobile, body }));
  });

  test('is worth nothing once another one is primary', async () => {
    const { shop, browser } = await opened();
    const third = { phone: '9820098200', country_code: '91' };
    const body = await updateCode(shop, browser);
    expectOk(await browser.application.addMobileNumber({ body: third }));
    const link = (await shop.messages()).at(-1)?.content;
    const code = link && 'code' in link ? link.code : '';
    expectOk(await browser.application.verifyMobile({ body: { code } }));
    expectOk(await browser.application.setMobileNumberAsPrimary({ body: third }));
    const refused = await browser.application.verifyOTPForUpdate({ params: mobile, body });
    expect(refused).toMatchObject(UNPROVEN);
    expect(await primaries(browser)).toMatchObject({ phone: third.phone });
  });

  test('is no link and no token of anything else', async () => {
    const { shop, browser } = await opened();
    const { sessions = [] } = expectOk(await browser.application.getListOfActiveSessions()).body;
    const { application, service } = shop.client();
    for (const handle of sessions) {
      const code = `primary ${handle} phone`;
      const answers = [
        await service.describeLink({ body: { code } }),
        await application.forgotPassword({ body: { code, password: 'a long passphrase' } }),
        await application.resetForgotPassword({ body: { code, password: 'a long passphrase' } }),
        await application.verifyMobile({ body: { code } }),
      ];
      expect(answers.filter(({ ok }) => ok)).toEqual([]);
    }
  });

  test('wrong codes cost tries, of the one step and of the other', async () => {
    const { shop, browser } = await opened();
    const code = await updateCode(shop, browser);
    const body = { ...code, otp: wrongCode(code.otp) };
    const codes: unknown[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      const { body: answer } = await browser.application.verifyOTPForUpdate({
        params: mobile,
        body,
      });
      codes.push('code' in answer ? answer.code : undefined);
    }
    expect(codes).toEqual([...Array<string>(5).fill('otp_invalid'), 'otp_exhausted']);
    const right = await browser.application.verifyOTPForUpdate({ params: mobile, body: code });
    expect(right).toMatchObject({ status: 400, body: { code: 'otp_exhausted' } });
  });

  test('an operator sees the change on the timeline', async () => {
    const { shop, browser, id } = await opened();
    const body = await updateCode(shop, browser);
    expectOk(await browser.application.verifyOTPForUpdate({ params: mobile, body }));
    await shop.settle();
    const { timeline } = expectOk(await (await operatorOf(shop)).timeline(id)).body;
    const types = timeline.map(({ type }) => type);
    expect(types).toContain('primary.changed');
    expect(types).toContain('identifier.added');
  });
});
