/** Which trace the running request belongs to, for the calls that it makes: stores live longer than a request. */
import { AsyncLocalStorage } from 'node:async_hooks';

const running = new AsyncLocalStorage<string>();

/** Does `work` as a part of a trace. @param traceparent well formed, or undefined for none */
export function withTrace<T>(traceparent: string | undefined, work: () => T): T {
  return traceparent === undefined ? work() : running.run(traceparent, work);
}

/** The `traceparent` of the running request. */
export const currentTraceparent = (): string | undefined => running.getStore();
