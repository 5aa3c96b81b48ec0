/** userExists tells who is registered, so the shop decides; and the later fields of documented operations. */
import { describe, expect, test } from 'vitest';
import { E164, MOBILE, expectOk, prove, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS, BACKENDS_AND_MOCK, d1Shop, type Shop } from '../support/shop.ts';

const EMAIL = 'asha@example.com';
const exists = async (shop: Shop, q: string) =>
  shop.client().application.userExists({ query: { q } });

describe.each(BACKENDS_AND_MOCK)('whether somebody is registered, on %s', (_, createShop) => {
  test('is asked by number or email; an unverified one is nobody’s', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    expectOk(await browser.application.addEmail({ body: { email: EMAIL } }));
    const asked = [MOBILE.mobile, E164, '9876543210', EMAIL, 'nobody@example.com'];
    const answers = [];
    for (const q of asked) answers.push(expectOk(await exists(shop, q)).body.user_exists);
    expect(answers).toEqual([true, true, false, false, false]);
  });
});

test.each([
  ['production', undefined, 403],
  ['production', true, 200],
  ['development', undefined, 200],
  ['development', false, 403],
] as const)('in %s with the switch at %s it is %d', async (ENVIRONMENT, userExists, status) => {
  const delivery = {
    DELIVERY: 'webhook',
    WEBHOOK_URL: 'https://provider.example/messages',
    WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
  };
  const environment = ENVIRONMENT === 'production' ? { ENVIRONMENT, ...delivery } : { ENVIRONMENT };
  const shop = await d1Shop({ env: environment, record: { userExists } });
  expect((await exists(shop, EMAIL)).status).toBe(status);
});

describe.each(BACKENDS)('later fields, on %s', (_, createShop) => {
  test('a consent is kept with its time, by the form’s end and by the profile', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const { register_token } = (await prove(shop, browser)).body;
    const consent = { privacy_policy: { value: true } };
    const { user } = expectOk(
      await browser.application.updateProfile({
        body: { first_name: 'Asha', register_token, consent },
      }),
    ).body;
    expect(user?.consent).toEqual({
      privacy_policy: { value: true, updated_at: expect.stringMatching(/^20.*Z$/) },
    });
    shop.clock.advance(60_000);
    const edited = expectOk(
      await browser.application.updateProfile({ body: { last_name: 'Rao' } }),
    );
    expect(edited.body.user?.consent).toEqual(user?.consent);
    const body = { consent: { privacy_policy: { value: false } } };
    const taken = expectOk(await browser.application.updateProfile({ body })).body.user?.consent;
    expect(taken?.privacy_policy?.value).toBe(false);
    expect(Date.parse(taken?.privacy_policy?.updated_at ?? '')).toBeGreaterThan(
      Date.parse(user?.consent?.privacy_policy?.updated_at ?? ''),
    );
    const listed = expectOk(
      await (await operatorOf(shop)).getCustomers({ params, query: {} }),
    ).body;
    expect(listed.items?.[0]?.consent).toEqual(taken);
    expect(listed.page).toMatchObject({ total: 1, item_total: 1 });
  });

  test('registerWithForm keeps the consent until the code is in', async () => {
    const shop = await createShop();
    const { application } = shop.client();
    const consent = { privacy_policy: { value: true } };
    const form = expectOk(
      await application.registerWithForm({ body: { first_name: 'Asha', phone: MOBILE, consent } }),
    ).body;
    const body = {
      request_id: form.request_id ?? '',
      otp: await shop.otp(E164),
      register_token: form.register_token,
    };
    const { user } = expectOk(await application.verifyMobileOTP({ body })).body;
    expect(user?.consent?.privacy_policy?.value).toBe(true);
  });

  test('a customer needs a number or an email, and no username', async () => {
    const shop = await createShop();
    const operator = await operatorOf(shop);
    const create = async (body: object, verified?: boolean) =>
      operator.createUser({ params, query: { verified }, body });
    const ids = { external_id: 'crm-1', rr_id: 'rr-1', dob: '1990-02-03' };
    const { user } = expectOk(await create({ email: EMAIL, ...ids })).body;
    expect(user).toMatchObject({
      username: expect.stringMatching(/^asha_example_com_\d{5}$/),
      emails: [{ email: EMAIL, verified: true, primary: true }],
      phone_numbers: [],
      ...ids,
      dob: '1990-02-03T00:00:00.000Z',
    });
    const changed = await operator.updateUser({
      params: { ...params, user_id: user?._id ?? '' },
      body: { rr_id: 'rr-2', dob: '1991-01-01' },
    });
    expect(expectOk(changed).body.user).toMatchObject({
      rr_id: 'rr-2',
      external_id: 'crm-1',
      dob: '1991-01-01T00:00:00.000Z',
    });
    const nobody = await create({ first_name: 'Asha' });
    expect(nobody).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.phone_number' }] },
    });
    const unproven = expectOk(await create({ phone_number: MOBILE.mobile }, false)).body.user;
    expect(unproven?.phone_numbers).toMatchObject([{ verified: false, primary: false }]);
    // It gives no rights: the number's holder registers as anybody else does.
    expect((await prove(shop, shop.client())).body.user_exists).toBe(false);
  });
});
