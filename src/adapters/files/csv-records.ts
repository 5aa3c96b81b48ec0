/**
 * Bytes of a CSV file (RFC 4180) → records, by csv-parse, which says behind which byte each of them ends. Read leniently: a
 * quote counts at the beginning of a field only, and rows may have any number of fields.
 */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRecord {
  fields: string[];
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

const LF = 10;

const lineEndsIn = (bytes: Uint8Array): number => {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
};

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
 * @param content UTF-8, from the beginning of a record
 * @param delimiter one character
 */
export function readRecords(content: Uint8Array, delimiter: string, limits: CsvLimits): CsvRead {
  const records: CsvRecord[] = [];
  let start = 0;
  try {
    parse(content, {
      delimiter,
      // Named, else the first line end of a text would decide what counts as one in all of it.
      record_delimiter: ['\r\n', '\n'],
      relax_quotes: true,
      relax_column_count: true,
      max_record_size: limits.maxChars,
      on_record(fields: string[], { bytes: end }) {
        // The last line of a file may have no end. The parser's own count takes a `\r` within quotes for another line.
        const lines = Math.max(1, lineEndsIn(content.subarray(start, end)));
        if (lines > limits.maxLines) throw new TooManyLines();
        records.push({ fields, bytes: end - start, lines });
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

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Fields of the first line of a file, which a byte order mark is no part of; none when the line cannot be read. */
export function readFirstLine(line: Uint8Array, delimiter: string): string[] {
  const marked = BYTE_ORDER_MARK.every((byte, at) => line[at] === byte);
  const content = marked ? line.subarray(BYTE_ORDER_MARK.length) : line;
  return (
    readRecords(content, delimiter, { maxChars: line.length, maxLines: 1 }).records[0]?.fields ?? []
  );
}
