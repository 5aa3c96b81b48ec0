/** CSV in pieces: whatever the pieces are, and wherever a reading was cut off, the records are those of the whole. */
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { readFirstLine } from '../../../src/adapters/files/csv-records.ts';
import { csvSlices, type Place } from '../../../src/adapters/files/csv-slices.ts';
import type { Slice } from '../../../src/ports/index.ts';

const START: Place = { byteOffset: 0, line: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* inPieces(content: Uint8Array, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function read(content: Uint8Array, { size = 7, most = 3, start = START } = {}) {
  const slices: Slice[] = [];
  const rest = inPieces(content.subarray(start.byteOffset), size);
  for await (const slice of csvSlices(rest, start, ',', most)) {
    if ('state' in slice) throw new Error(slice.reason);
    slices.push(slice);
  }
  return slices;
}
const fieldsOf = (slices: Slice[]) =>
  slices.flatMap(({ records }) => records).map(({ fields }) => fields);

/** Fields of all kinds; a letter of several bytes, a quote, a line end within quotes. */
const field = fc.string({ unit: fc.constantFrom('a', 'ä', '日', '"', ',', '\n', '\r', ' ', '7') });
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { maxLength: 12 });
const newline = fc.constantFrom('\n', '\r\n', '\r');

describe('slices of a CSV file', () => {
  test('hold the records that papaparse wrote, and finds in the whole text', async () => {
    await fc.assert(
      fc.asyncProperty(table, newline, fc.integer({ min: 1, max: 40 }), async (rows, end, size) => {
        const text = Papa.unparse(rows, { newline: end });
        const expected = rows.map((cells) => cells.map(String));
        expect(Papa.parse(text, { newline: end }).data).toEqual(rows.length > 0 ? expected : []);
        const content = bytes(text + (rows.length > 0 ? end : ''));
        expect(fieldsOf(await read(content, { size }))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('can be gone on with behind each of them', async () => {
    await fc.assert(
      fc.asyncProperty(table, newline, async (rows, end) => {
        const content = bytes(Papa.unparse(rows, { newline: end }));
        const whole = await read(content, { most: 2 });
        for (const [at, { byteOffset, line }] of whole.entries()) {
          const rest = await read(content, { start: { byteOffset, line }, most: 2 });
          expect(fieldsOf(rest)).toEqual(fieldsOf(whole.slice(at + 1)));
          expect(rest.flatMap(({ records }) => records.map((one) => one.line))).toEqual(
            whole.slice(at + 1).flatMap(({ records }) => records.map((one) => one.line)),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('end where the bytes end, whatever they are', async () => {
    const unit = fc.constantFrom(...bytes('a",;\r\n\0 \ufeff'), 0xff, 0xc3);
    const content = fc.array(unit, { maxLength: 80 }).map((list) => Uint8Array.from(list));
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 40 }), async (input, size) => {
        const slices = await read(input, { size });
        const ends = slices.map(({ byteOffset }) => byteOffset);
        expect(ends).toEqual(ends.toSorted((a, b) => a - b));
        expect(ends.at(-1) ?? 0).toBe(input.length);
      }),
      { numRuns: 500 },
    );
  });

  test.each([1, 2, 3, 5, 99])('take all line ends in one file, in pieces of %d', async (size) => {
    const content = bytes('a,1\r\nb,2\n"c\r\nc",3\rx,4\r\r\nd,5\r');
    const slices = await read(content, { most: 9, size });
    expect(slices.flatMap(({ records }) => records)).toEqual([
      { line: 1, fields: ['a', '1'] },
      { line: 2, fields: ['b', '2'] },
      { line: 3, fields: ['c\r\nc', '3'] },
      { line: 5, fields: ['x', '4'] },
      { line: 6, fields: [''] },
      { line: 7, fields: ['d', '5'] },
    ]);
  });

  test.each([
    ['as text', '"a"b,c', ['"a"b', 'c']],
    ['in the middle of a field', 'a"b,c', ['a"b', 'c']],
    ['behind a space', ' "a",c', [' "a"', 'c']],
  ])('take a quote that stands wrong %s', async (_, text, fields) => {
    expect(fieldsOf(await read(bytes(`${text}\nx\n`), { most: 9 }))).toEqual([fields, ['x']]);
  });

  test('say which lines are not UTF-8, and read the others', async () => {
    const slices = await read(Uint8Array.from([...bytes('a,1\nb'), 0xe9, ...bytes(',2\rc,3\r\n')]));
    expect(slices.flatMap(({ broken }) => broken)).toEqual([{ line: 2, message: 'is not UTF-8' }]);
    expect(fieldsOf(slices)).toEqual([
      ['a', '1'],
      ['c', '3'],
    ]);
  });

  test('name the line of each record, empty lines and lines within quotes counted', async () => {
    const slices = await read(bytes('a,1\n\n"b\nb",2\r\nc,3'), { most: 9 });
    expect(slices.flatMap(({ records }) => records)).toEqual([
      { line: 1, fields: ['a', '1'] },
      { line: 2, fields: [''] },
      { line: 3, fields: ['b\nb', '2'] },
      { line: 5, fields: ['c', '3'] },
    ]);
  });

  test('pass over a line whose quote is never closed, and go on behind it', async () => {
    const long = Array.from({ length: 300 }, (_, at) => `row${at}`).join('\n');
    for (const content of [`a\n"b\nc\n`, `a\n"b\n${long}\nc\n`, `a\n"b\n${long}\n"x\nc`]) {
      const slices = await read(bytes(content), { most: 1_000 });
      const broken = slices.flatMap((one) => one.broken);
      expect(broken[0]).toEqual({ line: 2, message: expect.stringContaining('quote') });
      const found = fieldsOf(slices).map(([first]) => first);
      expect([found[0], found.at(-1)]).toEqual(['a', 'c']);
    }
  });

  test('do not keep a line that has no end in memory', async () => {
    const endless = bytes(`a\n"${'x'.repeat(3_000_000)}\nb\n`);
    const slices = await read(endless, { size: 16_384 });
    expect(slices.flatMap(({ broken }) => broken.map(({ line }) => line))).toEqual([2]);
    expect(fieldsOf(slices)).toEqual([['a'], ['b']]);
    const { byteOffset = 0, line = 0 } = slices.find(({ broken }) => broken.length > 0) ?? {};
    expect(fieldsOf(await read(endless, { start: { byteOffset, line } }))).toEqual([['b']]);
  });

  test('end with a refusal when hardly a line can be read', async () => {
    const hopeless = bytes(`"a\n${'c\n'.repeat(102)}`.repeat(400));
    const found: object[] = [];
    for await (const slice of csvSlices(inPieces(hopeless, 65_536), START, ',', 2_000)) {
      found.push(slice);
    }
    expect(found.at(-1)).toMatchObject({ state: 'refused' });
    expect(found.length).toBeLessThan(500);
  });
});

test.each([
  ['with quotes', '"Email",phone\r\n', ['Email', 'phone']],
  ['without a line end', 'email,phone', ['email', 'phone']],
  ['whose quote stays open', '"email,phone\n', []],
  ['that is empty', '\n', ['']],
])('a first line %s', (_, text, fields) => {
  expect(readFirstLine(bytes(text), ',')).toEqual(fields);
});
