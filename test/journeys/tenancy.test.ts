/** No operator ever reaches another shop's customers, whatever ids the request names. */
import { env } from 'cloudflare:workers';
import { SignJWT, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { freshSecrets } from '../../scripts/lib/dev-vars.ts';
import { right, signUp } from '../support/answers.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf, SCOPES, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { edgeShop, type EdgeShop } from '../support/shop.ts';

const NEIGHBOUR = 'a'.repeat(24);
const rows = entriesOf({ platform: table.platform, service: table.service }).filter(
  ({ row }) => row.security === 'platform',
);

/** A second application of the same company: its customers are there, and are nobody's business here. */
async function neighbours() {
  const shop = await edgeShop();
  await env.DB.prepare(
    `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
     SELECT ?, company_id, 'Neighbour', 'x', domains, storefront_url, default_country_code, config
     FROM applications WHERE id = ?`,
  )
    .bind(NEIGHBOUR, DEMO.applicationId)
    .run();
  const browser = shop.browser();
  const id = (await signUp(shop, browser)).body.user?._id ?? '';
  const operator = await operatorOf(shop);
  const { items = [] } = right(await operator.getActiveSessions({ params, query: { id } })).body;
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
    const found = right(await operator.searchUsers({ params: there, query: { q: id } })).body;
    expect(found.users).toEqual([]);
    const listed = right(await operator.getCustomers({ params: there })).body;
    expect(listed).toMatchObject({ items: [], page: { item_total: 0 } });
    expect(right(await browser.application.getLoggedInUser()).body.user?.first_name).toBe('Asha');
    const { timeline } = right(await operator.timeline(id)).body;
    expect(timeline.map(({ type }) => type).toSorted()).toEqual(['account.registered', 'sign_in']);
  });

  test('one number may belong to a customer of each application', async () => {
    const { operator } = await neighbours();
    const body = { phone_number: '+918652523958', username: 'same.number' };
    right(await operator.createUser({ params: { ...params, application_id: NEIGHBOUR }, body }));
    expect((await operator.createUser({ params, body })).status).toBe(409);
  });
});

/** Calls a row of the demo application, or of the company named, with a token and nothing else. */
async function call(shop: EdgeShop, { row }: Entry, token: string, company = '1') {
  const path = row.path
    .replace('{company_id}', company)
    .replace('{application_id}', DEMO.applicationId)
    .replaceAll(/\{\w+\}/g, '0'.repeat(24));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await shop.fetch(path, { method: row.method.toUpperCase(), headers });
  const { code } = await answer.json<{ code?: string }>();
  return [answer.status, code];
}

/** Tokens that look as ours do, and are worth nothing. */
async function forgeries(shop: EdgeShop): Promise<Record<string, string>> {
  const jwks = await shop.browser().service.getJwks();
  const [key] = right(jwks).body.keys;
  const { kid } = key as { kid: string };
  const claims = { company_id: DEMO.companyId, scope: SCOPES.join(' ') };
  const signed = async (alg: string, secret: CryptoKey | Uint8Array) =>
    new SignJWT(claims)
      .setIssuer('vestibule')
      .setAudience('vestibule-platform')
      .setSubject(DEMO.oauthKey)
      .setExpirationTime('1h')
      .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
      .sign(secret);
  const { privateKey } = await generateKeyPair('EdDSA');
  const retired = await edgeShop({ env: { SIGNING_KEYS: freshSecrets().SIGNING_KEYS ?? '' } });
  const [, payload] = (await accessToken(shop)).split('.');
  const none = btoa(JSON.stringify({ alg: 'none', kid, typ: 'at+jwt' })).replaceAll('=', '');
  return {
    'a key that is no longer ours': await accessToken(retired),
    "another's key under our kid": await signed('EdDSA', privateKey),
    'HS256 with the public key': await signed(
      'HS256',
      new TextEncoder().encode(JSON.stringify(key)),
    ),
    'alg none': `${none}.${payload}.`,
  };
}

test('every platform row refuses forged, retired and expired tokens, and foreign companies', async () => {
  const shop = await edgeShop();
  const token = await accessToken(shop);
  const forged = await forgeries(shop);
  expect(rows.length).toBe(18);
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
