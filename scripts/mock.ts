/** `npm run mock`: the documented examples over HTTP, with the real app's routes, validation and errors. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { getResponse } from 'msw';
import { mockTable } from '../mocks/app.ts';
import { handlers } from '../mocks/handlers.ts';
import { entriesOf } from '../src/http/operation.ts';
import { MAX_BODY_BYTES } from '../src/http/parse.ts';
import { readArgs, wholeNumber } from './args.ts';

const USAGE = `
npm run mock -- [flags]     answers every documented operation with its documented example

  --port N      listen on port N (default 4010)
  --delay MS    wait MS milliseconds before each answer
  --strict      demand credentials of the right form, as the real server would; any value passes
  --help        show this

Choose an answer per request in the header "Prefer" (or the query "_prefer"):

  code=404              the status, if the operation can answer it
  error=otp_invalid     one of the operation's declared errors
  delay=800             milliseconds
  envelope=documented   the example file exactly as documented, wrapper included
`;

const args = readArgs(USAGE, {
  port: { type: 'string', default: '4010' },
  delay: { type: 'string', default: '0' },
  strict: { type: 'boolean', default: false },
});
const port = wholeNumber('port', args.port, 0, 65_535);
const delayMs = wholeNumber('delay', args.delay, 0, 600_000);
const HOST = '127.0.0.1';

/** Uploads are read to their end up to here; beyond it they are cut off. */
const MAX_DRAINED_BYTES = 32 * 1024 * 1024;

/**
 * The request with its body in memory, cut just above the size that the mock refuses. A connection whose body was left
 * unread is closed by the server half a second later, beneath the next request that the client sends on it.
 */
async function buffered(request: Request): Promise<Request> {
  if (!request.body) return request;
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
    if (size <= MAX_BODY_BYTES) kept.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_DRAINED_BYTES) break;
  }
  const { url, method, headers } = request;
  return new Request(url, { method, headers, body: new Blob(kept) });
}

const mocked = handlers({ strict: args.strict, delayMs });
const listener = getRequestListener(async (received) => {
  const request = await buffered(received);
  const { origin: baseUrl } = new URL(request.url);
  const response = await getResponse(mocked, request, { baseUrl });
  return response ?? new Response('Not found', { status: 404 });
});
const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));

server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
  const reason = error.code === 'EACCES' ? 'may not be used without more rights' : 'is taken';
  console.error(`Port ${port} ${reason}. Try another one: npm run mock -- --port ${port + 1}`);
  process.exit(1);
});

server.listen(port, HOST, () => {
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const url = `http://${HOST}:${bound}`;
  const lines = entriesOf(mockTable).map(
    ({ id, row }) => `  ${row.method.toUpperCase().padEnd(6)} ${row.path}  ${id}`,
  );
  console.log(`Mock server on ${url}\n\n${lines.join('\n')}\n\nTry it:\n  ${curlLine(url)}\n`);
});

function curlLine(url: string): string {
  const { loginWithOTP: row } = mockTable.application;
  const credentials = args.strict ? ` -H 'authorization: Bearer ${btoa('any-id:any-token')}'` : '';
  const body = JSON.stringify({ mobile: '8652523958', country_code: '91' });
  return `curl ${url}${row.path} -H 'content-type: application/json'${credentials} -d '${body}'`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Idle keep-alive connections would hold the process for minutes.
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
