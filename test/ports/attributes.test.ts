import { describe, expect, test } from 'vitest';
import { keyOfValue } from '../../src/domain/attributes/value.ts';
import type {
  AttributeDefinition,
  AttributeFilter,
  AttributeWrite,
  Ports,
} from '../../src/ports/index.ts';
import { planOf, scansOf } from '../support/query-plans.ts';
import { d1Shop, STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser } from '../support/stored.ts';

const NOW = 1_700_000_000_000;
const idOf = (number: number): string => number.toString(16).padStart(24, '0');

const definitionOf = (number: number, more: Partial<AttributeDefinition> = {}) =>
  ({
    id: idOf(number),
    slug: `slug-${number}`,
    name: `Name ${number}`,
    type: 'number',
    orderingChannels: [],
    masking: { enabled: false },
    registration: { enabled: false },
    isMultiValue: false,
    customerEditable: true,
    encrypted: false,
    pinned: false,
    validations: [],
    createdBy: 'key',
    updatedBy: 'key',
    createdAt: NOW,
    modifiedAt: NOW,
    ...more,
  }) satisfies AttributeDefinition;

let made = 0;
const writeOf = (definitionId: string, values: number[], more: Partial<AttributeWrite> = {}) => {
  made += 1;
  return {
    id: idOf(1_000 + made),
    definitionId,
    value: JSON.stringify(values),
    keys: values.map(keyOfValue),
    customerOverridden: false,
    updatedBy: 'key',
    createdAt: NOW,
    updatedAt: NOW,
    ...more,
  } satisfies AttributeWrite;
};

const change = (action: 'attribute.created' | 'attributes.changed', userId?: string) =>
  eventOf(action, userId, NOW);

async function define(ports: Ports, ...definitions: AttributeDefinition[]) {
  for (const one of definitions) {
    const event = change('attribute.created');
    expect(await ports.attributes.createDefinition(one, 200, event)).toBe('created');
  }
}

async function person(ports: Ports, number: number): Promise<string> {
  const id = idOf(5_000 + number);
  const user = { id, username: `user_${number}`, identifiers: [], createdAt: NOW };
  expect((await registerUser(ports, user)).settled).toMatchObject({ state: 'done' });
  return id;
}

const filterOf = (ranges: AttributeFilter['ranges'], more: Partial<AttributeFilter> = {}) => ({
  match: 'all' as const,
  ranges,
  offset: 0,
  limit: 10,
  maxRows: 5,
  ...more,
});
const equals = (definitionId: string, value: number) => ({
  definitionId,
  from: keyOfValue(value),
  to: keyOfValue(value),
});

describe.each(STORE_BACKENDS)('Attributes on %s', (_, createShop) => {
  test('definitions are listed by name; slugs are unique, their number is bounded', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    await define(ports, definitionOf(2), definitionOf(1, { description: 'first' }));
    expect((await attributes.definitions()).map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
    const event = change('attribute.created');
    const twin = definitionOf(3, { slug: 'slug-1' });
    expect(await attributes.createDefinition(twin, 200, event)).toBe('taken');
    expect(await attributes.createDefinition(definitionOf(3), 2, event)).toBe('full');
    const changed = { updatedBy: 'other', modifiedAt: NOW + 1 };
    expect(await attributes.changeDefinition(idOf(1), { ...changed, slug: 'slug-2' }, event)).toBe(
      'taken',
    );
    expect(await attributes.changeDefinition(idOf(9), changed, event)).toBe('missing');
    expect(
      await attributes.changeDefinition(idOf(1), { ...changed, slug: 'new', name: 'Z' }, event),
    ).toBe('changed');
    const [, one] = await attributes.definitions();
    expect(one).toEqual(
      definitionOf(1, { description: 'first', ...changed, slug: 'new', name: 'Z' }),
    );
  });

  test('values are written all or none, replaced, and removed', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    await define(ports, definitionOf(1), definitionOf(2));
    const user = await person(ports, 1);
    const event = change('attributes.changed', user);
    const first = writeOf(idOf(1), [1]);
    expect(await attributes.write(user, [first, writeOf(idOf(9), [2])], event)).toBe(false);
    expect(await attributes.write(idOf(77), [first], event)).toBe(false);
    expect(await attributes.ofUsers([user])).toEqual([]);
    expect(await attributes.write(user, [first, writeOf(idOf(2), [2, 3])], event)).toBe(true);
    const later = writeOf(idOf(1), [5], { createdAt: NOW + 5, updatedAt: NOW + 5 });
    expect(await attributes.write(user, [later], event)).toBe(true);
    const { keys: _keys, ...stored } = later;
    // The id and the time of the first value stay.
    expect(await attributes.byId(first.id)).toEqual({
      ...stored,
      id: first.id,
      createdAt: NOW,
      userId: user,
    });
    expect(await attributes.filter(filterOf([equals(idOf(1), 1)]))).toMatchObject({ userIds: [] });
    expect(await attributes.filter(filterOf([equals(idOf(1), 5)]))).toMatchObject({
      userIds: [user],
    });
    expect(await attributes.remove(user, [idOf(1), idOf(9)], event)).toEqual([idOf(1)]);
    expect(await attributes.remove(user, [idOf(1)], event)).toEqual([]);
    expect(await attributes.filter(filterOf([{ definitionId: idOf(1) }]))).toMatchObject({
      userIds: [],
    });
    expect(await attributes.byId(first.id)).toBeUndefined();
    const audited = await ports.audit.ofUser(user, 10);
    expect(audited.filter(({ action }) => action === 'attributes.changed')).toHaveLength(3);
  });

  test('a deleted definition takes its values along, and frees its slug', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    await define(ports, definitionOf(1));
    const user = await person(ports, 1);
    const event = change('attributes.changed', user);
    const write = writeOf(idOf(1), [1]);
    await attributes.write(user, [write], event);
    expect(await attributes.deleteDefinition(idOf(1), event)).toBe(true);
    expect(await attributes.deleteDefinition(idOf(1), event)).toBe(false);
    expect(await attributes.definitions()).toEqual([]);
    expect(await attributes.ofUsers([user])).toEqual([]);
    expect(await attributes.byId(write.id)).toBeUndefined();
    expect(await attributes.write(user, [write], event)).toBe(false);
    await define(ports, definitionOf(2, { slug: 'slug-1' }));
  });

  test('a part of a definition is replaced as a whole, and no other part is touched', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    const masking = { enabled: true, type: 'all' };
    await define(ports, definitionOf(1, { masking, description: 'first' }));
    const event = change('attribute.created');
    const changed = { updatedBy: 'other', modifiedAt: NOW + 1, masking: { enabled: false } };
    expect(await attributes.changeDefinition(idOf(1), changed, event)).toBe('changed');
    expect(await attributes.definitions()).toEqual([
      definitionOf(1, { description: 'first', ...changed }),
    ]);
  });

  test('a user who is archived or deleted has no attributes, and has them again when restored', async () => {
    const { ports } = await createShop();
    const { attributes, customers } = ports;
    await define(ports, definitionOf(1));
    const user = await person(ports, 1);
    const write = writeOf(idOf(1), [1]);
    const event = change('attributes.changed', user);
    await attributes.write(user, [write], event);
    const filter = async (more: Partial<AttributeFilter> = {}) =>
      attributes.filter(filterOf([{ definitionId: idOf(1) }], more));
    const seen = async () => [
      (await attributes.ofUsers([user])).length,
      (await attributes.byId(write.id)) !== undefined,
      await filter(),
      await filter({ userIds: [user] }),
    ];
    const there = { userIds: [user], total: 1, hasMore: false };
    const none = { userIds: [], total: 0, hasMore: false };
    expect(await seen()).toEqual([1, true, there, there]);

    await customers.setState([user], 'archive', eventOf('customer.archived', user, NOW));
    expect(await seen()).toEqual([0, false, none, none]);
    expect(await attributes.write(user, [writeOf(idOf(1), [2])], event)).toBe(false);
    expect(await attributes.remove(user, [idOf(1)], event)).toEqual([]);

    await customers.restore(user, 0, eventOf('customer.restored', user, NOW));
    expect(await seen()).toEqual([1, true, there, there]);
  });

  test('what is found by one range comes in the order of the values, page by page', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    await define(ports, definitionOf(1));
    const users: string[] = [];
    for (const [number, value] of [5, -3, 40, 0.5].entries()) {
      const user = await person(ports, number);
      users.push(user);
      await attributes.write(user, [writeOf(idOf(1), [value])], change('attributes.changed', user));
    }
    const pageAt = async (offset: number) =>
      attributes.filter(filterOf([{ definitionId: idOf(1) }], { offset, limit: 3 }));
    expect(await pageAt(0)).toEqual({
      userIds: [users[1], users[3], users[0]],
      total: 4,
      hasMore: true,
    });
    expect(await pageAt(3)).toEqual({ userIds: [users[2]], total: 4, hasMore: false });
  });

  test('filters join and choose, page, and say when they are too wide', async () => {
    const { ports } = await createShop();
    const { attributes } = ports;
    await define(ports, definitionOf(1), definitionOf(2));
    const users: string[] = [];
    for (let number = 0; number < 8; number += 1) {
      const user = await person(ports, number);
      users.push(user);
      const values = [writeOf(idOf(1), [number, number + 100]), writeOf(idOf(2), [number % 2])];
      await attributes.write(user, values, change('attributes.changed', user));
    }
    const find = async (...given: Parameters<typeof filterOf>) => {
      const found = await attributes.filter(filterOf(...given));
      return found === 'too_many' ? found : { ...found, userIds: found.userIds.toSorted() };
    };
    const between = (from: number, to: number) => ({
      definitionId: idOf(1),
      from: keyOfValue(from),
      to: keyOfValue(to),
    });
    expect(await find([between(2, 3)])).toEqual({
      userIds: [users[2], users[3]],
      total: 2,
      hasMore: false,
    });
    // Both values of a user in one range find the user once.
    expect(await find([between(7, 100)])).toMatchObject({ userIds: [users[0], users[7]] });
    expect(await find([between(2, 5), equals(idOf(2), 1)])).toMatchObject({
      userIds: [users[3], users[5]],
    });
    expect(await find([between(2, 2), equals(idOf(1), 6)], { match: 'any' })).toMatchObject({
      userIds: [users[2], users[6]],
    });
    expect(await find([between(2, 3)], { limit: 1 })).toMatchObject({
      userIds: [users[2]],
      total: 2,
      hasMore: true,
    });
    expect(await find([{ definitionId: idOf(2) }], { limit: 5 })).toMatchObject({ hasMore: true });
    expect(await find([{ definitionId: idOf(2) }], { limit: 6 })).toBe('too_many');
    const wide = [{ definitionId: idOf(1) }, { definitionId: idOf(2) }];
    expect(await find(wide)).toBe('too_many');
    expect(await find([between(0, 3), between(4, 7)], { match: 'any' })).toBe('too_many');
    // Named users are looked at one by one, however wide the conditions are.
    const [one = '', other = ''] = users;
    expect(await find(wide, { userIds: [one, idOf(77)] })).toMatchObject({ userIds: [one] });
    expect(await find([], { userIds: [other] })).toMatchObject({ userIds: [other] });
  });
});

test('on D1 no statement reads a table through', async () => {
  const shop = await d1Shop();
  const { attributes } = shop.ports;
  await define(shop.ports, definitionOf(1), definitionOf(2));
  const user = await person(shop.ports, 1);
  const event = change('attributes.changed', user);
  const seen: string[] = [];
  shop.db.onPrepare = (text) => seen.push(text);
  await attributes.write(user, [writeOf(idOf(1), [1]), writeOf(idOf(2), [2])], event);
  await attributes.filter(filterOf([equals(idOf(1), 1), equals(idOf(2), 2)]));
  await attributes.filter(filterOf([equals(idOf(1), 1), equals(idOf(2), 2)], { match: 'any' }));
  await attributes.filter(filterOf([equals(idOf(1), 1)], { userIds: [user] }));
  await attributes.ofUsers([user]);
  await attributes.byId(idOf(1));
  await attributes.remove(user, [idOf(1)], event);
  await attributes.deleteDefinition(idOf(1), event);
  expect(seen.length).toBeGreaterThan(10);
  const plans = await Promise.all(seen.map(planOf));
  // A filter goes along the index of keys, and looks its other conditions up by the key of the table.
  expect(plans.join()).toContain(
    'SEARCH k USING COVERING INDEX attribute_keys_found (application_id=? AND definition_id=? AND hidden=? AND key>? AND key<?)',
  );
  expect(plans.join()).toContain(
    'SEARCH k EXISTS USING PRIMARY KEY (application_id=? AND user_id=? AND definition_id=? AND key>? AND key<?)',
  );
  for (const text of seen) expect([text, await scansOf(text)]).toEqual([text, []]);
});
