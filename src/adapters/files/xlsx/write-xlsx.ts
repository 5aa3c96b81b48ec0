/** A spreadsheet of one sheet, packed while it is read: its rows were written before, as XML, and only the frame is made here. */

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Everything but the sheet. */
const FRAME: readonly [name: string, content: string][] = [
  [
    '[Content_Types].xml',
    `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Customers" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
];
const SHEET = 'xl/worksheets/sheet1.xml';
const SHEET_BEGIN = `${XML}<worksheet xmlns="${MAIN}"><sheetData>`;
const SHEET_END = '</sheetData></worksheet>';

/** What XML 1.0 has no way to write; a cell of a spreadsheet has at most 32,767 characters. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const MAX_CELL_CHARS = 32_767;
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
};

const escapeXml = (text: string): string =>
  text
    .slice(0, MAX_CELL_CHARS)
    .replaceAll(UNWRITABLE, '')
    .replaceAll(/[&<>\r]/g, (found) => ESCAPES[found] ?? '');

/** Every cell is a text, so that nothing in it is run, rounded or taken for a date. */
function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '<c/>';
  // What a record holds is text, a number, a flag, or what stands as JSON in a cell.
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `<c t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/** A row of a sheet for each record. */
export const sheetLines = (
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
): string =>
  records
    .map((record) => `<row>${columns.map((name) => cellOf(record[name])).join('')}</row>`)
    .join('');

/** The row of the header. */
export const sheetHeader = (columns: readonly string[]): string =>
  sheetLines([Object.fromEntries(columns.map((name) => [name, name]))], columns);

const encoder = new TextEncoder();

function streamOf(chunks: AsyncIterator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

/** @param rows that `sheetHeader` and `sheetLines` have written, in UTF-8 */
export function packXlsx(rows: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  async function* sheet() {
    yield encoder.encode(SHEET_BEGIN);
    yield* rows;
    yield encoder.encode(SHEET_END);
  }
  async function pack(): Promise<void> {
    const { TextReader, ZipWriter, configure } =
      await import('@zip.js/zip.js/lib/zip-core-custom.js');
    configure({ useWebWorkers: false });
    const zip = new ZipWriter(writable, { zip64: false });
    for (const [name, content] of FRAME) await zip.add(name, new TextReader(content));
    await zip.add(SHEET, streamOf(sheet()));
    await zip.close();
  }
  // Whoever reads sees that it failed.
  pack().catch(async (error: unknown) => writable.abort(error).catch(() => undefined));
  return readable;
}
