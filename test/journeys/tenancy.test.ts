/** No operator ever reaches another shop's customers, whatever ids the request names. */
import { env } from 'cloudflare:workers';
import { generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { expectOk, signUp } from '../support/answers.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf, SCOPES, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const NEIGHBOUR = 'a'.repeat(24);
const rows = entriesOf({ platform: table.platform, service: table.service }).filter(
  ({ row }) => row.security === 'platform',
);

/** A second application of the same company: its customers are there, and are nobody's business here. */
async function neighbours() {
  const shop = await d1Shop();
  await env.DB.prepare(
    `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
     SELECT ?, company_id, 'Neighbour', 'x', domains, storefront_url, default_country_code, config
     FROM applications WHERE id = ?`,
  )
    .bind(NEIGHBOUR, DEMO.applicationId)
    .run();
  const browser = shop.client();
  const id = (await signUp(shop, browser)).body.user?._id ?? '';
  const operator = await operatorOf(shop);
  const { items = [] } = expectOk(await operator.getActiveSessions({ params, query: { id } })).body;
  return { shop, browser, id, session_id: items[0]?.session_id ?? '', operator };
}

describe('the ids of a customer', () => {
  test('name nobody under another application of the same company', async () => {
    const { browser, id, session_id, operator } = await neighbours();
    const there = { ...params, application_id: NEIGHBOUR };
    const reason = 'curious';
    const calls = [
      operator.updateUser({ params: { ...there, user_id: id }, body: { first_name: 'X' } }),
      operator.blockOrUnblockUsers({ params: there, body: { status: true, user_id: [id] } }),
      operator.archiveUser({ params: there, body: { user_id: id } }),
      operator.unDeleteUser({ params: there, body: { user_id: id } }),
      operator.getActiveSessions({ params: there, query: { id } }),
      operator.deleteActiveSessions({ params: there, query: { id, reason } }),
      operator.deleteSession({ params: there, query: { id, session_id, reason } }),
      operator.createUserSession({ params: there, body: { user_id: id, domain: 'localhost' } }),
    ];
    for (const answer of await Promise.all(calls)) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    const found = expectOk(await operator.searchUsers({ params: there, query: { q: id } })).body;
    expect(found.users).toEqual([]);
    const listed = expectOk(await operator.getCustomers({ params: there })).body;
    expect(listed).toMatchObject({ items: [], page: { item_total: 0 } });
    expect(expectOk(await browser.application.getLoggedInUser()).body.user?.first_name).toBe(
      'Asha',
    );
    const { timeline } = expectOk(await operator.timeline(id)).body;
    expect(timeline.map(({ type }) => type).toSorted()).toEqual(['account.registered', 'sign_in']);
  });

  test('one number may belong to a customer of each application', async () => {
    const { operator } = await neighbours();
    const body = { phone_number: '+918652523958', username: 'same.number' };
    expectOk(await operator.createUser({ params: { ...params, application_id: NEIGHBOUR }, body }));
    expect((await operator.createUser({ params, body })).status).toBe(409);
  });
});

const RIVAL = {
  companyId: '2',
  applicationId: 'b'.repeat(24),
  key: 'rival-key',
  // Only the first colon of a pair parts it.
  secret: 'rival:secret:with:colons',
  token: 'rival:token:with:colons',
};

/** A second company, with an application and a client of its own. */
async function rivalOf(shop: D1Shop): Promise<void> {
  const { vault } = shop.ports;
  await env.DB.batch([
    env.DB.prepare('INSERT INTO companies (id, name) VALUES (?, ?)').bind(RIVAL.companyId, 'Rival'),
    env.DB.prepare(
      `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
       SELECT ?, ?, 'Rival', ?, '["rival.example"]', 'https://rival.example', default_country_code, config
       FROM applications WHERE id = ?`,
    ).bind(
      RIVAL.applicationId,
      RIVAL.companyId,
      await vault.digest(RIVAL.token),
      DEMO.applicationId,
    ),
    env.DB.prepare(
      'INSERT INTO oauth_clients (key, company_id, secret_hash, scopes) VALUES (?, ?, ?, ?)',
    ).bind(RIVAL.key, RIVAL.companyId, await vault.digest(RIVAL.secret), JSON.stringify(SCOPES)),
  ]);
}

/** An access token of the rival, from the endpoint as it would get one. */
async function rivalToken(shop: D1Shop): Promise<string> {
  const { body } = await shop.client().service.createToken({
    params: { company_id: RIVAL.companyId },
    body: { grant_type: 'client_credentials' },
    headers: { authorization: `Basic ${btoa(`${RIVAL.key}:${RIVAL.secret}`)}` },
  });
  if (!('access_token' in body)) throw new Error(JSON.stringify(body));
  return body.access_token;
}

/** Calls a row of the demo application, or of the one named, with a token and nothing else. */
async function call(
  shop: D1Shop,
  { row }: Entry,
  token: string,
  company: string = DEMO.companyId,
  application: string = DEMO.applicationId,
) {
  const path = row.path
    .replace('{company_id}', company)
    .replace('{application_id}', application)
    .replaceAll(/\{\w+\}/g, '0'.repeat(24));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await shop.fetch(path, { method: row.method.toUpperCase(), headers });
  const { code } = await answer.json<{ code?: string }>();
  return [answer.status, code];
}

/** Tokens that look as ours do, and are worth nothing. */
async function forgeries(shop: D1Shop): Promise<Record<string, string>> {
  const jwks = await shop.client().service.getJwks();
  const [key] = expectOk(jwks).body.keys;
  const { kid } = key as { kid: string };
  const claims = { company_id: DEMO.companyId, scope: SCOPES.join(' ') };
  const signed = async (
    alg: string,
    secret: CryptoKey | Uint8Array,
    { issuer = 'vestibule', audience = 'vestibule-platform' } = {},
  ) =>
    new SignJWT(claims)
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(DEMO.oauthKey)
      .setExpirationTime('1h')
      .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
      .sign(secret);
  const { privateKey } = await generateKeyPair('EdDSA');
  const { keys } = JSON.parse(env.SIGNING_KEYS) as { keys: JWK[] };
  // An OKP key is never bytes.
  const ours = (await importJWK(keys[0] ?? {}, 'EdDSA')) as CryptoKey;
  // What is wrong with the others is what was changed, not how they were made.
  const sound = await call(shop, rows[0] as Entry, await signed('EdDSA', ours));
  expect(sound).not.toContain('unauthorized');
  const retired = await d1Shop({ env: { SIGNING_KEYS: freshSecrets().SIGNING_KEYS ?? '' } });
  const [, payload] = (await accessToken(shop)).split('.');
  const none = btoa(JSON.stringify({ alg: 'none', kid, typ: 'at+jwt' })).replaceAll('=', '');
  return {
    'a key that is no longer ours': await accessToken(retired),
    "another's key under our kid": await signed('EdDSA', privateKey),
    'HS256 with the public key': await signed(
      'HS256',
      new TextEncoder().encode(JSON.stringify(key)),
    ),
    'our key for another audience': await signed('EdDSA', ours, { audience: 'vestibule' }),
    'our key of another issuer': await signed('EdDSA', ours, { issuer: 'https://evil.example' }),
    'alg none': `${none}.${payload}.`,
  };
}

test('every platform row refuses forged, retired and expired tokens, and foreign companies', async () => {
  const shop = await d1Shop();
  const token = await accessToken(shop);
  const forged = await forgeries(shop);
  expect(rows.length).toBeGreaterThanOrEqual(Object.keys(table.platform).length);
  for (const entry of rows) {
    for (const [what, bad] of Object.entries(forged)) {
      const answer = await call(shop, entry, bad);
      expect([entry.id, what, ...answer]).toEqual([entry.id, what, 401, 'unauthorized']);
    }
    const foreign = await call(shop, entry, token, '2');
    expect([entry.id, ...foreign]).toEqual([entry.id, 404, 'not_found']);
    const scope = SCOPES.filter((one) => one !== entry.row.scope).join(' ');
    const lacking = await call(shop, entry, await accessToken(shop, scope));
    expect([entry.id, ...lacking]).toEqual([entry.id, 403, 'scope_missing']);
  }
  shop.clock.advance(3_601_000);
  for (const entry of rows) {
    expect([entry.id, ...(await call(shop, entry, token))]).toEqual([
      entry.id,
      401,
      'unauthorized',
    ]);
  }
});

test('no company reaches another one, by its path or by its application', async () => {
  const shop = await d1Shop();
  await rivalOf(shop);
  const [ours, theirs] = [await accessToken(shop), await rivalToken(shop)];
  // Both are good where they belong.
  const [first] = rows;
  const own = await call(shop, first as Entry, theirs, RIVAL.companyId, RIVAL.applicationId);
  expect(own).toEqual([200, undefined]);
  for (const entry of rows) {
    const foreign = {
      'their token on our path': await call(shop, entry, theirs),
      'our token on our path with their application': await call(
        shop,
        entry,
        ours,
        DEMO.companyId,
        RIVAL.applicationId,
      ),
      'our token on their path': await call(
        shop,
        entry,
        ours,
        RIVAL.companyId,
        RIVAL.applicationId,
      ),
      'their token on their path with our application': await call(
        shop,
        entry,
        theirs,
        RIVAL.companyId,
      ),
    };
    for (const [what, answer] of Object.entries(foreign)) {
      expect([entry.id, what, ...answer]).toEqual([entry.id, what, 404, 'not_found']);
    }
  }
});

test('a secret may hold colons, in Basic and in the pair of a storefront', async () => {
  const shop = await d1Shop();
  await rivalOf(shop);
  expect(await rivalToken(shop)).toEqual(expect.any(String));
  const status = async (pair: string) => {
    const headers = { authorization: `Bearer ${btoa(pair)}` };
    return (await shop.fetch('/service/application/user/platform/v1.0/config', { headers })).status;
  };
  expect(await status(`${RIVAL.applicationId}:${RIVAL.token}`)).toBe(200);
  expect(await status(`${RIVAL.applicationId}:rival`)).toBe(401);
});
