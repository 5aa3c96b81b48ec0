/** Social login through the published SDK, against a started Worker whose providers listen on this machine. */
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CLIENT,
  COMPANY_ISSUER,
  fakeProvider,
  type TokenOptions,
} from '../support/fake-provider.ts';
import { demoConfig } from '../../scripts/lib/seed.ts';
import { Customer, e164, mailed, RELAXED } from '../support/sdk-customer.ts';
import { stateWith } from '../support/shops-on-disk.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PERSON = { sub: '77', email: 'sdk.rao@gmail.com', email_verified: true, given_name: 'Asha' };
const fake = fakeProvider();
let provider: Server;
let server: StartedServer;
let state: string;

beforeAll(async () => {
  provider = createServer((request, response) => {
    const headers = Object.entries(request.headers).map(([k, v]): [string, string] => [
      k,
      String(v),
    ]);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    // The same fake as in place of `fetch`, misbehaviour included.
    const answered = async () => {
      const answer = await fake.fetch(url, { headers, redirect: 'manual' });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    };
    answered().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const urls = {
    googleTokeninfo: `${base}/tokeninfo`,
    googleUserinfo: `${base}/v1/userinfo`,
    googleKeys: `${base}/oauth2/v3/certs`,
    facebookGraph: base,
    facebookKeys: `${base}/.well-known/oauth/openid/jwks/`,
    appleKeys: `${base}/auth/keys`,
  };
  // Apple switched on, an Android app's client id, and the company's own system.
  const config = {
    ...demoConfig(),
    social: { ...demoConfig().social, apple: true },
    social_tokens: { ...demoConfig().social_tokens, apple: { app_id: CLIENT.apple } },
  };
  state = await stateWith(async (db) =>
    db
      .prepare('UPDATE applications SET config = ?, social = ?, login_token = ?')
      .bind(
        JSON.stringify(config),
        JSON.stringify({ clientIds: { google: ['android-client'] } }),
        JSON.stringify({ issuer: COMPANY_ISSUER, jwksUrl: `${base}/company/keys` }),
      )
      .run(),
  );
  const flags = ['--var', `SOCIAL_URLS:${JSON.stringify(urls)}`];
  server = await startServer({ state, limits: RELAXED, flags });
});
afterAll(async () => {
  await server.stop();
  rmSync(state, { recursive: true });
  provider.closeAllConnections();
  provider.close();
});

const bodyOf = (access_token: string, profile: object = {}) => ({
  is_signed_in: false,
  oauth2: { access_token, expiry: 5_183_966, refresh_token: '' },
  profile,
});
const login = async (access_token: string, one = new Customer(server.url)) => ({
  one,
  answer: await one.send('loginWithGoogle', bodyOf(access_token)),
});

test('new, then the number, then registered; known; linked by a verified email', async () => {
  const mobile = '9820098381';
  const { one, answer } = await login(fake.grant(PERSON));
  expect(answer).toMatchObject({ user_exists: false, user: { first_name: 'Asha' } });
  const { register_token } = answer;
  const { answer: sent, otp } = await mailed(server, e164(mobile), async () =>
    one.send('loginWithOTP', { mobile, country_code: '91' }),
  );
  const { request_id } = sent;
  const done = await one.send('verifyMobileOTP', { otp, request_id, register_token });
  expect(done).toMatchObject({ user_exists: true });
  expect(await one.user()).toMatchObject({ _id: done.user?._id, first_name: 'Asha' });
  const again = await login(await fake.token('google', PERSON));
  expect(again.answer).toMatchObject({ user_exists: true, user: { _id: done.user?._id } });
  expect(await again.one.user()).toMatchObject({ _id: done.user?._id });
  // Another Google account under the same proven address.
  const linked = await login(fake.grant({ ...PERSON, sub: '78' }));
  expect(linked.answer).toMatchObject({ user_exists: true, user: { _id: done.user?._id } });
  // Facebook's word is not enough for that.
  const facebook = await new Customer(server.url).send(
    'loginWithFacebook',
    bodyOf(await fake.token('facebook', PERSON)),
  );
  expect(facebook).toMatchObject({ user_exists: false });
});

test.each<[string, TokenOptions]>([
  ['wrong audience', { aud: 'another-site' }],
  ['wrong issuer', { iss: 'https://evil.example' }],
  ['expired', { expiresIn: -60 }],
  ['forged', { forged: true }],
  ['alg none', { attack: 'none' }],
  ['alg confusion', { attack: 'HS256 with the public key' }],
])('%s is 401', async (_name, options) => {
  const token = await fake.token('google', PERSON, options);
  const refused = await new Customer(server.url).refusal('loginWithGoogle', bodyOf(token));
  expect(refused).toMatchObject({ code: 401, details: { code: 'login_failed' } });
});

test.each(['slow', 'unreachable', '500', 'garbage', 'redirect'] as const)(
  'a provider that answers %s is 503',
  async (kind) => {
    fake.state.misbehaviour = kind;
    const refused = await new Customer(server.url).refusal(
      'loginWithGoogle',
      bodyOf(fake.grant(PERSON)),
    );
    fake.state.misbehaviour = undefined;
    expect(refused).toMatchObject({ code: 503, details: { code: 'provider_unavailable' } });
  },
);

test('the apps of Android, iOS and Apple log in as the web does', async () => {
  const android = await fake.token('google', { ...PERSON, sub: '90' }, { aud: 'android-client' });
  const apple = await fake.token('apple', { sub: '001.apple', email: 'x@privaterelay.example' });
  const shopper = new Customer(server.url);
  const answers = [
    await shopper.send('loginWithGoogleAndroid', bodyOf(android)),
    await shopper.send('loginWithGoogleIOS', bodyOf(await fake.token('google', { sub: '91' }))),
    await shopper.send('loginWithAppleIOS', {
      user_identifier: '001.apple',
      oauth: { identity_token: apple },
      profile: { first_name: 'Asha' },
    }),
  ];
  // The first one's address is that of the shopper above, who has proven it.
  expect(answers.map(({ user_exists }) => user_exists)).toEqual([true, false, false]);
  expect(answers[2]).toMatchObject({ register_token: expect.any(String) });
  const foreign = { user_identifier: '002.other', oauth: { identity_token: apple } };
  const refused = await new Customer(server.url).refusal('loginWithAppleIOS', foreign);
  expect(refused).toMatchObject({ code: 401, details: { code: 'login_failed' } });
});

test('a token of the company signs in, once', async () => {
  const mobile = '9820098382';
  const token = await fake.token('company', {
    sub: 'crm-1',
    jti: crypto.randomUUID(),
    phone_number: e164(mobile),
    phone_number_verified: true,
    given_name: 'Asha',
  });
  const one = new Customer(server.url);
  const done = await one.send('loginWithToken', { token });
  expect(done.user).toMatchObject({ phone_numbers: [{ phone: mobile, verified: true }] });
  expect(await one.user()).toMatchObject({ _id: done.user?._id });
  const replayed = await new Customer(server.url).refusal('loginWithToken', { token });
  expect(replayed).toMatchObject({ code: 401, details: { code: 'login_failed' } });
});
