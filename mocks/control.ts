/**
 * Who may ask? A page elsewhere can have its own name point to this machine (DNS rebinding): then it asks under that name, so
 * names are refused unless they are known. What steers the mock, and what it has heard, is for the developer's pages besides.
 */
import { errorResponse, type ApiFailure } from '../src/http/errors.ts';
import { isLoopbackHost } from '../src/shared/loopback.ts';
import { err } from '../src/shared/result.ts';
import { requestIdOf } from '../src/http/caller.ts';
import { hostnameOf } from '../src/http/local.ts';
import { withStandardHeaders } from '../src/http/server.ts';

/** Whether a request is to the mock itself, or to a scenario's inbox, rather than to the API. */
export const isControl = ({ url }: Request): boolean =>
  /^https?:\/\/[^/?#]*\/_(mock|dev)([/?#]|$)/.test(url);

/** A literal address, which no DNS name of another person can stand for. */
const isLiteral = (name: string): boolean => /^(\[[\da-f:.]+\]|\d{1,3}(\.\d{1,3}){3})$/i.test(name);
/** `.localhost` is this machine for every resolver (RFC 6761). */
const isLocalName = (name: string): boolean => isLoopbackHost(name) || /\.localhost$/i.test(name);

const HOST_OF = /^https?:\/\/([^/?#]*)/;
/** Requests come under few names, and each is looked at once. */
const known = new Map<string, string>();
const MAX_KNOWN = 100;

/** The host name of `name:port`; empty when it is none. */
function nameOf(host: string): string {
  const found = known.get(host);
  if (found !== undefined) return found;
  const name = hostnameOf(`http://${host}`);
  if (known.size < MAX_KNOWN) known.set(host, name);
  return name;
}

function unknownName(request: Request, allowed: readonly string[]): string | undefined {
  const host = request.headers.get('host');
  const asked = HOST_OF.exec(request.url)?.[1] ?? '';
  const names = [nameOf(asked), ...(host === null || host === asked ? [] : [nameOf(host)])];
  return names.find((name) => !isLocalName(name) && !isLiteral(name) && !allowed.includes(name));
}

/** Whether a page of another machine asks. One on another port of this one is the developer's own. */
function isForeignPage(request: Request, allowed: readonly string[]): boolean {
  const origin = request.headers.get('origin');
  if (origin === null) return false;
  const name = hostnameOf(origin);
  return !isLocalName(name) && !allowed.includes(name) && origin !== new URL(request.url).origin;
}

function answer(request: Request, failed: ApiFailure): Response {
  const requestId = requestIdOf(request);
  return withStandardHeaders(errorResponse(failed, requestId), requestId);
}

/**
 * The refusal of a request under a host name that is not known; undefined when it may be answered.
 * @param allowed host names beside those of this machine
 */
export function hostRefusal(
  request: Request,
  allowed: readonly string[] = [],
): Response | undefined {
  const name = unknownName(request, allowed);
  if (name === undefined) return undefined;
  const message = `The mock answers under localhost and addresses, not under "${name.slice(0, 100)}"; --allow-host ${name.slice(0, 100)} allows it.`;
  return answer(request, err('origin_refused', { message }));
}

/** The refusal of a request to the mock itself that comes from a page of another host; undefined when it may be answered. */
export function controlRefusal(
  request: Request,
  allowed: readonly string[] = [],
): Response | undefined {
  const refused = hostRefusal(request, allowed);
  if (refused) return refused;
  if (!isForeignPage(request, allowed)) return undefined;
  const message = 'Pages of other hosts are not answered here; --allow-host NAME allows one.';
  return answer(request, err('origin_refused', { message }));
}
