import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  readDefinition,
  readDefinitionChange,
  slugOf,
  type DefinitionBody,
} from '../../../src/domain/attributes/definition.ts';
import { readConditions, type FilterCondition } from '../../../src/domain/attributes/filter.ts';
import {
  isWholeKey,
  keyOfValue,
  maskValue,
  readValue,
} from '../../../src/domain/attributes/value.ts';
import type { AttributeDefinition, AttributeType } from '../../../src/ports/index.ts';

const definitionOf = (type: AttributeType): AttributeDefinition => ({
  id: 'a',
  slug: 'a',
  name: 'A',
  type,
  orderingChannels: [],
  masking: { enabled: false },
  registration: { enabled: false },
  isMultiValue: false,
  customerEditable: false,
  encrypted: false,
  pinned: false,
  validations: [],
  createdBy: 'key',
  updatedBy: 'key',
  createdAt: 0,
  modifiedAt: 0,
});

const kind = (type: AttributeType, more: Partial<AttributeDefinition> = {}) => ({
  type,
  isMultiValue: false,
  validations: [],
  callingCode: '91',
  ...more,
});
const readAs = (type: AttributeType, given: unknown) => {
  const result = readValue(kind(type), given, 'body.value');
  return result.ok ? result.value : result.errors?.[0];
};

describe('a value', () => {
  test.each<[AttributeType, unknown, unknown]>([
    ['text', ' gold ', 'gold'],
    ['number', 1.5, 1.5],
    ['number', -0, 0],
    ['boolean', false, false],
    ['date', '2024-02-29', '2024-02-29'],
    ['datetime', '2026-11-27T10:00:00+05:30', '2026-11-27T04:30:00.000Z'],
    ['email', 'Asha@Example.com', 'asha@example.com'],
    ['url', 'https://example.com', 'https://example.com/'],
    ['phone', '86525 23958', '+918652523958'],
  ])('%s: %j is read as %j', (type, given, value) => {
    expect(readAs(type, given)).toBe(value);
  });

  test.each<[AttributeType, unknown]>([
    ['text', ''],
    ['text', 7],
    ['text', 'a'.repeat(1_001)],
    ['number', '7'],
    ['number', Infinity],
    ['boolean', 'true'],
    ['date', '2023-02-29'],
    ['text', 'a\nb'],
    ['text', 'a\u202eb'],
    ['text', '\u200b'],
    ['date', '2023-2-9'],
    ['datetime', '2026-11-27T25:00:00Z'],
    // The year 10000 would come before all others.
    ['datetime', '9999-12-31T23:59:00-05:00'],
    ['datetime', '0000-01-01T00:00:00+05:00'],
    ['datetime', '2026-11-27T10:00:00'],
    ['datetime', '2026-02-30T10:00:00Z'],
    ['email', 'asha@'],
    ['url', 'javascript:alert(1)'],
    ['phone', '12'],
    ['text', ['a']],
    ['text', null],
  ])('%s: %j is refused, and the field named', (type, given) => {
    expect(readAs(type, given)).toMatchObject({ path: 'body.value' });
  });

  test('a list holds each value once', () => {
    const list = kind('text', { isMultiValue: true });
    expect(readValue(list, ['a', 'b', ' a'], 'f')).toMatchObject({ value: ['a', 'b'] });
    expect(readValue(list, 'a', 'f')).toMatchObject({ errors: [{ path: 'f' }] });
    expect(readValue(list, ['a', 3], 'f')).toMatchObject({ errors: [{ path: 'f.1' }] });
  });

  test('rules hold', () => {
    const tier = kind('text', { validations: [{ type: 'one_of', value: ['gold', 'silver'] }] });
    expect(readValue(tier, 'gold', 'f').ok).toBe(true);
    expect(readValue(tier, 'tin', 'f').ok).toBe(false);
    const points = kind('number', {
      validations: [
        { type: 'min', value: 0 },
        { type: 'max', value: 10 },
      ],
    });
    expect([-1, 0, 10, 11].map((one) => readValue(points, one, 'f').ok)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const short = kind('text', { validations: [{ type: 'max_length', value: 2 }] });
    // Characters, not units of UTF-16.
    expect(readValue(short, '😀😀', 'f').ok).toBe(true);
    expect(readValue(short, 'abc', 'f').ok).toBe(false);
  });

  test('masked, it shows two characters of a longer one, and nothing of a short one', () => {
    expect(maskValue('4111111111111111')).toBe('••••11');
    expect(maskValue('gold')).toBe('••••');
    expect(maskValue([12_345_678, true])).toEqual(['••••78', '••••']);
  });
});

test('keys of numbers are in the order of the numbers', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [x, y] = [a + 0, b + 0];
      const [one, other] = [keyOfValue(x), keyOfValue(y)];
      expect(one < other ? -1 : one > other ? 1 : 0).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});

describe('the key of a long text', () => {
  const key = (length: number, end = '') => keyOfValue('x'.repeat(length) + end);
  test('is cut, in the order of the texts, and no shorter text has it', () => {
    expect(isWholeKey(key(200))).toBe(true);
    expect(isWholeKey(key(201))).toBe(false);
    expect(key(200) < key(201)).toBe(true);
    expect(key(201) < keyOfValue(`${'x'.repeat(199)}y`)).toBe(true);
    // By characters: none is cut in two.
    expect(keyOfValue('😀'.repeat(300))).toBe(`${'😀'.repeat(200)}…`);
  });
});

describe('a definition', () => {
  test('is read with what is left out', () => {
    expect(readDefinition({ name: 'Loyalty tier' }, '91')).toMatchObject({
      ok: true,
      value: { slug: 'loyalty-tier', type: 'text', encrypted: false, validations: [] },
    });
    expect(slugOf('  Größe (cm) ')).toBe('gro-e-cm');
  });

  test.each<[DefinitionBody, string]>([
    [{}, 'body.name'],
    [{ name: 'पद' }, 'body.slug'],
    [{ name: 'A', slug: 'a b' }, 'body.slug'],
    [{ name: 'A', validations: [{ type: 'min', value: 3 }] }, 'body.validations.0'],
    [
      { name: 'A', type: 'number', validations: [{ type: 'min', value: '3' }] },
      'body.validations.0',
    ],
    [{ name: 'A', type: 'number', default_value: 'x' }, 'body.default_value'],
    [
      { name: 'A', default_value: 'tin', validations: [{ type: 'one_of', value: ['gold'] }] },
      'body.default_value',
    ],
  ])('%j is refused at %s', (body, path) => {
    expect(readDefinition(body, '91')).toMatchObject({ ok: false, errors: [{ path }] });
  });

  const current = {
    ...definitionOf('number'),
    name: 'Points',
    slug: 'points',
    masking: { enabled: true, type: 'all' },
    validations: [{ type: 'min', value: 5 }],
  } satisfies AttributeDefinition;

  test('changes where a body says so, and nowhere else', () => {
    const change = (body: DefinitionBody) => {
      const read = readDefinitionChange(body, current, '91');
      return read.ok ? Object.entries(read.value).filter(([, value]) => value !== undefined) : read;
    };
    expect(change({})).toEqual([]);
    expect(change({ description: 'of the shop', type: 'number' })).toEqual([
      ['description', 'of the shop'],
    ]);
    expect(change({ masking: { enabled: false } })).toEqual([['masking', { enabled: false }]]);
    // The default that is given is held against the rule that is there.
    expect(change({ default_value: '4' })).toMatchObject({
      errors: [{ path: 'body.default_value' }],
    });
  });

  test.each<[DefinitionBody, string]>([
    [{ type: 'text' }, 'body.type'],
    [{ is_multi_value: true }, 'body.is_multi_value'],
    [{ encrypted: true }, 'body.encrypted'],
  ])('cannot become %j, because values are stored by it', (body, path) => {
    expect(readDefinitionChange(body, current, '91')).toMatchObject({ errors: [{ path }] });
  });
});

describe('conditions', () => {
  const sceneOf = (more: Partial<AttributeDefinition>, scopes = ['attributes:read']) => ({
    definitions: [{ ...definitionOf('number'), ...more }],
    callingCode: '91',
    scopes,
  });
  const condition = (type: FilterCondition['type'], value?: unknown) => [
    { definition_id: 'a', type, value },
  ];
  const [one, two, three] = [keyOfValue(1), keyOfValue(2), keyOfValue(3)];

  test('become ranges of keys', () => {
    const ranges = (type: FilterCondition['type'], value?: unknown) =>
      readConditions('and', condition(type, value), sceneOf({}));
    expect(ranges('eq', 1)).toMatchObject({ value: [{ from: one, to: one }] });
    expect(ranges('gte', 1)).toMatchObject({ value: [{ from: one }] });
    expect(ranges('between', [1, 2])).toMatchObject({ value: [{ from: one, to: two }] });
    expect(ranges('exists')).toEqual({ ok: true, value: [{ definitionId: 'a' }] });
  });

  test('that hold together are one range of an attribute with one value', () => {
    const wide = [...condition('gte', 1), ...condition('lte', 3), ...condition('between', [2, 4])];
    const read = (match: 'and' | 'or', more: Partial<AttributeDefinition> = {}) =>
      readConditions(match, wide, sceneOf(more));
    expect(read('and')).toEqual({ ok: true, value: [{ definitionId: 'a', from: two, to: three }] });
    const several = [{ from: one }, { to: three }, { from: two }];
    expect(read('and', { isMultiValue: true })).toMatchObject({ value: several });
    expect(read('or')).toMatchObject({ value: several });
  });

  test.each<[FilterCondition[], Partial<AttributeDefinition>, string]>([
    [condition('eq', '1'), {}, 'value'],
    [condition('between', 1), {}, 'value'],
    [condition('between', [1]), {}, 'value'],
    [condition('between', [1, 2, 3]), {}, 'value'],
    [condition('eq', 'x'.repeat(201)), { type: 'text' }, 'value'],
    [condition('starts_with', 1), {}, 'type'],
    [condition('eq', 1), { encrypted: true }, 'definition_id'],
    [condition('exists'), { encrypted: true }, 'definition_id'],
    [condition('eq', 1), { masking: { enabled: true } }, 'definition_id'],
  ])('%j on %j are refused at %s', (conditions, more, field) => {
    expect(readConditions('or', conditions, sceneOf(more))).toMatchObject({
      errors: [{ path: `body.query.conditions.0.${field}` }],
    });
  });

  test('on a masked attribute are for those who see it as it is', () => {
    const read = (more: Partial<AttributeDefinition>) =>
      readConditions('or', condition('eq', 1), sceneOf(more, ['attributes:reveal'])).ok;
    expect(read({ masking: { enabled: true } })).toBe(true);
    expect(read({ encrypted: true })).toBe(false);
  });

  test('on an attribute that is not there are refused as such', () => {
    const read = readConditions('or', condition('eq', 1), sceneOf({ id: 'b' }));
    expect(read).toMatchObject({ ok: false, code: 'not_found' });
  });
});
