/**
 * The mock: the real app's routes, validation and errors, with the documented examples for answers.
 * There is no domain behind it, so any code, id and token is accepted.
 */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { errorResponse, failure, isFailure } from '../src/http/errors.ts';
import { entriesOf, successOf, type Entry } from '../src/http/operation.ts';
import { createServer } from '../src/http/server.ts';
import { table } from '../src/table.ts';
import { documented, unwrap } from './documented.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { mockGuard } from './guard.ts';
import { nearestTo } from './nearest.ts';
import { preferenceOf } from './prefer.ts';
import { sessionAfter } from './session.ts';

export interface MockOptions {
  /** Demands credentials of the right form, as the real app would; any value passes. */
  strict?: boolean;
  /** Every answer waits this long, in milliseconds. */
  delayMs?: number;
  /** What carries the session cookie out; see `ServerOptions`. */
  cookieHeader?: string;
}

/** What the mock serves: all documented operations, and of `service` what a client needs to get going (ruling 31). */
export const mockTable = {
  application: table.application,
  platform: table.platform,
  service: { createToken: table.service.createToken, getHealth: table.service.getHealth },
};
const entries = entriesOf(mockTable);

function answerOf({ id, row }: Entry, envelope: boolean): object {
  const file = documented[id];
  if (file && envelope) return file;
  return file && EXCEPTIONS.has(id) ? unwrap(file) : row.example.response;
}

/** Documented files leave as they are, all else passes the row's schema as it does in the real app. */
function shape({ id, row }: Entry, body: object): object {
  const file = documented[id];
  const asWritten = file && (body === file || (EXCEPTIONS.has(id) && body === unwrap(file)));
  return asWritten ? body : successOf(row).schema.parse(body);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A mock of its own; several can live side by side. */
export function createMock({ strict = false, delayMs = 0, cookieHeader }: MockOptions = {}): Hono {
  const server = createServer({
    table: mockTable,
    handlerOf:
      (entry) =>
      async ({ request, reply }) => {
        const preference = preferenceOf(entry, request);
        if (isFailure(preference)) return preference;
        if (preference.delayMs > 0) await sleep(preference.delayMs);
        if (preference.refusal) return preference.refusal;
        const session = sessionAfter(entry, request);
        return reply(answerOf(entry, preference.envelope), { session });
      },
    guard: mockGuard(strict),
    cookieHeader,
    shape,
    // Requests are not worth a line; a mistake of ours is.
    log: (line) => {
      if (line.level === 'error') console.error(JSON.stringify(line));
    },
    isOutage: () => undefined,
  });
  server.notFound((c) => {
    const path = new URL(c.req.url).pathname;
    const near = nearestTo(path, entries)?.row;
    const nearest = near && `${near.method.toUpperCase()} ${near.path}`;
    const message = `Nothing is served at ${path.slice(0, 200)}. The nearest documented path is ${nearest}`;
    const failed = failure('not_found', { message, meta: { nearest } });
    return errorResponse(failed, c.get('caller').requestId);
  });

  const mock = new Hono();
  // Any page of a developer may call the mock with credentials. It holds nothing that could be stolen.
  mock.use(
    cors({
      origin: (origin) => origin,
      credentials: true,
      allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      exposeHeaders: ['x-request-id', 'retry-after'],
    }),
  );
  mock.all('*', async (c) => {
    if (delayMs > 0) await sleep(delayMs);
    return server.fetch(c.req.raw);
  });
  return mock;
}
