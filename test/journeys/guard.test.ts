/** Who may call, in which order the checks come, and what a browser on a foreign page can do. */
import { env } from 'cloudflare:workers';
import { SignJWT, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { cookieOf, MOBILE, expectOk, signUp } from '../support/answers.ts';
import { accessToken } from '../support/operator.ts';
import { AUTHORIZATION, BACKENDS, d1Shop, type Shop } from '../support/shop.ts';

const LOGIN = '/service/application/user/authentication/v1.0/login/otp';
const SESSION = '/service/application/user/authentication/v1.0/session';
const CUSTOMERS = `/service/platform/user/v1.0/company/1/application/${DEMO.applicationId}/customers/list`;
const TOKEN = '/service/panel/authentication/v1.0/company/1/oauth/token';
const JSON_TYPE = { 'content-type': 'application/json' };

const pathOf = (path: string): string =>
  path
    .replace('{company_id}', '1')
    .replace('{application_id}', DEMO.applicationId)
    .replaceAll(/\{\w+\}/g, '000000000000000000000000');

test('a token that was right is not, half a minute after another one took its place', async () => {
  const shop = await d1Shop();
  const hash = await shop.ports.vault.digest('the next one');
  /** Nobody is signed in: who may call is asked first. */
  const answer = async (token: string): Promise<string> => {
    const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${token}`)}`;
    const response = await shop.fetch(SESSION, { headers: { authorization } });
    return (await response.json<{ code: string }>()).code;
  };
  expect([await answer(DEMO.applicationToken), await answer('the next one')]).toEqual([
    'not_authenticated',
    'unauthorized',
  ]);
  await env.DB.prepare('UPDATE applications SET token_hash = ? WHERE id = ?')
    .bind(hash, DEMO.applicationId)
    .run();
  shop.clock.advance(31_000);
  expect([await answer(DEMO.applicationToken), await answer('the next one')]).toEqual([
    'unauthorized',
    'not_authenticated',
  ]);
  expect(await answer('the next one')).toBe('not_authenticated');
});

describe.each(BACKENDS)('the guard on %s', (_, createShop) => {
  test('every storefront operation refuses a missing, malformed or wrong pair with one 401', async () => {
    const shop = await createShop();
    const wrong = [
      undefined,
      'Bearer',
      'Bearer %%%',
      `Bearer ${btoa('no colon')}`,
      `Bearer ${btoa(`${DEMO.applicationId}:wrong`)}`,
      `Bearer ${btoa(`${'0'.repeat(23)}2:${DEMO.applicationToken}`)}`,
      `Basic ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
    ];
    const rows = entriesOf(table).filter(({ client }) => client === 'application');
    for (const { row } of rows) {
      for (const authorization of wrong) {
        const response = await shop.fetch(pathOf(row.path), {
          method: row.method.toUpperCase(),
          headers: authorization === undefined ? {} : { authorization },
        });
        expect([row.path, response.status]).toEqual([row.path, 401]);
        expect(await response.json()).toMatchObject({ code: 'unauthorized' });
      }
    }
  });

  test('every platform operation refuses strangers, foreign tenants and missing scopes, in this order', async () => {
    const shop = await createShop();
    const token = await accessToken(shop);
    const noScope = await accessToken(shop, 'groups:write');
    const rows = entriesOf(table).filter(({ client }) => client === 'platform');
    for (const { row } of rows) {
      const call = async (path: string, bearer?: string) => {
        const headers = { ...JSON_TYPE, ...(bearer && { authorization: `Bearer ${bearer}` }) };
        const response = await shop.fetch(path, { method: row.method.toUpperCase(), headers });
        return { status: response.status, body: await response.json<Record<string, unknown>>() };
      };
      const path = pathOf(row.path);
      const at = row.path;
      expect([at, (await call(path)).status]).toEqual([at, 401]);
      expect([at, (await call(path, AUTHORIZATION.slice(7))).status]).toEqual([at, 401]);
      const foreignCompany = await call(path.replace('/company/1/', '/company/2/'), noScope);
      const foreignApplication = await call(
        path.replace(DEMO.applicationId, 'f'.repeat(24)),
        noScope,
      );
      for (const foreign of [foreignCompany, foreignApplication]) {
        expect([at, foreign.status]).toEqual([at, 404]);
        expect({ ...foreign.body, request_id: '' }).toEqual({
          message: 'Not found.',
          code: 'not_found',
          status: 404,
          request_id: '',
        });
      }
      if (row.scope !== 'groups:write') {
        const lacking = await call(path, noScope);
        expect([at, lacking.status]).toEqual([at, 403]);
        expect(lacking.body).toMatchObject({ code: 'scope_missing', meta: { scope: row.scope } });
      }
    }
    expect(
      (await shop.fetch(CUSTOMERS, { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(200);
  });

  test('checks come in order: path, method, caller, origin, session, size, type, JSON, fields', async () => {
    const shop = await createShop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const post = async (headers: Record<string, string>, body: string, path = LOGIN) => {
      const response = await shop.fetch(path, { method: 'POST', headers, body });
      const { code } = await response.json<{ code: string }>();
      return [response.status, code];
    };
    const evil = { origin: 'https://evil.example', cookie };
    const big = `{"mobile":"${'1'.repeat(70_000)}"}`;
    const auth = { authorization: AUTHORIZATION };
    expect(await post({}, big, '/nowhere')).toEqual([404, 'not_found']);
    expect((await shop.fetch(LOGIN)).status).toBe(405);
    expect((await shop.fetch(LOGIN)).headers.get('allow')).toBe('POST');
    expect(await post(evil, big)).toEqual([401, 'unauthorized']);
    expect(await post({ ...auth, ...evil }, big)).toEqual([403, 'origin_refused']);
    expect(await post(auth, big)).toEqual([413, 'payload_too_large']);
    expect(await post({ ...auth, 'content-type': 'text/plain' }, '{')).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await post({ ...auth, ...JSON_TYPE }, '{')).toEqual([400, 'validation_failed']);
    expect(await post({ ...auth, ...JSON_TYPE }, '{}')).toEqual([400, 'validation_failed']);
  });

  test('a page on an unlisted origin cannot use the cookie, logout included; a listed one and no browser can', async () => {
    const shop = await createShop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const status = async (headers: Record<string, string>) =>
      (await shop.fetch(SESSION, { headers: { authorization: AUTHORIZATION, cookie, ...headers } }))
        .status;
    expect(await status({})).toBe(200);
    expect(await status({ origin: 'http://localhost:5173' })).toBe(200);
    expect(await status({ origin: 'https://127.0.0.1' })).toBe(200);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status({ 'sec-fetch-site': 'cross-site', origin: 'http://localhost' })).toBe(200);
    for (const origin of [
      'https://evil.example',
      'null',
      'https://localhost.evil.example',
      'ftp://localhost',
      '',
    ]) {
      expect([origin, await status({ origin })]).toEqual([origin, 403]);
    }
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    const out = await shop.client({ cookie, origin: 'https://evil.example' }).application.logout();
    expect(out.status).toBe(403);
    expectOk(await shop.client({ cookie }).application.getLoggedInUser());
  });

  test('without a cookie an unlisted origin is refused too, on every row, and gets none set', async () => {
    const shop = await createShop();
    const rows = entriesOf(table).filter(({ client }) => client === 'application');
    for (const { row } of rows) {
      for (const origin of ['https://evil.example', 'null', '', 'http://localhost.evil.example']) {
        const response = await shop.fetch(row.path, {
          method: row.method.toUpperCase(),
          headers: { authorization: AUTHORIZATION, ...JSON_TYPE, origin },
        });
        const { code } = await response.json<{ code: string }>();
        const at = [row.path, origin];
        expect([...at, response.status, code]).toEqual([...at, 403, 'origin_refused']);
      }
    }
    const { request_id = '' } = expectOk(
      await shop.client().application.loginWithOTP({ body: MOBILE }),
    ).body;
    const otp = await shop.otp('+918652523958');
    const evil = shop.client({ origin: 'https://evil.example' }).application;
    const refused = await evil.verifyMobileOTP({ body: { request_id, otp } });
    expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    // No browser's, and no cookie to be used: as before.
    const site = shop.client({ 'sec-fetch-site': 'cross-site' }).application;
    expectOk(await site.verifyMobileOTP({ body: { request_id, otp } }));
  });

  test('the pages of the server itself may call it, save over http under a name that is not this machine’s', async () => {
    const shop = await createShop({ record: { domains: ['shop.example'] } });
    const status = async (server: string, origin: string) => {
      const headers = { authorization: AUTHORIZATION, ...JSON_TYPE, origin };
      return (await shop.fetch(`${server}${LOGIN}`, { method: 'POST', headers, body: '{}' }))
        .status;
    };
    expect(await status('https://auth.example', 'https://auth.example')).toBe(400);
    expect(await status('http://localhost:8787', 'http://localhost:8787')).toBe(400);
    expect(await status('http://[::1]:8787', 'http://[::1]:8787')).toBe(400);
    for (const [server, origin] of [
      ['http://rebound.example:8787', 'http://rebound.example:8787'],
      ['https://auth.example', 'https://auth.example:8443'],
      ['https://auth.example', 'http://auth.example'],
      ['http://localhost:8787', 'http://localhost:3000'],
      ['http://localhost:8787', 'http://127.0.0.1:8787'],
    ] as const) {
      expect([origin, await status(server, origin)]).toEqual([origin, 403]);
    }
  });

  test('a login whose cookie the browser drops says so in the development log', async () => {
    const shop = await createShop();
    const noted = async (origin: string, mobile: string) => {
      await signUp(shop, shop.client({ origin }), mobile);
      return shop.log.filter(({ internal }) => String(internal).startsWith('The browser drops'));
    };
    expect(await noted('http://127.0.0.1:5173', '8652523958')).toEqual([]);
    const told = await noted('http://localhost:5173', '8652523959');
    expect(told).toMatchObject([
      { operation: 'application.updateProfile', internal: expect.stringContaining('localhost:…') },
    ]);
  });

  test('a forged, cut or foreign cookie is no session and never an error', async () => {
    const shop = await createShop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const forged = [
      `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`,
      cookie.slice(0, -5),
      cookie.replace('s%3A', ''),
      'f.session=',
      'f.session=s%3A%FF',
      `f.session=${'x'.repeat(5000)}`,
    ];
    for (const bad of forged) {
      const browser = shop.client({ cookie: bad });
      expect((await browser.application.getLoggedInUser()).status).toBe(401);
      expectOk(await browser.application.logout());
    }
    expectOk(await shop.client({ cookie }).application.getLoggedInUser());
  });

  test('`platform` may be the own application id or any other text, but not a foreign id', async () => {
    const shop = await createShop();
    const platform = (query: string) =>
      shop.client().application.loginWithOTP({ body: MOBILE, query: { platform: query } });
    const foreign = await platform('f'.repeat(24));
    expect(foreign).toMatchObject({ status: 400, body: { errors: [{ path: 'query.platform' }] } });
    expectOk(await platform(DEMO.applicationId));
    expect((await platform('web')).status).toBe(429);
  });
});

describe.each(BACKENDS)('the token endpoint on %s', (_, createShop) => {
  const ask = async (
    shop: Shop,
    body: BodyInit,
    headers: Record<string, string> = {},
    company = '1',
  ) => {
    const path = TOKEN.replace('/1/', `/${company}/`);
    const response = await shop.fetch(path, { method: 'POST', body, headers });
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  };
  const basic = (key: string, secret: string) => ({
    authorization: `Basic ${btoa(`${key}:${secret}`)}`,
  });
  const grant = new URLSearchParams({ grant_type: 'client_credentials' });

  test('gives a token for Basic credentials and for the JSON form, without a refresh token', async () => {
    const shop = await createShop();
    const form = await ask(shop, grant, basic(DEMO.oauthKey, DEMO.oauthSecret));
    expect(form).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: expect.stringContaining('customers:read customers:write'),
      },
    });
    const json = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: DEMO.oauthKey,
      client_secret: DEMO.oauthSecret,
      scope: 'customers:read',
    });
    const narrowed = await ask(shop, json, JSON_TYPE);
    expect(narrowed.body['scope']).toBe('customers:read');
  });

  test('errors speak RFC 6749 and ours', async () => {
    const shop = await createShop();
    const genuine = basic(DEMO.oauthKey, DEMO.oauthSecret);
    const other = new URLSearchParams({ grant_type: 'password' });
    const scope = new URLSearchParams({ grant_type: 'client_credentials', scope: 'root' });
    const cases = [
      [await ask(shop, '', genuine), 400, 'invalid_request'],
      [await ask(shop, other, genuine), 400, 'unsupported_grant_type'],
      [await ask(shop, scope, genuine), 400, 'invalid_scope'],
      [await ask(shop, grant), 401, 'invalid_client'],
      [await ask(shop, grant, basic(DEMO.oauthKey, 'wrong')), 401, 'invalid_client'],
      [await ask(shop, grant, basic('nobody', 'wrong')), 401, 'invalid_client'],
      [await ask(shop, grant, genuine, '2'), 401, 'invalid_client'],
    ] as const;
    for (const [answer, status, error] of cases) {
      expect(answer).toMatchObject({
        status,
        body: { error, code: error, error_description: expect.any(String) },
      });
    }
  });

  test('twenty failures of a client from one address close it for a while, even for the right secret', async () => {
    const shop = await createShop();
    for (let tries = 0; tries < 20; tries += 1) {
      await ask(shop, grant, basic(DEMO.oauthKey, `wrong${tries}`));
    }
    const genuine = basic(DEMO.oauthKey, DEMO.oauthSecret);
    const closed = await ask(shop, grant, genuine);
    expect(closed).toMatchObject({ status: 429, body: { meta: { limit: 'token_failures' } } });
    const elsewhere = await ask(shop, grant, { ...genuine, 'cf-connecting-ip': '203.0.113.7' });
    expect(elsewhere.status).toBe(200);
    shop.clock.advance(15 * 60_000 + 1000);
    expect((await ask(shop, grant, genuine)).status).toBe(200);
  });
});

describe('access tokens on D1 and KV', () => {
  test('expired, unsigned, foreign-keyed and HS256-with-the-public-key tokens are 401', async () => {
    const [, createShop] = BACKENDS[1] ?? [];
    if (!createShop) throw new Error('no shop');
    const shop = await createShop();
    const status = async (token: string) =>
      (await shop.fetch(CUSTOMERS, { headers: { authorization: `Bearer ${token}` } })).status;
    const token = await accessToken(shop);
    expect(await status(token)).toBe(200);
    const { keys } = await (
      await shop.fetch('/.well-known/jwks.json')
    ).json<{
      keys: { kid: string; x: string; d?: string }[];
    }>();
    const [key] = keys;
    expect(key).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      kid: key?.kid,
      x: key?.x,
      alg: 'EdDSA',
      use: 'sig',
    });
    const claims = { company_id: '1', scope: 'customers:read' };
    const build = () =>
      new SignJWT(claims)
        .setIssuer('vestibule')
        .setAudience('vestibule-platform')
        .setSubject(DEMO.oauthKey)
        .setExpirationTime('1h');
    const publicBytes = new TextEncoder().encode(key?.x);
    const header = { kid: key?.kid, typ: 'at+jwt' };
    const confused = await build()
      .setProtectedHeader({ ...header, alg: 'HS256' })
      .sign(publicBytes);
    const { privateKey } = await generateKeyPair('EdDSA');
    const foreign = await build()
      .setProtectedHeader({ ...header, alg: 'EdDSA' })
      .sign(privateKey);
    const [, payload] = token.split('.');
    const none = `${btoa(JSON.stringify({ ...header, alg: 'none' })).replaceAll('=', '')}.${payload}.`;
    for (const bad of [confused, foreign, none, `${token}x`, 'a.b.c', '']) {
      expect(await status(bad)).toBe(401);
    }
    shop.clock.advance(3_601_000);
    expect(await status(token)).toBe(401);
  });
});
