/** User attributes, from the definition by an operator to the value that the shopper sets. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { expectOk, signUp } from '../support/answers.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS, d1Shop, type Shop } from '../support/shop.ts';

async function define(shop: Shop, body: Record<string, unknown>) {
  const operator = await operatorOf(shop);
  return expectOk(await operator.createUserAttributeDefinition({ params, body })).body;
}

async function shopper(shop: Shop, mobile?: string) {
  const client = shop.client();
  const { user } = expectOk(await signUp(shop, client, mobile)).body;
  return { client, id: user?._id ?? '' };
}

describe.each(BACKENDS)('on %s', (_, createShop) => {
  test('an operator defines an attribute, the shopper sets it, the operator finds the shopper by it', async () => {
    const shop = await createShop();
    const operator = await operatorOf(shop);
    const tier = await define(shop, {
      name: 'Loyalty tier',
      customer_editable: true,
      validations: [{ type: 'one_of', value: ['silver', 'gold'] }],
    });
    const points = await define(shop, { name: 'Points', type: 'number' });
    expect(tier).toMatchObject({ slug: 'loyalty-tier', type: 'text', created_by: 'dev-api-key' });
    const { client, id } = await shopper(shop);
    const set = async (attributes: Record<string, string | number>) =>
      client.application.updateUserAttributes({ body: { attributes } });

    expect(await set({ 'loyalty-tier': 'tin' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.attributes.loyalty-tier' }] },
    });
    // Only operators set points.
    expect(await set({ points: 5 })).toMatchObject({ status: 400 });
    expect(expectOk(await set({ 'loyalty-tier': 'gold' })).body).toEqual({
      attributes: { 'loyalty-tier': 'gold' },
    });

    const at = { ...params, user_id: id };
    const definition_id = points._id ?? '';
    const bulk = { attributes: [{ definition_id, value: 7 }] };
    expectOk(await operator.updateUserAttributes({ params: at, body: bulk }));
    const listed = expectOk(await operator.getUserAttributesForUser({ params: at })).body;
    expect(listed).toMatchObject({
      items: [
        { name: 'Loyalty tier', attribute: { value: 'gold' }, customer_overridden: true },
        { name: 'Points', attribute: { value: 7 }, updated_by: 'dev-api-key' },
      ],
      page: { item_total: 2, has_next: false },
    });
    // The shopper sees what shoppers may edit.
    expect(expectOk(await client.application.getUserAttributes()).body).toEqual({
      attributes: { 'loyalty-tier': 'gold' },
    });

    const find = async (conditions: object[], more = {}) =>
      operator.filterUsersByAttributes({
        params,
        body: {
          query: { type: 'and', limit: 10, page: 1, conditions: conditions as never, ...more },
        },
      });
    const gold = { definition_id: tier._id, type: 'eq', value: 'GOLD' };
    const found = expectOk(await find([gold, { definition_id, type: 'gte', value: 7 }])).body;
    expect(found.items).toMatchObject([{ _id: id, attributes: [{}, {}] }]);
    expect(
      expectOk(await find([gold, { definition_id, type: 'gte', value: 8 }])).body.items,
    ).toEqual([]);
    expect(expectOk(await find([], { phone: '+918652523958' })).body.items).toHaveLength(1);
    expect(await find([])).toMatchObject({ status: 400 });

    const gone = { ...params, attribute_def_id: tier._id ?? '' };
    expectOk(await operator.deleteUserAttributeDefinitionById({ params: gone }));
    expect(expectOk(await client.application.getUserAttributes()).body).toEqual({ attributes: {} });
    expect((await find([gold])).status).toBe(404);
  });

  test('masked and encrypted values need their own scope, and no filter finds encrypted ones', async () => {
    const shop = await createShop();
    const secret = await define(shop, { name: 'Tax number', encrypted: true });
    const { id } = await shopper(shop);
    const where = { ...params, user_id: id, attribute_def_id: secret._id ?? '' };
    const as = async (scope: string) => {
      const authorization = `Bearer ${await accessToken(shop, scope)}`;
      return shop.client({ authorization }).platform;
    };
    const writer = await as('attributes:write attributes:read');
    const body = { attribute: { value: 'ABCDE1234F' } };
    expectOk(await writer.updateUserAttribute({ params: where, body }));
    const seen = expectOk(await writer.getUserAttribute({ params: where })).body;
    expect(seen.attribute).toEqual({ value: '••••4F' });
    const reader = await as('attributes:read attributes:reveal');
    expect(expectOk(await reader.getUserAttribute({ params: where })).body.attribute).toEqual({
      value: 'ABCDE1234F',
    });
    expect(
      await reader.filterUsersByAttributes({
        params,
        body: {
          query: {
            type: 'and',
            limit: 10,
            page: 1,
            conditions: [{ definition_id: secret._id ?? '', type: 'eq', value: 'ABCDE1234F' }],
          },
        },
      }),
    ).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const masked = await define(shop, {
      name: 'Income',
      type: 'number',
      masking: { enabled: true },
    });
    const query = {
      type: 'and' as const,
      limit: 10,
      page: 1,
      conditions: [{ definition_id: masked._id ?? '', type: 'gte' as const, value: 1 }],
    };
    expect((await reader.filterUsersByAttributes({ params, body: { query } })).status).toBe(200);
    expect(await writer.filterUsersByAttributes({ params, body: { query } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.query.conditions.0.definition_id' }] },
    });
    expect(await reader.updateUserAttribute({ params: where, body })).toMatchObject({
      status: 403,
      body: { code: 'scope_missing' },
    });
  });
});

test('an encrypted value is sealed in the database, and leaves no key', async () => {
  const shop = await d1Shop();
  const secret = await define(shop, { name: 'Tax number', encrypted: true });
  const { id } = await shopper(shop);
  const operator = await operatorOf(shop);
  const where = { ...params, user_id: id, attribute_def_id: secret._id ?? '' };
  const body = { attribute: { value: 'ABCDE1234F' } };
  expectOk(await operator.updateUserAttribute({ params: where, body }));
  const [attribute] = await shop.ports.attributes.ofUsers([id]);
  expect(attribute?.value).not.toContain('ABCDE');
  const found = await shop.ports.attributes.filter({
    match: 'all',
    ranges: [{ definitionId: secret._id ?? '' }],
    offset: 0,
    limit: 10,
    maxRows: 10,
  });
  expect(found).toMatchObject({ userIds: [] });
});

test('an encrypted value that is put in the place of another opens there for nobody', async () => {
  const shop = await d1Shop();
  const secret = await define(shop, { name: 'Tax number', encrypted: true });
  const operator = await operatorOf(shop);
  const [one, other] = [await shopper(shop), await shopper(shop, '9820098200')];
  const where = (user_id: string) => ({
    ...params,
    user_id,
    attribute_def_id: secret._id ?? '',
  });
  for (const [{ id }, value] of [
    [one, 'ABCDE1234F'],
    [other, 'ZYXWV9876A'],
  ] as const) {
    const body = { attribute: { value } };
    expectOk(await operator.updateUserAttribute({ params: where(id), body }));
  }
  await env.DB.prepare(
    `UPDATE user_attributes SET value = (SELECT value FROM user_attributes WHERE user_id = ?) WHERE user_id = ?`,
  )
    .bind(one.id, other.id)
    .run();
  expect((await operator.getUserAttribute({ params: where(one.id) })).status).toBe(200);
  expect(await operator.getUserAttribute({ params: where(other.id) })).toMatchObject({
    status: 404,
  });
});

test('customers who are archived are not found, nor are their values', async () => {
  const shop = await d1Shop();
  const tier = await define(shop, { name: 'Tier', customer_editable: true });
  const operator = await operatorOf(shop);
  const { id } = await shopper(shop);
  const path = { ...params, user_id: id };
  const attributes = [{ definition_id: tier._id ?? '', value: 'gold' }];
  expectOk(await operator.updateUserAttributes({ params: path, body: { attributes } }));
  const conditions = [{ definition_id: tier._id ?? '', type: 'exists' as const }];
  const query = { type: 'and' as const, limit: 10, page: 1, conditions };
  const found = async () =>
    expectOk(await operator.filterUsersByAttributes({ params, body: { query } })).body.items;
  expect(await found()).toHaveLength(1);
  expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
  expect(await found()).toEqual([]);
  const missing = { status: 404, body: { code: 'not_found' } };
  expect(await operator.getUserAttributesForUser({ params: path })).toMatchObject(missing);
  const body = { attributes };
  expect(await operator.updateUserAttributes({ params: path, body })).toMatchObject(missing);
  expect(
    await operator.getUserAttributesForUser({ params: { ...params, user_id: 'nobody' } }),
  ).toMatchObject(missing);
  expectOk(await operator.unDeleteUser({ params, body: { user_id: id } }));
  expect(await found()).toHaveLength(1);
});

test('one request sets an attribute once', async () => {
  const shop = await d1Shop();
  const tier = await define(shop, { name: 'Tier' });
  const operator = await operatorOf(shop);
  const { id } = await shopper(shop);
  const one = { definition_id: tier._id ?? '', value: 'gold' };
  expect(
    await operator.updateUserAttributes({
      params: { ...params, user_id: id },
      body: { attributes: [one, { ...one, value: 'tin' }] },
    }),
  ).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'body.attributes.1.definition_id' }] },
  });
});
