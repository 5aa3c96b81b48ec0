/** Invented data: true to the rows whatever the seed, and the same for the same seed. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMock, mockTable } from '../../mocks/app.ts';
import { entriesOf, successOf, type Entry } from '../../src/http/operation.ts';
import { caller, type Given } from '../support/every-row.ts';

const call = caller(createMock({ seed: 3 }).fetch);
const entries = entriesOf(mockTable).filter(({ client }) => client !== 'service');
const entryOf = (id: string): Entry => {
  const entry = entries.find((one) => one.id === id);
  if (!entry) throw new Error(`no ${id}`);
  return entry;
};
const IDS = {
  params: {
    company_id: '1',
    application_id: '0'.repeat(24),
    user_id: 'a'.repeat(24),
    group_id: '7',
    entity: 'mobile',
  },
};
const dynamic = async (entry: Entry, seed?: number, given: Given & { params?: object } = {}) => {
  const prefer = seed === undefined ? 'dynamic=true' : `dynamic=true, seed=${seed}`;
  return call(entry, { ...IDS, ...given, headers: { prefer } });
};

/** Every value with the name of its field, lists taken apart. */
function fieldsOf(value: unknown, name = ''): [name: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, name));
  if (value === null || typeof value !== 'object') return [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, key));
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const FORMS: Record<string, RegExp> = {
  _id: /^[0-9a-f]{24}$/,
  email: /^[a-z0-9.]+@[a-z.]+$/,
  phone: /^\d{10}$/,
  mobile: /^\d{10}$/,
  created_at: ISO,
  updated_at: ISO,
  modified_at: ISO,
  dob: /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/,
  profile_pic_url: /^https:\/\//,
  desktop_image: /^https:\/\//,
  text_color: /^#[0-9a-f]{6}$/,
};

describe('dynamic data passes its row, with no unknown key, no null, and values of the form that their name promises', () => {
  test.each(entries)('$id', async (entry) => {
    const { status, schema } = successOf(entry.row);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (seed) => {
        const answer = await dynamic(entry, seed);
        expect(answer.status).toBe(status);
        // Parsing takes unknown keys off, so an answer without any is left as it was.
        expect(schema.parse(answer.body)).toStrictEqual(answer.body);
        const fields = fieldsOf(answer.body);
        expect(fields.length).toBeGreaterThan(0);
        for (const [name, value] of fields) {
          expect(value, name).not.toBeNull();
          const form = FORMS[name];
          if (form) expect([name, value]).toEqual([name, expect.stringMatching(form)]);
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('the same seed, operation and request give the same answer; another seed gives another', async () => {
  for (const entry of entries) {
    const [first, again] = [await dynamic(entry, 7), await dynamic(entry, 7)];
    expect(again.body, entry.id).toStrictEqual(first.body);
  }
  const user = entryOf('application.getLoggedInUser');
  expect((await dynamic(user, 8)).body).not.toEqual((await dynamic(user, 7)).body);
  // Without one of its own, a request takes the server's.
  expect((await dynamic(user)).body).toEqual((await dynamic(user, 3)).body);
});

describe('lists', () => {
  const list = async (page_no: number, page_size: number) => {
    const query = { page_no, page_size };
    const { body } = await dynamic(entryOf('platform.getCustomers'), 7, { query });
    return body as { items: { _id: string }[]; page: Record<string, number | boolean | string> };
  };
  test('have as many items as were asked for, until they end', async () => {
    for (const size of [1, 7, 100]) {
      const { items, page } = await list(1, size);
      expect(items).toHaveLength(size);
      expect(new Set(items.map(({ _id }) => _id)).size).toBe(size);
      expect(page).toMatchObject({ type: 'number', current: 1, size, has_next: true });
    }
    const total = Number((await list(1, 10)).page['item_total']);
    const last = await list(Math.ceil(total / 100), 100);
    expect(last.items).toHaveLength(total % 100 || 100);
    expect(last.page).toMatchObject({ item_total: total, has_next: false });
    expect((await list(1000, 100)).items).toEqual([]);
  });
  test('hold the same customers whatever the size of a page', async () => {
    const [small, large] = [await list(3, 10), await list(1, 100)];
    expect(small.items).toEqual(large.items.slice(20, 30));
  });
  test('of groups keep to the status that was filtered by', async () => {
    const query = { status: 'failed' };
    const { body } = await dynamic(entryOf('platform.getUserGroups'), 7, { query });
    const { items } = body as { items: { status: string }[] };
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['failed']));
  });
});

describe('what the request says is repeated', () => {
  test('a sent code names the number', async () => {
    const body = { mobile: '9876543210', country_code: '91' };
    expect((await dynamic(entryOf('application.loginWithOTP'), 7, { body })).body).toMatchObject({
      mobile: '9876543210',
      success: true,
    });
  });
  test('a changed customer has the path’s id and the new name', async () => {
    const body = { first_name: 'Asha' };
    expect((await dynamic(entryOf('platform.updateUser'), 7, { body })).body).toMatchObject({
      user: { _id: 'a'.repeat(24), first_name: 'Asha' },
    });
  });
  test('a changed configuration has what was changed, inside too', async () => {
    const body = { login: { otp: false }, register: false };
    const entry = entryOf('platform.updatePlatformConfig');
    expect((await dynamic(entry, 7, { body })).body).toMatchObject(body);
  });
});

interface Customer extends Record<
  '_id' | 'id' | 'user_id' | 'status' | 'created_at' | 'updated_at',
  string
> {
  active: boolean;
  archive?: boolean;
  deleted_on?: string;
  emails: { primary: boolean; verified: boolean }[];
  phone_numbers: { primary: boolean; verified: boolean }[];
}

test('a customer is of one piece', async () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const { body } = await dynamic(entryOf('platform.searchUsers'), seed);
    const { users } = body as { users: Customer[] };
    for (const { status, active, archive, deleted_on, ...user } of users) {
      expect(active).toBe(status === 'active');
      expect(archive).toBe(status === 'archived' ? true : undefined);
      expect(deleted_on === undefined).toBe(status !== 'deleted');
      expect(user.created_at <= user.updated_at).toBe(true);
      expect([user.id, user.user_id]).toEqual([user._id, user._id]);
      for (const list of [user.emails, user.phone_numbers]) {
        expect(list.map(({ primary }) => primary)).toEqual(list.map((_, index) => index === 0));
        expect(list[0]?.verified).toBe(true);
      }
    }
  }
});
