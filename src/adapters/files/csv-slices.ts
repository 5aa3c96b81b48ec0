/**
 * Bytes of a CSV file → slices of records, each with its line and the byte behind it, from which another run can go on.
 */
import type { FileRefusal, LineError, Slice } from '../../ports/index.ts';
import { readCell } from '../../shared/csv-cell.ts';
import { readRecords, type CsvLimits, type CsvRecord } from './csv-records.ts';
import { behindLastLineEnd, behindLineEnd } from './line-ends.ts';
import { NOT_UTF8 } from './utf8.ts';

/** Enough records for a slice; what lies in memory is a few times as much. */
const BLOCK_BYTES = 256 * 1024;
/** A record over more lines, or more bytes, began with a quote that was never closed. */
const LIMITS: CsvLimits = { maxChars: 64 * 1024, maxLines: 100 };
const MAX_BROKEN_RECORDS = 100;
const CR = 13;

export interface Place {
  byteOffset: number;
  line: number;
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
      if (this.#skipping && !last && behindLineEnd(this.#buffer, last) === undefined) {
        return this.#drop();
      }
      if (this.#skipping) {
        yield this.#passOver();
        continue;
      }
      const end = last ? this.#buffer.length : behindLastLineEnd(this.#buffer);
      const whole = this.#buffer.subarray(0, end);
      const { records, stopped } = readRecords(whole, this.#delimiter, LIMITS);
      yield* this.#slices(records);
      // The rest of an open one may be in the next block.
      const broken = stopped === 'too large' || (stopped === 'open quote' && last);
      const endless = !last && records.length === 0 && this.#buffer.length > LIMITS.maxChars;
      if (!broken && !endless) return undefined;
      this.#skipping = true;
    }
  }

  /** In parts of about the same size, so that none is hardly worth its calls. */
  *#slices(rows: readonly CsvRecord[]): Generator<Slice> {
    const size = Math.ceil(rows.length / Math.ceil(rows.length / this.#most));
    for (let at = 0; at < rows.length; at += size) {
      const part = rows.slice(at, at + size);
      const slice: Pick<Slice, 'records' | 'broken'> = { records: [], broken: [] };
      for (const { fields, bytes, lines } of part) {
        const line = this.#place.line + 1;
        if (fields) slice.records.push({ line, fields: fields.map(readCell) });
        else slice.broken.push({ line, message: NOT_UTF8 });
        this.#advance(bytes, lines);
      }
      yield { ...slice, ...this.#place };
    }
  }

  #advance(bytes: number, lines: number): void {
    const { byteOffset, line } = this.#place;
    this.#buffer = this.#buffer.subarray(bytes);
    this.#place = { byteOffset: byteOffset + bytes, line: line + lines };
  }

  /** The end of a line that cannot be read. */
  #passOver(): Slice {
    const message = 'a quote is not closed, or the line has no end';
    const broken: LineError[] = [{ line: this.#place.line + 1, message }];
    this.#skipping = false;
    this.#broken += 1;
    this.#advance(behindLineEnd(this.#buffer, true) ?? this.#buffer.length, 1);
    return { records: [], broken, ...this.#place };
  }

  /** The middle of such a line; a CR at the end of it may be half of its end. */
  #drop(): void {
    const { length } = this.#buffer;
    this.#advance(this.#buffer[length - 1] === CR ? length - 1 : length, 0);
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
