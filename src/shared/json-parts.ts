/** Lists that travel as JSON parameters. */

/** D1 takes strings up to 2,000,000 bytes; the rest is room for its own envelope. */
export const MAX_JSON_BYTES = 1_800_000;

/**
 * Rows as JSON lists, one after the other, each of at most `maxBytes` bytes of UTF-8; a row that is larger stands alone.
 * At least one list comes out, for statements that are run in any case.
 */
export function jsonParts(rows: readonly unknown[], maxBytes = MAX_JSON_BYTES): string[] {
  const encoder = new TextEncoder();
  const parts: string[] = [];
  let part: string[] = [];
  let bytes = 2;
  for (const row of rows) {
    const json = JSON.stringify(row);
    const more = encoder.encode(json).length + 1;
    if (part.length > 0 && bytes + more > maxBytes) {
      parts.push(`[${part.join(',')}]`);
      [part, bytes] = [[], 2];
    }
    part.push(json);
    bytes += more;
  }
  return [...parts, `[${part.join(',')}]`];
}
