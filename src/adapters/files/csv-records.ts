/**
 * Bytes of a CSV file (RFC 4180) → records, by csv-parse, which says behind which byte each of them ends. Read leniently: a
 * quote counts at the beginning of a field only, and rows may have any number of fields.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { countLineEnds } from './line-ends.ts';
import { readUtf8 } from './utf8.ts';

export interface CsvRecord {
  /** Undefined when its bytes are not UTF-8. */
  fields: string[] | undefined;
  bytes: number;
  /** How many lines it takes up. */
  lines: number;
}

export interface CsvRead {
  records: CsvRecord[];
  /** Why the record behind the last one could not be read: its quote is open at the end, or it is larger than allowed. */
  stopped?: 'open quote' | 'too large';
}

/** Of one record. */
export interface CsvLimits {
  maxChars: number;
  maxLines: number;
}

/** Ends the parser in the middle of its work. */
class TooManyLines extends Error {}

const STOPS = new Map<string, NonNullable<CsvRead['stopped']>>([
  ['CSV_QUOTE_NOT_CLOSED', 'open quote'],
  ['CSV_MAX_RECORD_SIZE', 'too large'],
]);

function reasonOf(error: unknown): CsvRead['stopped'] {
  if (error instanceof TooManyLines) return 'too large';
  return error instanceof CsvError ? STOPS.get(error.code) : undefined;
}

/**
 * @param content from the beginning of a record
 * @param delimiter one character
 */
export function readRecords(content: Uint8Array, delimiter: string, limits: CsvLimits): CsvRead {
  const records: CsvRecord[] = [];
  // The parser replaces what is not UTF-8, so each record of such a text is looked at.
  const allUtf8 = readUtf8(content) !== undefined;
  let start = 0;
  try {
    parse(content, {
      delimiter,
      // Named, else the first line end of a text would decide what counts as one in all of it.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      relax_column_count: true,
      max_record_size: limits.maxChars,
      on_record(fields: string[], { bytes: end }) {
        // The last line of a file may have no end. The parser's own count takes a `\r` within quotes for another line.
        const bytes = content.subarray(start, end);
        const lines = Math.max(1, countLineEnds(bytes));
        if (lines > limits.maxLines) throw new TooManyLines();
        const readable = allUtf8 || readUtf8(bytes) !== undefined;
        records.push({ fields: readable ? fields : undefined, bytes: end - start, lines });
        start = end;
        // The parser need not keep what is kept here.
        return null;
      },
    });
  } catch (error) {
    const stopped = reasonOf(error);
    if (!stopped) throw error;
    return { records, stopped };
  }
  return { records };
}

/** Fields of the first line of a file, without its byte order mark; none when the line cannot be read. */
export function readFirstLine(line: Uint8Array, delimiter: string): string[] {
  const { records } = readRecords(line, delimiter, { maxChars: line.length, maxLines: 1 });
  return records[0]?.fields ?? [];
}
