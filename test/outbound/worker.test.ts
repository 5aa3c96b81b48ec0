/** The whole Worker as it is wired, with the runtime's own `fetch`: a captcha, tokens of callers, files of groups. */
import { describe, expect, test } from 'vitest';
import { MOBILE, expectOk } from '../support/answers.ts';
import { fakeProvider } from '../support/fake-provider.ts';
import { operatorOf, params } from '../support/operator.ts';
import { outside } from '../support/outside.ts';
import type { Script } from '../support/outside-server.ts';
import { d1Shop, BACKENDS } from '../support/shop.ts';
import { ALL_SOCIAL, equip, socialShop } from '../support/social-shop.ts';

describe('a captcha', () => {
  const SOLVED = { success: true, hostname: 'shop.example' };
  const captcha = async (script: Script) => {
    const one = outside();
    await one.script({ '/siteverify': script });
    const shop = await d1Shop({
      record: { domains: ['shop.example'] },
      env: { TURNSTILE_SECRET: 'turnstile-secret', TURNSTILE_URL: `${one.url}/siteverify` },
    });
    const { application } = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    const body = { ...MOBILE, captcha_code: 'from the widget' };
    return { one, shop, answer: await application.loginWithOTP({ body }) };
  };

  test('that is solved lets a code through', async () => {
    const { one, shop, answer } = await captcha({ body: JSON.stringify(SOLVED) });
    expectOk(answer);
    expect(await shop.messages()).toHaveLength(1);
    const [asked, ...more] = await one.received();
    expect(more).toEqual([]);
    expect(asked).toMatchObject({
      method: 'POST',
      path: '/siteverify',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      secret: 'turnstile-secret',
      response: 'from the widget',
      remoteip: '203.0.113.7',
    });
  });

  test.each([
    ['is not solved', { success: false, 'error-codes': ['invalid-input-response'] }],
    ['was solved elsewhere', { ...SOLVED, hostname: 'evil.example' }],
    ['was solved for something else', { ...SOLVED, action: 'newsletter' }],
  ])('that %s is refused', async (_, verdict) => {
    const { shop, answer } = await captcha({ body: JSON.stringify(verdict) });
    expect(answer).toMatchObject({ status: 403, body: { code: 'captcha_failed' } });
    expect(await shop.messages()).toEqual([]);
  });

  test.each<[string, Script]>([
    ['redirects', { status: 302, headers: { location: '/elsewhere?secret-of-theirs' } }],
    ['fails', { status: 500, body: 'secret-of-theirs' }],
    ['answers a page', { body: '<p>secret-of-theirs' }],
    ['answers a list', { body: '["secret-of-theirs"]' }],
  ])('whose service %s closes the door, and the log does not quote it', async (_, script) => {
    const { shop, answer } = await captcha(script);
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(await shop.messages()).toEqual([]);
    const log = JSON.stringify(shop.log);
    expect(log).toContain('Turnstile');
    expect(log).not.toMatch(/secret|from the widget|siteverify\?|127\.0\.0\.1:/);
  });
});

describe.each(BACKENDS)('a token that no header can carry, on %s', (_, createShop) => {
  test.each(['ya29.本', 'ya29.é', 'two words', 'eyJ\u00a0.a.b'])(
    '%j is refused before any call',
    async (token) => {
      const { shop, fake } = await socialShop(createShop);
      const { application } = shop.client();
      const oauth2 = { access_token: token };
      const answers = await Promise.all([
        application.loginWithGoogle({ body: { oauth2 } }),
        application.loginWithGoogleAndroid({ body: { oauth2 } }),
        application.loginWithGoogleIOS({ body: { oauth2 } }),
        application.loginWithFacebook({ body: { oauth2 } }),
        application.loginWithAppleIOS({
          body: { user_identifier: '77', oauth: { identity_token: token } },
        }),
        application.loginWithToken({ body: { token } }),
      ]);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 401, body: { code: 'login_failed' } });
      }
      expect(fake.state.requests).toEqual([]);
      expect(JSON.stringify(shop.log)).not.toContain(JSON.stringify(token).slice(1, -1));
    },
  );
});

test('such a token reaches no provider over the real network either', async () => {
  const one = outside();
  const paths = { googleTokeninfo: '/tokeninfo', googleUserinfo: '/userinfo', facebookGraph: '' };
  const urls = Object.entries(paths).map(([name, path]) => [name, `${one.url}${path}`]);
  const SOCIAL_URLS = JSON.stringify(Object.fromEntries(urls));
  const shop = await d1Shop({ config: ALL_SOCIAL, env: { SOCIAL_URLS } });
  await equip(shop);
  const { application } = shop.client();
  for (const [access_token, status] of [
    ['a\nb', 400],
    ['a\r\nx-forged: 1', 400],
    ['本', 401],
  ] as const) {
    const body = { oauth2: { access_token } };
    expect((await application.loginWithGoogle({ body })).status).toBe(status);
    expect((await application.loginWithFacebook({ body })).status).toBe(status);
  }
  expect(await one.received()).toEqual([]);
});

test('Google, Facebook and a company are asked as they want to be', async () => {
  const one = outside();
  const fake = fakeProvider();
  const keys = await (await fake.answer(new Request('https://a.example/company/keys'))).text();
  const person = { sub: '77', email: 'asha.rao@gmail.com', email_verified: true };
  await one.script({
    '/tokeninfo': { body: JSON.stringify({ aud: 'token_123', sub: '77', expires_in: '3599' }) },
    '/userinfo': { body: JSON.stringify(person) },
    '/company/keys': { body: keys },
  });
  const SOCIAL_URLS = JSON.stringify({
    googleTokeninfo: `${one.url}/tokeninfo`,
    googleUserinfo: `${one.url}/userinfo`,
  });
  const shop = await d1Shop({ config: ALL_SOCIAL, env: { SOCIAL_URLS } });
  await equip(shop, { issuer: 'https://crm.example', jwksUrl: `${one.url}/company/keys` });
  const { application } = shop.client();
  const oauth2 = { access_token: 'ya29.a+token/of=theirs' };
  expectOk(await application.loginWithGoogle({ body: { oauth2 } }));
  const token = await fake.token('company', { ...person, jti: 'once' });
  expectOk(await application.loginWithToken({ body: { token } }));
  const received = await one.received();
  expect(received.map(({ path }) => path).toSorted()).toEqual([
    '/company/keys',
    '/tokeninfo?access_token=ya29.a%2Btoken%2Fof%3Dtheirs',
    '/userinfo',
  ]);
  const userinfo = received.find(({ path }) => path === '/userinfo');
  expect(userinfo?.headers['authorization']).toBe('Bearer ya29.a+token/of=theirs');
});

describe('a file of a group', () => {
  const imported = async (answers: Record<string, Script>) => {
    const one = outside();
    await one.script(answers);
    const shop = await d1Shop({ env: { LOOPBACK_FILES: 'on' } });
    const operator = await operatorOf(shop);
    const body = { name: 'Gold', description: 'd', file_url: `${one.url}/members.csv` };
    const { _id: group_id = '' } = expectOk(await operator.createUserGroup({ params, body })).body;
    await shop.runImports();
    const path = { ...params, group_id };
    const { body: group } = expectOk(await operator.getUserGroupById({ params: path }));
    return { group, received: await one.received() };
  };
  const FILE = 'email\na@example.com\n';

  test('is asked for as it is', async () => {
    const { group, received } = await imported({ '/members.csv': { body: FILE } });
    expect(group).toMatchObject({ status: 'success', counts: { rows: 1 } });
    expect(received.map(({ headers }) => headers['accept-encoding'])).toEqual(['identity']);
  });

  test('that comes packed is refused at once, and the group says why', async () => {
    const { group, received } = await imported({
      '/members.csv': { body: `email\n${'\n'.repeat(9_000_000)}`, gzip: true },
    });
    expect(group).toMatchObject({ status: 'failed', counts: { rows: 0 } });
    expect(group.errors).toEqual([{ message: expect.stringContaining('content-encoding') }]);
    expect(received).toHaveLength(1);
  });

  test('may move within its host, and no further', async () => {
    const moved = await imported({
      '/members.csv': { status: 302, headers: { location: 'moved.csv' } },
      '/moved.csv': { body: FILE },
    });
    expect(moved.group).toMatchObject({ status: 'success' });
    const one = outside();
    await one.script({ '/moved.csv': { body: FILE } });
    const location = `${one.url}/moved.csv`.replace('127.0.0.1', 'localhost');
    const { group } = await imported({ '/members.csv': { status: 302, headers: { location } } });
    expect(group.errors).toEqual([{ message: 'The address leads to another host.' }]);
    expect(await one.received()).toEqual([]);
  });
});
