/**
 * The outside world as a real HTTP server on this machine, for tests in workerd: they script its answers over HTTP
 * (`outside.ts`), and the Worker calls it with the runtime's own `fetch`. Started once by vitest.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { TestProject } from 'vitest/node';

export interface Script {
  /** 200 when left out. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** The body is sent as gzip, and said to be. */
  gzip?: boolean;
  /** Stops for ever: before the answer, or in the middle of its body. */
  hangs?: 'at once' | 'half-way';
}

/** As it came in. */
export interface Received {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Without a trailing slash. */
    outsideUrl: string;
  }
}

function play(script: Script | undefined, response: ServerResponse): void {
  const { status = 200, headers = {}, body = '', gzip = false, hangs } = script ?? { status: 404 };
  if (hangs === 'at once') return;
  response.writeHead(status, { ...headers, ...(gzip && { 'content-encoding': 'gzip' }) });
  const bytes: Uint8Array = gzip ? gzipSync(body) : new TextEncoder().encode(body);
  if (hangs === 'half-way') response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
  else response.end(bytes);
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const scripts = new Map<string, Script>();
  const received: Received[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '/', headers } = request;
    const body = await textOf(request);
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
    if (pathname === '/_scripts') {
      // Written by outside.ts.
      for (const [at, script] of Object.entries(JSON.parse(body) as Record<string, Script>)) {
        scripts.set(at, script);
      }
      response.end();
    } else if (pathname === '/_received') {
      const under = searchParams.get('under') ?? '';
      response.end(JSON.stringify(received.filter((one) => one.path.startsWith(under))));
    } else {
      received.push({ method, path, headers, body });
      play(scripts.get(pathname), response);
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // An address of a TCP server, which is never a path.
  const { port } = server.address() as AddressInfo;
  project.provide('outsideUrl', `http://127.0.0.1:${port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
}
