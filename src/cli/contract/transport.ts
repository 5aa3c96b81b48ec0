/** One request and its answer, read to its end within bounds. What goes wrong on the way is told, never thrown. */

export interface Answer {
  status: number;
  headers: Headers;
  /** As it was sent. */
  body: Uint8Array;
}

/** There is no whole answer, and why. */
export interface Trouble {
  trouble: string;
  /** No connection came about. */
  refused: boolean;
}

export type Outcome = Answer | Trouble;
/** Whether a request ended without a whole answer. */
export const isTrouble = (outcome: Outcome): outcome is Trouble => 'trouble' in outcome;

/** Far beyond any documented answer; one that goes on is cut here. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Codes of Node and undici for a connection that was there and then was not what it should be. */
const BROKEN: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed in the middle',
  UND_ERR_HEADERS_TIMEOUT: 'no headers came',
  UND_ERR_BODY_TIMEOUT: 'the body stopped in the middle',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is not as long as content-length says',
  Z_DATA_ERROR: 'the body is not encoded as content-encoding says',
  Z_BUF_ERROR: 'the body ended in the middle of its encoding',
  ERR_BROTLI_DECODER_ERROR_FORMAT: 'the body is not encoded as content-encoding says',
};

interface Coded {
  code?: unknown;
  message?: string;
  name?: string;
  cause?: unknown;
}

/** The error at the bottom: fetch wraps what happened, and Node wraps the tries of several addresses. */
function rootOf(error: unknown): Coded {
  const coded = (error ?? {}) as Coded;
  return coded.cause instanceof Error ? rootOf(coded.cause) : coded;
}

function troubleOf(error: unknown, maxTimeMs: number, place: 'headers' | 'body'): Trouble {
  const { code, message = '', name } = rootOf(error);
  const within = `within ${maxTimeMs / 1000} s`;
  if (name === 'TimeoutError' || name === 'AbortError') {
    const what = place === 'body' ? 'the body did not end' : 'no answer came';
    return { trouble: `${what} ${within}`, refused: false };
  }
  const text = typeof code === 'string' ? code : '';
  const known =
    BROKEN[text] ?? (text.startsWith('HPE_') ? 'the answer is not well-formed HTTP' : undefined);
  if (known) return { trouble: known, refused: false };
  if (place === 'body')
    return { trouble: `the body ended in the middle (${message})`, refused: false };
  return { trouble: message || text || 'the connection failed', refused: true };
}

async function bodyOf(response: Response): Promise<Uint8Array | undefined> {
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.byteLength;
    if (size > MAX_BODY_BYTES) {
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(chunk.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** @param maxTimeMs for the whole answer, its body included */
export async function request(url: string, init: RequestInit, maxTimeMs: number): Promise<Outcome> {
  let response: Response;
  const signal = AbortSignal.timeout(maxTimeMs);
  try {
    response = await fetch(url, { ...init, signal, redirect: 'manual' });
  } catch (error) {
    return troubleOf(error, maxTimeMs, 'headers');
  }
  try {
    const body = await bodyOf(response);
    if (!body) {
      const mebibytes = MAX_BODY_BYTES / 1024 / 1024;
      return { trouble: `the body is longer than ${mebibytes} MiB`, refused: false };
    }
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    return troubleOf(error, maxTimeMs, 'body');
  }
}
