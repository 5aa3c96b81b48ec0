/** Longer than any healthy call to a store, shorter than a shopper's patience. */
const TIME_LIMIT = 5_000;

/** Bounds a call in time: a dependency that hangs is a dependency that is down. */
export async function within<T>(dependency: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${dependency} timed out`)), TIME_LIMIT);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
