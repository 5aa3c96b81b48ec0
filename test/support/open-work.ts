/**
 * What the shops of a test have going on behind their answers. It must be over before storage is cleared for the next
 * test: a write that comes later would lie in that test's database.
 */
const open: Promise<unknown>[][] = [];
/** Longer than any dependency may take to answer. */
const MAX_WAIT_MS = 5_000;

/** @param pending the list that a shop goes on filling */
export function trackWork(pending: Promise<unknown>[]): void {
  open.push(pending);
}

/** Waits for all of it; work that fails has been logged by the shop, and is over too. */
export async function settleOpenWork(): Promise<void> {
  const lists = open.splice(0);
  const settle = async (): Promise<void> => {
    for (let left = lists.flatMap((list) => list.splice(0)); left.length > 0;) {
      await Promise.allSettled(left);
      // Work may begin more work.
      left = lists.flatMap((list) => list.splice(0));
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_WAIT_MS);
  });
  await Promise.race([settle(), tooLong]);
  clearTimeout(timer);
}
