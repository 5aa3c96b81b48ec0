/** How programs steer the mock and ask what it has seen: everything as JSON, for tests. */
import { Hono, type Context } from 'hono';
import * as z from 'zod';
import { requestIdOf } from '../../src/http/caller.ts';
import { errorResponse, type ApiFailure } from '../../src/http/errors.ts';
import { err, type FieldError } from '../../src/shared/result.ts';
import { invalid } from '../../src/http/parse.ts';
import { withStandardHeaders } from '../../src/http/server.ts';
import { EVERYBODY } from '../answers/book.ts';
import { readAnswers } from '../answers/read.ts';
import { mockEntries, type Mock, type MockOptions } from '../app.ts';
import { browserCookie, identifyChooser, identifyBrowser } from '../browser-id.ts';
import { preflight, shareWithPages } from '../cors.ts';
import type { RequestLog } from './request-log.ts';
import { passes } from './requests.ts';
import { SettingsSchema, settingsOf } from './settings.ts';
import { VERDICTS, verdictOf } from './verdict.ts';

export interface Steered {
  options: MockOptions;
  mock: Mock;
  log: RequestLog;
}

const whom = z.enum(['browser', 'server']).default('browser');
const ScenarioChoice = z.strictObject({ name: z.string().nullable(), for: whom });
const AnswerChoice = z.strictObject({ answers: z.unknown(), for: whom });
const RequestQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  operation: z.string().optional(),
  path: z.string().optional(),
  status: z
    .string()
    .regex(/^[1-5](xx|\d\d)$/, 'is a status such as 404 or 4xx')
    .optional(),
  verdict: z.enum(VERDICTS).optional(),
});

const said = (c: Context, response: Response): Response =>
  withStandardHeaders(response, requestIdOf(c.req.raw));
const json = (c: Context, body: unknown): Response => said(c, Response.json(body));
const refuse = (c: Context, failed: ApiFailure): Response =>
  said(c, errorResponse(failed, requestIdOf(c.req.raw)));

/** Each mistake by its place; `root` stands before it. */
const mistakes = (error: z.ZodError, root: string): FieldError[] =>
  error.issues.map(({ path, message }) => ({
    path: [root, ...path].map(String).join('.'),
    message,
  }));

const bodyOf = async (c: Context): Promise<unknown> => c.req.json().catch(() => undefined);

function scenarioRoutes(routes: Hono, { options }: Steered): void {
  const state = (c: Context) => ({
    scenario: options.scenarios?.chosen(c.req.raw) ?? null,
    scenarios: options.scenarios?.scenarios ?? [],
  });
  routes.get('/_mock/scenario', (c) => json(c, state(c)));
  routes.put('/_mock/scenario', async (c) => {
    const names = (options.scenarios?.scenarios ?? []).map(({ name }) => name);
    const parsed = ScenarioChoice.safeParse(await bodyOf(c));
    if (!parsed.success) {
      const [first] = mistakes(parsed.error, 'body');
      const message = `must be {"name": …}, one of ${names.join(', ')} or null, and "for" browser or server`;
      return refuse(c, invalid([{ path: first?.path ?? 'body', message }]));
    }
    const { name, for: forWhom } = parsed.data;
    if (name !== null && !names.includes(name)) {
      const message = `is one of ${names.join(', ')}, or null`;
      return refuse(c, invalid([{ path: 'body.name', message }]));
    }
    const lines = options.scenarios?.choose(c.req.raw, name ?? undefined, forWhom) ?? [];
    const response = json(c, { scenario: name, for: forWhom });
    for (const line of lines) response.headers.append('set-cookie', line);
    return response;
  });
  routes.post('/_mock/reset', (c) => {
    options.scenarios?.reset(c.req.raw);
    return json(c, { scenario: options.scenarios?.chosen(c.req.raw) ?? null });
  });
  routes.get('/_dev/inbox', async (c) => {
    const host = options.scenarios;
    if (host?.chosen(c.req.raw) === undefined) {
      const message = 'No scenario is chosen, so nothing is sent.';
      return refuse(c, err('not_found', { message }));
    }
    // A `+` that was not encoded arrives as a blank.
    const to = c.req.query('to')?.replace(/^ /, '+');
    return json(c, { items: await host.inbox(c.req.raw, to) });
  });
}

function answerRoutes(routes: Hono, { mock }: Steered): void {
  const state = (c: Context) =>
    json(c, { answers: mock.answers.toJSON(identifyBrowser(c.req.raw).id) });
  routes.get('/_mock/answers', state);
  routes.put('/_mock/answers', async (c) => {
    const parsed = AnswerChoice.safeParse(await bodyOf(c));
    if (!parsed.success) return refuse(c, invalid(mistakes(parsed.error, 'body')));
    const read = readAnswers(mockEntries, parsed.data.answers, 'body.answers');
    if ('errors' in read) return refuse(c, invalid(read.errors));
    const who =
      parsed.data.for === 'server' ? { id: EVERYBODY, isNew: false } : identifyChooser(c.req.raw);
    mock.answers.set(who.id, read.value);
    const response = json(c, { answers: mock.answers.toJSON(who.id), for: parsed.data.for });
    if (who.isNew) response.headers.append('set-cookie', browserCookie(who.id));
    return response;
  });
  routes.delete('/_mock/answers', (c) => {
    const forWhom = whom.safeParse(c.req.query('for')).data;
    if (!forWhom) {
      return refuse(c, invalid([{ path: 'query.for', message: 'is browser or server' }]));
    }
    mock.answers.set(forWhom === 'server' ? EVERYBODY : identifyBrowser(c.req.raw).id, new Map());
    return state(c);
  });
}

function settingRoutes(routes: Hono, { options }: Steered): void {
  routes.get('/_mock/settings', (c) => json(c, settingsOf(options)));
  // What is left out stays as it is.
  routes.put('/_mock/settings', async (c) => {
    const parsed = SettingsSchema.safeParse(await bodyOf(c));
    if (!parsed.success) return refuse(c, invalid(mistakes(parsed.error, 'body')));
    Object.assign(options, parsed.data);
    return json(c, settingsOf(options));
  });
}

function requestRoutes(routes: Hono, { log }: Steered): void {
  const list = (c: Context): Response => {
    // `json` asks a browser for JSON where there is a page too.
    const { json: _, ...query } = c.req.query();
    const parsed = RequestQuery.safeParse(query);
    if (!parsed.success) return refuse(c, invalid(mistakes(parsed.error, 'query')));
    const { after, operation, path, status, verdict } = parsed.data;
    const items = log
      .list(after)
      .map((exchange) => ({ ...exchange, ...verdictOf(exchange) }))
      .filter(
        (one) =>
          (operation === undefined || one.operation === operation) &&
          passes(one, { path, status, verdict }),
      );
    return json(c, { items });
  };
  routes.get('/_mock/requests', list);
  routes.get('/_mock/requests.json', list);
  routes.delete('/_mock/requests.json', (c) => {
    log.clear();
    return json(c, { items: [] });
  });
}

/** Answers what is a program's; undefined for any other path. */
export function createApi(steered: Steered): (request: Request) => Promise<Response | undefined> {
  const routes = new Hono();
  for (const add of [scenarioRoutes, answerRoutes, settingRoutes, requestRoutes])
    add(routes, steered);
  const ours = new Set(routes.routes.map(({ path }) => path));
  routes.notFound((c) => refuse(c, err('method_not_allowed')));
  return async (request) => {
    if (!ours.has(new URL(request.url).pathname)) return undefined;
    const response = preflight(request) ?? (await routes.fetch(request));
    shareWithPages(request, response);
    return response;
  };
}
