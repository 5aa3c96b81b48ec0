/** The mock on a port of this machine. Whatever arrives there gets an answer in bounded time, nonsense included. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { isCut } from '../../mocks/chaos.ts';
import { errorResponse, type ApiFailure } from '../../src/http/errors.ts';
import { err } from '../../src/shared/result.ts';
import { invalid, MAX_BODY_BYTES } from '../../src/http/parse.ts';
import { withHeaders } from '../../src/http/server.ts';

const HOST = '127.0.0.1';
/** Uploads are read to their end up to here; beyond it they are cut off. */
const MAX_DRAINED_BYTES = 32 * 1024 * 1024;
interface Arrived {
  request: Request;
  bytes?: Uint8Array;
}

/** How long a request may take to arrive, in milliseconds. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * The request with its body in memory, cut just above the size that the mock refuses. A connection whose body was left
 * unread is closed by the server half a second later, beneath the next request that the client sends on it.
 */
async function buffered(request: Request, incoming: IncomingMessage): Promise<Arrived> {
  if (request.method === 'GET' || request.method === 'HEAD') return { request };
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    if (size <= MAX_BODY_BYTES) kept.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_DRAINED_BYTES) break;
  }
  if (size === 0) return { request };
  const { url, method, headers } = request;
  const [first] = kept;
  const bytes =
    first && kept.length === 1 ? first : new Uint8Array(await new Blob(kept).arrayBuffer());
  return { request: new Request(url, { method, headers, body: bytes }), bytes };
}

function refusal(failed: ApiFailure): Response {
  const requestId = crypto.randomUUID();
  return withHeaders(errorResponse(failed, requestId), requestId);
}

/** What is wrong with bytes that Node's parser gave up on, by the code of its error. */
function wrongBytes(code = ''): ApiFailure {
  if (code === 'HPE_INVALID_METHOD') return err('method_not_allowed');
  const said: Record<string, [path: string, message: string]> = {
    HPE_HEADER_OVERFLOW: ['headers', 'are larger than 16 KiB'],
    ERR_HTTP_REQUEST_TIMEOUT: ['request', 'did not arrive in time'],
    HPE_INVALID_EOF_STATE: ['request', 'ended before it was complete'],
  };
  const [path, message] = said[code] ?? ['request', 'is not well-formed HTTP'];
  return invalid([{ path, message }]);
}

/** An answer on a bare socket, which is closed behind it. */
async function answerOn(socket: Duplex, failed: ApiFailure): Promise<void> {
  const response = refusal(failed);
  const body = await response.text();
  response.headers.set('content-length', String(new TextEncoder().encode(body).length));
  response.headers.set('connection', 'close');
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${response.status} Refused\r\n${lines}\r\n${body}`);
}

/** Ends the connection within an answer: its mark arrives, its body never does. */
function cutOff(outgoing: ServerResponse, { headers }: Response): Response {
  outgoing.writeHead(200, { ...Object.fromEntries(headers), 'content-length': '2' });
  outgoing.write('{', () => outgoing.socket?.destroy());
  return RESPONSE_ALREADY_SENT;
}

export interface MockServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * Listens on a port, 0 for any free one, and answers every request out of `answer`. Rejects with Node's own error when the
 * port cannot be had.
 * @param answer is handed the bytes of the body too, so that it need not read the request to see them
 * @param patience milliseconds until a request that does not arrive is refused
 */
export async function listenWith(
  answer: (request: Request, bytes?: Uint8Array) => Response | Promise<Response>,
  port: number,
  patience = IDLE_TIMEOUT_MS,
): Promise<MockServer> {
  const listener = getRequestListener(
    // Both are of HTTP/1, for which the server below is made.
    async (received, { incoming, outgoing }) => {
      const { request, bytes } = await buffered(received, incoming as IncomingMessage);
      const response = await answer(request, bytes);
      return isCut(response) ? cutOff(outgoing as ServerResponse, response) : response;
    },
    { hostname: HOST, errorHandler: () => refusal(wrongBytes()) },
  );
  const server = createServer(
    {
      requestTimeout: patience,
      headersTimeout: patience,
      connectionsCheckingInterval: Math.ceil(patience / 10),
      requireHostHeader: false,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable && error.code !== 'ECONNRESET') {
      void answerOn(socket, wrongBytes(error.code));
    } else socket.destroy();
  });
  server.on('connect', (_request, socket) => void answerOn(socket, err('method_not_allowed')));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${bound}`,
    stop: async () =>
      new Promise((resolve) => {
        // Idle keep-alive connections would hold the process for minutes.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
