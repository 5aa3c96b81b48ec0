/** The Worker's own pages, as `npm start` serves them, under their policy. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { faultsOf } from '../support/page-faults.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const PHONE = '9876501239';
const EMAIL = 'asha@example.com';

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

const press = async (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
const heading = async (page: Page, name: string) => page.getByRole('heading', { name }).waitFor();

test('a shopper signs in, is led to where the shop wants, adds an email and resets a password by a link', async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const refused: string[] = [];
  page.on('console', (line) => {
    if (/Content Security Policy/.test(line.text())) refused.push(line.text());
  });
  await page.goto(`${api.url}/auth/login?return_to=/auth/account%3Ffrom=login`);
  await page.getByLabel('Email or mobile number').fill(PHONE);
  expect(await faultsOf(page)).toEqual([]);
  await press(page, 'Continue');
  await page.getByLabel('6-digit code').waitFor();
  await page.getByLabel('6-digit code').fill(await api.otpFor(`+91${PHONE}`));
  await heading(page, 'Almost done');
  await page.getByLabel('First name').fill('Asha');
  await press(page, 'Finish');
  await page.waitForURL(`${api.url}/auth/account?from=login`);
  await heading(page, 'Your account');
  expect(await page.title()).toMatch(/^Your account · /);
  expect(await faultsOf(page)).toEqual([]);

  await press(page, 'Add email');
  await page.getByLabel('Email', { exact: true }).fill(EMAIL);
  await press(page, 'Send a code');
  await page.getByLabel('6-digit code').fill(await api.otpFor(EMAIL));
  await page.getByText(`${EMAIL} was added.`).waitFor();

  // A forgotten password, by its link.
  const sent = (await api.inbox(EMAIL)).length;
  const other = await (await browser.newContext()).newPage();
  other.setDefaultTimeout(PAGE_TIMEOUT_MS);
  await other.goto(`${api.url}/auth/verify-email?code=none`);
  await heading(other, 'This link no longer works');
  const answer = await page.request.post(
    `${api.url}/service/application/user/authentication/v1.0/login/password/reset`,
    {
      headers: { authorization: `Bearer ${btoa('000000000000000000000001:dev-app-token')}` },
      data: { email: EMAIL },
    },
  );
  expect(answer.status()).toBe(200);
  const { link = '' } = (await api.messageFor(EMAIL, { after: sent })) as { link?: string };
  expect(link.startsWith(`${api.url}/auth/set-password?code=`)).toBe(true);
  await other.goto(link);
  await other.getByLabel('New password', { exact: true }).fill('a long passphrase');
  await press(other, 'Set password');
  await other.waitForURL(`${api.url}/auth/account`);
  await heading(other, 'Your account');
  expect(refused).toEqual([]);
});

test('another host of this machine has no shop, and says so', async () => {
  const page = await browser.newPage();
  await page.goto(`${api.url.replace('localhost', 'shop.localhost')}/auth/login`);
  await heading(page, 'No shop lives here');
  expect(await faultsOf(page)).toEqual([]);
});
