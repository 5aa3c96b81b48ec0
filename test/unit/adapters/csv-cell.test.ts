import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { escapeFormula, readCell } from '../../../src/shared/csv-cell.ts';

const cells = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[='+\-@\t\r\n＝＋－＠ a]{0,6}$/),
);

test('a cell that a spreadsheet would run is a text, and is read as it was', () => {
  fc.assert(
    fc.property(cells, (cell) => {
      const written = escapeFormula(cell);
      expect(written).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      expect(readCell(written)).toBe(cell);
      // Through the file, quotes and all.
      const text = Papa.unparse([[written, 'x']]);
      expect(readCell(Papa.parse<string[]>(text, { delimiter: ',' }).data[0]?.[0] ?? '')).toBe(
        cell,
      );
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['=HYPERLINK("https://evil.example","x")', `'=HYPERLINK("https://evil.example","x")`],
  ['+919820098200', `'+919820098200`],
  ["'=1", "''=1"],
  ['-1', "'-1"],
  ['@SUM(1)', "'@SUM(1)"],
  ["O'Neil", "O'Neil"],
  ["'Asha'", "'Asha'"],
  ['', ''],
])('%s is written as %s', (cell, written) => {
  expect(escapeFormula(cell)).toBe(written);
});

test.each(['+919820098200', "'tis", 'asha@example.com', "'"])(
  '%s of a file written by hand stays what it is',
  (cell) => {
    expect(readCell(cell)).toBe(cell);
  },
);
