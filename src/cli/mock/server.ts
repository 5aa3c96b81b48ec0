/** The mock on a port of this machine. Whatever arrives there gets an answer in bounded time, nonsense included. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { isCut } from '../../../mocks/chaos.ts';
import { errorResponse, type ApiFailure } from '../../http/errors.ts';
import { err } from '../../shared/result.ts';
import { MAX_BODY_BYTES } from '../../http/body.ts';
import { invalid } from '../../http/parse.ts';
import { withStandardHeaders } from '../../http/server.ts';

/** Both names of this machine: a browser may take `localhost` for either. */
const LOOPBACK = ['127.0.0.1', '::1'] as const;
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
  return withStandardHeaders(errorResponse(failed, requestId), requestId);
}

/** The failure for bytes that Node's parser could not read, by the code of its error. */
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
function cutOff(outgoing: ServerResponse, response: Response): Response {
  // An own handler's network error has neither status nor headers.
  if (response.type === 'error') {
    outgoing.socket?.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  outgoing.writeHead(200, { ...Object.fromEntries(response.headers), 'content-length': '2' });
  outgoing.write('{', () => outgoing.socket?.destroy());
  return RESPONSE_ALREADY_SENT;
}

export interface MockServer {
  /** Under the name `localhost`, or the one host that it listens on. */
  url: string;
  port: number;
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** Milliseconds until a request that does not arrive is refused. */
  patienceMs?: number;
  /** Address to listen on, such as `0.0.0.0`; this machine's own two when left out. */
  host?: string;
  /** For https. */
  certificate?: { cert: string; key: string };
}

type Answer = (request: Request, bytes?: Uint8Array) => Response | Promise<Response>;

function serverOf(
  answer: Answer,
  { patienceMs = IDLE_TIMEOUT_MS, certificate }: ListenOptions,
): Server {
  const listener = getRequestListener(
    // Both are of HTTP/1, for which the server below is made.
    async (received, { incoming, outgoing }) => {
      const { request, bytes } = await buffered(received, incoming as IncomingMessage);
      const response = await answer(request, bytes);
      const ends = isCut(response) || response.type === 'error';
      return ends ? cutOff(outgoing as ServerResponse, response) : response;
    },
    { hostname: 'localhost', errorHandler: () => refusal(wrongBytes()) },
  );
  const options = {
    requestTimeout: patienceMs,
    headersTimeout: patienceMs,
    connectionsCheckingInterval: Math.ceil(patienceMs / 10),
    requireHostHeader: false,
  };
  const heard = (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    void listener(incoming, outgoing);
  const server = certificate
    ? createSecureServer({ ...options, ...certificate }, heard)
    : createServer(options, heard);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (socket.writable && error.code !== 'ECONNRESET') {
      void answerOn(socket, wrongBytes(error.code));
    } else socket.destroy();
  });
  server.on('connect', (_request, socket) => void answerOn(socket, err('method_not_allowed')));
  return server;
}

const listening = async (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    // An address of a TCP server, which is never a path.
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const stopped = async (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // Idle keep-alive connections would hold the process for minutes.
    server.close(() => resolve());
    server.closeAllConnections();
  });

/**
 * Listens on a port, 0 for any free one, and answers every request out of `answer`. Rejects with Node's own error when the
 * port cannot be had.
 * @param answer is handed the bytes of the body too, so that it need not read the request to see them
 */
export async function listenWith(
  answer: Answer,
  port: number,
  options: ListenOptions = {},
): Promise<MockServer> {
  const { host, certificate } = options;
  const first = serverOf(answer, options);
  const bound = await listening(first, port, host ?? LOOPBACK[0]);
  const servers = [first];
  if (host === undefined) {
    const second = serverOf(answer, options);
    // Machines without IPv6 have one loopback address; somebody else may hold the port on the other.
    const has = await listening(second, bound, LOOPBACK[1]).catch(() => undefined);
    if (has !== undefined) servers.push(second);
  }
  const isOpen = host === undefined || host === '0.0.0.0' || host === '::';
  const name = isOpen ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return {
    url: `${certificate ? 'https' : 'http'}://${name}:${bound}`,
    port: bound,
    stop: async () => {
      await Promise.all(servers.map(stopped));
    },
  };
}
