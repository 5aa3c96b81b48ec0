/** A spreadsheet as a file of records: from the row where an earlier run stopped. */
import type { FileColumns, FilePlace, FileRefusal, Slice } from '../../../ports/index.ts';
import type { ReadNames } from '../csv-head.ts';
import { sheetRows, type SheetRow } from './rows.ts';
import { BadSpreadsheet, MAX_UNPACKED_BYTES, openPackage } from './unzip.ts';
import { readWorkbook } from './workbook.ts';

/** Texts of one slice, in UTF-16 units. */
const MAX_SLICE_CHARS = 256 * 1024;

export interface OpenSheet<F extends string> {
  columns: FileColumns<F>;
  slices(most: number): AsyncGenerator<Slice | FileRefusal>;
}

const refused = (error: unknown): FileRefusal => {
  if (error instanceof BadSpreadsheet) return { state: 'refused', reason: error.message };
  throw error;
};

const isFilled = ({ fields }: SheetRow): boolean => fields.some((field) => field.trim() !== '');

async function* slicesOf(
  rows: AsyncGenerator<SheetRow>,
  read: number,
  most: number,
): AsyncGenerator<Slice | FileRefusal> {
  let slice: Slice = { records: [], broken: [], byteOffset: read, line: 0 };
  let chars = 0;
  try {
    for await (const row of rows) {
      slice.records.push(row);
      slice.byteOffset += 1;
      slice.line = row.line;
      chars += row.fields.reduce((sum, field) => sum + field.length, 0);
      if (slice.records.length < most && chars < MAX_SLICE_CHARS) continue;
      yield slice;
      slice = { records: [], broken: [], byteOffset: slice.byteOffset, line: slice.line };
      chars = 0;
    }
    if (slice.records.length > 0) yield slice;
  } catch (error) {
    yield refused(error);
  }
}

/**
 * Opens the first sheet of a spreadsheet, whose first filled row is the header. Its places are rows: `byteOffset` counts them.
 * @param packed the whole file
 * @param noColumns what is said of a header that says nothing
 */
export async function readXlsx<F extends string>(
  packed: Uint8Array,
  { byteOffset, columns }: Pick<FilePlace<F>, 'byteOffset' | 'columns'>,
  read: ReadNames<FileColumns<F>['places']>,
  noColumns: string,
  maxUnpackedBytes = MAX_UNPACKED_BYTES,
): Promise<OpenSheet<F> | FileRefusal> {
  try {
    const parts = await openPackage(packed, maxUnpackedBytes);
    const workbook = await readWorkbook(parts);
    const rows = sheetRows(parts.bytes(workbook.sheet), workbook);
    let passed = 0;
    let head: SheetRow | undefined;
    while (columns ? passed < byteOffset : !head) {
      const next = await rows.next();
      if (next.done === true) break;
      passed += 1;
      if (isFilled(next.value)) head = next.value;
    }
    if (columns) return { columns, slices: (most) => slicesOf(rows, passed, most) };
    if (!head) return { state: 'refused', reason: 'The file is empty.' };
    const found = read(head.fields.map((name) => name.trim()));
    if (!found || 'problem' in found) {
      await rows.return(undefined);
      return { state: 'refused', reason: found?.problem ?? noColumns };
    }
    return {
      columns: { delimiter: '', places: found.columns },
      slices: (most) => slicesOf(rows, passed, most),
    };
  } catch (error) {
    return refused(error);
  }
}
