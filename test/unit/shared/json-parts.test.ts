/** What goes to D1 as one parameter is bounded in bytes, whatever script it is written in. */
import { expect, test } from 'vitest';
import { jsonParts, MAX_JSON_BYTES } from '../../../src/shared/json-parts.ts';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

test.each(['a', 'é', 'र', '🙂', '"', '\n'])(
  'parts of rows of %j are each below the bound, and hold all rows in order',
  (letter) => {
    const rows = Array.from({ length: 1_000 }, (_, at) => ({ at, meta: letter.repeat(3_900 / 2) }));
    const parts = jsonParts(rows);
    expect(Math.max(...parts.map(bytesOf))).toBeLessThanOrEqual(MAX_JSON_BYTES);
    expect(parts.flatMap((part) => JSON.parse(part) as unknown[])).toEqual(rows);
  },
);

test('a part is full before the next begins; a row larger than a part stands alone; of nothing there is an empty list', () => {
  expect(jsonParts(['aa', 'bb', 'cc'], 12)).toEqual(['["aa","bb"]', '["cc"]']);
  expect(jsonParts(['a', 'long enough', 'b'], 8)).toEqual(['["a"]', '["long enough"]', '["b"]']);
  expect(jsonParts([])).toEqual(['[]']);
});
