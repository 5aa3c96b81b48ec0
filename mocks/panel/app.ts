/**
 * The mock with its panel at `/_mock`. For a mock that runs as a server on one's own machine: it shows what others asked
 * for, and lets the developer there turn the switches.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import { ABOUT } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import { referenceFiles } from '../../src/reference/files.ts';
import {
  inDevelopment,
  REFERENCE,
  REFERENCE_FILE,
  REFERENCE_POLICY,
} from '../../src/reference/served.ts';
import { ICON } from '../../src/ui/icon.ts';
import { POLICY, type Html } from '../../src/ui/layout.ts';
import { STYLE } from '../../src/ui/style.ts';
import { createMock, mockEntries, mockTable, type Mock, type MockOptions } from '../app.ts';
import { identifyBrowser } from '../browser-id.ts';
import { controlRefusal, hostRefusal, isControl } from '../control.ts';
import { DEMO } from '../demo.ts';
import { pathOf } from '../match.ts';
import { answersOf } from './answers.ts';
import { createApi } from './api.ts';
import { framed, HOME, MOCK_HEADER, OPERATIONS, REQUESTS, SETTINGS } from './frame.ts';
import { operationPage, operationsPage } from './operations.ts';
import { recorder, type RecordOptions } from './record.ts';
import { RequestLog } from './request-log.ts';
import { exchangeItem, passes, requestsPage, type Filter } from './requests.ts';
import { inboxSection, scenarioPage } from './scenario.ts';
import { settingsPage, type Refused } from './settings-page.ts';
import { readForm } from './settings.ts';

const entryById = new Map(mockEntries.map((entry) => [entry.id, entry]));
/** By `import.meta.url` in this form bundlers leave it beside what they make of this file. */
const SCRIPT = readFileSync(fileURLToPath(new URL('./panel.js', import.meta.url).href), 'utf8');

const originOf = (c: Context): string => new URL(c.req.url).origin;
const back = (c: Context, place = HOME): Response => c.redirect(place, 303);
const filterOf = (c: Context): Filter => {
  const { status, path, verdict } = c.req.query();
  return { status, path, verdict };
};

/** A page elsewhere could send these forms too, though it could not read what comes back. */
const ownFormsOnly: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin');
  if (origin === undefined || origin === originOf(c)) return next();
  return c.text('Forms of other origins are not taken.', 403);
};

/** The pages of the panel. Switches that the mock reads again for each request are turned in `options` itself. */
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
  for (const form of ['/requests/clear', '/panel/*']) panel.use(form, ownFormsOnly);
  const settings = (c: Context, refused?: Refused): Html => {
    const who = identifyBrowser(c.req.raw).id;
    return framed('Settings', SETTINGS, settingsPage(options, mock, who, refused));
  };

  panel.get('/', async (c) => {
    const { scenarios: host } = options;
    const chosen = host?.chosen(c.req.raw);
    const messages = chosen === undefined ? [] : ((await host?.inbox(c.req.raw)) ?? []);
    const whom = c.req.query('for') === 'server' ? 'server' : 'browser';
    const origin = originOf(c);
    const hasPages = options.pages !== undefined;
    const content = scenarioPage({ host, chosen, messages, origin, whom, hasPages });
    return c.html(framed('Scenario', HOME, content));
  });
  panel.get('/requests', (c) => {
    const shown = log.list().filter((one) => passes(one, filterOf(c)));
    return c.html(framed('Requests', REQUESTS, requestsPage(shown, originOf(c), filterOf(c))));
  });
  panel.get('/operations', (c) => c.html(framed('Operations', OPERATIONS, operationsPage())));
  panel.get('/operations/:id', async (c) => {
    const entry = entryById.get(c.req.param('id'));
    if (!entry) return c.text('There is no such operation.', 404);
    const answers = await answersOf(entry, originOf(c), options);
    return c.html(framed(entry.id, OPERATIONS, operationPage(entry, answers)));
  });
  panel.get('/settings', (c) => c.html(settings(c)));

  // Parts of pages, for the script that keeps them up to date.
  panel.get('/parts/requests', (c) => {
    const after = Number(c.req.query('after') ?? 0) || 0;
    const fresh = log.list(after).filter((one) => passes(one, filterOf(c)));
    c.header('x-mock-newest', String(log.newest));
    return c.html(html`${fresh.map((one) => exchangeItem(one, originOf(c)))}`);
  });
  panel.get('/parts/inbox', async (c) => {
    const messages = (await options.scenarios?.inbox(c.req.raw)) ?? [];
    return c.html(inboxSection(messages));
  });

  panel.post('/requests/clear', (c) => {
    log.clear();
    return back(c, REQUESTS);
  });
  panel.post('/panel/settings', async (c) => {
    const form = await c.req.formData();
    const read = readForm(form);
    if (typeof read === 'string') return c.html(settings(c, { message: read, form }), 400);
    Object.assign(options, read);
    return back(c, SETTINGS);
  });
  panel.post('/panel/scenario', async (c) => {
    const form = await c.req.formData();
    const given = form.get('scenario');
    const name = typeof given === 'string' && given !== '' ? given : undefined;
    const host = options.scenarios;
    const known = host?.scenarios.some((one) => one.name === name) ?? false;
    if (name !== undefined && !known) return c.text('There is no such scenario.', 404);
    const whom = form.get('whom') === 'server' ? 'server' : 'browser';
    for (const line of host?.choose(c.req.raw, name, whom) ?? []) {
      c.header('set-cookie', line, { append: true });
    }
    return back(c, whom === 'server' ? `${HOME}?for=server` : HOME);
  });
  panel.post('/panel/reset', (c) => {
    options.scenarios?.reset(c.req.raw);
    return back(c);
  });

  const files: [name: string, type: string, text: string][] = [
    ['style.css', 'text/css', STYLE],
    ['panel.js', 'text/javascript', SCRIPT],
    ['icon.svg', 'image/svg+xml', ICON],
  ];
  for (const [name, type, text] of files) {
    panel.get(`/${name}`, (c) => c.body(text, 200, { 'content-type': type }));
  }
  // `/_mock/` and the like: the panel is where it was typed, without the slash.
  panel.notFound((c) => {
    const { pathname } = new URL(c.req.url);
    if (pathname.endsWith('/')) return c.redirect(pathname.replace(/\/+$/, ''), 302);
    return c.text('The panel has no such page.', 404);
  });
  return panel;
}

/** By the ends of names. */
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const wantsHtml = (request: Request): boolean =>
  request.method === 'GET' && (request.headers.get('accept')?.includes('text/html') ?? false);

let document: string | undefined;
/** The OpenAPI document of the mock's operations, made on the first request for it. */
function openapiAnswer(): Response {
  document ??= JSON.stringify(openapi(mockTable, ABOUT));
  const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*' };
  return new Response(document, { headers });
}

let reference: Promise<Record<string, string>> | undefined;
/** The reference page of the same document, or one of its files; undefined when there is no such file. */
async function referenceAnswer(pathname: string): Promise<Response | undefined> {
  const name = pathname.slice(REFERENCE.length + 1) || REFERENCE_FILE;
  reference ??= referenceFiles(openapi(mockTable, ABOUT), MOCK_HEADER);
  const text = (await reference)[name];
  if (text === undefined) return undefined;
  const end = name.slice(name.lastIndexOf('.') + 1);
  const headers = {
    'content-type': TYPES[end] ?? 'text/plain',
    'content-security-policy': REFERENCE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
  return new Response(end === 'html' ? inDevelopment(text, DEMO) : text, { headers });
}

/** Pages that stand outside of the panel's folder, as a reader types them. */
async function landing(request: Request): Promise<Response | undefined> {
  const pathname = pathOf(request);
  const to = (place: string): Response => Response.redirect(new URL(place, request.url).href, 302);
  if (pathname === '/openapi.json' && request.method === 'GET') return openapiAnswer();
  const isReference = pathname === REFERENCE || pathname.startsWith(`${REFERENCE}/`);
  if (isReference && request.method === 'GET') return referenceAnswer(pathname);
  if (!wantsHtml(request)) return undefined;
  if (pathname === '/') return to(HOME);
  return pathname === '/favicon.ico' ? to(`${HOME}/icon.svg`) : undefined;
}

/** Of a browser that reads, instead of a program: these have a page and JSON under one address. */
const BOTH = new Set([SETTINGS, REQUESTS, '/_dev/inbox']);

export interface PanelOptions extends Pick<RecordOptions, 'own' | 'proxy' | 'onExchange'> {
  /** What stands before every path of the API. */
  basePath?: string;
}

/**
 * The mock, its panel, and the log in between.
 * @param bytes body of the request, when the caller has read it already
 */
export function createPanel(
  options: MockOptions,
  { basePath, ...more }: PanelOptions = {},
): { fetch(request: Request, bytes?: Uint8Array): Promise<Response> } {
  const mock = createMock(options);
  const log = new RequestLog(basePath);
  const panel = panelOf(options, log, mock);
  const api = createApi({ options, mock, log });
  const recorded = recorder({ ...more, basePath, mock, log });

  async function control(request: Request): Promise<Response> {
    const refused = controlRefusal(request, options.allowedHosts);
    if (refused) return refused;
    const { pathname, searchParams } = new URL(request.url);
    const reads = wantsHtml(request) && BOTH.has(pathname) && !searchParams.has('json');
    if (reads && pathname === '/_dev/inbox') {
      return Response.redirect(new URL(`${HOME}#inbox`, request.url).href, 302);
    }
    return (reads ? undefined : await api(request)) ?? panel.fetch(request);
  }

  return {
    fetch: async (request, bytes) =>
      isControl(request)
        ? control(request)
        : (hostRefusal(request, options.allowedHosts) ??
          (await landing(request)) ??
          (await options.pages?.file(request)) ??
          recorded(request, bytes)),
  };
}
