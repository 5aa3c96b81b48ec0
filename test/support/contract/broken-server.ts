/** The mock behind a proxy that breaks its answers, in any way that a server can: down to the bytes on the socket. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMock } from '../../../mocks/app.ts';

/** An answer on its way out. */
export interface Sent {
  status: number;
  /** Lower case → its lines. */
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}
/** Changes an answer, or writes it itself and returns nothing. */
export type Breakage = (sent: Sent, raw: ServerResponse) => Sent | undefined;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Breakages by what they touch. */
export const withText =
  (change: (text: string) => string): Breakage =>
  (sent) => ({ ...sent, body: bytes(change(new TextDecoder().decode(sent.body))) });

export type Plain = Record<string, unknown>;
export const withBody = (change: (body: Plain) => unknown): Breakage =>
  withText((text) => JSON.stringify(change(JSON.parse(text) as Plain)));

/** Calls `change` with every object of a body, the outermost first. */
function everyObject(value: unknown, change: (object: Plain) => void): void {
  if (Array.isArray(value)) for (const one of value) everyObject(one, change);
  else if (typeof value === 'object' && value !== null) {
    change(value as Plain);
    for (const one of Object.values(value)) everyObject(one, change);
  }
}
export const withObjects = (change: (object: Plain) => void): Breakage =>
  withBody((body) => {
    everyObject(body, change);
    return body;
  });
/** Every value of a type, wherever it stands. */
export const withValues = (type: string, change: (value: unknown) => unknown): Breakage =>
  withObjects((object) => {
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === type) Object.assign(object, { [key]: change(value) });
    }
  });

export const withHeader =
  (name: string, value: string | undefined): Breakage =>
  (sent) => {
    const { [name]: _, ...headers } = sent.headers;
    return { ...sent, headers: value === undefined ? headers : { ...headers, [name]: value } };
  };
export const withCookies =
  (change: (line: string) => string | undefined): Breakage =>
  (sent) => {
    const lines = [sent.headers['set-cookie'] ?? []].flat();
    const changed = lines.map(change).filter((line) => line !== undefined);
    return { ...sent, headers: { ...sent.headers, 'set-cookie': changed } };
  };
/** An error in place of the answer, with the request id of the header. */
export const withError =
  (status: number, code: string, more: Plain = {}): Breakage =>
  (sent) => ({
    ...sent,
    status,
    body: bytes(
      JSON.stringify({
        message: 'A message.',
        code,
        status,
        request_id: sent.headers['x-request-id'],
        ...more,
      }),
    ),
  });

/** Any text that does not reach its end. */
export const cut: Breakage = ({ status, headers, body }, raw) => {
  raw.writeHead(status, { ...headers, 'content-length': String(body.length + 10) });
  raw.write(body, () => raw.socket?.destroy());
  return undefined;
};
export const hang: Breakage = ({ status, headers, body }, raw) => {
  raw.writeHead(status, { ...headers, 'content-length': String(body.length + 10) });
  raw.write(body);
  return undefined;
};
export const reset: Breakage = (_, raw) => {
  raw.socket?.resetAndDestroy();
  return undefined;
};
export const silent: Breakage = () => undefined;
export const endless: Breakage = ({ status, headers }, raw) => {
  raw.writeHead(status, headers);
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  const more = (): void => {
    if (!raw.destroyed) raw.write(chunk, more);
  };
  more();
  return undefined;
};
/** Written past Node's own rules. */
export const raw =
  (line: string): Breakage =>
  ({ headers, body }, response) => {
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}: ${one}`),
    );
    const text = new TextDecoder().decode(body);
    response.socket?.end([line, ...lines, 'connection: close', '', text].join('\r\n'));
    return undefined;
  };

export interface BrokenServer {
  url: string;
  stop(): Promise<void>;
}

/**
 * @param breakageOf the way in which an answer is broken; undefined leaves it whole
 * @param answer what is behind the proxy (default: the plain mock)
 */
export async function brokenServer(
  breakageOf: (path: string) => Breakage | undefined,
  answer: (request: Request) => Response | Promise<Response> = createMock().fetch,
): Promise<BrokenServer> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    incoming.on('end', () => {
      void (async () => {
        const { method = 'GET', url = '/' } = incoming;
        const { port } = server.address() as AddressInfo;
        const body =
          method === 'GET' ? undefined : new Uint8Array(await new Blob(chunks).arrayBuffer());
        const headers = new Headers(incoming.headers as Record<string, string>);
        const request = new Request(`http://127.0.0.1:${port}${url}`, { method, headers, body });
        const response = await answer(request);
        const whole: Sent = {
          status: response.status,
          headers: {
            ...Object.fromEntries(response.headers),
            'set-cookie': response.headers.getSetCookie(),
          },
          body: new Uint8Array(await response.arrayBuffer()),
        };
        const { pathname } = new URL(request.url);
        const breakage = breakageOf(pathname);
        const sent = breakage ? breakage(whole, outgoing) : whole;
        if (!sent) return;
        outgoing.strictContentLength = false;
        outgoing.writeHead(sent.status, sent.headers);
        outgoing.end(sent.body);
      })();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
