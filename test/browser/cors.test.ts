/** A real browser holds the server to its word: a page on a listed origin signs a shopper in, one elsewhere cannot. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { launchChromium } from '../support/chromium.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const AUTHORIZATION = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
const PHONE = '8652523958';

let api: StartedServer;
let browser: Browser;
let shop: Server;
let port: number;

beforeAll(async () => {
  // Any page will do; what counts is where it comes from.
  shop = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Shop</title>');
  });
  await new Promise<void>((resolve) => {
    shop.listen(0, '127.0.0.1', resolve);
  });
  port = (shop.address() as AddressInfo).port;
  [api, browser] = await Promise.all([startServer(), launchChromium()]);
});
afterAll(async () => {
  shop?.close();
  await Promise.all([browser?.close(), api?.stop()]);
});

/** Calls the API from within a page; `blocked` when the browser let the page read nothing. */
async function call(page: Page, path: string, body?: object): Promise<unknown> {
  // The API under the page's own host name: another port is another origin, and the same site for cookies.
  const url = `http://localhost:${api.port}/service/application/user/${path}`;
  return page.evaluate(
    async ([target, authorization, json]) => {
      // A page's fetch, which knows more than a Worker's.
      const request: RequestInit & { credentials: string } = {
        method: json === null ? 'GET' : 'POST',
        credentials: 'include',
        headers: { authorization, 'content-type': 'application/json' },
        body: json,
      };
      return fetch(target, request).then(
        async (response) => response.json(),
        () => 'blocked',
      );
    },
    [url, AUTHORIZATION, body ? JSON.stringify(body) : null] as const,
  );
}

test('a page on a listed origin logs in with credentials, and its cookie comes back', async () => {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${port}/`);
  const sent = await call(page, 'authentication/v1.0/login/otp', {
    mobile: PHONE,
    country_code: '91',
  });
  expect(sent).toMatchObject({ message: 'OTP sent' });
  const { request_id } = sent as { request_id: string };
  const otp = await api.otpFor(`+91${PHONE}`);
  const proven = await call(page, 'authentication/v1.0/otp/mobile/verify', { request_id, otp });
  const { register_token } = proven as { register_token: string };
  const profile = { first_name: 'Asha', register_token };
  expect(await call(page, 'profile/v1.0/detail', profile)).toMatchObject({ user_exists: true });
  expect(await call(page, 'authentication/v1.0/session')).toMatchObject({
    user: { first_name: 'Asha' },
  });
  expect(await page.evaluate('document.cookie')).toBe('');
  await page.close();
});

test('a page on an unlisted origin can neither call nor read, and sends no message', async () => {
  const page = await browser.newPage();
  await page.goto(`http://evil.localhost:${port}/`);
  const before = (await api.inbox('+919876543210')).length;
  const tried = await call(page, 'authentication/v1.0/login/otp', {
    mobile: '9876543210',
    country_code: '91',
  });
  expect(tried).toBe('blocked');
  expect(await call(page, 'authentication/v1.0/session')).toBe('blocked');
  expect(await api.inbox('+919876543210')).toHaveLength(before);
  await page.close();
});
