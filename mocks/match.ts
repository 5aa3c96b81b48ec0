/** Which operation answers a path? For those who stand outside of the router: MSW's handlers, the scenarios, the panel. */
import { getPath } from 'hono/utils/url';
import type { Entry } from '../src/http/operation.ts';
import { routedPath } from '../src/http/server.ts';

/**
 * The path as the router sees it: escapes that stand for ordinary characters are undone, and slashes around an API path are
 * left out.
 * @param base as `baseOf` gives it; only for requests below it
 */
export const pathOf = (request: Request, base = ''): string =>
  routedPath(getPath(request).slice(base.length));

/** A path with its parameters as one expression. */
const patternOf = (path: string): string =>
  path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');

/** Matches every path of these entries, and nothing else. */
export const pathsOf = (entries: readonly Entry[]): RegExp =>
  new RegExp(`^(${entries.map(({ row }) => patternOf(row.path)).join('|')})$`);

/** Finds the entry of a method and a path as `pathOf` gives it. Fixed paths come before those with parameters, as in the router. */
export function matcher(entries: readonly Entry[]) {
  const fixed = new Map(entries.map((entry) => [`${entry.row.method} ${entry.row.path}`, entry]));
  const open = entries
    .filter(({ row }) => row.path.includes('{'))
    .map((entry) => ({ entry, pattern: pathsOf([entry]) }))
    .toSorted((a, b) => a.entry.row.path.split('{').length - b.entry.row.path.split('{').length);
  return (method: string, path: string): Entry | undefined => {
    // HEAD is GET without the body.
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    return (
      fixed.get(`${verb} ${path}`) ??
      open.find(({ entry, pattern }) => entry.row.method === verb && pattern.test(path))?.entry
    );
  };
}
