/** A file of users, record by record: NDJSON or CSV, from the byte where an earlier run stopped. */
import { createReadStream } from 'node:fs';
import { readHead, type CsvHead } from '../../../adapters/files/csv-head.ts';
import { csvSlices, concat } from '../../../adapters/files/csv-slices.ts';
import { behindLineEnd } from '../../../adapters/files/line-ends.ts';
import {
  isUtf16,
  markBytes,
  NOT_UTF8,
  readUtf8,
  UTF16_FILE,
} from '../../../adapters/files/utf8.ts';
import { NO_USER_COLUMNS, userFields } from '../../../domain/jobs/user-columns.ts';
import type { FileColumns } from '../../../ports/index.ts';
import { CommandError } from '../command.ts';
import type { ReadUserNames } from './columns.ts';

export type FileFormat = 'ndjson' | 'csv';

/** A record, or `problem` when the line cannot even be parsed; then where the next one begins. */
export interface Parsed {
  line: number;
  value?: unknown;
  problem?: string;
}
export interface Place {
  byteOffset: number;
  line: number;
}
export interface Chunk extends Place {
  records: Parsed[];
}

/** The bytes of a file, from one of them on. */
export async function* bytes(file: string, start: number): AsyncGenerator<Uint8Array> {
  // Without an encoding a stream hands out bytes; its type says more.
  yield* createReadStream(file, { start, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
}

/** @param content a line without its end */
function parseLine(line: number, content: Uint8Array): Parsed | undefined {
  const text = readUtf8(content);
  if (text === undefined) return { line, problem: NOT_UTF8 };
  if (text.trim() === '') return undefined;
  try {
    return { line, value: JSON.parse(text) as unknown };
  } catch {
    return { line, problem: 'is not JSON' };
  }
}

/** The lines of a file with their ends, as bytes. */
async function* linesOf(file: string, start: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of bytes(file, start)) {
    rest = concat(rest, chunk);
    for (let behind = behindLineEnd(rest, false); behind !== undefined;) {
      yield rest.subarray(0, behind);
      rest = rest.subarray(behind);
      behind = behindLineEnd(rest, false);
    }
  }
  if (rest.length > 0) yield rest;
}

async function* ndjson(file: string, start: Place, most: number): AsyncGenerator<Chunk> {
  let { byteOffset, line } = start;
  let records: Parsed[] = [];
  for await (const whole of linesOf(file, byteOffset)) {
    if (byteOffset === 0 && isUtf16(whole)) throw new CommandError(UTF16_FILE);
    const content = byteOffset === 0 ? whole.subarray(markBytes(whole)) : whole;
    line += 1;
    byteOffset += whole.length;
    const parsed = parseLine(line, content);
    if (parsed) records.push(parsed);
    if (records.length < most) continue;
    yield { records, byteOffset, line };
    records = [];
  }
  if (records.length > 0) yield { records, byteOffset, line };
}

/** The header of a CSV and where its records begin. */
async function readHeader(
  file: string,
  names: ReadUserNames,
): Promise<CsvHead<FileColumns['places']>> {
  const chunks = bytes(file, 0);
  const head = await readHead(chunks, names, NO_USER_COLUMNS);
  await chunks.return(undefined);
  if ('state' in head) throw new CommandError(head.reason);
  return head;
}

async function* csv(
  file: string,
  names: ReadUserNames,
  start: Place,
  most: number,
): AsyncGenerator<Chunk> {
  const { columns, delimiter, start: begin } = await readHeader(file, names);
  const place = start.byteOffset > 0 ? start : begin;
  for await (const slice of csvSlices(bytes(file, place.byteOffset), place, delimiter, most)) {
    if ('state' in slice) throw new CommandError(slice.reason);
    const { byteOffset, line, broken } = slice;
    const records = slice.records
      .filter(({ fields }) => fields.some((field) => field.trim() !== ''))
      .map(({ line: at, fields }): Parsed => ({ line: at, value: userFields(columns, fields) }));
    const problems = broken.map(({ line: at, message }): Parsed => ({
      line: at,
      problem: message,
    }));
    yield { records: [...problems, ...records], byteOffset, line };
  }
}

/** @param most records in a chunk */
export const chunksOf = (
  { file, format, names }: { file: string; format: FileFormat; names: ReadUserNames },
  start: Place,
  most: number,
): AsyncGenerator<Chunk> =>
  format === 'csv' ? csv(file, names, start, most) : ndjson(file, start, most);
