/** The example shop, built as its README says and against the mock by the one variable: somebody signs in at the cart. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPages } from '../../mocks/pages.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { ASHA } from '../../mocks/scenarios/people.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';
import { readPageFile } from '../../src/cli/mock/page-files.ts';
import { launchChromium } from '../support/chromium.ts';
import { faultsOf, mistakesOf } from '../support/page-faults.ts';

const ROOT = join(import.meta.dirname, '../..');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

let browser: Browser;
let mock: MockServer;
let shop: MockServer;
const built = mkdtempSync(join(tmpdir(), 'vestibule-storefront-'));

/** The built files, as any static host serves them. */
function file(request: Request): Response {
  const { pathname } = new URL(request.url);
  const name = pathname === '/' ? '/index.html' : pathname;
  const headers = { 'content-type': TYPES[extname(name)] ?? 'text/plain' };
  return new Response(readFileSync(join(built, name)), { headers });
}

beforeAll(async () => {
  const pages = createPages(readPageFile);
  const scenarios = createScenarios({ scenario: 'returning-shopper', hostedPages: pages.hosted });
  mock = await listenWith(createPanel({ scenarios, pages }).fetch, 0);
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const build = promisify(execFile)(process.execPath, [vite, 'build', '--outDir', built], {
    cwd: join(ROOT, 'docs/examples/storefront'),
    env: { ...process.env, NODE_ENV: 'production', VITE_API: mock.url },
  });
  [browser] = await Promise.all([launchChromium(), build]);
  shop = await listenWith(file, 0);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([shop?.stop(), mock?.stop()]);
  rmSync(built, { recursive: true });
});

test('a shopper signs in over the cart, by keyboard alone, and has an account page in the shop’s brand', async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  page.setDefaultTimeout(20_000);
  const mistakes = mistakesOf(page);
  await page.goto(shop.url);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.getByLabel('Quantity').fill('2');
  await page.getByRole('button', { name: 'Check out' }).focus();
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Email or mobile number');
  await field.waitFor();
  await page.waitForFunction(`document.activeElement?.localName === 'vestibule-login'`);
  expect(await faultsOf(page)).toEqual([]);
  await page.keyboard.type(ASHA.mobile);
  await page.keyboard.press('Enter');
  await page.getByLabel('6-digit code').waitFor();
  await page.keyboard.type('123456');
  await page.getByText('Thank you, Asha. Your order is on its way.').waitFor();
  expect(await page.locator('#total').textContent()).toBe('₹900');

  await page.getByRole('link', { name: 'Your account' }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  const font = await page.evaluate<string>(
    `getComputedStyle(document.querySelector('vestibule-account').shadowRoot.querySelector('h2')).fontFamily`,
  );
  expect(font).toBe('Georgia, serif');
  expect(mistakes).toEqual([]);
});
