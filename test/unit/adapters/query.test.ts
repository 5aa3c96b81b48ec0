/** What is printed and read by the builders: the traps of drizzle on D1 that `query.ts` keeps statements out of. */
import { describe, expect, test } from 'vitest';
import {
  alias,
  as,
  insertSelect,
  remove,
  select,
  sql,
  update,
} from '../../../src/adapters/d1/statements/query.ts';
import { prepare } from '../../../src/adapters/d1/statements/common.ts';
import {
  groupImports,
  identifiers,
  userGroups,
  users,
} from '../../../src/adapters/d1/schema/index.ts';

const NOW = 1_700_000_000_000;

describe('a statement that is built', () => {
  test('names the table of each column in a correlated subquery, though it selects from one table', () => {
    const i = alias(identifiers, 'i');
    const owned = sql<number>`(SELECT COUNT(*) FROM ${as(i)} WHERE ${i.userId} = ${users.id})`;
    const { text } = prepare(select({ owned }).from(users));
    expect(text).toContain('"i"."user_id" = "users"."id"');
  });

  test('gives columns of one name back apart', () => {
    const { text, read } = prepare(
      select({ group: userGroups.id, import: groupImports.id })
        .from(userGroups)
        .crossJoin(groupImports),
    );
    expect(text).toContain('"user_groups"."id" as "group"');
    expect(read({ group: 'g', import: 'i' })).toEqual({ group: 'g', import: 'i' });
  });

  test('reads JSON, booleans and NULL as the schema has them', () => {
    const { read } = prepare(
      select({ meta: users.meta, old: users.hasOldPasswordHash, dob: users.dob }).from(users),
    );
    expect(read({ meta: '{"tier":"gold"}', old: 1, dob: null })).toEqual({
      meta: { tier: 'gold' },
      old: true,
      dob: null,
    });
    expect(read({ meta: null, old: 0, dob: '2000-01-01' })).toMatchObject({
      meta: null,
      old: false,
    });
  });

  test('reads what a change returns by its columns', () => {
    const { text, read } = prepare(
      update(users)
        .set({ meta: { tier: 'gold' } })
        .returning({ tags: users.meta, by: users.username }),
    );
    expect(text).toContain('returning "meta", "username"');
    expect(read({ meta: '{"a":1}', username: 'asha' })).toEqual({ tags: { a: 1 }, by: 'asha' });
  });

  test('binds JSON as text, booleans as 0 and 1, and what is left out as NULL or the default', () => {
    const { text, params } = prepare(
      insertSelect(
        users,
        {
          applicationId: 'a',
          id: 'u',
          username: 'asha',
          meta: { tier: 'gold' },
          createdAt: NOW,
          updatedAt: NOW,
        },
        sql`WHERE ${users.id} IS NULL`,
      ),
    );
    expect(params).toEqual(['a', 'u', 'asha', '{"tier":"gold"}', 0, 0, 0, NOW, NOW]);
    expect(text.match(/NULL/g)).toHaveLength(14);
  });

  test('leaves columns alone whose value is undefined', () => {
    const { text, params } = prepare(
      update(users)
        .set({ firstName: undefined, lastName: 'Rao' })
        .where(sql`${users.id} = ${'u'}`),
    );
    expect(text).toBe('update "users" set "last_name" = ? where "users"."id" = ?');
    expect(params).toEqual(['Rao', 'u']);
  });

  test('holds no value of a caller in its text', () => {
    const hostile = `'; DROP TABLE users; --`;
    const { text, params } = prepare(remove(users).where(sql`${users.username} = ${hostile}`));
    expect(text).not.toContain('DROP');
    expect(params).toEqual([hostile]);
  });
});
