/** CSV files of groups over http: from where an earlier run stopped, as long as the file is the same (ruling 33). */
import { NO_COLUMNS, readHeader } from '../../domain/group-members.ts';
import {
  Outage,
  type FileRefusal,
  type ImportColumns,
  type ImportFiles,
  type Slice,
} from '../../ports.ts';
import { bytesOf, patiently } from './body.ts';
import { readRecord } from './csv-record.ts';
import { csvSlices, joined, type Place } from './csv-slices.ts';

const MAX_BYTES = 50 * 1024 * 1024;
const TOO_LARGE = 'The file is larger than 50 MB.';
const MAX_REDIRECTS = 3;
const MAX_HEADER = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];
const LF = 10;
/** Client errors that may pass: timeout, too early, too many. */
const PASSING = new Set([408, 425, 429]);

const refused = (reason: string): FileRefusal => ({ state: 'refused', reason });

/** What tells one content of a file from another. */
const versionOf = ({ headers }: Response): string | undefined =>
  headers.get('etag') ?? headers.get('last-modified') ?? undefined;

/** Where the body begins, by the server's word, or undefined when it makes no sense. */
const rangeStart = ({ headers }: Response): number | undefined => {
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
};

/** Follows redirects within a host; a file on another host is another file (security.md, outbound). */
async function fetchFile(
  fetcher: typeof fetch,
  allows: (url: string) => boolean,
  fileUrl: string,
  headers: Record<string, string>,
): Promise<Response | FileRefusal> {
  let url = fileUrl;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    if (!allows(url)) return refused('The address may not be fetched from.');
    const abort = new AbortController();
    const { signal } = abort;
    const work = fetcher(url, { headers, redirect: 'manual', signal });
    const response = await patiently(work, () => abort.abort());
    const { status } = response;
    if (status < 300 || status >= 400) return response;
    void response.body?.cancel().catch(() => undefined);
    const target = URL.parse(response.headers.get('location') ?? '', url);
    if (!target) return refused(`The server answered ${status} without a place to go to.`);
    if (target.host !== new URL(url).host) return refused('The address leads to another host.');
    url = target.href;
  }
  return refused('The address leads from one to another without an end.');
}

/** Reads up to the end of the header, and hands back what came behind it. */
async function readColumns(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<
  { columns: ImportColumns; start: Place; rest: AsyncGenerator<Uint8Array> } | FileRefusal
> {
  let head: Uint8Array = new Uint8Array();
  while (!head.includes(LF) && head.length <= MAX_HEADER) {
    const next = await chunks.next();
    if (next.done) break;
    head = joined(head, next.value);
  }
  if (head.length === 0) return refused('The file is empty.');
  const end = head.includes(LF) ? head.indexOf(LF) + 1 : head.length;
  const line = new TextDecoder().decode(head.subarray(0, end));
  const read = DELIMITERS.map((delimiter) => ({
    delimiter,
    places: readHeader(readRecord(line, 0, delimiter)?.fields ?? []),
  }));
  const [best] = read
    .flatMap(({ delimiter, places }) => (places ? [{ delimiter, places }] : []))
    .toSorted((a, b) => Object.keys(b.places).length - Object.keys(a.places).length);
  if (!best) return refused(NO_COLUMNS);
  async function* rest() {
    yield head.subarray(end);
    yield* chunks;
  }
  return { columns: best, start: { byteOffset: end, line: 1 }, rest: rest() };
}

type Found = Parameters<ImportFiles['open']>[0];

function headersOf({ byteOffset, version }: Found): Record<string, string> {
  return {
    accept: 'text/csv, text/plain;q=0.9, */*;q=0.1',
    // Offsets are those of the file, not of a compressed one.
    'accept-encoding': 'identity',
    ...(byteOffset > 0 && { range: `bytes=${byteOffset}-` }),
    // A weak ETag may not be used so (RFC 9110); the answer's own is looked at in any case.
    ...(byteOffset > 0 && version && !version.startsWith('W/') && { 'if-range': version }),
  };
}

/** Whether an answer goes on where the import is: `first` is the byte its body begins with. */
function judge(
  response: Response,
  { byteOffset, version }: Found,
): { state: 'goes on'; first: number } | { state: 'ended' } | { state: 'changed' } | FileRefusal {
  const { status, headers } = response;
  const resumed = byteOffset > 0;
  if (status === 416 && resumed) {
    const length = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
    return { state: Number(length) === byteOffset ? 'ended' : 'changed' };
  }
  if (status >= 400 && status < 500 && !PASSING.has(status)) {
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
  return first + length > MAX_BYTES ? refused(TOO_LARGE) : { state: 'goes on', first };
}

async function* nothing(): AsyncGenerator<never> {}

/** @param allows whether a URL may be fetched */
export function importFiles(fetcher: typeof fetch, allows: (url: string) => boolean): ImportFiles {
  return {
    async open(found) {
      const { fileUrl, version, byteOffset, line, columns } = found;
      const response = await fetchFile(fetcher, allows, fileUrl, headersOf(found));
      if (!(response instanceof Response)) return response;
      const drop = (): void => void response.body?.cancel().catch(() => undefined);
      let judged: ReturnType<typeof judge>;
      try {
        judged = judge(response, found);
      } catch (error) {
        drop();
        throw error;
      }
      if (judged.state === 'ended' && columns) {
        drop();
        return { state: 'open', version, columns, slices: nothing };
      }
      if (judged.state !== 'goes on') {
        drop();
        return judged.state === 'ended' ? { state: 'changed' } : judged;
      }
      let tooLarge = false;
      const chunks = bytesOf(response.body, {
        skip: byteOffset - judged.first,
        max: MAX_BYTES - judged.first,
        onTooMany: () => {
          tooLarge = true;
        },
      });
      const known = columns && { columns, start: { byteOffset, line }, rest: chunks };
      const opened = known ?? (await readColumns(chunks));
      if ('state' in opened) {
        await chunks.return(undefined);
        return opened;
      }
      const { start, rest } = opened;
      return {
        state: 'open',
        version: version ?? versionOf(response),
        columns: opened.columns,
        async *slices(most): AsyncGenerator<Slice | FileRefusal> {
          yield* csvSlices(rest, start, opened.columns.delimiter, most);
          if (tooLarge) yield refused(TOO_LARGE);
        },
      };
    },
  };
}
