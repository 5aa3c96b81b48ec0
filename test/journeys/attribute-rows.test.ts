/** What filters and lists of attributes read does not grow with the number of customers. */
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { keyOfValue } from '../../src/domain/attributes/value.ts';
import { expectOk } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop } from '../support/shop.ts';

const APP = params.application_id;
const idOf = (number: number): string => number.toString(16).padStart(24, '0');

interface Attributes {
  tier: string;
  points: string;
}

/** Customers from one number to before another, each with a tier, of which nearly all have the same, and points: its number. */
async function addCustomers(from: number, to: number, { tier, points }: Attributes): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, at) => {
    const number = from + at;
    const level = number < 20 ? 'rare' : 'common';
    return {
      id: idOf(number),
      values: [
        [tier, level],
        [points, number],
      ] as const,
    };
  });
  const json = JSON.stringify(
    rows.map(({ id, values }) => ({
      id,
      values: values.map(([definition, value]) => [
        definition,
        JSON.stringify(value),
        keyOfValue(value),
      ]),
    })),
  );
  const values = `FROM json_each(?2) j CROSS JOIN json_each(j.value, '$.values') v`;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (application_id, id, username, created_at, updated_at)
       SELECT ?1, value ->> 'id', 'user-' || (value ->> 'id'), 0, 0 FROM json_each(?2)`,
    ).bind(APP, json),
    env.DB.prepare(
      `INSERT INTO user_attributes (application_id, user_id, definition_id, id, value, customer_overridden, updated_by, created_at, updated_at)
       SELECT ?1, j.value ->> 'id', v.value ->> 0, substr(v.value ->> 0, 1, 4) || substr(j.value ->> 'id', 5), v.value ->> 1, 0, 'key', 0, 0 ${values}`,
    ).bind(APP, json),
    env.DB.prepare(
      `INSERT INTO attribute_keys (application_id, user_id, definition_id, key)
       SELECT ?1, j.value ->> 'id', v.value ->> 0, v.value ->> 2 ${values}`,
    ).bind(APP, json),
  ]);
}

test('filters and lists read as many rows of 4,000 customers as of 1,200, and none read more than their bound', async () => {
  const shop = await d1Shop();
  const operator = await operatorOf(shop);
  const define = async (body: { name: string; type: 'text' | 'number' }) =>
    expectOk(await operator.createUserAttributeDefinition({ params, body })).body._id ?? '';
  const tier = await define({ name: 'Tier', type: 'text' });
  // Of another beginning, by which the values have ids of their own.
  const points = await define({ name: 'Points', type: 'number' });
  await env.DB.prepare(`UPDATE attribute_definitions SET id = 'ffff' || substr(id, 5) WHERE id = ?`)
    .bind(points)
    .run();
  const attributes = { tier, points: `ffff${points.slice(4)}` };

  const is = (value: string) => ({ definition_id: tier, type: 'eq' as const, value });
  const between = (from: number, to: number) => ({
    definition_id: attributes.points,
    type: 'between' as const,
    value: [from, to],
  });
  type Condition = ReturnType<typeof is> | ReturnType<typeof between>;
  const filter = (
    conditions: Condition[],
    found: number,
    { type = 'and', page = 1 }: { type?: 'and' | 'or'; page?: number } = {},
  ) =>
    async function find() {
      const query = { type, limit: 10, page, conditions };
      const { body } = expectOk(
        await operator.filterUsersByAttributes({ params, body: { query } }),
      );
      expect(body.items).toHaveLength(found);
    };
  const path = { ...params, user_id: idOf(20) };
  const CALLS: Record<string, () => Promise<unknown>> = {
    equality: filter([is('common')], 10),
    'equality, page 2': filter([is('common')], 10, { page: 2 }),
    'a range': filter([between(100, 150)], 10),
    'a wide range': filter([between(0, 1_000_000)], 10),
    'a range in two conditions': filter([between(100, 1_000_000), between(0, 104)], 5),
    'a combination': filter([is('common'), between(100, 104)], 5),
    rare: filter([is('rare')], 10),
    'a combination that nobody meets': filter([is('rare'), between(100, 600)], 0),
    'either of two': filter([between(100, 102), between(200, 202)], 6, { type: 'or' }),
    definitions: async () => expectOk(await operator.getUserAttributeDefinitions({ params })),
    'values of a customer': async () =>
      expect(
        expectOk(await operator.getUserAttributesForUser({ params: path })).body.items,
      ).toHaveLength(2),
    'a value by its id': async () => {
      const attribute_id = tier.slice(0, 4) + idOf(20).slice(4);
      expectOk(await operator.getUserAttributeById({ params: { ...params, attribute_id } }));
    },
  };
  async function measure() {
    const read: Record<string, number> = {};
    for (const [name, call] of Object.entries(CALLS)) {
      const before = shop.db.rowsRead;
      await call();
      read[name] = shop.db.rowsRead - before;
    }
    return read;
  }
  await addCustomers(1, 1_200, attributes);
  const few = await measure();
  await addCustomers(1_200, 4_000, attributes);
  const many = await measure();
  expect(many).toEqual(few);
  for (const [name, rows] of Object.entries(many)) {
    // Each condition is counted to 1,000 and at most one of them is read so far.
    expect([name, rows < 4_500, rows > 0]).toEqual([name, true, true]);
  }

  // Both are met by more customers than may be read.
  const query = { type: 'and' as const, limit: 10, page: 1 };
  const wide = { ...query, conditions: [is('common'), between(0, 3_000)] };
  expect(await operator.filterUsersByAttributes({ params, body: { query: wide } })).toMatchObject({
    status: 400,
    body: { code: 'filter_too_wide' },
  });
});
