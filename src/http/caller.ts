/** Who sent a request, read off the request alone. */
import { parse } from 'hono/utils/cookie';
import { isLoopbackHost } from '../shared/loopback.ts';
import { DEVICE_COOKIE } from './cookies.ts';
import type { Caller } from './handler.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** A request id is taken from the caller when it is short and plain, so that it cannot forge log lines. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id') ?? '';
  return REQUEST_ID.test(given) ? given : crypto.randomUUID();
}

/** @param production false where a browser may come by plain http under any name, which keeps no `Secure` cookie */
export function callerOf(request: Request, production = false): Caller {
  const url = new URL(request.url);
  return {
    requestId: requestIdOf(request),
    ip: request.headers.get('cf-connecting-ip') ?? '',
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, 200),
    host: url.hostname,
    device: parse(request.headers.get('cookie') ?? '', DEVICE_COOKIE)[DEVICE_COOKIE],
    secure: url.protocol === 'https:' || (production && !isLoopbackHost(url.hostname)),
  };
}

/**
 * The answer to a captcha, which every operation that may ask for one takes from the body or from a header (D-30).
 *
 * @returns undefined when neither came
 */
export function captchaTokenOf(
  body: { captcha_code?: string },
  request: Request,
): string | undefined {
  return body.captcha_code ?? request.headers.get('x-captcha-code') ?? undefined;
}

/**
 * Whether a page of this very server asks, such as `/docs`. Over plain http only on a loopback host: any other name may have
 * been pointed at this machine by somebody else.
 */
export function isOwnOrigin(origin: string, request: Request): boolean {
  const own = new URL(request.url);
  return origin === own.origin && originListed(origin, [own.hostname]);
}

/**
 * Whether a browser's `Origin` belongs to one of an application's domains (D-27): https on any port of a listed
 * host, plain http on a listed loopback host only. `null` never does.
 */
export function originListed(origin: string, domains: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  if (!domains.includes(hostname)) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}

/** `base64(<name>:<secret>)`, as HTTP Basic and the storefront's bearer carry it; undefined for anything else. */
export function decodePair(encoded: string): { name: string; secret: string } | undefined {
  try {
    const text = atob(encoded);
    const colon = text.indexOf(':');
    return colon > 0 ? { name: text.slice(0, colon), secret: text.slice(colon + 1) } : undefined;
  } catch {
    return undefined;
  }
}
