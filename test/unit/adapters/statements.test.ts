/** Statements that are built once: what is filled in, and what is built how often. */
import { describe, expect, test } from 'vitest';
import { insertSelect, select, sql } from '../../../src/adapters/d1/statements/query.ts';
import { otpChallenges, users } from '../../../src/adapters/d1/schema/index.ts';
import { builtOnce, prepare } from '../../../src/adapters/d1/statements/common.ts';

interface Values extends Record<string, string | number | boolean | object | null> {
  id: string;
  name: string | null;
  refund: object | null;
  foreignSms: boolean;
}

const CALL: Values = { id: 'u', name: 'asha', refund: [{ max: 1 }], foreignSms: true };

function builder() {
  const built: object[] = [];
  const batch = builtOnce<Values>()((given, shape: { named: boolean; many: boolean }) => {
    built.push(shape);
    const byId = sql`${users.id} = ${given.id}`;
    return {
      found: select({ id: users.id, old: users.hasOldPasswordHash })
        .from(users)
        .where(shape.named ? sql`${byId} AND ${users.username} = ${given.name}` : byId),
      made: insertSelect(
        otpChallenges,
        {
          applicationId: 'a',
          id: given.id,
          purpose: 'login',
          kind: 'phone',
          value: given.name,
          codeMac: 'm',
          triesBuckets: ['t'],
          refund: given.refund,
          foreignSms: given.foreignSms,
          createdAt: 1,
          expiresAt: 2,
        },
        sql`WHERE TRUE`,
      ),
      several: shape.many ? [sql`SELECT ${given.id}`, sql`SELECT ${given.name}`] : [],
      none: shape.many ? undefined : sql`SELECT 1`,
    };
  });
  return { batch, built };
}

describe('a batch that is built once', () => {
  test('is built once for each shape, and every call has its own values', () => {
    const { batch, built } = builder();
    const one = batch(CALL, { named: true, many: true });
    const other = batch({ ...CALL, id: 'v', name: "o'; --" }, { named: true, many: true });
    expect(built).toHaveLength(1);
    expect(prepare(one.found).params).toEqual(['u', 'asha']);
    expect(prepare(other.found).params).toEqual(['v', "o'; --"]);
    expect(prepare(other.found).text).toBe(prepare(one.found).text);
    expect(other.several.map((statement) => prepare(statement).params)).toEqual([
      ['v'],
      ["o'; --"],
    ]);
    const plain = batch(CALL, { named: false, many: false });
    expect(built).toHaveLength(2);
    expect(prepare(plain.found).params).toEqual(['u']);
    expect(Object.keys(plain)).toEqual(['found', 'made', 'several', 'none']);
    expect([one.none, plain.several]).toEqual([undefined, []]);
  });

  test('writes values as their columns do: JSON as text, booleans as 0 and 1, null as NULL', () => {
    const { batch } = builder();
    const shape = { named: false, many: false };
    const { made } = batch(CALL, shape);
    expect(prepare(made).params).toContain('[{"max":1}]');
    expect(prepare(made).params.filter((param) => typeof param === 'boolean')).toEqual([]);
    const empty = prepare(batch({ ...CALL, refund: null, foreignSms: false }, shape).made).params;
    expect(empty).toContain(null);
    expect(empty).not.toContain('null');
  });

  test('reads rows as the statement that it was built from', () => {
    const { found } = builder().batch(CALL, { named: false, many: false });
    expect(prepare(found).read({ id: 'u', old: 1 })).toEqual({ id: 'u', old: true });
  });

  test('refuses a copy of its slots, in which none would stand', () => {
    const copied = builtOnce<Values>()((given) => {
      const { id, ...rest } = given;
      return {
        found: select({ id: users.id })
          .from(users)
          .where(sql`${id} = ${rest.name}`),
      };
    });
    expect(() => copied(CALL, {})).toThrow('taken by name');
  });

  test('refuses a value that was forgotten', () => {
    const { name: _, ...rest } = CALL;
    // As a caller without types would.
    const forgotten = rest as unknown as Values;
    expect(() => builder().batch(forgotten, { named: true, many: false })).toThrow(
      'no value for name',
    );
  });
});
