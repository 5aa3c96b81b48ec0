/** Calls the documented public API with fetch; the session travels in its cookie. */
import { ApiError, type ErrorBody } from './error.ts';
import { PREFIX, ROUTES, type OperationId } from './routes.ts';
import type { Answer, Body, Query } from './types.ts';

/** Where the API is, and for which application it is asked. */
export interface Connection {
  /** Origin of the API; empty for that of the page. */
  api: string;
  applicationId: string;
  applicationToken: string;
}

interface Parts<K extends OperationId> {
  body?: Body<K>;
  query?: Query<K>;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;

function urlOf(api: string, path: string, query: object = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, string | boolean | undefined][]) {
    if (value !== undefined) search.set(name, String(value));
  }
  const tail = search.size > 0 ? `?${search}` : '';
  return `${api.replace(/\/+$/, '')}${PREFIX}${path}${tail}`;
}

/**
 * One operation.
 * @throws ApiError for anything but a success
 */
export async function call<K extends OperationId>(
  { api, applicationId, applicationToken }: Connection,
  operation: K,
  { body, query, signal }: Parts<K> = {},
): Promise<Answer<K>> {
  const [method, path] = ROUTES[operation];
  const headers: Record<string, string> = {};
  // btoa takes Latin-1 alone; ids and tokens are ASCII.
  if (applicationId)
    headers['authorization'] = `Bearer ${btoa(`${applicationId}:${applicationToken}`)}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(urlOf(api, path, query), {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: 'include',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('unreachable');
  }
  try {
    answer = await response.json();
  } catch {
    throw new ApiError('unreadable', response.status);
  }
  // The row's schema has shaped a success on the server.
  if (response.ok) return answer as Answer<K>;
  const refusal = answer as ErrorBody;
  throw new ApiError(
    refusal.code ?? 'unreadable',
    response.status,
    refusal,
    response.headers.get('retry-after'),
  );
}
