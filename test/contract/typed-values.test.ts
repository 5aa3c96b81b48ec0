/**
 * What people type reaches the handler of every operation as what they mean: the corpus runs through the parser of each row
 * that takes such a value, and a handler in the flow's place says what it was given.
 */
import { describe, expect, test } from 'vitest';
import { demoApplication } from '../../mocks/demo.ts';
import { createServer } from '../../src/http/server.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { code } from '../../src/schemas/fields.ts';
import { table } from '../../src/table.ts';
import { TYPED_CODES } from '../corpus/codes.ts';
import { TYPED_EMAILS } from '../corpus/emails.ts';
import { NAMES } from '../corpus/names.ts';
import { typedPhones } from '../corpus/phones.ts';
import { fieldsOf, innermost, kindNameOf, withField, type Field } from '../support/bad-values.ts';
import { tally } from '../support/tally.ts';

let given: { query: unknown; body: unknown } | undefined;
let application = demoApplication();
const app = createServer({
  table,
  handlerOf: () => async (context) => {
    given = context.input;
    return context.fail('unavailable');
  },
  guard: async () => ({ application, ports: {} }),
  log: () => undefined,
  isOutage: () => undefined,
});

interface Target extends Field {
  id: string;
  entry: Entry;
  place: 'query' | 'body';
}
const TARGETS: Target[] = entriesOf(table).flatMap((entry) =>
  (['query', 'body'] as const).flatMap((place) => {
    const schema = entry.row.request[place];
    return schema
      ? fieldsOf(schema).map((field) => ({ ...field, id: entry.id, entry, place }))
      : [];
  }),
);
const ofKind = (kind: string): Target[] =>
  TARGETS.filter(({ schema }) => kindNameOf(schema) === kind);

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);

/** The value that a handler gets for a typed one; the whole answer when it was refused. */
async function readAs(
  { entry, place, path }: Target,
  typed: unknown,
  callingCode = '91',
): Promise<unknown> {
  given = undefined;
  const { row } = entry;
  const parts = withField(entry, place, path, typed);
  const beside = valueAt(parts[place], path.slice(0, -1)) as { country_code?: string };
  const isBeside = 'country_code' in beside;
  if (isBeside) beside.country_code = callingCode;
  // A country beside the number decides, else that of the application.
  application = { ...demoApplication(), defaultCountryCode: isBeside ? '1' : callingCode };
  const url = new URL(
    row.path.replace('{entity}', 'mobile').replaceAll(/\{\w+\}/g, '1'),
    'http://127.0.0.1',
  );
  for (const [name, value] of Object.entries(parts.query ?? {}))
    url.searchParams.set(name, String(value));
  const response = await app.fetch(
    new Request(url, {
      method: row.method.toUpperCase(),
      ...(row.request.body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(parts.body ?? {}),
      }),
    }),
  );
  return given ? valueAt(given[place], path) : response.text();
}

describe('phones', () => {
  const targets = ofKind('phone');
  // A third of the territories, for time: test/unit/values/corpus.test.ts reads them all.
  const territories = [...Map.groupBy(typedPhones(), ({ territory }) => territory).values()].filter(
    (_, at) => at % 3 === 0,
  );
  const ways = territories[0]?.length ?? 0;
  const shares = targets.map((target, at) => ({
    ...target,
    name: `${target.id} ${target.path.join('.')}`,
    // Each operation gets each way of writing, the territories in turn.
    phones: territories.flatMap((phones, turn) =>
      phones.filter((_, way) => (way + turn) % targets.length === at),
    ),
  }));

  test('are fields of many operations', () => {
    expect(new Set(targets.map(({ id }) => id)).size).toBeGreaterThanOrEqual(10);
    expect(shares.every(({ phones }) => new Set(phones.map(({ way }) => way)).size === ways)).toBe(
      true,
    );
  });

  test.each(shares)('$name', async ({ phones, ...target }) => {
    const misread: unknown[] = [];
    for (const { typed, callingCode, e164, territory, way } of phones) {
      const read = await readAs(target, typed, callingCode);
      const value = (read as { value?: string } | undefined)?.value;
      if (value !== e164) misread.push({ territory, way, typed, read });
    }
    tally('value', phones.length);
    expect(misread).toEqual([]);
  });
});

describe.each([
  ['email', TYPED_EMAILS.map(([typed, value]) => [typed, { kind: 'email', value }])],
  [
    'name',
    NAMES.flatMap((name) => [
      [name, name],
      [` ${name} `, name],
    ]),
  ],
  ['code', TYPED_CODES.map((typed) => [typed, '055959'])],
] as const)('every %s', (kind, values) => {
  const targets =
    kind === 'code'
      ? TARGETS.filter(({ schema }) => innermost(schema) === innermost(code))
      : ofKind(kind);

  test.each(targets.map((target) => ({ name: `${target.id} ${target.path.join('.')}`, target })))(
    '$name',
    async ({ target }) => {
      for (const [typed, meant] of values) {
        expect([typed, await readAs(target, typed)]).toEqual([typed, meant]);
      }
      tally('value', values.length);
    },
  );
});
