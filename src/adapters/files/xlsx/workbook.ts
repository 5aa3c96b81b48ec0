/** The first pass over a spreadsheet: which sheet is the first, its shared texts, and which numbers are dates. */
import { BadSpreadsheet, type Package } from './unzip.ts';
import { readXml } from './xml.ts';

export interface Workbook {
  /** The part that holds the first sheet. */
  sheet: string;
  /** Texts that cells refer to by their place. */
  strings: string[];
  /** By the place of a cell's style: whether its number is a date. */
  dates: boolean[];
  /** Days are counted from 1904, not from 1900. */
  from1904: boolean;
}

/** UTF-16 units of all shared texts together; they lie in memory. */
const MAX_SHARED_CHARS = 16_000_000;
/** Formats that are built in: dates and times of all locales. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) ||
  (id >= 27 && id <= 36) ||
  (id >= 45 && id <= 47) ||
  (id >= 50 && id <= 58);

/** Letters of a date, outside of quoted texts, colours and conditions. */
const isDateFormat = (code: string): boolean =>
  /[ymdhs]/i.test(code.replaceAll(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General/gi, ''));

async function readRelations(parts: Package, of: string): Promise<Map<string, string>> {
  const at = of.lastIndexOf('/') + 1;
  const folder = of.slice(0, at);
  const name = `${folder}_rels/${of.slice(at)}.rels`;
  const targets = new Map<string, string>();
  if (!parts.has(name)) return targets;
  await readXml(parts.bytes(name), {
    open(tag, { Id = '', Target = '', Type = '' }) {
      if (tag !== 'Relationship') return;
      const { pathname } = new URL(Target, `file:///${folder}`);
      targets.set(Id, decodeURIComponent(pathname.slice(1)));
      targets.set(Type.slice(Type.lastIndexOf('/') + 1), decodeURIComponent(pathname.slice(1)));
    },
  });
  return targets;
}

async function readStrings(parts: Package, name: string | undefined): Promise<string[]> {
  const strings: string[] = [];
  if (name === undefined || !parts.has(name)) return strings;
  let [text, inText, inPhonetic, chars] = ['', false, false, 0];
  await readXml(parts.bytes(name), {
    open(tag) {
      if (tag === 'si') text = '';
      // How a text is read aloud stands beside it.
      if (tag === 'rPh') inPhonetic = true;
      inText = tag === 't';
    },
    close(tag) {
      inText = false;
      if (tag === 'rPh') inPhonetic = false;
      if (tag !== 'si') return;
      chars += text.length;
      if (chars > MAX_SHARED_CHARS) {
        throw new BadSpreadsheet('The texts of the spreadsheet are too large. Save it as CSV.');
      }
      strings.push(text);
    },
    text(more) {
      if (inText && !inPhonetic) text += more;
    },
  });
  return strings;
}

async function readDates(parts: Package, name: string | undefined): Promise<boolean[]> {
  const dates: boolean[] = [];
  if (name === undefined || !parts.has(name)) return dates;
  const formats = new Map<number, string>();
  let inCellFormats = false;
  await readXml(parts.bytes(name), {
    open(tag, { numFmtId = '0', formatCode = '' }) {
      if (tag === 'numFmt') formats.set(Number(numFmtId), formatCode);
      if (tag === 'cellXfs') inCellFormats = true;
      if (tag !== 'xf' || !inCellFormats) return;
      const code = formats.get(Number(numFmtId));
      dates.push(code === undefined ? isBuiltInDate(Number(numFmtId)) : isDateFormat(code));
    },
    close(tag) {
      if (tag === 'cellXfs') inCellFormats = false;
    },
  });
  return dates;
}

/**
 * Everything that the rows of the first sheet need.
 * @throws BadSpreadsheet
 */
export async function readWorkbook(parts: Package): Promise<Workbook> {
  const book = (await readRelations(parts, '')).get('officeDocument') ?? 'xl/workbook.xml';
  if (!parts.has(book)) throw new BadSpreadsheet('The file is no XLSX spreadsheet.');
  const relations = await readRelations(parts, book);
  let first: string | undefined;
  let from1904 = false;
  await readXml(parts.bytes(book), {
    open(tag, attributes) {
      if (tag === 'workbookPr') from1904 = /^(1|true)$/.test(attributes['date1904'] ?? '');
      const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1];
      if (tag === 'sheet') first ??= id;
    },
  });
  const sheet = relations.get(first ?? '');
  if (sheet === undefined || !parts.has(sheet)) {
    throw new BadSpreadsheet('The spreadsheet has no sheet of cells.');
  }
  return {
    sheet,
    strings: await readStrings(parts, relations.get('sharedStrings')),
    dates: await readDates(parts, relations.get('styles')),
    from1904,
  };
}
