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
  return async (item) => {
    if (!waiting) {
      const items: T[] = [];
      const written = last.then(async () => {
        waiting = undefined;
        await write(items);
      });
      waiting = { items, written };
      // What became of it is for those who wait for it.
      last = written.catch(() => undefined);
    }
    waiting.items.push(item);
    return waiting.written;
  };
}
