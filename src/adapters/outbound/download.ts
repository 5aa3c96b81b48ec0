/** A file of any length, as a stream: bounded in the time without a byte, redirects followed within its host only. */
import { bytesOf, type BytesOptions } from './bytes.ts';
import { Deadline } from '../deadline.ts';
import { drop, isRedirect, send, type Fetch } from './send.ts';

const MAX_REDIRECTS = 3;

export interface DownloadOptions {
  headers: Record<string, string>;
  /** Judges the address and every one that it leads to. */
  allows: (url: string) => boolean;
  /** How long the connection may be silent. */
  idleTimeoutMs: number;
}

export interface Download {
  status: number;
  headers: Headers;
  /** Those of the body; to be asked for once, unless the body is dropped. */
  bytes(options: BytesOptions): AsyncGenerator<Uint8Array>;
  /** Leaves the body unread. */
  drop(): void;
}
/** A sentence for the person who gave the address. */
export interface DownloadRefused {
  refused: string;
}

const isPlain = ({ headers }: Response): boolean =>
  /^(|identity)$/i.test(headers.get('content-encoding')?.trim() ?? '');

async function ask(
  url: string,
  headers: Record<string, string>,
  idleTimeoutMs: number,
  fetcher: Fetch | undefined,
): Promise<Response> {
  const deadline = new Deadline(idleTimeoutMs);
  try {
    return await send(url, { headers, deadline }, fetcher);
  } finally {
    deadline.end();
  }
}

/**
 * GET, with `accept-encoding: identity`. A body that is compressed all the same is refused: offsets would be those of another
 * file, and 60 kB can unpack to 50 MB.
 * @throws CallFailed
 */
export async function download(
  fileUrl: string,
  { headers, allows, idleTimeoutMs }: DownloadOptions,
  fetcher?: Fetch,
): Promise<Download | DownloadRefused> {
  const asked = { ...headers, 'accept-encoding': 'identity' };
  let url = fileUrl;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    if (!allows(url)) return { refused: 'The address may not be fetched from.' };
    const response = await ask(url, asked, idleTimeoutMs, fetcher);
    const { status } = response;
    if (!isRedirect(response)) {
      if (!response.ok || isPlain(response)) {
        return {
          status,
          headers: response.headers,
          bytes: (options) => bytesOf(response, idleTimeoutMs, options),
          drop: () => drop(response),
        };
      }
      drop(response);
      return {
        refused:
          'The server sends the file compressed (content-encoding); it must send it as it is.',
      };
    }
    drop(response);
    const target = URL.parse(response.headers.get('location') ?? '', url);
    if (!target) return { refused: `The server answered ${status} without a place to go to.` };
    if (target.host !== new URL(url).host) return { refused: 'The address leads to another host.' };
    url = target.href;
  }
  return { refused: 'The address leads from one to another without an end.' };
}
