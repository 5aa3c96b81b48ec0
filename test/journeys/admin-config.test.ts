/** Login options in the hands of operators: what a change does, and how two changes get along. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { KEPT_CONFIG_VERSIONS } from '../../src/domain/operators/platform-config.ts';
import { MOBILE, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import {
  BACKENDS,
  BACKENDS_AND_MOCK,
  d1Shop,
  type Shop,
  type ShopOptions,
} from '../support/shop.ts';

type Operator = Awaited<ReturnType<typeof operatorOf>>;
type Change = Parameters<Operator['updatePlatformConfig']>[0]['body'];

/** Providers are not what this is about: none answers. */
const silent: typeof fetch = async () => new Response(null, { status: 500 });

async function opened(createShop: (options?: ShopOptions) => Promise<Shop>) {
  const shop = await createShop({ fetch: silent });
  const operator = await operatorOf(shop);
  const change = async (body: Change) => operator.updatePlatformConfig({ params, body });
  return { shop, operator, change };
}

const codeOf = (answer: { body: unknown }) => (answer.body as { code?: string }).code;
const social = { is_signed_in: true, oauth2: { access_token: 'x' } };

/** Option → the change that flips it, and what a storefront hears once it is flipped. */
const EFFECTS: [string, Change, (shop: Shop) => Promise<unknown>, string][] = [
  [
    'login.otp',
    { login: { otp: false } },
    async (shop) => codeOf(await shop.client().application.loginWithOTP({ body: MOBILE })),
    'otp_login_disabled',
  ],
  [
    'login.password',
    { login: { password: false } },
    async (shop) =>
      codeOf(
        await shop.client().application.loginWithEmailAndPassword({
          body: { username: 'a@example.com', password: 'wrong password' },
        }),
      ),
    'password_login_disabled',
  ],
  [
    'social.google',
    { social: { google: false } },
    async (shop) => codeOf(await shop.client().application.loginWithGoogle({ body: social })),
    'social_login_disabled',
  ],
  [
    'social.facebook',
    { social: { facebook: false } },
    async (shop) => codeOf(await shop.client().application.loginWithFacebook({ body: social })),
    'social_login_disabled',
  ],
  [
    'register',
    { register: false },
    async (shop) =>
      codeOf(
        await shop.client().application.registerWithForm({
          body: { first_name: 'A', phone: { country_code: '91', mobile: '9820098200' } },
        }),
      ),
    'registration_closed',
  ],
  [
    'forgot_password',
    { forgot_password: false },
    async (shop) =>
      codeOf(
        await shop
          .client()
          .application.sendResetPasswordEmail({ body: { email: 'a@example.com' } }),
      ),
    'forgot_password_disabled',
  ],
  [
    'register_required_fields',
    { register_required_fields: { email: { is_required: true, level: 'hard' } } },
    async (shop) =>
      codeOf(
        await shop.client().application.registerWithForm({
          body: { first_name: 'A', phone: { country_code: '91', mobile: '9820098200' } },
        }),
      ),
    'required_field_missing',
  ],
];

describe.each(BACKENDS_AND_MOCK)('platform config on %s', (_, createShop) => {
  test.each(EFFECTS)('%s takes effect with the next request', async (_name, body, call, code) => {
    const { shop, change } = await opened(createShop);
    expect(await call(shop)).not.toBe(code);
    expectOk(await change(body));
    shop.clock.advance(1);
    expect(await call(shop)).toBe(code);
  });

  test('required_fields hold back the session of a user who lacks one', async () => {
    const { shop, change } = await opened(createShop);
    await signUp(shop, shop.client());
    expectOk(await change({ required_fields: { email: { is_required: true, level: 'hard' } } }));
    shop.clock.advance(31_000);
    const browser = shop.client();
    const { request_id = '' } = expectOk(
      await browser.application.loginWithOTP({ body: MOBILE }),
    ).body;
    const otp = await shop.otp('+918652523958');
    const { body } = expectOk(
      await browser.application.verifyMobileOTP({ body: { request_id, otp } }),
    );
    expect(body).toMatchObject({ user_exists: false, register_token: expect.any(String) });
  });

  test('session_config decides how long a session lives', async () => {
    const { shop, change } = await opened(createShop);
    expectOk(await change({ session_config: { duration: 5, type: 'Minutes', is_rolling: false } }));
    const browser = shop.client();
    await signUp(shop, browser);
    shop.clock.advance(4 * 60_000);
    expectOk(await browser.application.getLoggedInUser());
    shop.clock.advance(61_000);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
  });

  test('active: false closes the shop for those who are signed in and those who are not', async () => {
    const { shop, change } = await opened(createShop);
    const browser = shop.client();
    await signUp(shop, browser);
    expectOk(await change({ active: false }));
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
  });

  test('client ids are sent under both spellings, and the one that is changed counts', async () => {
    const { shop, operator, change } = await opened(createShop);
    const read = async () =>
      expectOk(await operator.getPlatformConfig({ params })).body.social_tokens ?? {};
    const expectId = async (id: string) => {
      const both = { app_id: id, appId: id };
      expect((await read()).google).toEqual(both);
      const ours = expectOk(await shop.client().application.getPlatformConfig()).body;
      expect(ours.social_tokens?.google).toEqual(both);
    };
    const before = await read();
    for (const token of Object.values(before)) {
      if ('appId' in token) expect(token.appId).toBe(token.app_id);
    }
    const google = before.google ?? {};
    expectOk(await change({ social_tokens: { ...before, google: { ...google, appId: 'b' } } }));
    await expectId('b');
    expectOk(await change({ social_tokens: { google: { app_id: 'c', appId: 'b' } } }));
    await expectId('c');
    expectOk(await change({ social_tokens: { google: { appId: 'd' } } }));
    await expectId('d');
    expectOk(await change({ social_tokens: await read() }));
    await expectId('d');
    expectOk(await change({ social_tokens: { apple: { app_id: 'web.example' } } }));
    expect((await read()).apple).toEqual({ app_id: 'web.example' });
  });

  test('what is left out stays, lists are replaced, an empty text clears', async () => {
    const { operator, change } = await opened(createShop);
    const before = expectOk(await operator.getPlatformConfig({ params })).body;
    const reasons = [{ reason_id: 'a', reason_text: 'Moved', show_text_area: false }];
    const after = expectOk(
      await change({ subtext: '', login: { otp: false }, delete_account_reasons: reasons }),
    ).body;
    expect(after).toEqual({
      ...before,
      subtext: '',
      login: { ...before.login, otp: false },
      delete_account_reasons: reasons,
      updated_at: after.updated_at,
    });
    expect(expectOk(await operator.getPlatformConfig({ params })).body).toEqual(after);
    // What was read can be sent back.
    expectOk(await change(after));
  });

  test.each<[string, object]>([
    ['body.session_config.type', { session_config: { type: 'Years' } }],
    ['body.session_config.duration', { session_config: { duration: 0 } }],
    ['body.session_config.duration', { session_config: { duration: 366, type: 'Days' } }],
    ['body.delete_account_day', { delete_account_day: 1.5 }],
    ['body.delete_account_day', { delete_account_day: -1 }],
    ['body.delete_account_day', { delete_account_day: 3651 }],
    ['body.required_fields.email.level', { required_fields: { email: { level: 'maybe' } } }],
    ['body.delete_account_reasons', { delete_account_reasons: [{ reason_text: 'x' }] }],
    [
      'body.delete_account_reasons',
      {
        delete_account_reasons: [
          { reason_id: 'a', reason_text: 'Moved' },
          { reason_id: 'a', reason_text: 'Found better' },
        ],
      },
    ],
    ['body.mobile_image', { mobile_image: 'javascript:alert(document.domain)' }],
    ['body.desktop_image', { desktop_image: 'http://cdn.example/a.png' }],
    ['body.mobile_image', { mobile_image: 'data:image/png;base64,AAAA' }],
    ['body.mobile_image', { mobile_image: `https://cdn.example/${'a'.repeat(2_048)}` }],
    [
      'body.social_tokens.apple.redirect_uri',
      { social_tokens: { apple: { redirect_uri: 'javascript:alert(1)' } } },
    ],
    [
      'body.social_tokens.google.app_id',
      { social_tokens: { google: { app_id: 'a'.repeat(201) } } },
    ],
    ['body.social_tokens.google.appId', { social_tokens: { google: { appId: 'a'.repeat(201) } } }],
    ['body.name', { name: 'a\r\nb' }],
    ['body.subtext', { subtext: 'a'.repeat(1_001) }],
    ['body.flash_card.background_color', { flash_card: { background_color: '#'.repeat(201) } }],
    [
      'body.delete_account_reasons',
      {
        delete_account_reasons: Array.from({ length: 101 }, (_one, at) => ({
          reason_id: String(at),
        })),
      },
    ],
    ['body.logn', { logn: { otp: false } }],
    ['body.login.sms', { login: { sms: true } }],
  ])('%s is refused by name and nothing changes', async (path, body) => {
    const { operator, change } = await opened(createShop);
    const before = expectOk(await operator.getPlatformConfig({ params })).body;
    expect(await change(body)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect(expectOk(await operator.getPlatformConfig({ params })).body).toEqual(before);
  });

  test('images may be https, empty or left out as null; http on this machine in development', async () => {
    const { change } = await opened(createShop);
    for (const mobile_image of ['https://cdn.example/a.png', '', 'http://localhost:8080/a.png']) {
      expect(expectOk(await change({ mobile_image })).body.mobile_image).toBe(mobile_image);
    }
    expectOk(await change({ mobile_image: 'https://cdn.example/b.png' }));
    // As the documented example has it; the types of requests know no null.
    const nothing = { mobile_image: null, desktop_image: null } as unknown as Change;
    expect(expectOk(await change(nothing)).body.mobile_image).toBe('https://cdn.example/b.png');
  });

  test('the whole stays below 64 KiB, however small the steps', async () => {
    const { operator, change } = await opened(createShop);
    const bytes = async () =>
      new TextEncoder().encode(
        JSON.stringify(expectOk(await operator.getPlatformConfig({ params })).body),
      ).length;
    const sizes: number[] = [];
    for (let step = 0; step < 8; step += 1) {
      const answer = await change({
        meta: { [`k${step}`]: '本'.repeat(5_000) },
        subtext: `${step}`,
      });
      if (answer.status === 200) sizes.push(await bytes());
      else {
        expect(answer).toMatchObject({
          status: 400,
          body: {
            errors: [{ path: 'body.meta', message: 'makes the configuration larger than 64 KiB' }],
          },
        });
      }
    }
    expect(sizes).toHaveLength(4);
    expect(await bytes()).toBeLessThanOrEqual(64 * 1024);
    // It can be made smaller again.
    expectOk(await change({ meta: { k0: '' } }));
    expect(await bytes()).toBeLessThan(50 * 1024);
  });

  test('changes made at once all hold', async () => {
    const { operator, change } = await opened(createShop);
    const answers = await Promise.all([
      change({ login: { otp: false } }),
      change({ register: false }),
      change({ subtext: 'Hello' }),
    ]);
    for (const answer of answers) expectOk(answer);
    const config = expectOk(await operator.getPlatformConfig({ params })).body;
    expect(config).toMatchObject({ login: { otp: false }, register: false, subtext: 'Hello' });
  });
});

test('another isolate sees a change within 30 s', async () => {
  const { shop, change } = await opened(d1Shop);
  const send = async () => codeOf(await shop.client().application.loginWithOTP({ body: MOBILE }));
  expect(await send()).toBeUndefined();
  // As another isolate would write it: this one's cache hears nothing of it.
  await env.DB.prepare(
    `UPDATE applications SET config = json_set(config, '$.login.otp', json('false'))`,
  ).run();
  shop.clock.advance(30_001);
  expect(await send()).toBe('otp_login_disabled');
  expectOk(await change({ login: { otp: true } }));
  expect(await send()).not.toBe('otp_login_disabled');
});

test('in production an image is not on this machine', async () => {
  const delivery = {
    ENVIRONMENT: 'production',
    DELIVERY: 'webhook',
    WEBHOOK_URL: 'https://provider.example/messages',
    WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
  };
  const { change } = await opened(async (options) => d1Shop({ ...options, env: delivery }));
  expect(await change({ mobile_image: 'http://localhost:8080/a.png' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'body.mobile_image' }] },
  });
});

describe.each(BACKENDS)('the history on %s', (_, open) => {
  test('has what stood there first, each change with who made it, and no more than is kept', async () => {
    const shop = await open();
    const operator = await operatorOf(shop);
    const { configs } = shop.ports;
    expect(await configs.history()).toEqual([]);
    const before = structuredClone(shop.application.config);
    expectOk(await operator.updatePlatformConfig({ params, body: { subtext: 'One' } }));
    const [newest, first, ...others] = await configs.history();
    expect(newest).toMatchObject({ version: 2, actor: 'dev-api-key', config: { subtext: 'One' } });
    expect(first).toMatchObject({ version: 1, actor: '', config: before });
    expect(others).toEqual([]);
    const config = { ...shop.application.config, subtext: 'Again' };
    const event = { action: 'config.changed', actor: 'cli', requestId: undefined, at: 5 } as const;
    for (let version = 2; version < KEPT_CONFIG_VERSIONS + 5; version += 1) {
      expect(await configs.write({ config, version }, event)).toBe(true);
    }
    // Another writer was faster: nothing is kept of it.
    expect(await configs.write({ config, version: 3 }, event)).toBe(false);
    const versions = (await configs.history()).map(({ version }) => version);
    expect(versions).toHaveLength(KEPT_CONFIG_VERSIONS);
    expect(versions[0]).toBe(KEPT_CONFIG_VERSIONS + 5);
  });
});
