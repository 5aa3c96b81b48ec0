/**
 * A CSV file of any length over http on this machine, made line by line while it is read: with ranges and an ETag. All lines
 * are 25 bytes long, so that an offset says which line it is in.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

const WIDTH = 25;
const HEADER = `user_id${' '.repeat(WIDTH - 8)}\n`;
const LINES_A_CHUNK = 2_000;

export interface CsvServer {
  url: string;
  /** Where the answers so far began, in bytes. */
  starts: number[];
  stop(): Promise<void>;
}

/** @param cell what stands in a line, from 0; 24 characters at most */
export async function csvServer(rows: number, cell: (row: number) => string): Promise<CsvServer> {
  const lineAt = (line: number): string =>
    line === 0 ? HEADER : `${cell(line - 1).padEnd(WIDTH - 1)}\n`;
  const size = (rows + 1) * WIDTH;
  function* bytesFrom(start: number) {
    for (let at = Math.floor(start / WIDTH); at <= rows; at += LINES_A_CHUNK) {
      const count = Math.min(LINES_A_CHUNK, rows + 1 - at);
      const text = Array.from({ length: count }, (_, more) => lineAt(at + more)).join('');
      yield at * WIDTH < start ? text.slice(start - at * WIDTH) : text;
    }
  }
  const starts: number[] = [];
  const server = createServer((request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    starts.push(start);
    response.setHeader('etag', '"lines"');
    if (start >= size) {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const range = { 'content-range': `bytes ${start}-${size - 1}/${size}` };
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': size - start,
      ...(start > 0 && range),
    });
    Readable.from(bytesFrom(start))
      .on('error', () => response.destroy())
      .pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // An address of a TCP server, which is never a path.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/members.csv`,
    starts,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
