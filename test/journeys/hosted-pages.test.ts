/** The Worker's own pages: whose they are, what they may load, and what is said when there are none. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { DEMO } from '../../mocks/demo.ts';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { PAGES } from '../../src/features/hosted-pages/texts.ts';
import { parseEnvironment } from '../../src/env/index.ts';
import { faulty } from '../support/faulty.ts';
import { d1Shop, ORIGIN, type D1Shop, type ShopOptions } from '../support/shop.ts';

const CAPTCHA = 'https://challenges.cloudflare.com';
const NO_PROVIDERS = {
  social: { facebook: false, google: false, account_kit: false, apple: false },
};

/** A shop whose record has the token as the command line leaves it. */
async function hostedShop(options: ShopOptions = {}): Promise<D1Shop> {
  const shop = await d1Shop(options);
  await seal(DEMO.applicationToken);
  return shop;
}
async function seal(token: string, keys = parseEnvironment({ ...env }).sealingKeys): Promise<void> {
  const sealed = await createVault(keys).seal('application_token', token);
  await env.DB.prepare('UPDATE applications SET sealed_token = ?').bind(sealed).run();
}
const policyOf = (answer: Response): Record<string, string[]> =>
  Object.fromEntries(
    (answer.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );
const returnOf = (page: string): string | undefined => /data-return-to="([^"]*)"/.exec(page)?.[1];

describe('a shop with its key', () => {
  let shop: D1Shop;
  beforeEach(async () => {
    shop = await hostedShop({ config: { ...NO_PROVIDERS, name: 'Asha & <b>Sons</b>' } });
  });

  test('every page has its element, the publishable token and nothing else that is secret', async () => {
    const { token_hash, sealed_token } =
      (await env.DB.prepare('SELECT token_hash, sealed_token FROM applications').first<
        Record<string, string>
      >()) ?? {};
    for (const name of PAGES) {
      const answer = await shop.fetch(`/auth/${name}?code=of-a-link`);
      const page = await answer.text();
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('vary')).toContain('accept-language');
      expect(answer.headers.getSetCookie()).toEqual([]);
      expect(page).toContain(
        name === 'account' ? '<vestibule-account' : `<vestibule-login entry="${name}"`,
      );
      expect(page).toContain(`application-id="${DEMO.applicationId}"`);
      expect(page).toContain(`application-token="${DEMO.applicationToken}"`);
      expect(page).toContain('Asha &amp; &lt;b&gt;Sons&lt;/b&gt;');
      for (const secret of [token_hash, sealed_token, DEMO.oauthSecret, 'of-a-link', '<b>']) {
        expect(page).not.toContain(secret);
      }
      // Nothing inline.
      expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    }
  });

  test('its files are there, named by their content', async () => {
    const page = await (await shop.fetch('/auth/login')).text();
    const files = [...page.matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)].map(
      ([, file = '']) => file,
    );
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(file).toMatch(/^\/pages\/[a-z]+\.[0-9a-f]{16}\.(js|css)$/);
      const answer = await env.ASSETS.fetch(`https://assets${file}`);
      expect([file, answer.status]).toEqual([file, 200]);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  test('HEAD has the headers alone, other methods are refused', async () => {
    const head = await shop.fetch('/auth/login', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(policyOf(head)['default-src']).toEqual([`'none'`]);
    const post = await shop.fetch('/auth/login', { method: 'POST', body: 'a=b' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('return_to is judged, and written as the whole address', async () => {
    const at = async (query: string, page = 'login') =>
      returnOf(await (await shop.fetch(`/auth/${page}${query}`)).text());
    expect(await at('')).toBe(`${ORIGIN}/auth/account`);
    expect(await at('?return_to=/cart')).toBe(`${ORIGIN}/cart`);
    expect(await at('?return_to=//evil.example')).toBe(`${ORIGIN}/auth/account`);
    expect(await at('?return_to=https://evil.example/')).toBe(`${ORIGIN}/auth/account`);
    expect(await at(`?return_to=${encodeURIComponent('/"><script/src=x>')}`)).toBe(
      `${ORIGIN}/%22%3E%3Cscript/src=x%3E`,
    );
    expect(await at('?return_to=/cart', 'account')).toBeUndefined();
  });

  test('speaks the browser’s language where it has it, else the shop’s', async () => {
    const lang = async (accept?: string) =>
      /<html lang="(\w+)"/.exec(
        await (
          await shop.fetch('/auth/login', { headers: accept ? { 'accept-language': accept } : {} })
        ).text(),
      )?.[1];
    expect(await lang()).toBe('en');
    expect(await lang('hi-IN,en;q=0.5')).toBe('hi');
    expect(await lang('fr, hi;q=0.3, en;q=0.8')).toBe('en');
    await env.DB.prepare(`UPDATE applications SET language = 'hi'`).run();
    shop.clock.advance(31_000);
    expect(await lang('fr')).toBe('hi');
  });

  test('another host of nobody’s gets a page that says so, without a key', async () => {
    const answer = await shop.fetch('https://nobody.example/auth/login');
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'text/html; charset=UTF-8',
    ]);
    expect(page).toContain('application set APPLICATION-ID --domain nobody.example');
    expect(page).not.toContain(DEMO.applicationToken);
    expect(policyOf(answer)['script-src']).toBeUndefined();
  });

  test('without a key that fits, the page says what the operator runs', async () => {
    const stale: (() => Promise<unknown>)[] = [
      async () => env.DB.prepare('UPDATE applications SET sealed_token = NULL').run(),
      async () => seal('an older token'),
      async () => seal(DEMO.applicationToken, [{ id: 'gone', secret: new Uint8Array(32) }]),
      async () => env.DB.prepare(`UPDATE applications SET sealed_token = 'x'`).run(),
    ];
    for (const make of stale) {
      await make();
      shop.clock.advance(31_000);
      const answer = await shop.fetch('/auth/login');
      const page = await answer.text();
      expect(answer.status).toBe(503);
      expect(page).toContain(`npm run admin -- application rotate-token ${DEMO.applicationId}`);
      expect(page).not.toMatch(/application-token=|an older token/);
    }
  });
});

describe('the policy names what is configured', () => {
  const policyWith = async (options: ShopOptions) =>
    policyOf(await (await hostedShop(options)).fetch('/auth/login'));
  const turnstile = { TURNSTILE_SECRET: 'secret-of-turnstile', TURNSTILE_SITE_KEY: '0x4AAA-key' };

  test('by itself nothing from elsewhere but pictures', async () => {
    expect(await policyWith({ config: NO_PROVIDERS })).toEqual({
      'default-src': [`'none'`],
      'script-src': [`'self'`],
      'style-src': [`'self'`],
      'img-src': [`'self'`, 'https:', 'data:'],
      'connect-src': [`'self'`],
      'frame-src': [`'none'`],
      'base-uri': [`'none'`],
      'form-action': [`'none'`],
      'frame-ancestors': [`'none'`],
    });
  });

  test('a captcha where the deployment asks for one and the shop does not skip it', async () => {
    const asks = { ...NO_PROVIDERS, skip_captcha: false };
    const policy = await policyWith({ config: asks, env: turnstile });
    expect(policy['script-src']).toEqual([`'self'`, CAPTCHA]);
    expect(policy['frame-src']).toEqual([CAPTCHA]);
    const shop = await hostedShop({ config: asks, env: turnstile });
    const page = await (await shop.fetch('/auth/login')).text();
    expect(page).toContain('captcha-site-key="0x4AAA-key"');
    expect(page).not.toContain('secret-of-turnstile');
    const skips = await policyWith({
      config: { ...NO_PROVIDERS, skip_captcha: true },
      env: turnstile,
    });
    expect(skips['script-src']).toEqual([`'self'`]);
    const keyless = { TURNSTILE_SITE_KEY: '0x4AAA-key' };
    expect((await policyWith({ config: asks, env: keyless }))['frame-src']).toEqual([`'none'`]);
  });

  test('a provider that is switched on and has a client id', async () => {
    const on = { ...NO_PROVIDERS.social, google: true, apple: true };
    const policy = await policyWith({
      config: { social: on, social_tokens: { google: { app_id: 'g' }, facebook: { app_id: 'f' } } },
    });
    expect(policy['script-src']).toEqual([`'self'`, 'https://accounts.google.com']);
    expect(policy['frame-src']).toEqual(['https://accounts.google.com']);
  });
});

test('an outage is a page as well', async () => {
  const faults = faulty();
  const shop = await hostedShop({ faults });
  faults.arm({ store: 'D1', call: 1, fault: 'down' });
  const answer = await shop.fetch('/auth/login');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    503,
    'text/html; charset=UTF-8',
  ]);
  expect(await answer.text()).toContain('Please try again');
  expect(shop.log.at(-1)).toMatchObject({ status: 503, code: 'unavailable', path: '/auth/login' });
});
