/** Scenarios in real browsers: chosen in the panel, lived in by pages, each browser in a world of its own. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mockTable } from '../../mocks/app.ts';
import { DEMO } from '../../mocks/demo.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { ASHA } from '../../mocks/scenarios/people.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';

let browser: Browser;
let server: MockServer;
beforeAll(async () => {
  browser = await launchChromium();
  const scenarios = createScenarios();
  server = await listenWith(createPanel({ scenarios }).fetch, 0);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
const { loginWithOTP, verifyMobileOTP, getLoggedInUser, updateProfile } = mockTable.application;

/** A call of the page itself, with its own cookies. */
async function call(page: Page, { method, path }: { method: string; path: string }, body?: object) {
  return page.evaluate(
    async ([url, init]) => {
      const response = await fetch(url, init);
      return { status: response.status, body: await response.json<Record<string, unknown>>() };
    },
    [
      path,
      {
        method: method.toUpperCase(),
        headers: { authorization, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      },
    ] as const,
  );
}

async function open(): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  await page.goto(`${server.url}/_mock`);
  return page;
}

/** With the keyboard alone. */
async function choose(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: title }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('is answering the scenario').waitFor();
}

async function signIn(page: Page): Promise<void> {
  const body = { mobile: ASHA.mobile, country_code: '91' };
  const sent = await call(page, loginWithOTP, body);
  expect(sent.status).toBe(200);
  const code = { request_id: sent.body['request_id'], otp: '123456' };
  expect(await call(page, verifyMobileOTP, code)).toMatchObject({
    status: 200,
    body: { user_exists: true },
  });
}

test('two browsers live in two worlds, and what was sent shows in the inbox of its own', async () => {
  const [first, second] = [await open(), await open()];
  for (const page of [first, second]) await choose(page, 'A shopper who comes back');
  await signIn(first);
  expect((await call(second, getLoggedInUser)).status).toBe(401);
  await signIn(second);
  await call(first, updateProfile, { first_name: 'Edited' });
  const name = async (page: Page) => (await call(page, getLoggedInUser)).body['user'];
  expect(await name(first)).toMatchObject({ first_name: 'Edited' });
  expect(await name(second)).toMatchObject({ first_name: 'Asha' });
  await first.reload();
  await first.locator('#inbox-section .otp').first().waitFor();
  expect(await first.locator('#inbox-section .otp').allTextContents()).toEqual(['123456']);
  await first.getByRole('button', { name: 'Restart scenario' }).click();
  expect((await call(first, getLoggedInUser)).status).toBe(401);
  expect((await call(second, getLoggedInUser)).status).toBe(200);
});

test('a session that has run out is 401 at the first signed-in call, and a login opens another', async () => {
  const page = await open();
  await choose(page, 'A session that has run out');
  await call(page, mockTable.application.getPlatformConfig);
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).toSorted()).toEqual(['f.session', 'mock.browser']);
  expect((await call(page, getLoggedInUser)).status).toBe(401);
  await signIn(page);
  expect((await call(page, getLoggedInUser)).status).toBe(200);
});

test('a browser that goes back to the examples gets them', async () => {
  const page = await open();
  await choose(page, 'A blocked shopper');
  expect((await call(page, getLoggedInUser)).status).toBe(401);
  await page.getByRole('button', { name: 'Documented examples' }).click();
  await page.getByText('answering the documented examples').waitFor();
  expect((await call(page, getLoggedInUser)).status).toBe(200);
});
