/** Files on a made-up host, served over a `fetch` of their own: with ranges and ETags, or without, or badly. */

export interface ServedFile {
  content: string | Uint8Array;
  /** As it is sent, quotes included; none when left out. */
  etag?: string;
  /** Whether it knows ranges. */
  ranges?: boolean;
  /** Bytes of a body after which the connection breaks. */
  cutAfter?: number;
  /** Answers so instead. */
  answer?: (request: Request) => Response | Promise<Response>;
}

export interface FileServer {
  files: Record<string, ServedFile>;
  requests: Request[];
  fetch: typeof fetch;
}

const RANGE = /^bytes=(\d+)-$/;

function body(content: Uint8Array, cutAfter = Infinity): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= cutAfter) controller.error(new Error('the connection broke'));
      else if (at >= content.length) controller.close();
      else {
        const end = Math.min(at + 16_384, content.length, cutAfter);
        controller.enqueue(content.subarray(at, end));
        at = end;
      }
    },
  });
}

function serve(file: ServedFile, request: Request): Response {
  const { content, etag, ranges = true, cutAfter } = file;
  const whole = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const headers = new Headers({ 'content-type': 'text/csv', ...(etag && { etag }) });
  const start = Number(RANGE.exec(request.headers.get('range') ?? '')?.[1] ?? 0);
  const condition = request.headers.get('if-range');
  const partial = ranges && start > 0 && (condition === null || condition === etag);
  if (partial && start >= whole.length) {
    headers.set('content-range', `bytes */${whole.length}`);
    return new Response(null, { status: 416, headers });
  }
  const part = partial ? whole.subarray(start) : whole;
  if (partial) {
    headers.set('content-range', `bytes ${start}-${whole.length - 1}/${whole.length}`);
  }
  return new Response(body(part, cutAfter), { status: partial ? 206 : 200, headers });
}

/** @param files path → file, on https://files.example */
export function fileServer(files: Record<string, ServedFile> = {}): FileServer {
  const server: FileServer = {
    files,
    requests: [],
    async fetch(input, init) {
      const request = new Request(input, init);
      server.requests.push(request);
      const { pathname } = new URL(request.url);
      const file = server.files[pathname];
      if (!file) return new Response('nothing here', { status: 404 });
      return file.answer ? file.answer(request) : serve(file, request);
    },
  };
  return server;
}

export const FILES = 'https://files.example';
