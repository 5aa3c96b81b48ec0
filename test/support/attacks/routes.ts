/** Which row a path belongs to, told without the router that is under test. */
import type { Entry } from '../../../src/http/operation.ts';
import { ENTRIES } from './attempt.ts';

/** More slashes in front of an API path, or one behind it, are the same operation (D-88). */
function patternOf(path: string): RegExp {
  const plain = path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(path.startsWith('/service/') ? `^/*${plain}/?$` : `^${plain}$`);
}

const PATTERNS = ENTRIES.map((entry) => ({
  entry,
  method: entry.row.method.toUpperCase(),
  pattern: patternOf(entry.row.path),
  parameters: entry.row.path.split('{').length,
}));

function decoded(path: string): string {
  try {
    // Slashes stay what they are written as.
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The rows at the path of a request, fixed paths first. */
export function rowsAt(path: string): { entry: Entry; method: string }[] {
  const { pathname } = new URL(`http://127.0.0.1${path}`);
  return PATTERNS.filter(({ pattern }) => pattern.test(decoded(pathname))).toSorted(
    (a, b) => a.parameters - b.parameters,
  );
}
