/** The elements on a page of their own origin, against the Worker that `npm start` runs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import type { MockServer } from '../../src/cli/mock/server.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { elementsShop } from '../support/elements-shop.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PHONE = '9876501234';
const E164 = `+91${PHONE}`;
const PASSWORD = 'a long passphrase';
/** So that codes can be asked for one after the other. */
const limits = { sendGapSeconds: 1 };

let api: StartedServer;
let shop: MockServer;
let browser: Browser;
beforeAll(async () => {
  [api, shop, browser] = await Promise.all([
    startServer({ limits }),
    elementsShop(),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([shop?.stop(), api?.stop()]);
});

const urlOf = (query: Record<string, string> = {}): string => {
  const attributes = {
    api: api.url,
    'application-id': DEMO.applicationId,
    'application-token': DEMO.applicationToken,
  };
  // The name under which the API sets its cookie: other ports are the same site.
  const { port } = new URL(shop.url);
  return `http://localhost:${port}/shop?${new URLSearchParams({ ...attributes, ...query }).toString()}`;
};
const press = async (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

async function enterCode(page: Page, to: string, known: number): Promise<void> {
  await page.getByLabel('6-digit code').waitFor();
  await page.getByLabel('6-digit code').fill(await api.otpFor(to, { after: known }));
}

test('a shopper registers by a code, sets a password, resets it by a code, and leaves no device behind', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  await page.goto(urlOf({ tag: 'vestibule-account' }));
  await page.getByLabel('Email or mobile number').fill(PHONE);
  await press(page, 'Continue');
  await enterCode(page, E164, 0);
  await heading(page, 'Almost done');
  await page.getByLabel('First name').fill('Asha');
  await press(page, 'Finish');
  await heading(page, 'Your account');
  await press(page, 'Set a password');
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await press(page, 'Save');
  await page.getByText('Your password was changed.').waitFor();
  await page.getByText('This device').waitFor();

  const other = await (await browser.newContext()).newPage();
  other.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const sent = (await api.inbox(E164)).length;
  await other.goto(urlOf({ entry: 'forgot-password', identifier: 'phone' }));
  await other.getByLabel('Mobile number').fill(PHONE);
  await press(other, 'Send a code');
  await enterCode(other, E164, sent);
  await other.getByLabel('New password', { exact: true }).fill('another long passphrase');
  await press(other, 'Set password');
  await heading(other, 'Welcome, Asha');

  // The reset has ended the session of the first page.
  await press(page, 'Edit: Profile');
  await press(page, 'Save');
  await page.getByLabel('Email or mobile number').waitFor();
  await press(page, 'Use a password instead');
  await page.getByLabel('Email, mobile number or username').fill(PHONE);
  await page.getByLabel('Password', { exact: true }).fill('another long passphrase');
  await press(page, 'Sign in');
  await heading(page, 'Your account');
  await press(page, 'Sign out all other devices');
  await page.getByText('All other devices were signed out.').waitFor();
  await other.goto(urlOf());
  await other.getByLabel('Email or mobile number').waitFor();
});

test('the Worker serves the file, to pages elsewhere too', async () => {
  const answer = await fetch(`${api.url}/elements.js`);
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  expect(answer.headers.get('content-type')).toMatch(/javascript/);
  expect(await answer.text()).toContain('vestibule-login');
});
