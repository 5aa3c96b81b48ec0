/** What steers the mock, and what it has heard, is for the developer at this machine. */
import { errorResponse, type ApiFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { requestIdOf } from '../src/http/caller.ts';
import { isForeignPage, isLocalRequest } from '../src/http/local.ts';
import { withStandardHeaders } from '../src/http/server.ts';

/** Whether a request is to the mock itself, or to a scenario's inbox, rather than to the API. */
export const isControl = (request: Request): boolean =>
  /^\/_(mock|dev)(\/|$)/.test(new URL(request.url).pathname);

function refusalOf(request: Request, allowed: readonly string[]): ApiFailure | undefined {
  if (!isLocalRequest(request, allowed)) {
    const message = 'This answers on localhost only; --allow-host NAME allows another name.';
    return err('origin_refused', { message });
  }
  if (isForeignPage(request, allowed)) {
    const message = 'Pages of other hosts are not answered here; --allow-host NAME allows one.';
    return err('origin_refused', { message });
  }
  return undefined;
}

/**
 * The refusal of a request to the mock itself that does not come from here; undefined when it may be answered.
 * @param allowed host names beside those of this machine
 */
export function controlRefusal(
  request: Request,
  allowed: readonly string[] = [],
): Response | undefined {
  const failed = refusalOf(request, allowed);
  if (!failed) return undefined;
  const requestId = requestIdOf(request);
  return withStandardHeaders(errorResponse(failed, requestId), requestId);
}
