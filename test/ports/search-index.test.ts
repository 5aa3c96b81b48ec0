/** By what customers are found: always by the names that are stored, and whoever is called exactly so first. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { sha256Bytes } from '../../src/adapters/node/sha256.ts';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import { readUserLine } from '../../src/user-file/line.ts';
import { writeBatch } from '../../src/adapters/d1/stores/user-intake.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { bestMatches } from '../../src/domain/operators/customers.ts';
import { readQuery } from '../../src/domain/operators/customer-query.ts';
import type { NewUser, Ports, Profile } from '../../src/ports/index.ts';
import { invariants } from '../support/invariants.ts';
import { d1Shop, STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registerUser } from '../support/stored.ts';

const NOW = Date.parse('2026-11-26T00:00:00Z');

let nth = 0;
async function addPerson(ports: Ports, names: Profile = {}) {
  nth += 1;
  const user: NewUser = {
    ...names,
    id: nth.toString(16).padStart(24, '0'),
    username: `user_${nth}`,
    identifiers: [
      { kind: 'email', value: `user${nth}@example.com`, verified: true, primary: true },
    ],
    createdAt: nth * 1000,
  };
  expect((await registerUser(ports, user)).settled).toMatchObject({ state: 'done' });
  return user;
}

const found = async (ports: Ports, q: string) => {
  const terms = readQuery(q, '91');
  return bestMatches(await ports.customers.candidates(terms), terms);
};
const fullName = ({ firstName, lastName }: Profile) =>
  [firstName, lastName].filter(Boolean).join(' ');

describe('names that several calls change at once', () => {
  /** Each changes one of the two names, or both; all of them have read the same user. */
  const CHANGES: Profile[] = [
    { firstName: 'Zephyr' },
    { lastName: 'Quill' },
    { firstName: 'Łukasz', lastName: 'Straße' },
    { firstName: 'रमा' },
    { gender: 'female' },
    { lastName: 'Zephyr' },
  ];

  test('are found by what is stored, whoever comes last', async () => {
    const shop = await d1Shop();
    const { ports } = shop;
    for (let round = 0; round < 2; round += 1) {
      const { id } = await addPerson(ports, { firstName: 'Old', lastName: 'Name' });
      const read = await ports.users.find(id);
      if (!read) throw new Error('no user');
      const event = eventOf('customer.updated', id, round);
      const others = { identifiers: [], replaced: [] };
      await Promise.all(
        CHANGES.flatMap((profile) => [
          ports.users.update(read, { profile, add: [], max: 10, now: round }),
          ports.customers.update(read, { profile, ...others }, { ...event }),
        ]),
      );
      const stored = await ports.users.find(id);
      if (!stored) throw new Error('no user');
      expect(fullName(stored)).not.toMatch(/Old|Name/);
      const [first] = await found(ports, fullName(stored));
      expect(fullName(first ?? {})).toBe(fullName(stored));
      const events = (await ports.audit.ofUser(id, 100)).filter(
        ({ action }) => action === 'customer.updated',
      );
      // One for each call of an operator, however often its batch was tried.
      expect(events).toHaveLength(CHANGES.length);
    }
    expect(await invariants(shop)).toEqual([]);
  });
});

test('those come first who are called exactly so, however many begin so', async () => {
  const { ports, application } = await d1Shop();
  const rules = {
    applicationId: application.id,
    callingCode: '91',
    hashes: new HashIntake(undefined, NOW),
    digest: sha256Bytes,
    now: NOW,
  };
  const MANY = 220;
  const names = [
    ...Array.from({ length: MANY }, () => ['रमा', 'देवी']),
    ...Array.from({ length: MANY }, () => ['Asha', 'Raoul']),
    ['रमा'],
    ['Asha', 'Rao'],
  ];
  // Ids in this order, so that whoever is meant is the last that an index would give.
  const users = names.map(([first_name, last_name], at) => {
    const id = at.toString(16).padStart(24, '0');
    const read = readUserLine(
      at,
      { id, first_name, last_name, email: `a${at}@example.com` },
      rules,
    );
    if ('field' in read) throw new Error(read.message);
    return read;
  });
  expect(await writeBatch(new Database(env.DB), application.id, users, NOW)).toMatchObject({
    imported: users.length,
  });
  for (const [q, name] of [
    ['रमा', 'रमा'],
    ['asha rao', 'Asha Rao'],
    ['Rao, Asha', 'Asha Rao'],
  ]) {
    const [first, ...rest] = await found(ports, q ?? '');
    expect([q, fullName(first ?? {})]).toEqual([q, name]);
    expect(rest).toHaveLength(19);
  }
});

describe.each(STORE_BACKENDS)('a search on %s', (_, createShop) => {
  test('has the whole name before its words, and them before their beginnings', async () => {
    const { ports } = await createShop();
    const names = [['Asha', 'Rao'], ['Asha', 'Rao Khan'], ['Ashana', 'Rao'], ['Asha']];
    for (const [firstName, lastName] of names) await addPerson(ports, { firstName, lastName });
    const order = (await found(ports, 'rao asha')).map(fullName);
    expect(order).toEqual(['Asha Rao', 'Asha Rao Khan', 'Ashana Rao']);
    expect((await found(ports, 'asha')).map(fullName)[0]).toBe('Asha');
  });

  test('tells names apart that differ in a vowel sign, and folds letters with strokes', async () => {
    const { ports } = await createShop();
    const names = ['राम', 'रमा', 'रीमा', 'रोमा', 'रामू', 'Łukasz', 'Øystein', 'Straße'];
    for (const firstName of names) await addPerson(ports, { firstName });
    for (const [q, expected] of [
      ['रमा', ['रमा']],
      ['राम', ['राम', 'रामू']],
      ['lukasz', ['Łukasz']],
      ['oystein', ['Øystein']],
      ['strasse', ['Straße']],
    ] as const) {
      expect([q, (await found(ports, q)).map(fullName)]).toEqual([q, expected]);
    }
  });
});

test.each(STORE_BACKENDS)(
  'on %s pages of many bearers hold each of them once, newest first, however long the pages are',
  async (_, createShop) => {
    const { ports } = await createShop();
    const newest: string[] = [];
    for (let count = 0; count < 130; count += 1) {
      newest.unshift((await addPerson(ports, { firstName: 'Zoe' })).id);
    }
    const terms = readQuery('zoe', '91');
    // The first hundred are sorted by themselves; pages end before, behind and just there.
    for (const pageSize of [33, 40, 50, 100]) {
      const ids: string[] = [];
      for (let pageNo = 1, isMore = true; isMore; pageNo += 1) {
        const page = await ports.customers.list({ terms, pageNo, pageSize });
        expect(page.total).toBe(130);
        ids.push(...page.users.map(({ id }) => id));
        isMore = page.hasNext;
      }
      expect(ids).toEqual(newest);
    }
  },
);

test('where a hundred bear the whole name, those whose names begin so are left to a longer text', async () => {
  const { ports } = await d1Shop();
  const longer = await addPerson(ports, { firstName: 'Asha', lastName: 'Raote' });
  for (let count = 0; count < 99; count += 1) {
    await addPerson(ports, { firstName: 'Asha', lastName: 'Rao' });
  }
  const totalOf = async (q: string) =>
    (await ports.customers.list({ terms: readQuery(q, '91'), pageNo: 1, pageSize: 10 })).total;
  expect(await totalOf('asha rao')).toBe(100);
  await addPerson(ports, { firstName: 'Asha', lastName: 'Rao' });
  expect([await totalOf('asha rao'), await totalOf('asha')]).toEqual([100, 101]);
  const terms = readQuery('asha raot', '91');
  const { users } = await ports.customers.list({ terms, pageNo: 1, pageSize: 10 });
  expect(users.map(({ id }) => id)).toEqual([longer.id]);
});
