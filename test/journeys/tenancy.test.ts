/** No operator ever reaches another shop's customers, whatever ids the request names. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { right, signUp } from '../support/answers.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { edgeShop } from '../support/shop.ts';

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
    expect(right(await operator.timeline(id)).body.timeline).toHaveLength(1);
  });

  test('one number may belong to a customer of each application', async () => {
    const { operator } = await neighbours();
    const body = { phone_number: '+918652523958', username: 'same.number' };
    right(await operator.createUser({ params: { ...params, application_id: NEIGHBOUR }, body }));
    expect((await operator.createUser({ params, body })).status).toBe(409);
  });
});

test.each(rows)('$id tells a foreign company nothing', async ({ row }) => {
  const shop = await edgeShop();
  const authorization = `Bearer ${await accessToken(shop)}`;
  const path = row.path
    .replace('{company_id}', '2')
    .replace('{application_id}', DEMO.applicationId)
    .replaceAll(/\{\w+\}/g, '0'.repeat(24));
  const headers = { authorization, 'content-type': 'application/json' };
  const method = row.method.toUpperCase();
  const answer = await shop.fetch(path, { method, headers });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ message: 'Not found.', code: 'not_found' });
});
