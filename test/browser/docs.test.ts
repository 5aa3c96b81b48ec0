/** The reference page as a developer opens it: in a real browser, on the Worker that `npm start` runs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ABOUT } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import { entriesOf, type Operation } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';

let server: StartedServer;
let browser: Browser;
let page: Page;
/** Where the page asked, and what the browser forbade or could not load. */
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium()]);
  page = await browser.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${server.url}/docs`);
  await page.waitForSelector('.opblock-tag-section');
});
afterAll(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
});

const POLL = { timeout: PAGE_TIMEOUT_MS };
/** Method and path of each row on the page; as text, because this file is checked without the types of a browser. */
const SHOWN = `[...document.querySelectorAll('.opblock')].map((block) =>
  block.querySelector('.opblock-summary-method').textContent.toLowerCase() + ' ' +
  block.querySelector('[data-path]').dataset.path)`;

const blockOf = ({ method, path }: Pick<Operation, 'method' | 'path'>) =>
  page.locator(`.opblock-${method}`, { has: page.locator(`[data-path="${path}"]`) });

test('it shows every operation of the table, once', async () => {
  const rows = entriesOf(table).map(({ row }) => `${row.method} ${row.path}`);
  const shown = async (): Promise<string[]> => page.evaluate<string[]>(SHOWN);
  // The rows are drawn one after the other.
  await expect.poll(async () => (await shown()).length, POLL).toBe(rows.length);
  expect((await shown()).toSorted()).toEqual(rows.toSorted());
});

test('"Try it out" sends the example request to this very server', async () => {
  await page.locator('.btn.authorize').first().click();
  const storefront = page.locator('.auth-container', { hasText: 'applicationToken' });
  await storefront.locator('input').fill(btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`));
  await storefront.locator('button[type="submit"]').click();
  await page.locator('.btn-done').first().click();

  const operation = blockOf(table.application.loginWithOTP);
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  await operation.locator('.execute').click();
  const live = operation.locator('.live-responses-table .response');
  await live.waitFor();
  expect(await live.locator('.response-col_status').textContent()).toContain('200');
  expect(await live.textContent()).toContain('OTP sent');
  await server.otpFor('+918652523958');
});

test('it asks nobody but this server, and its policy forbids nothing that it needs', () => {
  expect(asked.length).toBeGreaterThan(4);
  const elsewhere = asked.filter(
    (url) => new URL(url).origin !== server.url && !url.startsWith('data:'),
  );
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});

test('its policy allows no script but its own', async () => {
  const policy = (await fetch(`${server.url}/docs`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).not.toContain('unsafe');
});

test.each([
  ['/openapi.json', undefined],
  ['/openapi/application.json', ['application']],
  ['/openapi/platform.json', ['platform']],
])('%s is the document of the table', async (path, groups) => {
  const response = await fetch(server.url + path);
  expect(response.headers.get('content-type')).toContain('application/json');
  const document = openapi(table, { ...ABOUT, groups });
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
});
