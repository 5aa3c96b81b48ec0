/** An undocumented key is found out wherever it stands: in the body, in what lies in it, and in every item of its lists. */
import { describe, expect, test } from 'vitest';
import { judgeAnswer } from '../../../src/cli/contract/strict.ts';
import type { Answer } from '../../../src/cli/contract/transport.ts';
import { entriesOf, successOf } from '../../../src/http/operation.ts';
import { table } from '../../../src/table.ts';

type Body = Record<string, unknown>;
const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where objects stand in a value: `[]`, `['user']`, `['user', 'emails', 0]`. */
function* objectsIn(
  value: unknown,
  path: (string | number)[] = [],
): Generator<(string | number)[]> {
  if (isObject(value)) yield path;
  const inside = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isObject(value) ? value : {});
  for (const [key, one] of inside) yield* objectsIn(one, [...path, key]);
}

/** A copy with one more key in the object at `path`. */
function withStranger(body: Body, path: readonly (string | number)[]): Body {
  const copy = structuredClone(body);
  let at: unknown = copy;
  for (const key of path) at = (at as Record<string | number, unknown>)[key];
  Object.assign(at as Body, { secret: 'leaked' });
  return copy;
}

const answer = (status: number, body: Body): Answer => ({
  status,
  body: new TextEncoder().encode(JSON.stringify(body)),
  headers: new Headers({
    'content-type': 'application/json',
    'x-request-id': 'request-0001',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }),
});

/**
 * Maps of whatever a shop or an operator puts into them; attributes of a list are objects, those of a map are by slug. Details are by
 * action, stored rows by column.
 */
const OPEN = /\.(meta|cookie|detail)(\.|$)|^body\.attributes$|^body\.stored\./;
/** Maps of one kind of values under any key: a text is none of them. */
const TYPED = /^body\.(sign_ins|sms|failures|stored)$/;

const cases = entriesOf(table).flatMap((entry) => {
  const body = entry.row.example.response as Body;
  return [...objectsIn(body)].map((path) => {
    const place = ['body', ...path].join('.');
    return { entry, body, path, place, name: `${entry.operationId} ${place}` };
  });
});

describe('an undocumented key', () => {
  test.each(cases.filter(({ place }) => !OPEN.test(place) && !TYPED.test(place)))(
    '$name',
    ({ entry, body, path, place }) => {
      const { status } = successOf(entry.row);
      const { breaches: found } = judgeAnswer(entry, answer(status, withStranger(body, path)));
      expect(found).toContainEqual({ field: `${place}.secret`, message: 'is not documented' });
    },
  );

  test('is looked for inside of lists too', () => {
    const places = cases.map(({ place }) => place);
    expect(places.filter((place) => /\.\d+$/.test(place)).length).toBeGreaterThan(20);
    expect(places).toContain('body.user.emails.0');
  });

  const typed = cases.filter(({ place }) => TYPED.test(place));
  test.each(typed)('is a breach where values are of one kind: $name', (given) => {
    const { entry, body, path, place } = given;
    const { status } = successOf(entry.row);
    const { breaches: found } = judgeAnswer(entry, answer(status, withStranger(body, path)));
    expect(found.map(({ field }) => field)).toEqual([`${place}.secret`]);
  });

  const open = cases.filter(({ place }) => OPEN.test(place));
  test.each(open)('passes in a map that is open: $name', ({ entry, body, path, place }) => {
    const { status } = successOf(entry.row);
    const { breaches: found } = judgeAnswer(entry, answer(status, withStranger(body, path)));
    expect(found.map(({ field }) => field)).not.toContain(`${place}.secret`);
  });
});
