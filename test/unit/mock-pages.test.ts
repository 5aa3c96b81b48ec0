/** The hosted pages on the mock: in every scenario and without one, with their files, and links in messages that lead to them. */
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import { createPages } from '../../mocks/pages.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { ASHA } from '../../mocks/scenarios/people.ts';
import { SCENARIOS } from '../../mocks/scenarios/table.ts';
import { PAGES } from '../../src/features/hosted-pages/texts.ts';

const ORIGIN = 'http://127.0.0.1:4010';
/** A reader who keeps no cookies: all requests come to one world. */
const PAGE = { 'sec-fetch-site': 'cross-site', accept: 'text/html' };
const BROWSER = { 'sec-fetch-site': 'none' };
const files: Record<string, string> = { 'elements.js': 'e', 'hosted-pages.css': 'c' };

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

function mockWith(scenario?: string, chaos = 0) {
  const pages = createPages(async (name) => files[name]);
  const scenarios = createScenarios({ scenario, hostedPages: pages.hosted });
  const { fetch } = createPanel({ scenarios, pages, chaos });
  return async (path: string, init: Init = {}) =>
    fetch(new Request(`${ORIGIN}${path}`, { ...init, headers: { ...PAGE, ...init.headers } }));
}

describe.each([undefined, ...SCENARIOS.map(({ name }) => name)])('in scenario %s', (scenario) => {
  test('every page is there, with its element and the Worker’s policy', async () => {
    const fetch = mockWith(scenario);
    for (const name of PAGES) {
      const answer = await fetch(`/auth/${name}?code=of-a-link&return_to=/cart`);
      const page = await answer.text();
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get('x-mock-scenario')).toBe(scenario ?? null);
      expect(page).toContain(name === 'account' ? '<vestibule-account' : `entry="${name}"`);
      expect(page).toContain(`application-token="${DEMO.applicationToken}"`);
      expect(page).toContain('href="/_mock#inbox"');
      expect(page.includes(`data-return-to="${ORIGIN}/cart"`)).toBe(name !== 'account');
      expect(page).not.toMatch(/of-a-link|<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'/);
      expect(policy).not.toContain('unsafe');
      expect(policy.includes('https://appleid.cdn-apple.com')).toBe(scenario === 'social-new');
    }
    expect((await fetch('/auth/login', { method: 'POST' })).status).toBe(405);
  });
});

test('the page of a scenario that begins signed in hands out its session', async () => {
  const answer = await mockWith('many-sessions')('/auth/account', { headers: BROWSER });
  const names = answer.headers.getSetCookie().map((line) => line.replace(/=.*/, ''));
  expect(names.toSorted()).toEqual(['f.session', 'mock.browser']);
});

test('links in messages lead to the mock itself, under the name that it is asked by', async () => {
  const fetch = mockWith('password-reset');
  const answer = await fetch('/service/application/user/authentication/v1.0/login/password/reset', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ email: ASHA.email }),
  });
  expect(answer.status).toBe(200);
  const inbox = await fetch('/_dev/inbox?json', {
    headers: { accept: 'application/json' },
  });
  const { items } = await inbox.json<{ items: { link?: string }[] }>();
  expect(items[0]?.link).toMatch(
    /^http:\/\/127\.0\.0\.1:4010\/auth\/set-password\?code=[0-9a-f]{32}$/,
  );
});

test('its files: the elements for pages elsewhere too; what is not made says how', async () => {
  const fetch = mockWith();
  const elements = await fetch('/elements.js', { headers: { origin: 'http://localhost:5173' } });
  expect([elements.status, await elements.text()]).toEqual([200, 'e']);
  expect(elements.headers.get('access-control-allow-origin')).toBe('*');
  expect(elements.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const style = await fetch('/pages/hosted-pages.css');
  expect([style.status, style.headers.get('content-type')]).toEqual([
    200,
    'text/css; charset=utf-8',
  ]);
  const missing = await fetch('/pages/hosted-pages.js');
  expect([missing.status, await missing.text()]).toEqual([
    404,
    expect.stringContaining('npm run mock'),
  ]);
});

test('chaos fails the calls of a page, never the page', async () => {
  const fetch = mockWith('new-shopper', 1);
  for (let at = 0; at < 8; at += 1) expect((await fetch('/auth/login')).status).toBe(200);
  expect((await fetch('/elements.js')).status).toBe(200);
  const call = await fetch('/service/application/user/platform/v1.0/config');
  expect(call.headers.get('x-mock-chaos')).not.toBeNull();
});

test('the panel leads to the pages where there are some', async () => {
  expect(await (await mockWith()('/_mock')).text()).toContain('href="/auth/login"');
  const { fetch } = createPanel({ scenarios: createScenarios() });
  const bare = async (path: string) => fetch(new Request(ORIGIN + path, { headers: PAGE }));
  expect(await (await bare('/_mock')).text()).not.toContain('href="/auth/login"');
  expect((await bare('/auth/login')).status).toBe(404);
});
