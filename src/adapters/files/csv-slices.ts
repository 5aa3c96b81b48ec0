/**
 * Bytes of a CSV file → records, each with its line and the byte behind it, from which another run can go on. Where a record
 * ends in bytes is found by counting line ends, which no encoding trick can move.
 */
import type { FileRefusal, LineError, Slice } from '../../ports.ts';
import { readRecord } from './csv-record.ts';

/** Enough records for a slice; what lies in memory is a few times as much. */
const BLOCK_BYTES = 256 * 1024;
/** A record over more lines, or more bytes, began with a quote that was never closed. */
const MAX_RECORD_LINES = 100;
const MAX_RECORD_BYTES = 64 * 1024;
const MAX_BROKEN_RECORDS = 100;
const LF = 10;

export interface Place {
  byteOffset: number;
  line: number;
}

interface Row {
  fields: string[];
  /** How many lines it takes up. */
  lines: number;
}

interface Parsed {
  rows: Row[];
  /** The row behind `rows` cannot be read; its first line is to be passed over. */
  broken: boolean;
}

const linesIn = (text: string, start: number, end: number): number => {
  let lines = 1;
  for (
    let at = text.indexOf('\n', start);
    at !== -1 && at < end - 1;
    at = text.indexOf('\n', at + 1)
  ) {
    lines += 1;
  }
  return lines;
};

/** Records of a text that ends behind a line, or with the file. */
function parse(text: string, delimiter: string, last: boolean): Parsed {
  const rows: Row[] = [];
  for (let at = 0; at < text.length;) {
    const record = readRecord(text, at, delimiter);
    // The rest of it may be in the next block.
    if (!record) return { rows, broken: last };
    const lines = linesIn(text, at, record.end);
    if (lines > MAX_RECORD_LINES) return { rows, broken: true };
    rows.push({ fields: record.fields, lines });
    at = record.end;
  }
  return { rows, broken: false };
}

/** Both, one behind the other; an empty one costs no copy. */
export function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Pieces of at least `BLOCK_BYTES`, the last one aside. */
async function* blocksOfAtLeast(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    block = concat(block, chunk);
    if (block.length < BLOCK_BYTES) continue;
    yield block;
    block = new Uint8Array();
  }
  yield block;
}

/** Takes in blocks, gives out slices. */
class CsvSlicer {
  readonly #delimiter: string;
  readonly #most: number;
  #buffer: Uint8Array = new Uint8Array();
  #place: Place;
  /** Behind the beginning of a line that is passed over, whose end is still to come. */
  #skipping = false;
  #broken = 0;

  constructor(start: Place, delimiter: string, most: number) {
    this.#place = start;
    this.#delimiter = delimiter;
    this.#most = most;
  }

  /** Each broken line costs another look at the whole block. */
  get tooManyBrokenRecords(): boolean {
    return this.#broken >= MAX_BROKEN_RECORDS;
  }

  /** @param last nothing comes behind it */
  *cut(block: Uint8Array, last: boolean): Generator<Slice> {
    this.#buffer = concat(this.#buffer, block);
    while (!this.tooManyBrokenRecords) {
      if (this.#skipping && !last && !this.#buffer.includes(LF)) return this.#drop();
      if (this.#skipping) {
        yield this.#passOver();
        continue;
      }
      const end = last ? this.#buffer.length : this.#buffer.lastIndexOf(LF) + 1;
      const text = new TextDecoder().decode(this.#buffer.subarray(0, end));
      const { rows, broken } = parse(text, this.#delimiter, last);
      yield* this.#slices(rows);
      const endless = !last && rows.length === 0 && this.#buffer.length > MAX_RECORD_BYTES;
      if (!broken && !endless) return undefined;
      this.#skipping = true;
    }
  }

  /** In parts of about the same size, so that none is hardly worth its calls. */
  *#slices(rows: readonly Row[]): Generator<Slice> {
    const size = Math.ceil(rows.length / Math.ceil(rows.length / this.#most));
    for (let at = 0; at < rows.length; at += size) {
      const part = rows.slice(at, at + size);
      let { line } = this.#place;
      const records = part.map(({ fields, lines }) => {
        const record = { line: line + 1, fields };
        line += lines;
        return record;
      });
      this.#advance(line - this.#place.line);
      yield { records, broken: [], ...this.#place };
    }
  }

  /** Moves behind so many lines. */
  #advance(lines: number): void {
    let at = 0;
    for (let count = 0; count < lines; count += 1) {
      const end = this.#buffer.indexOf(LF, at);
      at = end === -1 ? this.#buffer.length : end + 1;
    }
    this.#buffer = this.#buffer.subarray(at);
    this.#place = { byteOffset: this.#place.byteOffset + at, line: this.#place.line + lines };
  }

  /** The end of a line that cannot be read. */
  #passOver(): Slice {
    const message = 'a quote is not closed, or the line has no end';
    const broken: LineError[] = [{ line: this.#place.line + 1, message }];
    this.#skipping = false;
    this.#broken += 1;
    this.#advance(1);
    return { records: [], broken, ...this.#place };
  }

  /** The middle of such a line. */
  #drop(): void {
    const { byteOffset, line } = this.#place;
    this.#place = { byteOffset: byteOffset + this.#buffer.length, line };
    this.#buffer = new Uint8Array();
  }
}

/** @param most records in one slice */
export async function* csvSlices(
  chunks: AsyncIterable<Uint8Array>,
  start: Place,
  delimiter: string,
  most: number,
): AsyncGenerator<Slice | FileRefusal> {
  const slicer = new CsvSlicer(start, delimiter, most);
  for await (const block of blocksOfAtLeast(chunks)) {
    yield* slicer.cut(block, false);
    if (slicer.tooManyBrokenRecords) break;
  }
  yield* slicer.cut(new Uint8Array(), true);
  if (slicer.tooManyBrokenRecords) {
    yield { state: 'refused', reason: 'The file is no CSV: too many of its lines cannot be read.' };
  }
}
