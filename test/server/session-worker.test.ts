/** docs/examples/session-worker beside Vestibule in one workerd: who is signed in, by the binding and by a token. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../src/http/client.ts';
import { table } from '../../src/table.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { expectOk } from '../support/answers.ts';
import { startPair, type WorkerPair } from '../support/worker-pair.ts';

const EXAMPLE = join(import.meta.dirname, '../../docs/examples/session-worker');
const OTHER = '00000000000000000000000f';
const STOREFRONT = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
const params = { company_id: DEMO.companyId, application_id: DEMO.applicationId };

let pair: WorkerPair;
beforeAll(async () => {
  pair = await startPair(EXAMPLE);
});
afterAll(async () => pair.stop());

const clientOf = (headers: Record<string, string>) =>
  createClient(table, { baseUrl: pair.vestibule, fetch, headers });

async function operator() {
  const { body } = expectOk(
    await clientOf({}).service.createToken({
      params: { company_id: DEMO.companyId },
      headers: { authorization: `Basic ${btoa(`${DEMO.oauthKey}:${DEMO.oauthSecret}`)}` },
      body: { grant_type: 'client_credentials' },
    }),
  );
  return clientOf({ authorization: `Bearer ${body.access_token}` });
}

/** A shopper who is signed in: the cookie, and a client with it. */
async function shopper(phone_number: string) {
  const { platform } = await operator();
  const person = {
    phone_number,
    country_code: '91',
    first_name: 'Asha',
    username: `u${phone_number}`,
  };
  const made = expectOk(await platform.createUser({ params, body: person })).body;
  const id = made.user?._id ?? '';
  const body = { user_id: id, domain: 'localhost' };
  const opened = expectOk(await platform.createUserSession({ params, body })).body;
  const cookie = `f.session=${opened.cookie?.['f.session']}`;
  return { id, cookie, browser: clientOf({ authorization: STOREFRONT, cookie }) };
}

const ask = async (path: string, headers: Record<string, string>, method = 'GET') => {
  const response = await fetch(pair.other + path, { method, headers });
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
};
const byBinding = async (cookie: string) => ask('/orders', { cookie });
const byToken = async (token: string) =>
  ask('/orders/by-token', { authorization: `Bearer ${token}` });

test('who is signed in is told by the binding and by a token, until a block', async () => {
  const { id, cookie, browser } = await shopper('8652523958');
  expect(await byBinding(cookie)).toEqual({ status: 200, body: { user: id, name: 'Asha' } });
  const { session_token: token } = expectOk(await browser.service.getSessionToken()).body;
  const told = { status: 200, body: { user: id, phone: '+918652523958' } };
  expect(await byToken(token)).toEqual(told);

  const { platform } = await operator();
  const body = { status: true, user_id: [id], reason: 'fraud' };
  expectOk(await platform.blockOrUnblockUsers({ params, body }));
  expect((await byBinding(cookie)).status).toBe(401);
  // Until it expires, and no new one is issued.
  expect(await byToken(token)).toEqual(told);
  expect((await browser.service.getSessionToken()).status).toBe(401);
  // All of it with one call for the keys.
  const calls = pair.log.filter(({ operation }) => operation === 'service.getJwks');
  expect(calls).toHaveLength(1);
});

test('a session that has ended is none with the next call, and the audit names the Worker that ended it', async () => {
  const { id, cookie, browser } = await shopper('9876543210');
  const { session_token: token } = expectOk(await browser.service.getSessionToken()).body;
  expect(await ask('/orders/end-session', { cookie }, 'POST')).toEqual({
    status: 200,
    body: { ended: true },
  });
  expect((await byBinding(cookie)).status).toBe(401);
  expect((await ask('/orders/end-session', { cookie }, 'POST')).status).toBe(401);
  expect((await browser.application.getLoggedInUser()).status).toBe(401);
  expect((await byToken(token)).status).toBe(200);
  const { service } = await operator();
  const { timeline } = expectOk(
    await service.getUserTimeline({ params: { ...params, user_id: id } }),
  ).body;
  expect(JSON.stringify(timeline)).toContain('worker:orders');
});

test('another application’s token is refused, and so are those that are none', async () => {
  const { browser, cookie } = await shopper('9123456789');
  const { results } = await pair.db
    .prepare('SELECT * FROM applications WHERE id = ?')
    .bind(DEMO.applicationId)
    .all<Record<string, string | number | null>>();
  const row = { ...results[0], id: OTHER };
  const marks = Object.keys(row).map(() => '?');
  await pair.db
    .prepare(`INSERT INTO applications (${Object.keys(row).join()}) VALUES (${marks.join()})`)
    .bind(...Object.values(row))
    .run();
  const { platform } = await operator();
  const foreign = { ...params, application_id: OTHER };
  const person = { phone_number: '9123456789', country_code: '91', username: 'other' };
  const made = expectOk(await platform.createUser({ params: foreign, body: person })).body;
  const opened = expectOk(
    await platform.createUserSession({
      params: foreign,
      body: { user_id: made.user?._id ?? '', domain: 'localhost' },
    }),
  ).body;
  const theirs = `f.session=${opened.cookie?.['f.session']}`;
  const authorization = `Bearer ${btoa(`${OTHER}:${DEMO.applicationToken}`)}`;
  const { session_token: foreignToken } = expectOk(
    await clientOf({ authorization, cookie: theirs }).service.getSessionToken(),
  ).body;
  expect((await byToken(foreignToken)).status).toBe(401);
  expect((await byBinding(theirs)).status).toBe(401);
  // Ours still counts: it was no accident.
  const { session_token: token } = expectOk(await browser.service.getSessionToken()).body;
  expect((await byToken(token)).status).toBe(200);
  expect((await byBinding(cookie)).status).toBe(200);
  expect((await byBinding('')).status).toBe(401);
  for (const wrong of ['a.b.c', `${token}x`, 'x']) expect((await byToken(wrong)).status).toBe(401);
});
