/** A page can say which account a link belongs to before the link is used; asking uses nothing up. */
import { describe, expect, test } from 'vitest';
import { expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS, d1Shop, type Shop } from '../support/shop.ts';

const GAP_MS = 31_000;
const DAY_MS = 86_400_000;
const INVALID = { status: 400, body: { code: 'link_invalid' } };
const ACCOUNT = '+91******3958';

async function codeTo(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

const ask = async (shop: Shop, code: string) =>
  shop.client().service.describeLink({ body: { code } });

async function verifiedEmail(shop: Shop, email: string) {
  const owner = shop.client();
  const id = (await signUp(shop, owner)).body.user?._id ?? '';
  expectOk(await owner.application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  expectOk(await owner.application.verifyEmailOTP({ body: { email, otp } }));
  shop.clock.advance(GAP_MS);
  return { owner, id };
}

describe.each(BACKENDS)('a described link on %s', (_, createShop) => {
  test('names the account of who asked for it, and verifies afterwards', async () => {
    const shop = await createShop();
    const owner = shop.client();
    await signUp(shop, owner);
    expectOk(await owner.application.addEmail({ body: { email: 'victim@example.com' } }));
    expectOk(await owner.application.addMobileNumber({ body: { phone: '9876543210' } }));
    const byMail = await codeTo(shop, 'victim@example.com');
    const bySms = await codeTo(shop, '+919876543210');
    const mail = { kind: 'verify_email', account: ACCOUNT, identifier: 'v***@example.com' };
    const sms = { kind: 'verify_mobile', account: ACCOUNT, identifier: '+91******3210' };
    for (let times = 0; times < 3; times += 1) {
      expect(expectOk(await ask(shop, byMail)).body).toEqual(mail);
      expect(expectOk(await ask(shop, bySms)).body).toEqual(sms);
    }
    expectOk(await shop.client().application.verifyEmail({ body: { code: byMail } }));
    expectOk(await shop.client().application.verifyMobile({ body: { code: bySms } }));
    for (const used of [byMail, bySms]) expect(await ask(shop, used)).toMatchObject(INVALID);
    await shop.settle();
  });

  test('of a password reset: until it is used, and only while its address is verified', async () => {
    const shop = await createShop();
    const [email, second] = ['asha@example.com', 'rao@example.com'];
    const { id } = await verifiedEmail(shop, email);
    const reset = async () => {
      expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email } }));
      shop.clock.advance(GAP_MS);
      return codeTo(shop, email);
    };
    const code = await reset();
    const answer = expectOk(await ask(shop, code)).body;
    expect(answer).toMatchObject({ kind: 'reset', identifier: 'a***@example.com' });
    const body = { code, password: 'correct horse battery staple' };
    expectOk(await shop.client().application.forgotPassword({ body }));
    expect(await ask(shop, code)).toMatchObject(INVALID);

    const next = await reset();
    expectOk(await ask(shop, next));
    const emails = [{ email, verified: false }, { email: second }];
    const path = { ...params, user_id: id };
    expectOk(await (await operatorOf(shop)).updateUser({ params: path, body: { emails } }));
    expect(await ask(shop, next)).toMatchObject(INVALID);
    await shop.settle();
  });

  test('unknown, expired, and of an address that nobody has are answered alike', async () => {
    const shop = await createShop();
    const owner = shop.client();
    await signUp(shop, owner);
    expectOk(await owner.application.addEmail({ body: { email: 'new@example.com' } }));
    const code = await codeTo(shop, 'new@example.com');
    expectOk(await ask(shop, code));
    shop.clock.advance(DAY_MS);
    const gist = async (one: string) => {
      const { status, body } = await ask(shop, one);
      return { status, body: { ...body, request_id: '' } };
    };
    const unknown = await gist('0'.repeat(32));
    expect(unknown).toMatchObject(INVALID);
    expect(await gist(code)).toEqual(unknown);
    await shop.settle();
  });
});

test('the code of another application describes nothing', async () => {
  const shop = await d1Shop();
  const owner = shop.client();
  await signUp(shop, owner);
  expectOk(await owner.application.addEmail({ body: { email: 'new@example.com' } }));
  const code = await codeTo(shop, 'new@example.com');
  const id = await shop.ports.vault.digest(code);
  const now = shop.clock.now();
  const foreign = shop.portsOf({ ...shop.application, id: '000000000000000000000002' });
  expect(await foreign.links.describe(id, now)).toBeUndefined();
  expect(await shop.ports.links.describe(id, now)).toMatchObject({
    kind: 'verify_email',
    identifier: { kind: 'email', value: 'new@example.com' },
  });
});
