/** The reference page as a developer opens it: in a real browser, on the Worker that `npm start` runs. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ABOUT } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

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
  await page.locator('.op').first().waitFor();
});
afterAll(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
});

/** Method and path of each row on the page; as text, because this file is checked without the types of a browser. */
const SHOWN = `[...document.querySelectorAll('.op')].map(({ dataset }) => dataset.method + ' ' + dataset.path)`;
const opOf = (id: string) => page.locator(`[id="${id}"]`);

test('it shows every operation of the table once, under the heading of its feature', async () => {
  const rows = entriesOf(table);
  const shown = await page.evaluate<string[]>(SHOWN);
  expect(shown.toSorted()).toEqual(rows.map(({ row }) => `${row.method} ${row.path}`).toSorted());
  const headings = await page.locator('.tag > h2').allTextContents();
  expect(headings).toEqual([...Object.keys(ABOUT.tags), 'Schemas']);
  // Every row has the heading of its feature; none is left under its group.
  expect(rows.filter(({ row }) => row.tag === undefined).map(({ id }) => id)).toEqual([]);
});

test('an operation is tried as the demo shop, and as its operator', async () => {
  const login = opOf('application.loginWithOTP');
  await login.locator('summary').first().click();
  await login.getByRole('button', { name: 'Send' }).click();
  await expect
    .poll(async () => login.getByRole('status').textContent(), { timeout: PAGE_TIMEOUT_MS })
    .toMatch(/^200/);
  expect(await login.getByRole('group', { name: 'Answer', exact: true }).textContent()).toContain(
    'OTP sent',
  );
  await server.otpFor('+918652523958');

  const customers = opOf('platform.getCustomers');
  await customers.locator('summary').first().click();
  await customers.getByRole('button', { name: 'Send' }).click();
  await expect
    .poll(async () => customers.getByRole('status').textContent(), { timeout: PAGE_TIMEOUT_MS })
    .toMatch(/^200/);
});

test('operations are found by a word, and opened by their address', async () => {
  await page.getByLabel('Find an operation').fill('loginwithotp');
  expect(await page.locator('.op:visible').count()).toBe(1);
  await page.getByLabel('Find an operation').fill('nothing like it');
  expect(await page.locator('#none-found').isVisible()).toBe(true);
  await page.getByLabel('Find an operation').fill('');
  await page.goto(`${server.url}/docs#schema-ErrorBody`);
  await expect.poll(async () => page.locator('#schema-ErrorBody[open]').count()).toBe(1);
});

test.each(['light', 'dark'] as const)(
  'in %s, on a phone: nothing is wider than the screen, and axe finds nothing',
  async (colorScheme) => {
    const phone = await browser.newPage({ colorScheme, viewport: { width: 320, height: 700 } });
    phone.setDefaultTimeout(PAGE_TIMEOUT_MS);
    await phone.goto(`${server.url}/docs#application.loginWithOTP`);
    await phone.locator('.try').waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(320);
    // What repeats is looked at once: all of it takes axe half a minute.
    await phone.evaluate(`for (const tag of [...document.querySelectorAll('.tag')].slice(1, -1)) tag.remove();
      for (const schema of [...document.querySelectorAll('.schema')].slice(3)) schema.remove();
      document.querySelector('.schema').open = true`);
    await phone.evaluate(axe.source);
    const violations = await phone.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
    );
    expect(violations).toEqual([]);
    await phone.close();
  },
);

test('it asks nobody but this server, and its policy forbids nothing that it needs', () => {
  expect(asked.length).toBeGreaterThan(3);
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
