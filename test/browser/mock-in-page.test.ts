/** The mock where front-end developers use it: in a page of a real browser, behind MSW's service worker. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documented, unwrap } from '../../mocks/documented.ts';
import { table } from '../../src/table.ts';
import { launchChromium } from '../support/chromium.ts';
import type { Heard } from '../support/pages/shop.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCRIPT = { 'content-type': 'text/javascript' };

/** The page's script as a developer's own bundler makes it. */
async function bundled(entry: string): Promise<string> {
  const result = await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { write: false, minify: false, rolldownOptions: { input: join(ROOT, entry) } },
  });
  // One entry, not watched: one output.
  const [first] = (result as Rolldown.RolldownOutput).output;
  return first.code;
}

let server: Server;
let browser: Browser;
let page: Page;
/** Requests that the service worker let through to the page's own server. */
const arrived: string[] = [];

beforeAll(async () => {
  const script = await bundled('test/support/pages/shop.ts');
  const mockServiceWorker = readFileSync(join(ROOT, 'node_modules/msw/lib/mockServiceWorker.js'));
  server = createServer(({ url = '' }, response) => {
    arrived.push(url);
    if (url === '/page.js') response.writeHead(200, SCRIPT).end(script);
    else if (url === '/mockServiceWorker.js')
      response.writeHead(200, SCRIPT).end(mockServiceWorker);
    else if (url === '/shop') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><script type="module" src="/page.js"></script>');
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  browser = await launchChromium();
  page = await browser.newPage();
  await open();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(): Promise<void> {
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/shop`);
  await page.waitForFunction('globalThis.shop');
  await page.evaluate('shop.start()');
}

async function call(operationId: string, args: object = {}): Promise<Heard> {
  return page.evaluate(`shop.call(${JSON.stringify(operationId)}, ${JSON.stringify(args)})`);
}
const exampleOf = (id: string) => ({ answer: unwrap(documented[id] ?? {}) });
const requestOf = (operationId: 'loginWithOTP' | 'verifyMobileOTP') =>
  table.application[operationId].example.request ?? {};

test('a code is sent', async () => {
  expect(await call('loginWithOTP', requestOf('loginWithOTP'))).toEqual(
    exampleOf('application.loginWithOTP'),
  );
});

test('a sign-in sets the session cookie, which the next requests carry, after a reload too', async () => {
  const anonymous = { status: 401, body: { code: 'not_authenticated', authenticated: false } };
  expect(await call('getLoggedInUser')).toMatchObject(anonymous);
  expect(await call('verifyMobileOTP', requestOf('verifyMobileOTP'))).toEqual(
    exampleOf('application.verifyMobileOTP'),
  );
  expect(await call('getLoggedInUser')).toEqual(exampleOf('application.getLoggedInUser'));
  await open();
  expect(await call('getLoggedInUser')).toEqual(exampleOf('application.getLoggedInUser'));
});

test('no script of the page can read that cookie', async () => {
  expect(await page.evaluate('document.cookie')).toBe('');
});

test('a sign-out clears it', async () => {
  expect(await call('logout')).toEqual({ answer: { logout: true } });
  expect(await call('getLoggedInUser')).toMatchObject({ status: 401 });
});

test('no documented operation reached the network, and the page’s own files did', async () => {
  expect(await page.evaluate('fetch("/elsewhere").then(({ status }) => status)')).toBe(404);
  expect(arrived).toContain('/elsewhere');
  expect(arrived.filter((url) => url.startsWith('/service/'))).toEqual([]);
});
