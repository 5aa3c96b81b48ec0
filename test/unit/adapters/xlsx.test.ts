/** Spreadsheets as files of users: what cells say, where a run goes on, and files that nobody should open. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowsOf, wholeFile } from '../../../src/adapters/files/user-table.ts';
import { readXlsx } from '../../../src/adapters/files/xlsx/read-xlsx.ts';
import { readUserColumns, userFields } from '../../../src/domain/jobs/user-columns.ts';
import type { ExportedUser, FileColumns } from '../../../src/ports/index.ts';
import { xlsxOf, zipOf } from '../../support/xlsx.ts';

interface From {
  byteOffset?: number;
  columns?: FileColumns;
  most?: number;
  maxBytes?: number;
}

/** The records of a file, or why it is refused. */
async function read(packed: Uint8Array, from: From = {}) {
  const { byteOffset = 0, columns, most = 3, maxBytes } = from;
  const opened = await readXlsx(
    packed,
    { byteOffset, columns },
    readUserColumns,
    'no columns',
    maxBytes,
  );
  if ('state' in opened) return opened.reason;
  const slices = [];
  for await (const slice of opened.slices(most)) {
    if ('state' in slice) return slice.reason;
    slices.push(slice);
  }
  return { columns: opened.columns, slices };
}

async function records(packed: Uint8Array) {
  const found = await read(packed);
  if (typeof found === 'string') return found;
  return found.slices.flatMap((slice) =>
    slice.records.map(({ line, fields }) => ({
      line,
      ...userFields(found.columns.places, fields),
    })),
  );
}

const inline = (...cells: string[]): string =>
  cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
const row = (...cells: string[]): string => `<row>${inline(...cells)}</row>`;
const HEAD = row('External_ID', 'email', 'dob', 'phone_number');

describe('a cell', () => {
  const STYLES = `<numFmts><numFmt numFmtId="164" formatCode="&quot;day&quot; dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="[Red]0.00&quot;d&quot;"/></numFmts>
    <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs>`;

  test.each<[string, string, string]>([
    ['a shared text', '<c t="s"><v>1</v></c>', 'two'],
    ['one in pieces', '<c t="s"><v>2</v></c>', 'in pieces'],
    [
      'an inline one in pieces',
      '<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>',
      'ab',
    ],
    ['what a formula came to', '<c t="str"><f>A1&amp;"x"</f><v>sum</v></c>', 'sum'],
    ['the number of a formula', '<c><f>1+1</f><v>2</v></c>', '2'],
    ['a long number', '<c><v>919810000001</v></c>', '919810000001'],
    ['one with an exponent', '<c><v>9.19810000001E11</v></c>', '919810000001'],
    ['a number that is lost', '<c><v>9.1981E+30</v></c>', '9.1981E+30'],
    ['a flag', '<c t="b"><v>1</v></c>', 'true'],
    ['a fault', '<c t="e"><v>#N/A</v></c>', '#N/A'],
    ['a date', '<c s="1"><v>33000</v></c>', '1990-05-07'],
    ['a date of another format', '<c s="2"><v>33000</v></c>', '1990-05-07'],
    ['a time', '<c s="4"><v>33000.5</v></c>', '1990-05-07T12:00:00.000Z'],
    ['a number with a letter of dates in quotes', '<c s="3"><v>33000</v></c>', '33000'],
    [
      'characters of XML',
      '<c t="inlineStr"><is><t>&lt;&amp;&#233;<![CDATA[<b>]]></t></is></c>',
      '<&é<b>',
    ],
  ])('with %s', async (_, cell, text) => {
    const strings = `<si><t>one</t></si><si><t>two</t></si><si><r><t>in </t></r><rPh><t>aloud</t></rPh><r><t>pieces</t></r></si>`;
    const file = await xlsxOf({ rows: `${HEAD}<row>${cell}</row>`, strings, styles: STYLES });
    expect(await records(file)).toEqual([{ line: 2, external_id: text }]);
  });

  test('counts days from 1904 where the workbook does', async () => {
    const rows = `${HEAD}<row><c s="1"><v>31538</v></c></row>`;
    const file = await xlsxOf({ rows, styles: STYLES, workbook: '<workbookPr date1904="1"/>' });
    expect(await records(file)).toEqual([{ line: 2, external_id: '1990-05-07' }]);
  });

  test('stands where its reference says, and rows are named by theirs', async () => {
    const rows = `<row r="3">${inline('external_id', '', 'dob', 'email')}</row><row r="5"/>
      <row r="9"><c r="D9" t="inlineStr"><is><t>d</t></is></c><c r="A9"><v>7</v></c></row><row><c><v>8</v></c></row>`;
    expect(await records(await xlsxOf({ rows }))).toEqual([
      { line: 5 },
      { line: 9, external_id: '7', email: 'd' },
      { line: 10, external_id: '8' },
    ]);
  });

  test('is read whatever prefix the names have', async () => {
    const sheet = `<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row>${inline('email').replaceAll(/<(\/?)/g, '<$1x:')}</x:row><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const file = await xlsxOf({ parts: { 'xl/worksheets/first.xml': sheet } });
    expect(await records(file)).toEqual([{ line: 2, email: '1' }]);
  });
});

test('a run goes on behind any record', async () => {
  const lines = Array.from({ length: 10 }, (_, at) => row(`e${at}`, `u${at}@example.com`));
  const file = await xlsxOf({ rows: HEAD + lines.join('<row/>') });
  const whole = await read(file);
  if (typeof whole === 'string') throw new Error(whole);
  const all = whole.slices.flatMap((slice) => slice.records);
  expect(all).toHaveLength(19);
  for (const { byteOffset, line } of whole.slices) {
    const rest = await read(file, { byteOffset, columns: whole.columns, most: 4 });
    if (typeof rest === 'string') throw new Error(rest);
    expect(rest.slices.flatMap((slice) => slice.records)).toEqual(
      all.filter((record) => record.line > line),
    );
    expect(rest.slices.at(-1)?.byteOffset ?? byteOffset).toBe(20);
  }
});

test('what an export writes is read as it was', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.trim() || 'x');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ first_name: text, meta: fc.record({ a: text }) })),
      async (given) => {
        const users = given.map((one, at): ExportedUser => ({ id: String(at), ...one }));
        const parts = [users.slice(0, 2), users.slice(2)].map((part) => rowsOf('xlsx', part));
        async function* bytes() {
          yield* parts;
        }
        const { content } = wholeFile('xlsx', bytes(), 0);
        const packed = new Uint8Array(await new Response(content).arrayBuffer());
        expect(await records(packed)).toEqual(
          given.map(({ first_name, meta }, at) => ({
            line: at + 2,
            id: String(at),
            first_name,
            meta: JSON.stringify(meta),
          })),
        );
      },
    ),
    { numRuns: 20 },
  );
});

describe('is refused: a file', () => {
  const ZEROS = new Uint8Array(3_000_000).fill(32);
  const sheetOf = (content: string | Uint8Array) =>
    xlsxOf({ parts: { 'xl/worksheets/first.xml': content } });

  test.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'that is no package',
      async () => new TextEncoder().encode('external_id,email\n1,a'),
      /no XLSX/,
    ],
    ['of nothing', async () => new Uint8Array(), /no XLSX/],
    [
      'of an old Office, or with a password',
      async () => Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 1]),
      /\.xlsx/,
    ],
    ['that is another package', async () => zipOf({ 'a.txt': 'x' }), /no XLSX/],
    ['without rows', async () => xlsxOf({}), /empty/],
    ['whose header says nothing', async () => xlsxOf({ rows: row('a', 'b') }), /no columns/],
    [
      'that names a column twice',
      async () => xlsxOf({ rows: row('email', 'Email') }),
      /email twice/,
    ],
    [
      'without its sheet',
      async () => xlsxOf({ workbook: '<sheets><sheet r:id="rId9"/></sheets>' }),
      /no sheet/,
    ],
    [
      'with a text that is not there',
      async () => xlsxOf({ rows: `${HEAD}<row><c t="s"><v>5</v></c></row>` }),
      /damaged/,
    ],
    ['that is no XML', async () => sheetOf('<worksheet><row></worksheet>'), /damaged/],
    [
      'with entities of its own',
      async () =>
        sheetOf(
          '<!DOCTYPE a [<!ENTITY e "eee">]><worksheet><row><c t="inlineStr"><is><t>&e;</t></is></c></row></worksheet>',
        ),
      /damaged/,
    ],
    ['with a text without an end', async () => sheetOf(ZEROS), /too large|damaged/],
    [
      'with a row too wide',
      async () => xlsxOf({ rows: `${HEAD}<row><c r="ZZZ2"><v>1</v></c></row>` }),
      /too wide/,
    ],
  ])('%s', async (_, make, reason) => {
    expect(await read(await make())).toMatch(reason);
  });

  test('that unpacks to more than it may, whatever its headers say', async () => {
    const rows = HEAD + row('x'.repeat(20_000), 'a').repeat(200);
    const file = await xlsxOf({ rows });
    expect(file.length).toBeLessThan(50_000);
    expect(await read(file, { maxBytes: 1_000_000 })).toMatch(/unpacks to more/);
    // The sizes in the directory at the end are made small.
    const lying = file.slice();
    const view = new DataView(lying.buffer);
    let patched = 0;
    for (let at = 0; at + 46 < lying.length; at += 1) {
      if (view.getUint32(at, true) !== 0x02014b50) continue;
      view.setUint32(at + 24, 10, true);
      patched += 1;
    }
    expect(patched).toBeGreaterThan(5);
    expect(await read(lying, { maxBytes: 1_000_000 })).toMatch(/unpacks to more|no XLSX/);
  });

  test('with any byte changed, or cut off anywhere: or its rows are read', async () => {
    const file = await xlsxOf({ rows: HEAD + row('1', 'a@example.com').repeat(20) });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        fc.nat(255),
        fc.boolean(),
        async (at, byte, cut) => {
          const broken = cut ? file.slice(0, at) : file.slice();
          if (!cut) broken[at] = byte;
          const found = await read(broken);
          expect(typeof found === 'string' ? found.length : found.slices.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
