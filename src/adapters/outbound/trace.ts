/** Which trace the running request belongs to, for the calls that it makes: stores live longer than a request. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readTraceparent } from '../../values/traceparent.ts';

const running = new AsyncLocalStorage<string>();

/** Does `work` as a part of the request's trace, if it names a well-formed one. */
export function withTraceOf<T>(request: Request, work: () => T): T {
  const traceparent = readTraceparent(request.headers.get('traceparent'));
  return traceparent === undefined ? work() : running.run(traceparent, work);
}

/** The `traceparent` of the running request. */
export const currentTraceparent = (): string | undefined => running.getStore();
