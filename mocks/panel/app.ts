/**
 * The mock with its panel at `/_mock`. For a mock that runs as a server on one's own machine: it shows what others asked
 * for, and lets the developer there turn the switches.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { entriesOf } from '../../src/http/operation.ts';
import { createMock, mockTable, type Mock, type MockOptions } from '../app.ts';
import { isCut } from '../chaos.ts';
import { controlRefusal, isControl } from '../control.ts';
import { answersOf } from './answers.ts';
import { h, listed, page, POLICY } from './layout.ts';
import { operationPage, operationSection } from './operations.ts';
import { RequestLog } from './request-log.ts';
import { exchangeItem, requestSection } from './requests.ts';
import { settingsOf } from './settings.ts';
import { inboxSection, scenarioForm, settingsForm } from './switches.ts';

const entryById = new Map(entriesOf(mockTable).map((entry) => [entry.id, entry]));
const file = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const HOME = '/_mock';

const originOf = (c: Context): string => new URL(c.req.url).origin;
const back = (c: Context): Response => c.redirect(HOME, 303);

async function homeOf(
  c: Context,
  options: MockOptions,
  log: RequestLog,
  wrong?: string,
): Promise<string> {
  const { scenarios: host } = options;
  const chosen = host?.chosen(c.req.raw);
  const inbox = chosen === undefined ? undefined : await host?.inbox(c.req.raw);
  const answering = chosen === undefined ? 'the documented examples' : h('b', {}, chosen);
  return page(
    'Panel',
    h(
      'header',
      {},
      h('h1', {}, 'Vestibule mock'),
      h(
        'p',
        {},
        'On ',
        h('code', {}, originOf(c)),
        ', answering ',
        ...(chosen === undefined ? [] : ['the scenario ']),
        answering,
        '.',
      ),
    ),
    h(
      'main',
      { class: 'columns' },
      h(
        'div',
        {},
        settingsForm(options, wrong),
        host ? scenarioForm(host, chosen) : null,
        operationSection(),
      ),
      h('div', {}, inbox ? inboxSection(inbox) : null, requestSection(log.list(), originOf(c))),
    ),
  );
}

/** A page elsewhere could send these forms too, though it could not read what comes back. */
const ownFormsOnly: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin');
  if (origin === undefined || origin === originOf(c)) return next();
  return c.text('Forms of other origins are not taken.', 403);
};

/** The routes of the panel. Switches that the mock reads anew for each request are turned in `options` itself. */
function panelOf(options: MockOptions, log: RequestLog, mock: Mock): Hono {
  const panel = new Hono().basePath(HOME);
  panel.use(async (c, next) => {
    await next();
    c.header('content-security-policy', POLICY);
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    // With `no-referrer` browsers would send these forms with the origin `null`.
    c.header('referrer-policy', 'same-origin');
  });
  for (const form of ['/settings', '/requests/clear', '/panel/*']) panel.use(form, ownFormsOnly);
  panel.get('/', async (c) => c.html(await homeOf(c, options, log)));
  panel.get('/operations/:id', async (c) => {
    const entry = entryById.get(c.req.param('id'));
    if (!entry) return c.text('There is no such operation.', 404);
    const answers = await answersOf(entry, originOf(c), options);
    return c.html(page(entry.id, ...operationPage(entry, answers)));
  });
  panel.get('/requests', (c) => {
    const after = Number(c.req.query('after') ?? 0) || 0;
    return c.html(listed(log.list(after).map((one) => exchangeItem(one, originOf(c)))));
  });
  panel.get('/inbox', async (c) => {
    const messages = (await options.scenarios?.inbox(c.req.raw)) ?? [];
    return c.html(listed([inboxSection(messages)]));
  });
  panel.post('/requests/clear', (c) => {
    log.clear();
    return back(c);
  });
  panel.post('/settings', async (c) => {
    const settings = settingsOf(await c.req.formData());
    if (typeof settings === 'string') {
      return c.html(await homeOf(c, options, log, settings), 400);
    }
    Object.assign(options, settings);
    return back(c);
  });
  panel.post('/panel/scenario', async (c) => {
    const form = await c.req.formData();
    const name = form.get('scenario') || undefined;
    const host = options.scenarios;
    const known = host?.scenarios.some((one) => one.name === name) ?? false;
    if (name !== undefined && !known) return c.text('There is no such scenario.', 404);
    const whom = form.get('whom') === 'server' ? 'server' : 'browser';
    // It is one of the names, or nothing.
    const lines = host?.choose(c.req.raw, name as string | undefined, whom) ?? [];
    for (const line of lines) c.header('set-cookie', line, { append: true });
    return back(c);
  });
  panel.post('/panel/reset', (c) => {
    options.scenarios?.reset(c.req.raw);
    return back(c);
  });
  const typed = {
    'panel.css': 'text/css',
    'panel.js': 'text/javascript',
    'icon.svg': 'image/svg+xml',
  };
  for (const [name, type] of Object.entries(typed)) {
    const text = file(name);
    panel.get(`/${name}`, (c) => c.body(text, 200, { 'content-type': type }));
  }
  panel.notFound(async (c) => mock.fetch(c.req.raw));
  return panel;
}

/**
 * The mock, its panel, and the log in between.
 * @param bytes body of the request, when the caller has read it already
 */
export function createPanel(options: MockOptions): {
  fetch(request: Request, bytes?: Uint8Array): Promise<Response>;
} {
  const mock = createMock(options);
  const log = new RequestLog();
  const panel = panelOf(options, log, mock);

  async function recorded(request: Request, bytes?: Uint8Array): Promise<Response> {
    const at = Date.now();
    const started = performance.now();
    const response = await mock.fetch(request);
    const text = isCut(response) ? undefined : await response.text();
    const durationMs = performance.now() - started;
    // Preflights belong to the browser, not to the page.
    if (request.method !== 'OPTIONS') {
      log.add({ request, bytes, response, text, at, durationMs });
    }
    if (text === undefined) return response;
    // Made of plain parts, which the Node server writes without going through a stream.
    const { status, headers } = response;
    return new Response(text === '' ? null : text, { status, headers });
  }

  return {
    fetch: async (request, bytes) => {
      if (isControl(request)) {
        return controlRefusal(request, options.allowedHosts) ?? panel.fetch(request);
      }
      // The printed address, opened in a browser, should show something.
      const isReader = request.headers.get('accept')?.includes('text/html');
      if (isReader && new URL(request.url).pathname === '/') {
        return Response.redirect(new URL(HOME, request.url).href, 302);
      }
      return recorded(request, bytes);
    },
  };
}
