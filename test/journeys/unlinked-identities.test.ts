/** Operators see which accounts elsewhere sign in to a customer, and unlink one that is in the wrong hands. */
import { describe, expect, test } from 'vitest';
import { cookieOf, expectOk, signUp } from '../support/answers.ts';
import { COMPANY_ISSUER } from '../support/fake-provider.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS } from '../support/shop.ts';
import { LOGIN_SECRET, socialShop } from '../support/social-shop.ts';

const EMAIL = 'asha.rao@gmail.com';
const OWN = { provider: `token:${COMPANY_ISSUER}`, subject: 'customer-1' };
const NOT_FOUND = { status: 404, body: { code: 'not_found' } };

describe.each(BACKENDS)('social identities of a customer on %s', (_, createShop) => {
  /** A customer to whom an account of Google's and one of the company's own system are linked. */
  async function linked() {
    const { shop, fake } = await socialShop(createShop);
    const owner = shop.client();
    const id = (await signUp(shop, owner)).body.user?._id ?? '';
    expectOk(await owner.application.sendOTPOnEmail({ body: { email: EMAIL } }));
    const otp = await shop.otp(EMAIL);
    expectOk(await owner.application.verifyEmailOTP({ body: { email: EMAIL, otp } }));
    const person = { sub: 'g-1', email: EMAIL, email_verified: true };
    const google = async () => {
      const oauth2 = { access_token: fake.grant(person) };
      return shop.client().application.loginWithGoogle({ body: { oauth2 } });
    };
    const byGoogle = expectOk(await google());
    const claims = { sub: OWN.subject, email: EMAIL, email_verified: true };
    const company = async (more: object = {}) => {
      const jti = crypto.randomUUID();
      const token = await fake.token(
        'company',
        { ...claims, ...more, jti },
        { secret: LOGIN_SECRET },
      );
      return shop.client().application.loginWithToken({ body: { token } });
    };
    shop.clock.advance(1_000);
    expectOk(await company());
    const operator = await operatorOf(shop);
    return { shop, owner, id, operator, byGoogle, google, company };
  }

  test('are listed, unlinked once, and told of in the timeline', async () => {
    const { shop, id, operator } = await linked();
    const google = { provider: 'google', subject: 'g-1' };
    const day = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
    expect(expectOk(await operator.identities(id)).body.items).toEqual([
      { ...google, linked_on: day },
      { ...OWN, linked_on: day },
    ]);
    const reason = 'account stolen';
    expect(expectOk(await operator.unlink(id, { ...google, reason })).body).toEqual({
      success: true,
    });
    expect(await operator.unlink(id, { ...google, reason })).toMatchObject(NOT_FOUND);
    expect(expectOk(await operator.identities(id)).body.items).toMatchObject([OWN]);
    const { timeline } = expectOk(await operator.timeline(id)).body;
    expect(timeline.filter(({ type }) => type === 'identity.unlinked')).toEqual([
      {
        date: day,
        title: 'Social account unlinked by an operator',
        type: 'identity.unlinked',
        visible: false,
        sub_title: 'dev-api-key: account stolen',
      },
    ]);
    const [event] = await shop.ports.audit.ofUser(id, 1);
    expect(event).toMatchObject({ action: 'identity.unlinked', detail: { provider: 'google' } });
    expect(JSON.stringify(event)).not.toContain(google.subject);
    await shop.settle();
  });

  test('what the account elsewhere has opened is over, and it opens nothing without a proven email', async () => {
    const { shop, owner, id, operator, byGoogle, google, company } = await linked();
    const stolen = shop.client({ cookie: cookieOf(byGoogle) });
    expectOk(await stolen.application.getLoggedInUser());
    expectOk(await operator.unlink(id, { provider: 'google', subject: 'g-1', reason: 'stolen' }));
    for (const browser of [stolen, owner]) {
      expect(await browser.application.getLoggedInUser()).toMatchObject({ status: 401 });
    }
    // A token of the second before would be older than the revocation.
    shop.clock.advance(2_000);
    // What stays linked signs in as before, without its email too.
    expect(expectOk(await company({ email: undefined })).body).toMatchObject({ user: { _id: id } });
    expectOk(await operator.unlink(id, { ...OWN, reason: 'stolen' }));
    shop.clock.advance(2_000);
    const refused = { status: 401, body: { code: 'login_failed' } };
    expect(await company({ email: undefined })).toMatchObject(refused);
    // A proof of the email that the customer has verified still opens the account; only taking the email off ends that.
    expectOk(await google());
    expect(expectOk(await operator.identities(id)).body.items).toMatchObject([
      { provider: 'google' },
    ]);
    await shop.settle();
  });

  test('of nobody, of what is not linked, and by those who may not', async () => {
    const { shop, id, operator } = await linked();
    const query = { provider: 'google', subject: 'g-1', reason: 'stolen' };
    const nobody = '5e68af49cfa09bf7233022f1';
    expect(await operator.identities(nobody)).toMatchObject(NOT_FOUND);
    expect(await operator.unlink(nobody, query)).toMatchObject(NOT_FOUND);
    for (const other of [{ provider: 'facebook' }, { provider: 'g-1' }, { subject: 'g-2' }]) {
      expect(await operator.unlink(id, { ...query, ...other })).toMatchObject(NOT_FOUND);
    }
    const authorization = `Bearer ${await accessToken(shop, 'customers:read')}`;
    const reader = shop.client({ authorization }).service;
    const path = { params: { ...params, user_id: id } };
    expectOk(await reader.getUserIdentities(path));
    const refused = await reader.unlinkUserIdentity({ ...path, query });
    expect(refused).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
    const elsewhere = { params: { ...path.params, application_id: 'f'.repeat(24) } };
    const anyone = shop.client({ authorization: `Bearer ${await accessToken(shop)}` }).service;
    expect(await anyone.getUserIdentities(elsewhere)).toMatchObject(NOT_FOUND);
    expect(await anyone.unlinkUserIdentity({ ...elsewhere, query })).toMatchObject(NOT_FOUND);
    expect(expectOk(await operator.identities(id)).body.items).toHaveLength(2);
    await shop.settle();
  });
});
