/** Bounds in time: a dependency that hangs is a dependency that is down. */

/** Thrown by `Deadline.race` when the time is over. */
export class TimeOver extends Error {}

/** One time limit over several steps: work that loses the race is abandoned, and its signal aborted. */
export class Deadline {
  readonly #abort = new AbortController();
  readonly #over: Promise<never>;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(timeoutMs: number, message = `did not answer within ${timeoutMs} ms`) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#over = promise;
    // Without a race under way the rejection would be unhandled.
    this.#over.catch(() => undefined);
    this.#timer = setTimeout(() => {
      reject(new TimeOver(message));
      this.#abort.abort();
    }, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** @throws TimeOver */
  async race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over]);
  }

  /** Must be called when the work is done: a timer keeps a Worker's request alive. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Longer than any healthy call to a store, shorter than a shopper waits. */
export const STORE_TIMEOUT_MS = 5_000;

/**
 * The result of one call to a store or a queue.
 * @throws TimeOver, which names the dependency, after `timeoutMs`
 */
export async function withTimeout<T>(
  dependency: string,
  work: Promise<T>,
  timeoutMs = STORE_TIMEOUT_MS,
): Promise<T> {
  // Lighter than a `Deadline`: there is one step, and nothing that a signal could stop.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeOver(`${dependency} timed out`)), timeoutMs);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
