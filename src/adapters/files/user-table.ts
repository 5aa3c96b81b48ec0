/** Users as rows of a file, and rows as a whole file, in each format. */
import { USER_COLUMNS } from '../../domain/jobs/user-columns.ts';
import { userRow } from '../../domain/jobs/user-record.ts';
import type { ExportedUser, FileFormat } from '../../ports/index.ts';
import { csvHeader, csvLines } from './csv-lines.ts';
import { packXlsx, sheetHeader, sheetLines } from './xlsx/write-xlsx.ts';

const encoder = new TextEncoder();

/** Rows of users, without a header. */
export const rowsOf = (format: FileFormat, users: readonly ExportedUser[]): Uint8Array =>
  encoder.encode((format === 'csv' ? csvLines : sheetLines)(users.map(userRow), USER_COLUMNS));

const headerOf = (format: FileFormat): Uint8Array =>
  encoder.encode((format === 'csv' ? csvHeader : sheetHeader)(USER_COLUMNS));

async function* withHeader(format: FileFormat, rows: AsyncIterable<Uint8Array>) {
  yield headerOf(format);
  yield* rows;
}

/**
 * A file of rows that were written one behind the other.
 * @param bytes of the rows; a spreadsheet is packed, and nobody knows before how long it gets
 */
export function wholeFile(
  format: FileFormat,
  rows: AsyncIterable<Uint8Array>,
  bytes: number,
): { content: ReadableStream<Uint8Array>; bytes?: number } {
  const all = withHeader(format, rows);
  if (format === 'xlsx') return { content: packXlsx(all) };
  const content = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await all.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await all.return(undefined);
    },
  });
  return { content, bytes: headerOf(format).length + bytes };
}
