/** CSV files of groups over http: from where an earlier run stopped, as long as the file is the same (D-68). */
import { NO_COLUMNS, readHeader } from '../../domain/groups/group-members.ts';
import { Outage, type FileRefusal, type ImportFiles, type Slice } from '../../ports/index.ts';
import { RETRYABLE_STATUSES } from '../outbound/call.ts';
import type { Download } from '../outbound/download.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { CallFailed } from '../outbound/send.ts';
import { readHead } from './csv-head.ts';
import { csvSlices } from './csv-slices.ts';

const MAX_FILE_BYTES = 50 * 1024 * 1024;
/** Longer than a file server that is alive is silent. */
const IDLE_TIMEOUT_MS = 30_000;
const TOO_LARGE = 'The file is larger than 50 MB.';

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

/** Which places of a record name a customer. */
function readPlaces(names: string[]) {
  const columns = readHeader(names);
  return columns && { columns, known: Object.keys(columns).length };
}

type Found = Parameters<ImportFiles['open']>[0];

/** A strong ETag or a date: a weak one may not be used so (RFC 9110), and no header can carry other characters. */
const IF_RANGE = /^("[\x21\x23-\x7e]*"|[A-Z][a-z]{2}, [\x20-\x7e]+ GMT)$/;

function headersOf({ byteOffset, version }: Found): Record<string, string> {
  return {
    accept: 'text/csv, text/plain;q=0.9, */*;q=0.1',
    ...(byteOffset > 0 && { range: `bytes=${byteOffset}-` }),
    // The answer's own version is looked at in any case.
    ...(byteOffset > 0 && version && IF_RANGE.test(version) && { 'if-range': version }),
  };
}

/** Whether an answer goes on where the import is: `first` is the byte its body begins with. */
function judge(
  response: Answered,
  { byteOffset, version }: Found,
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
  if (resumed && version !== undefined && versionOf(response) !== version) {
    return { state: 'changed' };
  }
  // A server that knows no ranges sends the whole, of which the beginning is passed over.
  const first = status === 206 ? rangeStart(response) : 0;
  if (first === undefined || first > byteOffset) {
    throw new Outage('File', new Error('the server answered another part of the file'));
  }
  const length = Number(headers.get('content-length') ?? 0);
  return first + length > MAX_FILE_BYTES ? refused(TOO_LARGE) : { state: 'goes on', first };
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
 * @param idleTimeoutMs how long the server may be silent
 */
export function importFiles(
  outbound: Outbound,
  allows: (url: string) => boolean,
  idleTimeoutMs = IDLE_TIMEOUT_MS,
): ImportFiles {
  async function ask(found: Found) {
    try {
      const options = { headers: headersOf(found), allows, idleTimeoutMs };
      return await outbound.download(found.fileUrl, options);
    } catch (error) {
      throw outage(error);
    }
  }

  return {
    async open(found) {
      const { version, byteOffset, line, columns } = found;
      const response = await ask(found);
      if ('refused' in response) return refused(response.refused);
      let judged: ReturnType<typeof judge>;
      try {
        judged = judge(response, found);
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
      let tooLarge = false;
      const chunks = orOutage(
        response.bytes({
          skip: byteOffset - judged.first,
          maxBytes: MAX_FILE_BYTES - judged.first,
          onTooMany: () => {
            tooLarge = true;
          },
        }),
      );
      const known = columns && {
        delimiter: columns.delimiter,
        columns: columns.places,
        start: { byteOffset, line },
        rest: chunks,
      };
      const opened = known ?? (await readHead(chunks, readPlaces, NO_COLUMNS));
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
          if (tooLarge) yield refused(TOO_LARGE);
        },
      };
    },
  };
}
