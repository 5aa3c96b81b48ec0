/** Which requests are the mock's? Themes call a catalogue and a cart beside it, and tests their own servers. */
import { entriesOf } from '../src/http/operation.ts';
import { mockTable } from './app.ts';
import { pathOf, pathsOf } from './match.ts';

export interface PlaceOptions {
  /** Only requests to this origin, such as `https://shop.example`; a path behind it is the `basePath`. */
  origin?: string;
  /** What stands before every path, such as `/api`. */
  basePath?: string;
}

const entries = entriesOf(mockTable);
/** Paths that any server may have are the mock's only where the origin is. */
const COMMON: readonly string[] = [
  mockTable.service.getHealth.path,
  mockTable.service.getJwks.path,
];
const KNOWN = pathsOf(entries.filter(({ row }) => !COMMON.includes(row.path)));
/** Below these nothing but this API lives: a path that is not documented is a mistake, and gets a 404 that helps. */
const BELOW = ['/service/application/user/', '/service/platform/user/'];

function originOf(origin: string): URL {
  if (URL.canParse(origin) && /^https?:/.test(origin)) return new URL(origin);
  throw new TypeError(`origin: "${origin}" is no address such as https://shop.example`);
}

/** `/api/`, `api` and `/api` are the same base. */
export const baseOf = (base = ''): string =>
  base.replaceAll(/^\/*|\/+$/g, '').replace(/^(?=.)/, '/');

/**
 * Finds the mock's own path of a request.
 * @returns that path without the base, or undefined when the request is not for the API
 * @throws TypeError when `origin` is not an http address
 */
export function placeOf(options: PlaceOptions): (request: Request) => string | undefined {
  const { origin: given, basePath = '' } = options;
  const url = given === undefined ? undefined : originOf(given);
  const base = baseOf(`${url?.pathname ?? ''}/${basePath}`.replaceAll(/\/{2,}/g, '/'));
  return (request) => {
    if (url && new URL(request.url).origin !== url.origin) return undefined;
    const whole = pathOf(request);
    if (!whole.startsWith(`${base}/`)) return undefined;
    const path = pathOf(request, base);
    const ours = KNOWN.test(path) || BELOW.some((below) => path.startsWith(below));
    return ours || (url && COMMON.includes(path)) ? path : undefined;
  };
}

/**
 * The request as the mock's router knows it, with its own path. It reads from the given one, whose address stays as it was.
 */
export function withoutBase(request: Request, path: string): Request {
  const url = new URL(request.url);
  if (url.pathname === path) return request;
  const shifted = new URL(`${path}${url.search}`, url.origin).href;
  // The address is the one thing of a request that no constructor changes without reading its body again.
  return Object.defineProperty(request.clone(), 'url', { value: shifted });
}
