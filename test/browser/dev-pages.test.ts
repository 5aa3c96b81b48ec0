/** The dev pages as a developer opens them: in a real browser, on the Worker that `npm start` runs. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../../src/messages/languages/index.ts';
import { launchChromium, PAGE_TIMEOUT_MS } from '../support/chromium.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const EMAIL = 'dev.pages@example.com';

let server: StartedServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium()]);
});
afterAll(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
});

/** The page, and what the browser forbade or could not load. */
async function open(path: string, look: Parameters<Browser['newPage']>[0] = {}) {
  const page = await browser.newPage(look);
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const complaints: string[] = [];
  const loaded: string[] = [];
  // What the policy forbids is announced as a request too, but is never answered.
  page.on('response', (response) => loaded.push(response.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url + path);
  return { page, complaints, loaded };
}

async function sendCode(email: string): Promise<void> {
  const answer = await fetch(
    `${server.url}/service/application/user/authentication/v1.0/otp/email/send`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ email }),
    },
  );
  expect(answer.status).toBe(200);
}

/** The first mail on the page, as it is seen inside its frame. */
async function mailOf(page: Page) {
  const frame = page.locator('iframe').first().contentFrame();
  const heading = frame.locator('h1');
  await heading.waitFor();
  return {
    heading: await heading.textContent(),
    background: await frame
      .locator('main')
      .evaluate('getComputedStyle(document.querySelector("main")).backgroundColor'),
  };
}

describe('the templates', () => {
  test('mails are shown with their styles, and the policy forbids nothing that they need', async () => {
    const { page, complaints, loaded } = await open('/_dev/templates');
    const frames = page.locator('iframe');
    expect(await frames.count()).toBe(Object.keys(LANGUAGES.en.texts).length);
    const mail = await mailOf(page);
    expect(mail).toEqual({
      heading: 'Your Example Shop verification code',
      background: 'rgb(255, 255, 255)',
    });
    // Each is as high as its mail: nothing in it scrolls.
    const scrolls = `frame => frame.contentDocument.documentElement.scrollHeight > frame.clientHeight`;
    const scrolled = `[...document.querySelectorAll('iframe')].filter(${scrolls}).length`;
    await expect.poll(async () => page.evaluate(scrolled)).toBe(0);
    expect(complaints).toEqual([]);
    expect(loaded.filter((url) => !url.startsWith(server.url) && url !== 'about:srcdoc')).toEqual(
      [],
    );
  });

  test('a mail can neither run scripts nor load anything', async () => {
    const { page, loaded } = await open('/_dev/templates');
    // As text: this file is checked without the types of a browser.
    const title = await page.evaluate<string>(`(async () => {
      const frame = document.querySelector('iframe').cloneNode();
      frame.srcdoc = '<script>parent.document.title = "hit"</' + 'script><img src="/openapi.json">';
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
      document.body.append(frame);
      await loaded;
      return document.title;
    })()`);
    expect(title).toBe('Templates · Vestibule dev');
    const own = ['templates', 'style.css', 'dev.js'];
    expect(loaded.filter((url) => url !== 'about:srcdoc')).toEqual(
      own.map((name) => `${server.url}/_dev/${name}`),
    );
  });
});

describe('the choice of templates', () => {
  test('one language, all of them, and the wording of an application', async () => {
    const { page, complaints } = await open('/_dev/templates?language=hi');
    const languages = async (): Promise<string[]> =>
      page.evaluate(
        "[...new Set([...document.querySelectorAll('.text')].map(({ lang }) => lang))]",
      );
    expect(await languages()).toEqual(['hi']);
    await page.getByLabel('Wording of').selectOption(DEMO.applicationId);
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(`**/*application=${DEMO.applicationId}*`);
    expect(await languages()).toEqual(['hi']);
    expect(await page.locator('.text').first().textContent()).toContain('Fynd');
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.waitForURL('**/*language=all*');
    expect((await languages()).toSorted()).toEqual(LANGUAGE_CODES.toSorted());
    expect(complaints).toEqual([]);
  });

  test('an application that does not exist is said to be missing, on a page', async () => {
    const { page } = await open('/_dev/templates?application=000000000000000000000000');
    expect(await page.locator('.empty').textContent()).toBe('There is no such application.');
    expect(await page.locator('.brand').textContent()).toBe('Vestibule dev');
  });
});

describe('the inbox', () => {
  test('shows the subject of a mail, and its HTML when asked to', async () => {
    await sendCode(EMAIL);
    const otp = await server.otpFor(EMAIL);
    const { page, complaints } = await open('/_dev/inbox');
    await page.locator('summary').first().click();
    expect(await page.locator('.subject').first().textContent()).toBe(
      'Your Fynd verification code',
    );
    expect((await mailOf(page)).heading).toBe('Your Fynd verification code');
    expect(
      await page.locator('iframe').first().contentFrame().locator('main').textContent(),
    ).toContain(otp);
    await page.getByRole('link', { name: 'Templates' }).click();
    await page.waitForURL('**/_dev/templates');
    expect(complaints).toEqual([]);
  });

  test('copies a code, tells ages, and keeps apart that nothing matches and that nothing was sent', async () => {
    const context = await browser.newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
    await page.goto(`${server.url}/_dev/inbox`);
    const message = page.locator('.message').first();
    await message.getByRole('button', { name: 'Copy code' }).click();
    await message.getByRole('button', { name: 'Copied' }).waitFor();
    const code = await message.locator('.otp').textContent();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
    const time = message.locator('time');
    expect(await time.textContent()).toMatch(/^(just now|[1-9]\d* min ago)$/);
    expect(await time.getAttribute('title')).toContain(':');

    await page.getByLabel('Sent by').selectOption('sms');
    expect(await page.locator('.message').count()).toBe(0);
    expect(await page.locator('#empty').textContent()).toContain('Nothing matches these filters.');
    await page.getByLabel('Sent by').selectOption('email');
    await page.getByLabel('Recipient').fill('PAGES@');
    await page.getByLabel('Kind').selectOption('code');
    expect(await page.locator('.message').count()).toBe(1);
    // The address holds the choice.
    await page.reload();
    await page.locator('.message').waitFor();
    expect(await page.getByLabel('Recipient').inputValue()).toBe('PAGES@');
    await context.close();
  });

  test('what is open stays open when another message comes', async () => {
    const { page } = await open('/_dev/inbox');
    await page.locator('summary').first().click();
    await sendCode('another@example.com');
    await page.locator('.recipient', { hasText: 'another@example.com' }).waitFor();
    expect(await page.locator('#news').textContent()).toBe('1 new message');
    expect(await page.locator('details[open]').count()).toBe(1);
  });
});

test.each(['light', 'dark'] as const)(
  'in %s, on a phone: nothing is wider than the screen, and axe finds nothing',
  async (colorScheme) => {
    for (const path of ['/', '/_dev/inbox', '/_dev/templates']) {
      const look = { colorScheme, viewport: { width: 390, height: 844 } };
      const { page, complaints } = await open(path, look);
      await page.locator('.message, .card').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(18, 23, 29)' : 'rgb(246, 248, 250)');
      await page.evaluate(axe.source);
      // Mails are not looked into: their frames run no script, axe's neither.
      const violations = await page.evaluate<string[]>(
        `axe.run(document, { iframes: false }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
      );
      expect([path, violations]).toEqual([path, []]);
      expect(complaints).toEqual([]);
    }
  },
);
