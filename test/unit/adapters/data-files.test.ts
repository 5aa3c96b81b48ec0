/** Files of users and of group members, as spreadsheets and other systems write them: both are read by the same rules. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { afterAll, describe, expect, test } from 'vitest';
import { escapeFormula } from '../../../src/shared/csv-cell.ts';
import { MEMBER_HEADER } from '../../../src/adapters/files/headers.ts';
import { importFiles } from '../../../src/adapters/files/import-files.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import { readUserColumns } from '../../../src/domain/jobs/user-columns.ts';
import { chunksOf, type FileFormat } from '../../../src/cli/admin/users/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'vestibule-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Of letters that it has. */
const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
const utf16 = (text: string, littleEndian = true): Uint8Array => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) {
    view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
  }
  return new Uint8Array(view.buffer);
};

interface Read {
  /** The cells of a record under their names, the empty ones left out. */
  records: { line: number; value?: unknown }[];
  problems: { line: number; problem: string }[];
}

async function readUsers(content: Uint8Array, format: FileFormat = 'csv'): Promise<Read> {
  const file = join(folder, `users.${format}`);
  writeFileSync(file, content);
  const read: Read = { records: [], problems: [] };
  for await (const { records } of chunksOf(
    { file, format, names: readUserColumns },
    { byteOffset: 0, line: 0 },
    3,
  )) {
    for (const { line, value, problem } of records) {
      if (problem === undefined) read.records.push({ line, value });
      else read.problems.push({ line, problem });
    }
  }
  return read;
}

/** As `readUsers` gives them out, of the columns that groups know. */
async function readMembers(content: Uint8Array, pieceBytes = 7): Promise<Read> {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at < content.length) controller.enqueue(content.slice(at, at + pieceBytes));
      else controller.close();
      at += pieceBytes;
    },
  });
  const fetcher = async () => new Response(body);
  const files = importFiles(createOutbound(fetcher), () => true, MEMBER_HEADER);
  const opened = await files.open({ fileUrl: 'https://files.example/a', byteOffset: 0, line: 0 });
  if (opened.state !== 'open') throw new Error('reason' in opened ? opened.reason : opened.state);
  const read: Read = { records: [], problems: [] };
  for await (const slice of opened.slices(3)) {
    if ('state' in slice) throw new Error(slice.reason);
    for (const { line, fields } of slice.records) {
      const cells = Object.entries(opened.columns.places).flatMap(([name, place]) => {
        const cell = fields[place ?? 0]?.trim() ?? '';
        return cell === '' ? [] : [[name, cell]];
      });
      if (cells.length > 0) read.records.push({ line, value: Object.fromEntries(cells) });
    }
    read.problems.push(...slice.broken.map(({ line, message }) => ({ line, problem: message })));
  }
  return read;
}

const NEWLINES = ['\n', '\r\n', '\r'];
const MARKS = ['', '\ufeff'];
const READERS: [string, (content: Uint8Array) => Promise<Read>][] = [
  ['users', readUsers],
  ['group members', readMembers],
];

/** Cells of all kinds: signs of CSV, line ends within, formulas, letters of one to four bytes. */
const cell = fc.string({
  unit: fc.constantFrom(...Array.from('a1"\',;\t|=+-@\n\r é日म😀')),
  maxLength: 6,
});
/** No line is blank, since a blank one is passed over. */
const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 });
const layout = fc.record({
  newline: fc.constantFrom(...NEWLINES),
  mark: fc.constantFrom(...MARKS),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  endsWithNewline: fc.boolean(),
});

describe('a file', () => {
  test.each(READERS)(
    'of %s reads back equal, whatever its line ends, its mark and what stands between',
    async (_, read) => {
      await fc.assert(
        fc.asyncProperty(table, layout, async (rows, { newline, mark, delimiter, ...more }) => {
          const written = rows.map((cells) => ['x', ...cells].map(escapeFormula));
          const columns = ['country_code', 'phone_number', 'email'];
          const text = Papa.unparse([columns, ...written], { newline, delimiter });
          const found = await read(utf8(mark + text + (more.endsWithNewline ? newline : '')));
          const expected = rows.map(([phone, email]) => ({
            country_code: 'x',
            ...(phone.trim() !== '' && { phone_number: phone.trim() }),
            ...(email.trim() !== '' && { email: email.trim() }),
          }));
          expect(found.problems).toEqual([]);
          expect(found.records.map(({ value }) => value)).toEqual(expected);
        }),
        { numRuns: 100 },
      );
    },
  );

  test('of users as NDJSON reads back equal', async () => {
    const values = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(values, layout, async (records, { newline, mark, ...more }) => {
        const text = records.map((one) => JSON.stringify(one)).join(newline);
        const content = utf8(mark + text + (more.endsWithNewline ? newline : ''));
        const found = await readUsers(content, 'ndjson');
        const expected = records.map((one) => JSON.parse(JSON.stringify(one)) as unknown);
        expect(found.problems).toEqual([]);
        expect(found.records.map(({ value }) => value)).toEqual(expected);
        expect(found.records.map(({ line }) => line)).toEqual(expected.map((__, at) => at + 1));
      }),
      { numRuns: 100 },
    );
  });

  test.each(READERS)('of %s with line ends of CR only has its rows', async (_, read) => {
    const found = await read(utf8('email,name\ra@example.com,x\rb@example.com,y'));
    expect(found.records).toMatchObject([
      { line: 2, value: { email: 'a@example.com' } },
      { line: 3, value: { email: 'b@example.com' } },
    ]);
  });

  test.each(READERS)('of %s in UTF-16 is refused in plain words', async (_, read) => {
    const text = 'email,name\r\na@example.com,x\r\n';
    const marked = `\ufeff${text}`;
    for (const content of [utf16(text), utf16(marked), utf16(marked, false)]) {
      await expect(read(content)).rejects.toThrow(
        'The file is in UTF-16. Save it as UTF-8 (in spreadsheets "CSV UTF-8").',
      );
    }
    await expect(readUsers(utf16('\ufeff{}\n{}'), 'ndjson')).rejects.toThrow('UTF-16');
  });

  test.each(READERS)('of %s in Latin-1 is refused line by line', async (_, read) => {
    for (const newline of NEWLINES) {
      const lines = ['first_name,email', 'José,a@example.com', 'Ann,b@example.com', '"Zoë",c', ''];
      const found = await read(latin1(lines.join(newline)));
      expect(found.problems).toEqual([
        { line: 2, problem: 'is not UTF-8' },
        { line: 4, problem: 'is not UTF-8' },
      ]);
      expect(found.records).toMatchObject([{ line: 3, value: { email: 'b@example.com' } }]);
    }
    await expect(read(latin1('email,prénom\na@example.com,x\n'))).rejects.toThrow(
      'Line 1 of the file is not UTF-8.',
    );
  });

  test('of users as NDJSON in Latin-1 is refused line by line', async () => {
    const found = await readUsers(latin1('{"a":1}\r{"a":"é"}\r\n{"a":2}'), 'ndjson');
    expect(found.problems).toEqual([{ line: 2, problem: 'is not UTF-8' }]);
    expect(found.records.map(({ line }) => line)).toEqual([1, 3]);
  });

  test.each(READERS)(
    'of %s holds numbers as a spreadsheet is made to keep them',
    async (_, read) => {
      const found = await read(utf8('phone_number\n"=""+919820098200"""\n\'+919820098201\n'));
      expect(found.records.map(({ value }) => value)).toEqual([
        { phone_number: '+919820098200' },
        { phone_number: '+919820098201' },
      ]);
    },
  );

  test.each(READERS)('of %s that is empty, or names no column, is refused', async (_, read) => {
    for (const content of ['', '\ufeff']) {
      await expect(read(utf8(content))).rejects.toThrow('The file is empty.');
    }
    for (const content of ['a,b\n1,2\n', '\nemail\n']) {
      await expect(read(utf8(content))).rejects.toThrow(/first line must name/i);
    }
  });

  test('of users that names a column twice is refused', async () => {
    await expect(readUsers(utf8('email,Email\na@example.com,b@example.com\n'))).rejects.toThrow(
      'names email twice',
    );
  });
});
