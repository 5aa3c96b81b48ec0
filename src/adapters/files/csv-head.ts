/** The first line of a CSV file: what its columns are called, and what stands between its fields. */
import type { FileRefusal } from '../../ports/index.ts';
import { readFirstLine } from './csv-records.ts';
import { concat, type Place } from './csv-slices.ts';
import { behindLineEnd } from './line-ends.ts';
import { isUtf16, markBytes, NOT_UTF8, readUtf8, UTF16_FILE } from './utf8.ts';

const MAX_HEAD_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];

/** The columns that the names of a header mean. */
export type ReadNames<C> = (
  names: string[],
) => { columns: C; known: number } | { problem: string } | undefined;

export interface CsvHead<C> {
  delimiter: string;
  columns: C;
  /** Where the records begin. */
  start: Place;
  rest: AsyncGenerator<Uint8Array>;
}

const refused = (reason: string): FileRefusal => ({ state: 'refused', reason });

/** The first line with its end, and what was read behind it. */
async function firstLine(chunks: AsyncIterator<Uint8Array>) {
  let head: Uint8Array = new Uint8Array();
  let ended = false;
  while (behindLineEnd(head, ended) === undefined && !ended && head.length <= MAX_HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) ended = true;
    else head = concat(head, next.value);
  }
  const end = behindLineEnd(head, ended) ?? head.length;
  return { line: head.subarray(0, end), behind: head.subarray(end) };
}

/**
 * Reads up to the end of the header, and hands back what came behind it.
 * @param read the columns, and how many of them are known; undefined when the names say nothing; or a sentence on what is wrong
 *   with them
 * @param noColumns what is said of a header that says nothing
 */
export async function readHead<C>(
  chunks: AsyncGenerator<Uint8Array>,
  read: ReadNames<C>,
  noColumns: string,
): Promise<CsvHead<C> | FileRefusal> {
  const { line, behind } = await firstLine(chunks);
  if (isUtf16(line)) return refused(UTF16_FILE);
  const text = line.subarray(markBytes(line));
  if (text.length + behind.length === 0) return refused('The file is empty.');
  if (readUtf8(text) === undefined) return refused(`Line 1 of the file ${NOT_UTF8}.`);
  const judged = DELIMITERS.flatMap((delimiter) => {
    const found = read(readFirstLine(text, delimiter).map((name) => name.trim()));
    return found ? [{ delimiter, ...found }] : [];
  });
  const [best] = judged.filter((one) => 'columns' in one).toSorted((a, b) => b.known - a.known);
  if (!best) return refused(judged.find((one) => 'problem' in one)?.problem ?? noColumns);
  async function* rest() {
    yield behind;
    yield* chunks;
  }
  const { delimiter, columns } = best;
  return { delimiter, columns, start: { byteOffset: line.length, line: 1 }, rest: rest() };
}
