/**
 * The mock: the real app's routes, validation and errors, with the documented examples for answers.
 * There is no domain behind it, so any code, id and token is accepted.
 */
import { errorResponse, isFailure } from '../src/http/errors.ts';
import { err } from '../src/shared/result.ts';
import { entriesOf, successOf, type Entry } from '../src/http/operation.ts';
import { createServer } from '../src/http/server.ts';
import { JOB_FILES } from '../src/shared/job-files.ts';
import { table } from '../src/table.ts';
import { AnswerBook } from './answers/book.ts';
import type { Answers, AnyAnswer } from './answers/types.ts';
import { identifyBrowser } from './browser-id.ts';
import { chaosOf, chaosResponse } from './chaos.ts';
import { isControl } from './control.ts';
import { preflight, shareWithPages } from './cors.ts';
import { DEMO_CALLING_CODE } from './demo.ts';
import { documented, unwrap } from './documented.ts';
import { dynamicAnswer } from './dynamic/answer.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { mockGuard } from './guard.ts';
import { matcher, pathOf } from './match.ts';
import { nearestTo } from './nearest.ts';
import type { MockPages } from './pages.ts';
import { preferenceOf, refusalOf } from './prefer.ts';
import { SCENARIO_HEADER, type ScenarioHost } from './scenarios/contract.ts';
import { asSent } from './sent.ts';
import { sessionAfter } from './session.ts';

/** Names what was chosen beforehand for an answer: `error`, `body`, `example` or `dynamic`. */
export const ANSWER_HEADER = 'x-mock-answer';

/**
 * Read again for each request, so that a panel can turn them while the mock runs; only `seed`, `answers` and `cookieHeader`
 * stay.
 */
export interface MockOptions {
  /** Demands credentials of the right form, as the real app would; any value passes. */
  strict?: boolean;
  /** Every answer waits this long, in milliseconds. */
  delayMs?: number;
  /** Share of the requests that fail on purpose, from 0 to 1; see `chaos.ts`. */
  chaos?: number;
  /** Invented data instead of the documented examples, for every request that does not say otherwise. */
  dynamic?: boolean;
  /** What chaos and invented data follow from (default 1). */
  seed?: number;
  /** Answers chosen beforehand, by operation; see `answers/types.ts`. */
  answers?: Answers;
  /** The header that carries the session cookie out; see `ServerOptions`. */
  cookieHeader?: string;
  /** Host names beside those of this machine under which the panel and the inbox answer, such as a tunnel's. */
  allowedHosts?: readonly string[];
  /** With a chosen scenario, it answers whatever does not order a certain answer. */
  scenarios?: ScenarioHost;
  /** The hosted pages, of the demo shop or of the scenario. */
  pages?: MockPages;
}

const { service } = table;
/**
 * What the mock serves: all documented operations, and of `service` the token endpoint, without which no operator's client can
 * start, and what pages of a storefront call.
 */
export const mockTable = {
  application: table.application,
  platform: table.platform,
  service: {
    createToken: service.createToken,
    getHealth: service.getHealth,
    getJwks: service.getJwks,
    describeLink: service.describeLink,
    getSessionToken: service.getSessionToken,
    getOwnSessions: service.getOwnSessions,
    endOwnSession: service.endOwnSession,
    endOtherSessions: service.endOtherSessions,
  },
};
export type MockTable = typeof mockTable;
/** Every operation of the mock with its names. */
export const mockEntries: readonly Entry[] = entriesOf(mockTable);
/** The operation that answers a method and a path, if any. */
export const operationAt = matcher(mockEntries);
/** The same in a scenario, where the real app stands behind all of its rows. */
const scenarioOperationAt = matcher(entriesOf(table));

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

/** What an answer says of where it came from, on its way from a handler to its headers. */
interface Told {
  applied: string;
  chosen?: string;
}

const kindOf = ({ error, body, example }: AnyAnswer): string =>
  error ? 'error' : body ? 'body' : example ? 'example' : 'dynamic';

/** The documented operations, answered from their rows. */
function plainMock(options: MockOptions, book: AnswerBook, told: WeakMap<Request, Told>) {
  const { cookieHeader } = options;
  const server = createServer({
    table: mockTable,
    handlerOf:
      (entry) =>
      async ({ request, input: parsed, reply }) => {
        // Parts stay parts.
        const input = asSent(parsed) as typeof parsed;
        const preference = preferenceOf(entry, request, options.dynamic);
        if (isFailure(preference)) return preference;
        const chosen =
          preference.orders || book.isEmpty
            ? undefined
            : await book.take(identifyBrowser(request).id, entry, input);
        told.set(request, {
          applied: preference.applied,
          ...(chosen && { chosen: kindOf(chosen) }),
        });
        const delayMs = chosen?.delayMs ?? preference.delayMs;
        if (delayMs > 0) await sleep(delayMs);
        const refusal = chosen?.error ? refusalOf(chosen.error) : preference.refusal;
        if (refusal) return refusal;
        const session = sessionAfter(entry, request);
        const seed = chosen?.seed ?? preference.seed ?? options.seed ?? 1;
        const dynamic = chosen?.dynamic ?? (!chosen && (preference.dynamic ?? options.dynamic));
        const body =
          chosen?.body ??
          (dynamic ? dynamicAnswer(entry, input, seed) : answerOf(entry, preference.envelope));
        return reply(body, { session });
      },
    guard: async (c, row, caller) => mockGuard(options.strict ?? false)(c, row, caller),
    cookieHeader,
    callingCode: DEMO_CALLING_CODE,
    shape,
    // Requests are not worth a line; a mistake of ours is.
    log: (line) => {
      if (line.internal !== undefined) console.error(JSON.stringify(line));
    },
    isOutage: () => undefined,
  });
  options.pages?.addTo(server);
  server.notFound((c) => {
    const path = new URL(c.req.url).pathname;
    const near = nearestTo(path, mockEntries)?.row;
    const nearest = near && `${near.method.toUpperCase()} ${near.path}`;
    const hint = nearest ? ` The nearest documented path is ${nearest}` : '';
    const message = `Nothing is served at ${path.slice(0, 200)}.${hint}`;
    const failed = err('not_found', { message, ...(nearest && { meta: { nearest } }) });
    return errorResponse(failed, c.get('caller').requestId);
  });
  return server;
}

/** How long a scenario is to wait before it answers; undefined when the request is not for it. */
function scenarioDelay(
  request: Request,
  book: AnswerBook,
  pages: MockPages | undefined,
): number | undefined {
  // Links of a scenario open in it, and so do its pages: what they lead to is no operation.
  if (pathOf(request).startsWith(JOB_FILES) || pages?.isPage(request)) return 0;
  const entry = scenarioOperationAt(request.method, pathOf(request));
  const preference = entry && preferenceOf(entry, request);
  if (!preference || isFailure(preference) || preference.orders) return undefined;
  if (!book.isEmpty && book.has(identifyBrowser(request).id, entry.id)) return undefined;
  return preference.delayMs;
}

/** Answers a request, as every Worker and every fetch does. */
export interface Mock {
  fetch(request: Request): Promise<Response>;
  /** Answers chosen beforehand. */
  readonly answers: AnswerBook;
  /** Resets chaos, the answers chosen beforehand, and every scenario. */
  reset(): void;
}

/**
 * A mock of its own; several can live side by side.
 * @throws TypeError when one of the `answers` is not what its operation can answer
 */
export function createMock(options: MockOptions = {}): Mock {
  const told = new WeakMap<Request, Told>();
  const book = new AnswerBook(mockEntries, options.answers);
  const server = plainMock(options, book, told);
  let strike = chaosOf(options.seed ?? 1);

  async function answer(request: Request): Promise<Response> {
    const { scenarios, pages } = options;
    // Neither delayed nor failed: requests that control the mock, and pages, which show what happens to their calls.
    const isSpared = isControl(request) || pages?.isPage(request);
    const { delayMs = 0, chaos = 0 } = isSpared ? {} : options;
    if (delayMs > 0) await sleep(delayMs);
    const kind = chaos > 0 ? strike(chaos) : undefined;
    if (kind) return chaosResponse(kind, request);
    const scenario = scenarios?.chosen(request);
    const wait = scenario === undefined ? undefined : scenarioDelay(request, book, pages);
    if (scenarios && scenario !== undefined && wait !== undefined) {
      if (wait > 0) await sleep(wait);
      const response = await scenarios.fetch(request);
      response.headers.set(SCENARIO_HEADER, scenario);
      return response;
    }
    const response = await server.fetch(request);
    const { applied, chosen } = told.get(request) ?? {};
    if (applied) response.headers.set('preference-applied', applied);
    if (chosen) response.headers.set(ANSWER_HEADER, chosen);
    return response;
  }

  return {
    fetch: async (request) => {
      const response = preflight(request) ?? (await answer(request));
      shareWithPages(request, response);
      return response;
    },
    answers: book,
    reset() {
      strike = chaosOf(options.seed ?? 1);
      book.reset();
      options.scenarios?.resetAll();
    },
  };
}
