/** Every request of the API, through MSW and into the log. */
import { requestIdOf } from '../../src/http/caller.ts';
import { droppedCookieNote } from '../../src/http/dropped-cookie.ts';
import { errorResponse } from '../../src/http/errors.ts';
import { err } from '../../src/shared/result.ts';
import { withStandardHeaders } from '../../src/http/server.ts';
import type { Mock } from '../app.ts';
import { isCut } from '../chaos.ts';
import { shareWithPages } from '../cors.ts';
import { driver, type OwnHandlers } from '../drive.ts';
import { pathOf } from '../match.ts';
import { baseOf, withoutBase } from '../place.ts';
import type { Answering } from '../resolve.ts';
import type { Proxy } from '../proxy.ts';
import type { Exchange, RequestLog } from './request-log.ts';

export interface RecordOptions {
  mock: Mock;
  log: RequestLog;
  own?: OwnHandlers;
  proxy?: Proxy;
  /** What stands before every path of the API. */
  basePath?: string;
  /** Told of each exchange, as it is kept. */
  onExchange?(exchange: Exchange): void;
}

/** A stream of events never ends, so it is handed on as it comes. */
const isEndless = (response: Response): boolean =>
  /^text\/event-stream/i.test(response.headers.get('content-type') ?? '');

/** Answers below a base path, and refuses requests beside it with a hint at the base. */
function below(base: string, behind: Answering): Answering {
  if (base === '') return behind;
  return {
    async fetch(request) {
      const path = pathOf(request);
      if (path.startsWith(`${base}/`)) {
        return behind.fetch(withoutBase(request, pathOf(request, base)));
      }
      const message = `Nothing is served at ${path.slice(0, 200)}: the API is below ${base}.`;
      const requestId = requestIdOf(request);
      const refused = errorResponse(err('not_found', { message }), requestId);
      shareWithPages(request, refused);
      return withStandardHeaders(refused, requestId);
    },
  };
}

/** A Request of the platform's own class: own handlers may hand it to `fetch`, which takes no other. */
function whole({ url, method, headers }: Request, bytes?: Uint8Array): Request {
  return new Request(url, { method, headers, ...(bytes && { body: bytes }) });
}

/** @returns answers a request; `bytes` are its body, when the caller has read it already */
export function recorder({ mock, log, own, proxy, basePath, onExchange }: RecordOptions) {
  const drive = driver(below(baseOf(basePath), proxy ?? mock), own);
  return async (request: Request, bytes?: Uint8Array): Promise<Response> => {
    const at = Date.now();
    const started = performance.now();
    const { response, handler } = await drive(own ? whole(request, bytes) : request);
    const isWhole = !isCut(response) && response.type !== 'error' && !isEndless(response);
    // Others answer with any bytes, which go out as they came; the mock's own answers are text, which is quicker.
    const isOurs = handler === undefined && proxy === undefined;
    const read = async () =>
      isOurs ? response.text() : new Uint8Array(await response.arrayBuffer());
    const body = isWhole ? await read() : undefined;
    const durationMs = performance.now() - started;
    // Preflights belong to the browser, not to the page.
    if (request.method !== 'OPTIONS') {
      const exchange = log.add({
        request,
        bytes,
        response,
        text: body instanceof Uint8Array ? new TextDecoder().decode(body) : body,
        at,
        durationMs,
        handler,
        ...proxy?.judged(response),
        note: droppedCookieNote(request, response),
      });
      onExchange?.(exchange);
    }
    if (body === undefined) return response;
    // Made of plain parts, which the Node server writes without going through a stream.
    const { status, headers } = response;
    return new Response(body.length === 0 ? null : body, { status, headers });
  };
}
