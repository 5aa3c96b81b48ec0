/** Spreadsheets of tests, part by part: as programs write them, and as nobody should. */
import {
  configure,
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-custom.js';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';

export interface SheetParts {
  /** What stands in `<sheetData>`. */
  rows?: string;
  /** What stands in `<sst>`. */
  strings?: string;
  /** What stands in `<styleSheet>`. */
  styles?: string;
  workbook?: string;
  /** Further parts, and other contents of those above. */
  parts?: Record<string, string | Uint8Array>;
}

/** A file of parts. */
export async function zipOf(parts: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, content] of Object.entries(parts)) {
    await zip.add(
      name,
      typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content),
    );
  }
  return zip.close();
}

const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;

export async function xlsxOf({
  rows = '',
  strings = '',
  styles = '',
  workbook = '',
  parts = {},
}: SheetParts): Promise<Uint8Array> {
  return zipOf({
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}">${relation('rId1', 'officeDocument', '/xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">${workbook}<sheets><sheet name="A" sheetId="7" r:id="rId3"/><sheet name="B" sheetId="1" r:id="rId4"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}">${relation('rId1', 'sharedStrings', 'sharedStrings.xml')}${relation('rId2', 'styles', 'styles.xml')}${relation('rId3', 'worksheet', 'worksheets/first.xml')}${relation('rId4', 'worksheet', 'worksheets/sheet1.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${strings}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}">${styles}</styleSheet>`,
    'xl/worksheets/first.xml': `<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData></worksheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetData/></worksheet>`,
    ...parts,
  });
}
