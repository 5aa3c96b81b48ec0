/** The headers that an answer of a row carries, as the documents name them and the contract check holds them. */
import type { Operation } from './operation.ts';

export interface AnswerHeader {
  /** As the documents write it. */
  name: string;
  description: string;
  schema: Readonly<Record<string, unknown>>;
  example: string | number;
  /** False where it depends on the case. */
  required: boolean;
}

/** By its name in `components.headers`. */
export const ANSWER_HEADERS = {
  RequestId: {
    name: 'X-Request-Id',
    description: 'Names the request in the logs; another one for every request.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{8,64}$' },
    example: '3f2b8c1e-5d7a-4c39-9a41-0c6f1d2e7b58',
    required: true,
  },
  CacheControl: {
    name: 'Cache-Control',
    description: 'No cache may keep the answer.',
    schema: { type: 'string' },
    example: 'no-store',
    required: true,
  },
  ContentTypeOptions: {
    name: 'X-Content-Type-Options',
    description: 'Browsers take the content type as it is.',
    schema: { type: 'string', enum: ['nosniff'] },
    example: 'nosniff',
    required: true,
  },
  SessionCookie: {
    name: 'Set-Cookie',
    description:
      'The session cookie `f.session` when a shopper signs in or out or a rolling session is renewed, with `Path=/`, ' +
      '`HttpOnly` and `SameSite=Lax`, on https with `Secure` too; cleared by `Max-Age=0`. A sign-in may add the cookie ' +
      '`f.device`, which remembers the browser.',
    schema: { type: 'string' },
    example: 'f.session=s%3Aabc.def; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax',
    required: false,
  },
  RetryAfter: {
    name: 'Retry-After',
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
    example: 30,
    required: true,
  },
  Allow: {
    name: 'Allow',
    description: 'The methods that the path has.',
    schema: { type: 'string' },
    example: 'GET, POST',
    required: true,
  },
} as const satisfies Record<string, AnswerHeader>;
export type AnswerHeaderName = keyof typeof ANSWER_HEADERS;

const ALWAYS: readonly AnswerHeaderName[] = ['RequestId', 'CacheControl', 'ContentTypeOptions'];

/** The headers of an answer of the row with a status, always or in some cases. */
export function headersOf(row: Operation, status: number): AnswerHeaderName[] {
  const named = [...ALWAYS];
  const mayRenew = row.security === 'session' || row.security === 'session?';
  if (status < 400 && (row.cookie || mayRenew)) named.push('SessionCookie');
  if (status === 429 || status === 503) named.push('RetryAfter');
  if (status === 405) named.push('Allow');
  return named;
}
