/** The body of a request as text: its size, content type, charset and well-formedness, before any field is looked at. */
import type { Context } from 'hono';
import { BodyTooLarge, boundedChunks } from '../shared/bounded-body.ts';
import { err } from '../shared/result.ts';
import type { ApiFailure } from './errors.ts';
import type { Operation } from './operation.ts';

export const MAX_BODY_BYTES = 64 * 1024;

const notJson = (detail: string): ApiFailure =>
  err('validation_failed', {
    message: `The body is ${detail}.`,
    errors: [{ path: 'body', message: `is ${detail}` }],
  });

/**
 * Reads at most `maxBytes`, with or without a Content-Length. Refuses more, and what is not UTF-8: replaced by U+FFFD,
 * different passwords would become the same.
 */
async function readText(request: Request, maxBytes: number): Promise<string | ApiFailure> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) {
    return err('payload_too_large');
  }
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of boundedChunks(request.body, { maxBytes })) chunks.push(chunk);
  } catch (error) {
    if (error instanceof BodyTooLarge) return err('payload_too_large');
    throw error;
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  try {
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
    return text + decoder.decode();
  } catch {
    return notJson('not UTF-8');
  }
}

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
export const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)/i;

/** A compressed body is not unpacked: its size could not be bounded before it is. */
function isEncoded({ headers }: Request): boolean {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  return encoding !== '' && encoding !== 'identity';
}

/** False when a type declares a charset that is not UTF-8 or its subset ASCII: bytes would be read as what they are not. */
function isUtf8(contentType: string): boolean {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  return ['utf-8', 'utf8', 'us-ascii'].includes(charset);
}

/** Hands a text to Hono's body cache, from which its validators read; Hono keeps promises there but types values. */
function cacheText(c: Context, text: string): void {
  const cache = c.req.bodyCache as { text?: unknown };
  cache.text = Promise.resolve(text);
}

const noBody = (): ApiFailure =>
  err('validation_failed', {
    message: 'The body is missing.',
    errors: [{ path: 'body', message: 'is required' }],
  });

/**
 * Size, content type and well-formedness of a body, before its fields are looked at.
 * An empty body counts as `{}`, so that the caller is told which field is missing rather than what JSON is; where no field
 * has to be there, it is the body that is missing.
 */
export async function readBody(c: Context, row: Operation): Promise<ApiFailure | undefined> {
  const type = c.req.header('content-type') ?? '';
  if (isEncoded(c.req.raw) || !isUtf8(type)) return err('unsupported_media_type');
  const text = await readText(c.req.raw, MAX_BODY_BYTES);
  if (typeof text !== 'string') return text;
  if (text.trim() === '') {
    if (row.encoding !== 'form' && row.request.body?.safeParse({}).success) return noBody();
    cacheText(c, '{}');
    return undefined;
  }
  if (row.encoding === 'form' && FORM_TYPE.test(type)) {
    cacheText(c, text);
    return undefined;
  }
  if (!JSON_TYPE.test(type)) return err('unsupported_media_type');
  try {
    JSON.parse(text);
  } catch {
    return notJson('not well-formed JSON');
  }
  cacheText(c, text);
  return undefined;
}
