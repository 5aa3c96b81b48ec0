/** The hosted pages on the mock, in Chromium under their policy: a new shopper, one who comes back, and one who opens a link. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPages } from '../../mocks/pages.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { ASHA, PASSWORD } from '../../mocks/scenarios/people.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';
import { readPageFile } from '../../src/cli/mock/page-files.ts';
import { launchChromium } from '../support/chromium.ts';
import { faultsOf, mistakesOf } from '../support/page-faults.ts';

const LOOK = { colorScheme: 'dark', viewport: { width: 320, height: 640 } } as const;
const TIMEOUT_MS = 20_000;

let browser: Browser;
let mock: MockServer;
beforeAll(async () => {
  const pages = createPages(readPageFile);
  const scenarios = createScenarios({ hostedPages: pages.hosted });
  [mock, browser] = await Promise.all([
    listenWith(createPanel({ scenarios, pages }).fetch, 0),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await mock?.stop();
});

/** A browser of its own, which chooses its scenario in the panel. */
async function visitor(scenario: string) {
  const context = await browser.newContext(LOOK);
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const mistakes = mistakesOf(page);
  await page.goto(`${mock.url}/`);
  await page.locator(`button[value="${scenario}"]`).click();
  await page.getByText('is answering the scenario').waitFor();
  const press = async (name: string) => page.getByRole('button', { name, exact: true }).click();
  const heading = async (name: string): Promise<void> => {
    await page.getByRole('heading', { name, exact: true }).waitFor();
    expect([name, await faultsOf(page)]).toEqual([name, []]);
  };
  return { context, page, mistakes, press, heading };
}

test('from the panel to an account, and back to the panel’s inbox', async () => {
  const { context, page, mistakes, press, heading } = await visitor('new-shopper');
  await page.getByRole('link', { name: 'Login page' }).click();
  await heading('Login to Fynd');
  await page.getByLabel('Email or mobile number').fill('98765 43210');
  await press('Continue');
  await page.getByLabel('6-digit code').waitFor();
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Messages of this shop' }).click();
  const inbox = await opened;
  await inbox.locator('.otp').waitFor();
  await page.getByLabel('6-digit code').fill((await inbox.locator('.otp').textContent()) ?? '');
  await page.getByLabel('First name').fill('Ravi');
  await press('Finish');
  await page.waitForURL(`${mock.url}/auth/account`);
  await heading('Your account');
  expect(mistakes).toEqual([]);
});

test('a link that the account has sent says whose it is, verifies, and is used up', async () => {
  const { page, mistakes, press, heading } = await visitor('returning-shopper');
  await page.goto(`${mock.url}/auth/login`);
  await press('Use a password instead');
  await page.getByLabel('Email, mobile number or username').fill(ASHA.mobile);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await press('Sign in');
  await page.waitForURL(`${mock.url}/auth/account`);
  await press('Add email');
  await page.getByLabel('Email', { exact: true }).fill('no address');
  await press('Send a link instead');
  await page.getByText('Enter an email address, such as name@example.com.').waitFor();
  await page.getByLabel('Email', { exact: true }).fill('second@example.com');
  await press('Send a link instead');
  await page.getByText('We sent a link to second@example.com.').waitFor();
  await page.getByText('Not verified').waitFor();
  await heading('Your account');
  await page.goto(`${mock.url}/_mock#inbox`);
  await page.getByRole('link', { name: 'Open the link' }).first().click();
  await page.waitForURL(`${mock.url}/auth/verify-email?code=*`);
  const link = page.url();
  await heading('Verify this email?');
  expect(await page.locator('#lead').textContent()).toContain('s***@example.com');
  await page.evaluate(
    `document.addEventListener('verified', ({ detail }) => { document.title = 'verified ' + detail.kind; })`,
  );
  await press('Yes, verify it');
  await heading('Verified');
  expect(await page.title()).toBe('verified email');
  await press('Continue');
  await heading('You are signed in');
  await page.goto(link);
  await heading('This link no longer works');
  await page.goto(`${mock.url}/auth/account`);
  await page.getByRole('button', { name: 'Make primary: second@example.com' }).waitFor();
  await heading('Your account');
  expect(mistakes).toEqual([]);
});
