/** The panel of the mock as a developer uses it: in a real browser, on the server that `npm run mock` runs. */
import { execFile } from 'node:child_process';
import axe from 'axe-core';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mockTable, type MockOptions } from '../../mocks/app.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { fakeScenarios, type FakeHost } from '../support/fake-scenarios.ts';

const run = promisify(execFile);
const PAGES = [
  '/_mock',
  '/_mock/requests',
  '/_mock/operations',
  '/_mock/operations/application.loginWithOTP',
  '/_mock/settings',
] as const;
const LOGIN = mockTable.application.loginWithOTP.path;

let browser: Browser;
let mock: MockServer;
let options: MockOptions;
let context: BrowserContext;
let page: Page;
/** What the browser forbade or could not load, and what it asked of others. */
let complaints: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => browser?.close());
beforeEach(async () => {
  options = { seed: 4 };
  mock = await listenWith(createPanel(options).fetch, 0);
  await visit();
});
afterEach(async () => {
  await context.close();
  await mock.stop();
});

async function visit(
  more: Parameters<Browser['newContext']>[0] = {},
  path = '/_mock/requests',
): Promise<void> {
  await context?.close();
  context = await browser.newContext({
    permissions: ['clipboard-read', 'clipboard-write'],
    ...more,
  });
  page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(mock.url)) complaints.push(request.url());
  });
  await page.goto(mock.url + path);
}

const send = async (body: unknown, headers: Record<string, string> = {}, path = LOGIN) =>
  fetch(mock.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Tabs on until the element that matches has the focus. */
async function tabTo(selector: string): Promise<void> {
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`${selector} is not reached by Tab`);
}

describe('requests', () => {
  test('show up while the page is open, with what validation said', async () => {
    await send({ mobile: [1] });
    const row = page.locator('#requests > li').first();
    await row.getByText('body.mobile must be a string of digits').first().waitFor();
    const said = await row.locator('summary').textContent();
    for (const part of ['400', 'POST', 'login/', 'application.loginWithOTP', ' ms']) {
      expect(said).toContain(part);
    }
    await send({ mobile: '8652523958' });
    await page.locator('#requests > li').nth(1).waitFor();
    expect(await row.locator('summary').textContent()).toContain('valid');
    expect(complaints).toEqual([]);
  });

  test('are shown as text, whatever they hold', async () => {
    const attack = `"><img src=x onerror="document.title='hit'"><script>document.title='hit'</script>`;
    await send(
      { mobile: attack, [attack]: attack },
      { prefer: `error=${attack}`, 'x-odd': attack },
    );
    await send({}, {}, `/${encodeURIComponent(attack)}?q=${attack}`);
    await fetch(`${mock.url}/a'b<i>c`, { method: 'PATCH' });
    for (const reload of [false, true]) {
      if (reload) await page.reload();
      await page.locator('#requests > li').nth(2).waitFor();
      for (const summary of await page.locator('#requests summary').all()) await summary.click();
      expect(await page.locator('#requests').locator('img, script, i').count()).toBe(0);
      expect(await page.locator('#requests').textContent()).toContain('onerror="document.title');
      expect(await page.title()).toBe('Requests · Vestibule mock');
    }
    expect(complaints).toEqual([]);
  });

  test('are kept without credentials, 200 of them, and can be cleared', async () => {
    const secret = 'the-secret-of-somebody';
    await send({}, { authorization: `Bearer ${secret}`, cookie: `f.session=${secret}; a=b` });
    for (let at = 0; at < 205; at += 1) await (await fetch(`${mock.url}/healthz?at=${at}`)).text();
    await page.reload();
    expect(await page.locator('#requests > li').count()).toBe(200);
    const shown = await (await fetch(`${mock.url}/_mock/parts/requests`)).text();
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain('at=4<');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('Nothing yet.').waitFor();
    await send({}, { authorization: `Bearer ${secret}`, cookie: `f.session=${secret}; a=b` });
    const again = await (await fetch(`${mock.url}/_mock/parts/requests`)).text();
    expect(again).toContain('authorization: Bearer …');
    expect(again).toContain('f.session=…; a=…');
    expect(again).not.toContain(secret);
  });
});

describe('the settings', () => {
  beforeEach(async () => {
    await page.goto(`${mock.url}/_mock/settings`);
  });

  test('order chaos, which is marked in the list', async () => {
    await page.getByLabel('Chaos, in percent').fill('100');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => options.chaos).toBe(1);
    expect((await fetch(`${mock.url}/healthz`)).headers.get('x-mock-chaos')).not.toBeNull();
    await page.goto(`${mock.url}/_mock/requests`);
    await page.locator('#requests .v-chaos').first().waitFor();
    await page.goto(`${mock.url}/_mock/settings`);
    // The panel itself is never struck.
    for (let at = 0; at < 8; at += 1) expect((await page.reload())?.status()).toBe(200);
    expect(await page.getByLabel('Chaos, in percent').inputValue()).toBe('100');
  });

  test('slow every answer down and demand credentials', async () => {
    await page.getByLabel('Delay, in milliseconds').fill('150');
    await page.getByLabel('Strict').check();
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => options).toMatchObject({ delayMs: 150, strict: true, chaos: 0 });
    const started = performance.now();
    expect((await send({ mobile: '8652523958' })).status).toBe(401);
    expect(performance.now() - started).toBeGreaterThan(140);
  });

  test('say what is wrong with a value, and turn nothing', async () => {
    const form = { method: 'POST', body: new URLSearchParams({ chaos: 'much', delay: '0' }) };
    const answer = await fetch(`${mock.url}/_mock/panel/settings`, form);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Chaos is a number from 0 to 100.');
    expect(options.chaos).toBeUndefined();
    await page.getByLabel('Chaos, in percent').fill('500');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Chaos, in percent').inputValue()).toBe('500');
  });

  test('cannot be turned by a page elsewhere', async () => {
    const body = new URLSearchParams({ chaos: '100', delay: '0' });
    const headers = { origin: 'https://elsewhere.test' };
    const answer = await fetch(`${mock.url}/_mock/panel/settings`, {
      method: 'POST',
      body,
      headers,
    });
    expect(answer.status).toBe(403);
    expect(options.chaos).toBeUndefined();
  });
});

describe('the scenario', () => {
  const answering = async (what: string) =>
    page
      .locator('.lead')
      .filter({ hasText: `answering ${what}.` })
      .waitFor();
  const choose = async (title: string, whom: string) => {
    await page.locator(`[name="whom"][value="${whom}"]`).check();
    await page.getByRole('button', { name: title }).click();
  };
  let host: FakeHost;
  beforeEach(async () => {
    host = fakeScenarios();
    options.scenarios = host;
    await page.goto(`${mock.url}/_mock`);
  });

  test('is chosen for this browser, begun anew, and left again', async () => {
    await answering('the documented examples');
    await choose('A blocked shopper', 'browser');
    await answering('the scenario blocked');
    const others = await fetch(mock.url + mockTable.application.logout.path);
    expect(await others.json()).toEqual({ logout: true });
    await page.getByRole('button', { name: 'Restart scenario' }).click();
    await expect.poll(() => host.resets).toEqual(['blocked']);
    expect(complaints).toEqual([]);
  });

  test('is chosen for everyone, answers, and is named in the list', async () => {
    await choose('A new shopper', 'server');
    const answer = await fetch(mock.url + mockTable.application.logout.path);
    expect(await answer.json()).toEqual({ scenario: 'new-shopper' });
    await page.goto(`${mock.url}/_mock/requests`);
    await page.locator('#requests summary').getByText('scenario: new-shopper').waitFor();
    await page.goto(`${mock.url}/_mock`);
    await choose('Documented examples', 'server');
    await answering('the documented examples');
  });

  test('shows what it sent as text, and no link that is none', async () => {
    await choose('A blocked shopper', 'browser');
    const inbox = page.locator('#inbox-section');
    expect(await inbox.locator('.otp').textContent()).toBe('123456');
    expect(await inbox.locator('.text').textContent()).toBe('<b>blocked</b> sent 123456');
    expect(await inbox.locator('a').count()).toBe(0);
    host.otp = '654321';
    await inbox.getByText('654321').first().waitFor();
  });

  test('that does not exist is not chosen', async () => {
    const body = new URLSearchParams({ scenario: 'nonsense', whom: 'server' });
    const answer = await fetch(`${mock.url}/_mock/panel/scenario`, { method: 'POST', body });
    expect(answer.status).toBe(404);
  });
});

describe('copy as curl', () => {
  /** Runs what is in the clipboard in a shell; status and body. */
  async function pasted() {
    const command = await page.evaluate<string>('navigator.clipboard.readText()');
    const { stdout } = await run('sh', ['-c', command]);
    const [head = '', body = ''] = stdout.replaceAll('\r', '').split('\n\n');
    return {
      status: Number(head.split(' ')[1]),
      body: JSON.parse(body) as Record<string, unknown>,
    };
  }
  const timeless = (body: Record<string, unknown>) => ({ ...body, request_id: undefined });

  test.each([
    'application.loginWithOTP',
    'application.deleteEmail',
    'platform.updateUser',
    'service.createToken',
  ])('of %s gets each answer that is shown', async (id) => {
    // Credentials are part of a command.
    options.strict = true;
    await page.goto(`${mock.url}/_mock/operations/${id}`);
    const answers = await page.locator('.answer').all();
    expect(answers.length).toBeGreaterThan(3);
    for (const answer of answers) {
      await answer.getByRole('button', { name: /Copy as curl/ }).click();
      const shown = JSON.parse(
        (await answer.locator('details code').textContent()) ?? '',
      ) as Record<string, unknown>;
      const { status, body } = await pasted();
      expect(String(status)).toBe(await answer.locator('.status').textContent());
      expect(timeless(body)).toEqual(timeless(shown));
    }
    expect(complaints).toEqual([]);
  });

  test('of a request sends the same again', async () => {
    const odd = `it's "quoted" $HOME \`id\` \\ and more`;
    await send({ mobile: '8652523958', android_hash: odd }, { prefer: 'code=503' });
    await page.locator('#requests summary').first().click();
    await page.locator('#requests .copy').first().click();
    expect((await pasted()).status).toBe(503);
    await page.locator('#requests > li').nth(1).waitFor();
    const [again, first] = await Promise.all(
      [0, 1].map(async (at) =>
        page.locator('#requests > li').nth(at).locator('pre').first().textContent(),
      ),
    );
    expect(again?.split('\n\n')[1]).toBe(first?.split('\n\n')[1]);
    expect(again).toContain('$HOME');
  });
});

test('every operation has its page', async () => {
  await page.goto(`${mock.url}/_mock/operations`);
  const hrefs = await page.evaluate<string[]>(
    `[...document.querySelectorAll('.operations a')].map(({ href }) => href)`,
  );
  expect(hrefs).toHaveLength(entriesOf(mockTable).length);
  for (const href of hrefs) expect([href, (await fetch(href)).status]).toEqual([href, 200]);
});

describe('by keyboard alone', () => {
  test('chaos is ordered, an operation is found, and its command is copied', async () => {
    await tabTo('nav a[href="/_mock/settings"]');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/settings');
    await tabTo('#chaos');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('25');
    await page.keyboard.press('Enter');
    await expect.poll(() => options.chaos).toBe(0.25);
    await page.waitForFunction('document.querySelector("#chaos")?.value === "25"');
    await tabTo('nav a[href="/_mock/operations"]');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/operations');
    await tabTo('#find');
    await page.keyboard.type('verifymobileotp');
    await tabTo('.operations a');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/application.verifyMobileOTP');
    await tabTo('.copy');
    await page.keyboard.press('Enter');
    await page.getByText('Copied').waitFor();
  });

  test('a request is opened, and the focus is seen', async () => {
    await send({});
    await page.locator('#requests > li').first().waitFor();
    await tabTo('#requests summary');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Validation' }).waitFor();
    const outline = 'getComputedStyle(document.activeElement).outlineStyle';
    expect(await page.evaluate(outline)).toBe('solid');
  });

  test.each(PAGES)('everything that can be used on %s has a name', async (path) => {
    await send({});
    await page.goto(mock.url + path);
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('input, select, button, a, summary')]
      .filter((one) => !(one.labels?.length || one.textContent.trim() || one.ariaLabel)).length`);
    expect(nameless).toBe(0);
  });
});

test('the list is filtered by status, path and verdict, also while it grows', async () => {
  await send({});
  await send({ mobile: '8652523958' });
  await page.getByLabel('Status').selectOption('4xx');
  await page.locator('#requests > li').first().waitFor();
  await expect.poll(async () => page.locator('#requests > li').count()).toBe(1);
  expect(page.url()).toContain('status=4xx');
  await send({ mobile: '8652523958' });
  await send({});
  await expect.poll(async () => page.locator('#requests > li').count()).toBe(2);
  await page.reload();
  expect(await page.locator('#requests > li').count()).toBe(2);
  await page.getByLabel('Path or operation').fill('nothing like it');
  await page.getByText('No request passes this filter.').waitFor();
  await page.goto(`${mock.url}/_mock/requests?verdict=valid`);
  expect(await page.locator('#requests > li').count()).toBe(2);
  expect(complaints).toEqual([]);
});

test('times are the reader’s own', async () => {
  await send({});
  await visit({ timezoneId: 'Asia/Kolkata', locale: 'en-GB' });
  const time = page.locator('#requests time').first();
  const iso = (await time.getAttribute('datetime')) ?? '';
  const there = new Date(iso).toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' });
  expect(await time.textContent()).toBe(there);
});

test('without JavaScript the list is there, and the switches turn', async () => {
  await send({});
  await visit({ javaScriptEnabled: false });
  expect(await page.locator('#requests > li').count()).toBe(1);
  await page.getByLabel('Status').selectOption('5xx');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL('**status=5xx**');
  expect(await page.locator('#requests > li').count()).toBe(0);
  await page.goto(`${mock.url}/_mock/settings`);
  await page.getByLabel('Delay, in milliseconds').fill('7');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(() => options.delayMs).toBe(7);
  expect(await page.getByRole('button', { name: 'Copy as curl' }).count()).toBe(0);
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('texts stand out from their ground, nothing is wider than a phone, and axe finds nothing', async () => {
    options.scenarios = fakeScenarios('blocked');
    await send({});
    await send({ mobile: '8652523958' });
    await send({}, { prefer: 'error=unavailable' }, mockTable.application.logout.path);
    await visit({ colorScheme, viewport: { width: 390, height: 844 } });
    for (const path of PAGES) {
      await page.goto(mock.url + path);
      for (const summary of await page.locator('#requests summary').all()) await summary.click();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const faint = await page.evaluate<string[]>(FAINT);
      expect(faint).toEqual([]);
      await page.evaluate(axe.source);
      const violations = await page.evaluate<string[]>(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
      );
      expect([path, violations]).toEqual([path, []]);
    }
  });
});

/** Texts whose contrast is below 4.5 (WCAG AA), by the colours that the browser computed. */
const FAINT = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = numbers(colour).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = getComputedStyle(at).backgroundColor;
      if (numbers(ground)[3] !== 0) return ground;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((one) => one.checkVisibility())
    .filter((one) => {
      const [a, b] = [luminance(getComputedStyle(one).color), luminance(groundOf(one))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
    })
    .map((one) => one.className + ': ' + one.textContent.trim().slice(0, 40));
})()`;
