/** Which documented path did a caller mean? */

/** Longer paths are no typing mistakes, and comparing them would cost time. */
const MAX_COMPARED = 200;

/** Insertions, deletions and replacements that turn `a` into `b` (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The template with its parameters taken from the path, so that a value is never counted as a mistake. */
function filled(template: string, path: string): string {
  const given = path.split('/');
  return template
    .split('/')
    .map((segment, index) => (segment.startsWith('{') ? (given[index] ?? segment) : segment))
    .join('/');
}

/** Above half of the longer path in edits, another path is no likely meaning. */
const isNear = (distance: number, a: string, b: string): boolean =>
  distance <= Math.max(a.length, b.length) / 2;

/** The entry whose path is the fewest edits away from `path`, the first one of several; undefined when none is near. */
export function nearestTo<E extends { row: { path: string } }>(
  path: string,
  entries: readonly E[],
): E | undefined {
  const compared = path.slice(0, MAX_COMPARED);
  let best: { entry: E; distance: number } | undefined;
  for (const entry of entries) {
    const distance = editDistance(compared, filled(entry.row.path, compared));
    if (!best || distance < best.distance) best = { entry, distance };
  }
  return best && isNear(best.distance, compared, best.entry.row.path) ? best.entry : undefined;
}
