/** The elements against the mock's scenarios, in plain HTML under a strict policy: each way in, each dead end, and how they look. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import { ASHA, PASSWORD } from '../../mocks/scenarios/people.ts';
import type { MockServer } from '../../src/cli/mock/server.ts';
import { launchChromium } from '../support/chromium.ts';
import { elementsShop } from '../support/elements-shop.ts';
import { faultsOf } from '../support/page-faults.ts';

const CODE = '123456';
const TIMEOUT_MS = 15_000;
type Look = Parameters<Browser['newContext']>[0];

let browser: Browser;
let shop: MockServer;
const contexts: BrowserContext[] = [];
beforeAll(async () => {
  [shop, browser] = await Promise.all([elementsShop(), launchChromium()]);
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map(async (one) => one.close()));
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});

/** Lets the policy of the page have scripts of another origin. */
async function allowScripts(page: Page, origin: string): Promise<void> {
  await page.route('**/shop?*', async (route) => {
    const answer = await route.fetch();
    const { 'content-security-policy': policy = '', ...headers } = answer.headers();
    const csp = policy.replace("script-src 'self'", `script-src 'self' ${origin}`);
    await route.fulfill({
      response: answer,
      headers: { ...headers, 'content-security-policy': csp },
    });
  });
}

/** The page with an element, in a scenario; null is the documented examples. What the browser forbade is gathered. */
async function open(
  scenario: string | null,
  query: Record<string, string> = {},
  look: Look = {},
  scriptOrigin?: string,
) {
  const context = await browser.newContext(look);
  contexts.push(context);
  await context.request.put(`${shop.url}/_mock/scenario`, { data: { name: scenario } });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const forbidden: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) forbidden.push(message.text());
  });
  page.on('pageerror', (error) => forbidden.push(error.message));
  const attributes = {
    'application-id': DEMO.applicationId,
    'application-token': DEMO.applicationToken,
  };
  if (scriptOrigin !== undefined) await allowScripts(page, scriptOrigin);
  await page.goto(
    `${shop.url}/shop?${new URLSearchParams({ ...attributes, ...query }).toString()}`,
  );
  await page.locator('vestibule-login h2, vestibule-account h2').first().waitFor();
  return { page, context, forbidden };
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { name }).waitFor();
const press = async (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
/** The label of what has the focus, however deep it is. */
const focused = async (page: Page) =>
  page.evaluate<string>(`(() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    return one?.labels?.[0]?.textContent.trim() ?? one?.textContent.trim() ?? '';
  })()`);

async function askCode(page: Page, typed: string): Promise<void> {
  await page.getByLabel('Email or mobile number').fill(typed);
  await press(page, 'Continue');
}

describe('ways in', () => {
  test('by a code from SMS, somebody new: then the name, then in; the focus goes along', async () => {
    const { page, forbidden } = await open('new-shopper');
    await page.evaluate(
      `document.querySelector('vestibule-login').addEventListener('signed-in', ({ detail }) => { document.title = detail.user.first_name; })`,
    );
    await askCode(page, '98765 43210');
    await heading(page, 'Enter your code');
    expect(await focused(page)).toBe('6-digit code');
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'Almost done');
    expect(await focused(page)).toBe('First name');
    await press(page, 'Finish');
    await page.getByText('Please fill this in.').waitFor();
    await page.getByLabel('First name').fill('Ravi');
    await press(page, 'Finish');
    await heading(page, 'Welcome, Ravi');
    expect(await page.title()).toBe('Ravi');
    expect(forbidden).toEqual([]);
  });

  test('with the keyboard alone, by a code from a mail', async () => {
    const { page } = await open('returning-shopper');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Email or mobile number');
    await page.keyboard.type(ASHA.email);
    await page.keyboard.press('Enter');
    await heading(page, 'Enter your code');
    // Pasted with what stands around it in the message.
    await page.keyboard.insertText('Your code is 123 456');
    await heading(page, 'Welcome, Asha');
  });

  test('by a password: a wrong one is told, and what was typed goes along', async () => {
    const { page } = await open('returning-shopper');
    await page.getByLabel('Email or mobile number').fill(ASHA.mobile);
    await press(page, 'Use a password instead');
    expect(await page.getByLabel('Email, mobile number or username').inputValue()).toBe(
      ASHA.mobile,
    );
    await page.getByLabel('Password', { exact: true }).fill('not this one');
    await press(page, 'Sign in');
    await page.getByRole('alert').getByText('That sign-in did not work').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await press(page, 'Sign in');
    await heading(page, 'Welcome, Asha');
  });

  test('a form with both codes, the second first', async () => {
    const { page } = await open('both-otps', { entry: 'register' });
    await page.getByLabel('First name').fill('Ravi');
    await page.getByLabel('Mobile number').fill('9876543210');
    await press(page, 'Create an account');
    await page.getByText('Please fill this in.').waitFor();
    await page.getByLabel('Email').fill('ravi@example.com');
    await press(page, 'Create an account');
    await heading(page, 'Enter both codes');
    await page.getByLabel('Code sent to ravi@example.com').fill(CODE);
    await page.getByText('Verified').waitFor();
    expect(await focused(page)).toContain('9876543210');
    await page.getByLabel('Code sent to +91').fill('000000');
    await page.getByText('This code is not right').waitFor();
    await page.getByLabel('Code sent to +91').fill(CODE);
    await heading(page, 'Welcome, Ravi');
  });

  test('a known shopper who lacks a number is asked for it', async () => {
    const { page } = await open('hard-required');
    await askCode(page, ASHA.email);
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'Almost done');
    expect(await page.getByLabel('First name').inputValue()).toBe('Asha');
    await page.getByLabel('Mobile number').fill('9876543210');
    await press(page, 'Finish');
    await page.getByLabel('Code sent to +91').fill(CODE);
    await heading(page, 'Welcome, Asha');
  });

  test('a forgotten password, by a code; by a link, whose page sets it', async () => {
    const { page, context } = await open('password-reset', { entry: 'forgot-password' });
    await page.getByLabel('Email or mobile number').fill(ASHA.mobile);
    await press(page, 'Send a code');
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'Choose a new password');
    await page.getByLabel('New password', { exact: true }).fill('password');
    await press(page, 'Set password');
    await page.getByText('nothing that is easy to guess').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('a new passphrase');
    await press(page, 'Set password');
    await heading(page, 'Welcome, Asha');
    await page.goto(`${page.url()}&again`);
    await press(page, 'Use another account');
    await press(page, 'Use a password instead');
    await press(page, 'Forgot password?');
    await page.getByLabel('Email or mobile number').fill(ASHA.email);
    await press(page, 'Send a link instead');
    await heading(page, 'Check your messages');
    const inbox = await context.request.get(`${shop.url}/_dev/inbox?to=${ASHA.email}`);
    const code = /[?&]code=([0-9a-f]{32})/.exec(await inbox.text())?.[1] ?? '';
    await page.goto(`${page.url().replace('forgot-password', 'set-password')}&code=${code}`);
    await page.getByLabel('New password', { exact: true }).fill('another new passphrase');
    await press(page, 'Set password');
    await heading(page, 'Welcome, Asha');
    await page.reload();
    await heading(page, 'This link no longer works');
  });

  test('by a provider: the page may do it itself', async () => {
    const { page } = await open('social-new');
    await page.evaluate(
      `document.querySelector('vestibule-login').addEventListener('social-sign-in', (event) => {
        event.preventDefault();
        event.detail.complete({ token: 'known-person' });
      })`,
    );
    await press(page, 'Continue with Google');
    await heading(page, 'Welcome, Asha');
  });

  test('by a provider: its script is loaded when its button is pressed, and its token signs in', async () => {
    const { page, forbidden } = await open('social-new', {}, {}, 'https://accounts.google.com');
    let loads = 0;
    // A double of Google's script, which hands out a token of the scenario.
    await page.route('https://accounts.google.com/gsi/client', async (route) => {
      loads += 1;
      await route.fulfill({
        contentType: 'text/javascript',
        body: `globalThis.google = { accounts: { oauth2: { initTokenClient: ({ client_id, callback }) => ({
          requestAccessToken: () => callback({ access_token: client_id === 'scenario' ? 'known-person' : '' }) }) } } };`,
      });
    });
    await page.evaluate(
      `document.querySelector('vestibule-login').addEventListener('signed-in', ({ detail }) => { document.title = detail.user.first_name; })`,
    );
    expect(loads).toBe(0);
    await press(page, 'Continue with Google');
    await heading(page, 'Welcome, Asha');
    expect([await page.title(), loads, forbidden]).toEqual(['Asha', 1, []]);
  });

  test('a provider whose script cannot be loaded is told, and can be tried again', async () => {
    const { page } = await open('social-new', {}, {}, 'https://connect.facebook.net');
    await page.route('https://connect.facebook.net/**', async (route) => route.abort());
    await press(page, 'Continue with Facebook');
    await page.getByRole('alert').getByText('The provider does not answer.').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
  });

  test('the code of an SMS is taken from it where the browser hands it over', async () => {
    const { page, context } = await open('returning-shopper');
    // A double of the browser's own: it answers as soon as the SMS is there, and is asked for one transport alone.
    await context.addInitScript(`
      globalThis.OTPCredential = class {};
      navigator.credentials.get = async ({ otp, signal }) => {
        globalThis.asked = { transport: otp.transport, aborted: () => signal.aborted };
        return { code: '123456' };
      };
    `);
    await page.reload();
    await askCode(page, ASHA.mobile);
    await heading(page, 'Welcome, Asha');
    expect(await page.evaluate('[asked.transport, asked.aborted()]')).toEqual([['sms'], true]);
  });

  test('the documented examples have somebody signed in, who can make room for another', async () => {
    const { page } = await open(null);
    await heading(page, 'You are signed in');
    await press(page, 'Use another account');
    await askCode(page, '9876543210');
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'Welcome');
  });
});

describe('dead ends and outages', () => {
  test.each([
    ['blocked', 'This account is blocked'],
    ['deleted', 'This account was deleted'],
  ])('%s', async (scenario, title) => {
    const { page } = await open(scenario);
    await askCode(page, ASHA.mobile);
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, title);
    expect(await faultsOf(page)).toEqual([]);
    await press(page, 'Back to sign in');
    await page.getByLabel('Email or mobile number').waitFor();
  });

  test('an outage is told, and the same is tried again; its code is an event', async () => {
    const { page } = await open('new-shopper');
    await page.evaluate(
      `document.querySelector('vestibule-login').addEventListener('error', ({ detail }) => { document.title = detail.code; })`,
    );
    await page.route('**/login/otp', async (route) => route.abort(), { times: 1 });
    await askCode(page, '9876543210');
    await page.getByRole('alert').getByText('We could not reach the shop').waitFor();
    expect(await page.title()).toBe('unreachable');
    await press(page, 'Try again');
    await heading(page, 'Enter your code');
  });

  test('no configuration: the whole is tried again', async () => {
    const { page } = await open('new-shopper');
    await page.route('**/config', async (route) => route.abort());
    await page.reload();
    await heading(page, 'We cannot reach the shop');
    await page.unroute('**/config');
    await press(page, 'Try again');
    await page.getByLabel('Email or mobile number').waitFor();
  });

  test('a limit says how long it lasts', async () => {
    const { page } = await open('strict-limits');
    await askCode(page, ASHA.mobile);
    await page.getByText(/Send again in \d+ s/).waitFor();
    await press(page, 'Not yours? Change it');
    await press(page, 'Continue');
    await page
      .getByRole('alert')
      .getByText(/Try again in \d+ s/)
      .waitFor();
  });

  test.each([
    [1280, 'flexible'],
    [320, 'compact'],
  ])(
    'a captcha is solved by its own script where the page has a site key; at %i px it is %s',
    async (width, size) => {
      const look = { viewport: { width, height: 640 } };
      const { page } = await open('new-shopper', { 'captcha-site-key': 'key' }, look);
      const seen: unknown[] = [];
      await page.route('**/config', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ json: { ...(await answer.json()), skip_captcha: false } });
      });
      await page.route('**/turnstile/**', async (route) =>
        route.fulfill({
          contentType: 'text/javascript',
          body: `globalThis.turnstile = { render: (_, { action, size, callback }) => (setTimeout(callback, 0, 'solved ' + action + ' ' + size), 'w'), remove() {} }`,
        }),
      );
      await page.route('**/login/otp', async (route) => {
        seen.push(route.request().postDataJSON());
        await route.continue();
      });
      await allowScripts(page, 'https://challenges.cloudflare.com');
      await page.reload();
      await askCode(page, '9876543210');
      await heading(page, 'Enter your code');
      expect(seen).toMatchObject([{ captcha_code: `solved send_otp ${size}` }]);
    },
  );
});

describe('the account', () => {
  const account = { tag: 'vestibule-account' };

  test('profile, emails, password, devices', async () => {
    const { page, forbidden } = await open('many-sessions', account);
    await heading(page, 'Devices');
    await press(page, 'Edit: Profile');
    expect(await focused(page)).toBe('First name (optional)');
    await page.getByLabel('First name').fill('Ashalata');
    await page.getByLabel('Gender').selectOption('female');
    await press(page, 'Save');
    await page.getByText('Saved.').waitFor();
    await page.getByText('Ashalata Rao').waitFor();

    await press(page, 'Add email');
    await page.getByLabel('Email', { exact: true }).fill('second@example.com');
    await press(page, 'Send a code');
    await page.getByLabel('6-digit code').fill(CODE);
    await page.getByText('second@example.com was added.').waitFor();
    await press(page, 'Make primary: second@example.com');
    await page.getByText('second@example.com is now primary.').waitFor();
    await press(page, `Remove ${ASHA.email}`);
    await press(page, 'Remove');
    await page.getByText(`${ASHA.email} was removed.`).waitFor();

    await page
      .getByRole('button', { name: /^Sign out Android/ })
      .first()
      .click();
    await page.getByRole('status').getByText('Android was signed out.').waitFor();
    await press(page, 'Sign out all other devices');
    await page.getByText('All other devices were signed out.').waitFor();
    await page
      .getByRole('button', { name: 'Sign out all other devices' })
      .waitFor({ state: 'detached' });

    await press(page, 'Change password');
    await page.getByLabel('Current password').fill('not this one');
    await page.getByLabel('New password', { exact: true }).fill('a new passphrase');
    await press(page, 'Save');
    await page.getByText('The current password is wrong.').waitFor();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password', { exact: true }).fill('a new passphrase');
    await press(page, 'Save');
    await page.getByText('Your password was changed.').waitFor();
    expect(forbidden).toEqual([]);
  });

  test('signed out, it is a sign-in; deleted, it is gone', async () => {
    const { page } = await open('returning-shopper', account);
    await askCode(page, ASHA.mobile);
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'Your account');
    await press(page, 'Delete my account');
    await press(page, 'Send a code to confirm');
    await page.getByText('Please choose a reason.').waitFor();
    await page.getByRole('radio').first().check();
    if (await page.getByRole('checkbox').isVisible()) await page.getByRole('checkbox').check();
    await press(page, 'Send a code to confirm');
    await page.getByLabel('6-digit code').fill(CODE);
    await press(page, 'Delete my account for good');
    await heading(page, 'Your account is deleted');
    await page.reload();
    await askCode(page, ASHA.mobile);
    await page.getByLabel('6-digit code').fill(CODE);
    await heading(page, 'This account was deleted');
  });
});

describe.each(['light', 'dark'] as const)(
  '%s, at 320 px: axe finds nothing, nothing is cut off',
  (colorScheme) => {
    const look = { colorScheme, viewport: { width: 320, height: 640 } } as const;
    const login: [string, Record<string, string>, string][] = [
      ['social-new', {}, 'start'],
      ['both-otps', { entry: 'register' }, 'register'],
      ['password-reset', { entry: 'forgot-password' }, 'forgot'],
      ['new-shopper', { entry: 'verify-email' }, 'a dead link'],
      ['many-sessions', { tag: 'vestibule-account' }, 'account'],
      ['many-sessions', { tag: 'vestibule-account', lang: 'hi' }, 'account in Hindi'],
    ];
    test.each(login)('%s %o: %s', async (scenario, query) => {
      const { page } = await open(scenario, query, look);
      expect(await faultsOf(page)).toEqual([]);
    });

    test('password with problems, code, profile', async () => {
      const { page } = await open('new-shopper', {}, look);
      await press(page, 'Use a password instead');
      await press(page, 'Sign in');
      expect(await faultsOf(page)).toEqual([]);
      await press(page, 'Use a one-time code instead');
      await askCode(page, '9876543210');
      await heading(page, 'Enter your code');
      expect(await faultsOf(page)).toEqual([]);
      await page.getByLabel('6-digit code').fill(CODE);
      await heading(page, 'Almost done');
      expect(await faultsOf(page)).toEqual([]);
    });
  },
);
