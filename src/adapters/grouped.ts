/** Several writes as one. */

/**
 * Writes that come while one is under way go together in the next; the first of them does not wait.
 * @param write takes the items of one write
 * @returns a function that writes an item; it throws what the write of the item threw
 */
export function grouped<T>(
  write: (items: readonly T[]) => Promise<void>,
): (item: T) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting: { items: T[]; written: Promise<void> } | undefined;
  async function writeAfter(earlier: Promise<unknown>, items: T[]): Promise<void> {
    // What became of it is for those who wait for it.
    await earlier.catch(() => undefined);
    waiting = undefined;
    await write(items);
  }
  return async (item) => {
    if (!waiting) {
      const items: T[] = [];
      const written = writeAfter(last, items);
      waiting = { items, written };
      last = written;
    }
    waiting.items.push(item);
    return waiting.written;
  };
}
