/** Files of jobs over http: from where an earlier run stopped, as long as the file is the same (D-68). */
import {
  Outage,
  type FileColumns,
  type FilePlace,
  type FileRefusal,
  type ImportFiles,
  type Slice,
} from '../../ports/index.ts';
import { RETRYABLE_STATUSES } from '../outbound/call.ts';
import type { Download } from '../outbound/download.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { CallFailed } from '../outbound/send.ts';
import { readHead, type ReadNames } from './csv-head.ts';
import { csvSlices } from './csv-slices.ts';
import { readXlsx } from './xlsx/read-xlsx.ts';

const MIB = 1024 * 1024;
const MAX_FILE_BYTES = 50 * MIB;
/** It lies in memory, because a spreadsheet can only be unpacked from its end. */
const MAX_PACKED_BYTES = 10 * MIB;
/** Longer than a file server that is alive is silent. */
const IDLE_TIMEOUT_MS = 30_000;
const tooLarge = (maxBytes: number): FileRefusal =>
  refused(`The file is larger than ${maxBytes / MIB} MB.`);

const refused = (reason: string): FileRefusal => ({ state: 'refused', reason });

type Answered = Pick<Download, 'status' | 'headers'>;

/** The version of a file's content. */
const versionOf = ({ headers }: Answered): string | undefined =>
  headers.get('etag') ?? headers.get('last-modified') ?? undefined;

/** Where the body begins, by the server's word, or undefined when it makes no sense. */
const rangeStart = ({ headers }: Answered): number | undefined => {
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
};

/** What the first line of a kind of file means. */
export interface Header<F extends string> {
  read: ReadNames<FileColumns<F>['places']>;
  /** What is said of a line that means nothing. */
  noColumns: string;
}

/** A strong ETag or a date: a weak one may not be used so (RFC 9110), and no header can carry other characters. */
const IF_RANGE = /^("[\x21\x23-\x7e]*"|[A-Z][a-z]{2}, [\x20-\x7e]+ GMT)$/;

function headersOf({ byteOffset, version, fileFormat }: FilePlace): Record<string, string> {
  return {
    ...(fileFormat !== 'xlsx' && { accept: 'text/csv, text/plain;q=0.9, */*;q=0.1' }),
    ...(byteOffset > 0 && { range: `bytes=${byteOffset}-` }),
    // The answer's own version is looked at in any case.
    ...(byteOffset > 0 && version && IF_RANGE.test(version) && { 'if-range': version }),
  };
}

/** Whether an answer goes on where the import is: `first` is the byte its body begins with. */
function judge(
  response: Answered,
  { byteOffset, version }: FilePlace,
  maxBytes: number,
): { state: 'goes on'; first: number } | { state: 'ended' } | { state: 'changed' } | FileRefusal {
  const { status, headers } = response;
  const resumed = byteOffset > 0;
  if (status === 416 && resumed) {
    const length = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
    return { state: Number(length) === byteOffset ? 'ended' : 'changed' };
  }
  if (status >= 400 && status < 500 && !RETRYABLE_STATUSES.has(status)) {
    return refused(`The server answered ${status}.`);
  }
  if (status !== 200 && status !== 206) {
    throw new Outage('File', new Error(`the server answered ${status}`));
  }
  if (version !== undefined && versionOf(response) !== version) {
    return { state: 'changed' };
  }
  // A server that knows no ranges sends the whole, of which the beginning is passed over.
  const first = status === 206 ? rangeStart(response) : 0;
  if (first === undefined || first > byteOffset) {
    throw new Outage('File', new Error('the server answered another part of the file'));
  }
  const length = Number(headers.get('content-length') ?? 0);
  return first + length > maxBytes ? tooLarge(maxBytes) : { state: 'goes on', first };
}

/** All bytes in one piece. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function* nothing(): AsyncGenerator<never> {}

/** The reason as the operator reads it in the group. */
const outage = (error: unknown): Outage =>
  new Outage(
    'File',
    new Error(`the server ${error instanceof CallFailed ? error.message : 'did not answer'}`),
  );

async function* orOutage(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw outage(error);
  }
}

/**
 * @param allows whether a URL may be fetched; asked again for each redirect
 * @param header what the columns of these files mean
 * @param idleTimeoutMs how long the server may be silent
 */
export function importFiles<F extends string>(
  outbound: Outbound,
  allows: (url: string) => boolean,
  { read, noColumns }: Header<F>,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
): ImportFiles<F> {
  async function ask(found: FilePlace) {
    try {
      const options = { headers: headersOf(found), allows, idleTimeoutMs };
      return await outbound.download(found.fileUrl, options);
    } catch (error) {
      throw outage(error);
    }
  }

  return {
    async open(given) {
      const { version, line, columns } = given;
      const isSheet = given.fileFormat === 'xlsx';
      // Places in a spreadsheet are rows: it is fetched whole, whichever of them is the next.
      const found = isSheet ? { ...given, byteOffset: 0 } : given;
      const { byteOffset } = found;
      const maxBytes = isSheet ? MAX_PACKED_BYTES : MAX_FILE_BYTES;
      const response = await ask(found);
      if ('refused' in response) return refused(response.refused);
      let judged: ReturnType<typeof judge>;
      try {
        judged = judge(response, found, maxBytes);
      } catch (error) {
        response.drop();
        throw error;
      }
      if (judged.state === 'ended' && columns) {
        response.drop();
        return { state: 'open', version, columns, slices: nothing };
      }
      if (judged.state !== 'goes on') {
        response.drop();
        return judged.state === 'ended' ? { state: 'changed' } : judged;
      }
      let overLimit = false;
      const chunks = orOutage(
        response.bytes({
          skip: byteOffset - judged.first,
          maxBytes: maxBytes - judged.first,
          onTooMany: () => {
            overLimit = true;
          },
        }),
      );
      if (isSheet) {
        const packed = await collect(chunks);
        if (overLimit) return tooLarge(maxBytes);
        const sheet = await readXlsx(packed, given, read, noColumns);
        return 'state' in sheet
          ? sheet
          : { state: 'open', version: version ?? versionOf(response), ...sheet };
      }
      const known = columns && {
        delimiter: columns.delimiter,
        columns: columns.places,
        start: { byteOffset, line },
        rest: chunks,
      };
      const opened = known ?? (await readHead(chunks, read, noColumns));
      if ('state' in opened) {
        await chunks.return(undefined);
        return opened;
      }
      const { delimiter, columns: places, start, rest } = opened;
      return {
        state: 'open',
        version: version ?? versionOf(response),
        columns: { delimiter, places },
        async *slices(most): AsyncGenerator<Slice | FileRefusal> {
          yield* csvSlices(rest, start, delimiter, most);
          if (overLimit) yield tooLarge(maxBytes);
        },
      };
    },
  };
}
