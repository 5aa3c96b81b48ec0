/**
 * A shopper's whole life on the pages of `npm start`, by the keyboard alone, at 320 px and dark: registers by a code, adds an
 * email by a link, resets the password by a link, ends another device, deletes the account. Messages are read in the dev inbox.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { keyboardOf } from '../support/keyboard.ts';
import { faultsOf, mistakesOf } from '../support/page-faults.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PHONE = '9876501299';
const EMAIL = 'ravi@example.com';
const PASSWORD = 'a long passphrase';
const LOOK = { colorScheme: 'dark', viewport: { width: 320, height: 640 } } as const;
const CODE = '6-digit code';

let api: StartedServer;
let browser: Browser;
beforeAll(async () => {
  [api, browser] = await Promise.all([
    startServer({ limits: { sendGapSeconds: 1 } }),
    launchChromium(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await api?.stop();
});

/** A browser of its own. `is` waits for a heading and has axe look at the page. */
async function visitor() {
  const context = await browser.newContext(LOOK);
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const mistakes = mistakesOf(page);
  const keys = keyboardOf(page);
  const is = async (name: string): Promise<void> => {
    await page.getByRole('heading', { name, exact: true }).waitFor();
    expect([name, await faultsOf(page)]).toEqual([name, []]);
  };
  /** The same page once more. */
  const comes = async (name: string): Promise<void> =>
    page.getByRole('heading', { name, exact: true }).waitFor();
  return { page, mistakes, keys, is, comes };
}

/** The link of the newest message in the inbox, opened there with the keyboard. */
async function openNewestLink(page: Page): Promise<void> {
  await page.goto(`${api.url}/_dev/inbox`);
  await page.getByRole('link', { name: 'Open the link' }).first().waitFor();
  const keys = keyboardOf(page);
  await keys.press('Open the link');
}

test('registers, adds an email, resets the password, ends a device, leaves', async () => {
  const first = await visitor();
  const { page, keys, is, comes } = first;
  await page.goto(`${api.url}/`);
  await is('A shop on this machine');
  await keys.press('Login');
  await is('Login to Fynd');
  expect(await keys.at()).toBe('Email or mobile number');
  await page.keyboard.type(PHONE);
  await page.keyboard.press('Enter');
  await page.getByLabel(CODE).waitFor();
  await is('Enter your code');
  expect(await keys.at()).toBe(CODE);
  await page.keyboard.type(await api.otpFor(`+91${PHONE}`));
  await is('Almost done');
  await keys.fill('First name', 'Ravi');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${api.url}/auth/account`);
  await is('Your account');

  // An email, verified by its link in the inbox.
  await keys.press('Add email');
  await keys.fill('Email', EMAIL);
  await keys.press('Send a link instead');
  await page.getByText(`We sent a link to ${EMAIL}.`).waitFor();
  await is('Your account');
  await api.messageFor(EMAIL);
  const mail = await page.context().newPage();
  mail.setDefaultTimeout(PAGE_TIMEOUT_MS);
  await openNewestLink(mail);
  await mail.getByRole('heading', { name: 'Verify this email?' }).waitFor();
  expect(await mail.locator('#lead').textContent()).toContain('r***@example.com');
  expect(await faultsOf(mail)).toEqual([]);
  await keyboardOf(mail).press('Yes, verify it');
  await mail.getByRole('heading', { name: 'Verified' }).waitFor();
  expect(await faultsOf(mail)).toEqual([]);
  await page.reload();
  await comes('Your account');
  expect(await page.getByText('Not verified').count()).toBe(0);

  // Out, and in again by a password that a link sets.
  await keys.press('Sign out');
  await page.getByLabel('Email or mobile number').waitFor();
  await keys.press('Use a password instead');
  await is('Sign in with your password');
  await keys.press('Forgot password?');
  await is('Reset your password');
  await keys.fill('Email or mobile number', EMAIL);
  await keys.press('Send a link instead');
  await is('Check your messages');
  await api.messageFor(EMAIL, { after: 1 });
  await openNewestLink(mail);
  await mail.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  expect(await faultsOf(mail)).toEqual([]);
  await keyboardOf(mail).fill('New password', PASSWORD);
  await mail.keyboard.press('Enter');
  await mail.waitForURL(`${api.url}/auth/account`);

  // Another device, by the new password.
  const second = await visitor();
  await second.page.goto(`${api.url}/auth/login`);
  await second.comes('Login to Fynd');
  await second.keys.press('Use a password instead');
  await second.comes('Sign in with your password');
  await second.keys.fill('Email, mobile number or username', EMAIL);
  await second.keys.fill('Password', PASSWORD);
  await second.page.keyboard.press('Enter');
  await second.page.waitForURL(`${api.url}/auth/account`);
  await second.comes('Your account');
  await second.keys.press(/^Sign out Chrome on /);
  await second.page.getByText(/^Chrome on \w+ was signed out\.$/).waitFor();
  await second.is('Your account');
  await page.goto(`${api.url}/auth/account`);
  await page.getByLabel('Email or mobile number').waitFor();

  // The end.
  const { length: known } = await api.inbox(`+91${PHONE}`);
  await second.keys.press('Delete my account');
  await second.is('Your account');
  await second.keys.to('test');
  await second.page.keyboard.press('Space');
  await second.keys.press('Send a code to confirm');
  await second.page.getByLabel(CODE).waitFor();
  await second.is('Your account');
  await second.page.keyboard.type(await api.otpFor(`+91${PHONE}`, { after: known }));
  await second.keys.press('Delete my account for good');
  await second.is('Your account is deleted');
  expect([...first.mistakes, ...second.mistakes]).toEqual([]);
}, 180_000);
