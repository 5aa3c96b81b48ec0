/** A file of users, record by record: NDJSON or CSV, from the byte where an earlier run stopped. */
import { createReadStream } from 'node:fs';
import { csvSlices, concat } from '../../../adapters/files/csv-slices.ts';
import { unescapeFormula } from './csv-cell.ts';
import { readFirstLine } from '../../../adapters/files/csv-records.ts';

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

const LF = 10;

const bytes = (file: string, start: number): AsyncIterable<Uint8Array> =>
  // Without an encoding a stream hands out bytes; its type says more.
  createReadStream(file, { start, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;

function parseLine(line: number, text: string): Parsed {
  try {
    return { line, value: JSON.parse(text) as unknown };
  } catch {
    return { line, problem: 'is not JSON' };
  }
}

async function* ndjson(file: string, start: Place, most: number): AsyncGenerator<Chunk> {
  let rest: Uint8Array = new Uint8Array();
  let { byteOffset, line } = start;
  let records: Parsed[] = [];
  function* take(block: Uint8Array): Generator<Chunk> {
    const text = new TextDecoder();
    for (let from = 0; ;) {
      const end = block.indexOf(LF, from);
      if (end === -1) {
        rest = block.subarray(from);
        return;
      }
      const content = text.decode(block.subarray(from, end)).trim();
      line += 1;
      byteOffset += end + 1 - from;
      from = end + 1;
      if (content !== '') records.push(parseLine(line, content));
      if (records.length >= most) {
        yield { records, byteOffset, line };
        records = [];
      }
    }
  }
  for await (const chunk of bytes(file, byteOffset)) {
    yield* take(concat(rest, chunk));
  }
  if (rest.length > 0) yield* take(concat(rest, Uint8Array.of(LF)));
  if (records.length > 0) yield { records, byteOffset, line };
}

/** The header of a CSV and where its records begin. */
async function header(file: string): Promise<{ names: string[]; start: Place }> {
  let head: Uint8Array = new Uint8Array();
  for await (const chunk of bytes(file, 0)) {
    head = concat(head, chunk);
    if (chunk.includes(LF)) break;
  }
  const end = head.includes(LF) ? head.indexOf(LF) + 1 : head.length;
  const names = readFirstLine(head.subarray(0, end), ',').map((name) => name.trim());
  return { names, start: { byteOffset: end, line: 1 } };
}

async function* csv(file: string, start: Place, most: number): AsyncGenerator<Chunk> {
  const { names, start: begin } = await header(file);
  const place = start.byteOffset > 0 ? start : begin;
  for await (const slice of csvSlices(bytes(file, place.byteOffset), place, ',', most)) {
    if ('state' in slice) throw new Error(slice.reason);
    const { byteOffset, line, broken } = slice;
    const records = slice.records
      .filter(({ fields }) => fields.some((field) => field.trim() !== ''))
      .map(({ line: at, fields }): Parsed => {
        // An empty cell is an absent field.
        const cells = names.flatMap((name, index) => {
          const cell = fields[index]?.trim() ?? '';
          return cell === '' ? [] : [[name, unescapeFormula(cell)]];
        });
        return { line: at, value: Object.fromEntries(cells) as unknown };
      });
    const problems = broken.map(({ line: at, message }): Parsed => ({
      line: at,
      problem: message,
    }));
    yield { records: [...problems, ...records], byteOffset, line };
  }
}

/** @param most records in a chunk */
export const chunksOf = (
  file: string,
  format: FileFormat,
  start: Place,
  most: number,
): AsyncGenerator<Chunk> => (format === 'csv' ? csv(file, start, most) : ndjson(file, start, most));
