/** The mock has no tenants: it takes every request or, when strict, every request whose credentials have the right form. */
import { getCookie } from 'hono/cookie';
import type { Context } from 'hono';
import { SESSION_COOKIE } from '../src/http/cookies.ts';
import type { ApiFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { decodePair } from '../src/http/caller.ts';
import type { Guard } from '../src/http/handler.ts';
import type { Operation } from '../src/http/operation.ts';

/** What is missing for this row, judged by form alone. */
function missing(c: Context, row: Operation): ApiFailure | undefined {
  if (row.security === 'none') return undefined;
  const bearer = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (bearer === undefined) return err('unauthorized');
  if (row.security === 'platform') return undefined;
  const pair = decodePair(bearer);
  if (!pair?.secret) return err('unauthorized');
  const signedIn = Boolean(getCookie(c, SESSION_COOKIE));
  return row.security === 'session' && !signedIn ? err('not_authenticated') : undefined;
}

export function mockGuard(strict: boolean): Guard {
  return async (c, row) => (strict ? missing(c, row) : undefined) ?? { ports: {} };
}
