/** Long lists as parameters: each of them is JSON that `json_each` reads, and none is larger than D1 takes. */

/** D1 binds at most 2 MB; UTF-8 takes up to three bytes for a character of JavaScript. */
const MAX_BYTES = 1_000_000;

const encoder = new TextEncoder();

/**
 * A list as JSON texts, each of at most 1 MB: entries that come one behind the other stay so.
 * @returns no text for an empty list; an entry larger than that stands alone
 */
export function jsonLists(list: readonly unknown[], maxBytes = MAX_BYTES): string[] {
  const lists: string[][] = [];
  let bytes = maxBytes;
  for (const entry of list) {
    const json = JSON.stringify(entry);
    const size = encoder.encode(json).length + 1;
    if (bytes + size > maxBytes) {
      lists.push([]);
      // The brackets.
      bytes = 2;
    }
    bytes += size;
    lists.at(-1)?.push(json);
  }
  return lists.map((entries) => `[${entries.join(',')}]`);
}
