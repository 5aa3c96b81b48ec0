/** From the queue to the inbox: messages in the application's language and wording, and the pages that show them. */
import { env } from 'cloudflare:workers';
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { queueNotifier } from '../../src/adapters/queue/messages.ts';
import { parseEnvironment } from '../../src/env/index.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../../src/messages/languages/index.ts';
import type { MessageContent, TemplateOverrides } from '../../src/ports/index.ts';
import worker from '../../src/worker.ts';
import { expectOk, MOBILE, E164 } from '../support/answers.ts';
import { d1Shop, ORIGIN, type D1Shop } from '../support/shop.ts';

/** What Cloudflare would do with what was sent so far. */
async function deliver(shop: D1Shop) {
  const sent = shop.queue.sent.splice(0).map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch('vestibule-messages', sent);
  const context = createExecutionContext();
  await shop.runtime.consume(batch);
  return getQueueResult(batch, context);
}

async function send(shop: D1Shop, channel: 'sms' | 'email', content: MessageContent) {
  const to = channel === 'sms' ? E164 : 'asha@example.com';
  const message = { id: crypto.randomUUID(), channel, to, content, createdAt: shop.clock.now() };
  await shop.ports.notifier.send(message);
}

async function speaks(language: string, templates?: TemplateOverrides) {
  await env.DB.prepare('UPDATE applications SET language = ?, templates = ?')
    .bind(language, templates ? JSON.stringify(templates) : null)
    .run();
}

const newest = async (shop: D1Shop) => (await shop.runtime.inbox.list())[0];
const OTP: MessageContent = { template: 'otp', otp: '123456', lastLine: '@x #123456' };

describe('delivery', () => {
  test('in English, named after the shop, when nothing else is said', async () => {
    const shop = await d1Shop();
    expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
    expect(JSON.stringify(shop.queue.sent)).not.toContain('Fynd');
    expect((await deliver(shop)).explicitAcks).toEqual(['0']);
    const { text, otp, subject, html } = (await newest(shop)) ?? {};
    expect(text).toBe(
      `${otp} is your Fynd code. It expires in 10 min. Don't share it with anyone.\n\n@127.0.0.1 #${otp}`,
    );
    expect([subject, html]).toEqual([undefined, undefined]);
  });

  test('in the language of the application, as mail with subject, text and HTML', async () => {
    const shop = await d1Shop();
    await speaks('hi');
    await send(shop, 'email', OTP);
    await deliver(shop);
    expect(await newest(shop)).toMatchObject({
      subject: 'आपका Fynd कोड',
      text: expect.stringContaining('10 मिनट'),
      html: expect.stringContaining('<html lang="hi">'),
    });
  });

  test('in its own words, with the last line; a change is seen after 30 s at most', async () => {
    const shop = await d1Shop();
    await speaks('en', { en: { otp: { sms: 'Namaste! {{otp}}' } } });
    await send(shop, 'sms', OTP);
    await deliver(shop);
    expect((await newest(shop))?.text).toBe('Namaste! 123456\n\n@x #123456');
    await speaks('hi');
    shop.clock.advance(30_000);
    await send(shop, 'sms', OTP);
    await deliver(shop);
    expect((await newest(shop))?.text).toContain('123456 Fynd का कोड');
    expect(shop.log).toEqual([]);
  });

  test('in the built-in words when its own cannot be used, and the log says why, without the message', async () => {
    const shop = await d1Shop();
    await speaks('en', { en: { otp: { sms: 'Namaste {{name}}!' } } });
    await send(shop, 'sms', OTP);
    expect((await deliver(shop)).explicitAcks).toEqual(['0']);
    expect((await newest(shop))?.text).toContain('123456 is your Fynd code');
    expect(shop.log).toEqual([
      {
        level: 'warn',
        message: 'own templates refused',
        message_id: expect.any(String),
        application_id: shop.application.id,
        internal: 'en.otp.sms has the unknown placeholder {{name}}',
      },
    ]);
  });

  describe('in the language that a shopper’s browser asks for', () => {
    const asksFor = async (offered: string[], acceptLanguage: string) => {
      const shop = await d1Shop();
      await env.DB.prepare('UPDATE applications SET message_languages = ?')
        .bind(JSON.stringify(offered))
        .run();
      const client = shop.client({ 'accept-language': acceptLanguage });
      expectOk(await client.application.loginWithOTP({ body: MOBILE }));
      return shop;
    };
    const SPANISH_CODE = /es tu clave de Fynd/;
    const ENGLISH_CODE = /is your Fynd code/;

    test.each([
      ['offered', ['es', 'ar'], 'es-MX,en;q=0.5', SPANISH_CODE],
      ['the first that is offered', ['es'], 'fr, es;q=0.8, en;q=0.5', SPANISH_CODE],
      ['by weight, not by place', ['es'], 'en;q=0.5, es;q=0.9', SPANISH_CODE],
      ['the application’s own', ['es'], 'en, es;q=0.9', ENGLISH_CODE],
      ['not offered', ['ar'], 'es', ENGLISH_CODE],
      ['no choice is offered', [], 'es', ENGLISH_CODE],
      ['refused', ['es'], 'es;q=0, *', ENGLISH_CODE],
      ['nonsense', ['es'], `;q=1,,=,${'x'.repeat(2000)}`, ENGLISH_CODE],
    ] as const)('%s: %j, %j', async (_, offered, acceptLanguage, text) => {
      const shop = await asksFor([...offered], acceptLanguage);
      await deliver(shop);
      expect((await newest(shop))?.text).toMatch(text);
    });

    test('a later try keeps it, whatever the application says by then', async () => {
      const shop = await asksFor(['es'], 'es');
      const [body] = shop.queue.sent;
      await deliver(shop);
      await env.DB.prepare(`UPDATE applications SET message_languages = '[]'`).run();
      shop.clock.advance(30_000);
      shop.queue.sent.push(body as (typeof shop.queue.sent)[number]);
      await deliver(shop);
      expect((await shop.runtime.inbox.list()).map(({ text }) => SPANISH_CODE.test(text))).toEqual([
        true,
      ]);
    });

    test('a notice is in the application’s language: who does something to an account does not choose it', async () => {
      const shop = await d1Shop();
      const application = { ...shop.application, messageLanguages: ['es' as const] };
      const scope = { requestId: 'r', waitUntil: () => undefined, setBookmark: () => undefined };
      const { notifier } = shop.runtime.factory.portsFor(application, {
        ...scope,
        acceptLanguage: 'es',
      });
      const to = { id: crypto.randomUUID(), channel: 'sms', to: E164, createdAt: 0 } as const;
      await notifier.send({ ...to, content: { template: 'notice_new_sign_in' } });
      await deliver(shop);
      expect((await newest(shop))?.text).toContain('new sign-in to your account');
    });
  });

  test('not at all when the application is gone: dropped with a line in the log', async () => {
    const shop = await d1Shop();
    await send(shop, 'sms', OTP);
    await env.DB.prepare('DELETE FROM applications').run();
    expect((await deliver(shop)).explicitAcks).toEqual(['0']);
    expect(await newest(shop)).toBeUndefined();
    expect(shop.log).toMatchObject([
      { level: 'warn', message: 'message dropped: no such application' },
    ]);
  });

  test('later when the directory or KV cannot be asked, and once however often it is tried', async () => {
    const shop = await d1Shop();
    await send(shop, 'sms', OTP);
    const [envelope] = shop.queue.sent;
    shop.db.down = true;
    const { retryMessages, explicitAcks } = await deliver(shop);
    expect([explicitAcks, retryMessages.map(({ msgId }) => msgId)]).toEqual([[], ['0']]);
    shop.db.down = false;
    if (envelope) shop.queue.sent.push(envelope, envelope);
    expect((await deliver(shop)).explicitAcks).toEqual(['0', '1']);
    expect(await shop.runtime.inbox.list()).toHaveLength(1);
  });

  test('never with a link that is not https', async () => {
    const shop = await d1Shop();
    const link = 'http://shop.example/auth/set-password?code=x';
    await send(shop, 'email', { template: 'reset_link', link, code: 'x' });
    await send(shop, 'sms', OTP);
    const { retryMessages, explicitAcks } = await deliver(shop);
    expect([explicitAcks, retryMessages.map(({ msgId }) => msgId)]).toEqual([['1'], ['0']]);
    expect(await shop.runtime.inbox.list()).toHaveLength(1);
  });
});

const TEMPLATES = Object.keys(LANGUAGES.en.texts).length;

describe('the dev pages', () => {
  const get = async (path: string, headers = { accept: 'text/html' }) =>
    worker.fetch(new Request(ORIGIN + path, { headers }), { ...env }, createExecutionContext());

  test('the templates: every message, twice in each language, and no script but the pages’ own', async () => {
    await d1Shop();
    const response = await get('/_dev/templates?language=all');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=UTF-8',
    ]);
    const page = await response.text();
    const languages = LANGUAGE_CODES.length;
    expect(page.match(/<article /g)).toHaveLength(TEMPLATES * 2 * languages);
    const mails = [
      ...page.matchAll(/<iframe\s+sandbox="([^"]*)"[^>]+srcdoc="&lt;!doctype html&gt;/g),
    ];
    expect(mails).toHaveLength(TEMPLATES * languages);
    // No `allow-scripts` among them: what is in a frame cannot run.
    expect(new Set(mails.map(([, allowed]) => allowed))).toEqual(new Set(['allow-same-origin']));
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script src="/_dev/dev.js">']);
    expect(page).toMatch(/lang="ar" dir="rtl"/);
    expect(page).toContain('आपका Example Shop कोड');
    expect(page).toContain('href="/_dev/inbox"');
  });

  test('the templates of one language, with the segments of each SMS', async () => {
    await d1Shop();
    const page = await (await get('/_dev/templates?language=hi')).text();
    expect(page.match(/<article /g)).toHaveLength(TEMPLATES * 2);
    expect(page).not.toContain('is your Example Shop code');
    expect(page).toMatch(/\d+ characters, 1 SMS segment</);
    expect(page).toMatch(/\d+ characters, 2 SMS segments</);
    expect(page).toMatch(/templates\?language=hi"\s+aria-current="true"/);
    expect(page).toContain('/auth/verify-mobile?code=');
  });

  test("an application's own wording, escaped, and why a text of it cannot be used", async () => {
    const shop = await d1Shop();
    const sms = '{{otp}} <script>alert(1)</script>';
    await speaks('en', { en: { otp: { sms, subject: '{{nope}}' } } });
    const page = await (await get(`/_dev/templates?application=${shop.application.id}`)).text();
    expect(page).toContain('123456 &lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>');
    expect(page).toContain(
      'Own text not used: en.otp.subject has the unknown placeholder {{nope}}',
    );
    expect((await get('/_dev/templates?application=unknown')).status).toBe(404);
  });

  test('the inbox: links to the templates, and shows mails with subject and HTML', async () => {
    await d1Shop();
    expect(await (await get('/_dev/inbox')).text()).toContain('href="/_dev/templates"');
    const environment = parseEnvironment({ ...env });
    const queued: unknown[] = [];
    const queue = { send: async (body: unknown) => void queued.push(body) } as unknown as Queue;
    const notifier = queueNotifier(
      queue,
      createVault(environment.sealingKeys),
      '000000000000000000000001',
    );
    await notifier.send({
      id: 'm',
      channel: 'email',
      to: 'asha@example.com',
      content: OTP,
      createdAt: Date.now(),
    });
    const batch = createMessageBatch('vestibule-messages', [
      { id: '0', timestamp: new Date(), attempts: 1, body: queued[0] },
    ]);
    await worker.queue(batch, { ...env });
    const answer = await get('/_dev/inbox?to=asha@example.com', { accept: 'application/json' });
    expect(await answer.json()).toEqual({
      items: [
        {
          id: 'm',
          channel: 'email',
          to: 'asha@example.com',
          template: 'otp',
          subject: 'Your Fynd verification code',
          text: expect.stringContaining('123456'),
          html: expect.stringContaining('123456'),
          otp: '123456',
          created_at: expect.any(String),
        },
      ],
    });
  });

  test.each(['/', '/_dev/inbox', '/_dev/templates'])(
    '%s: a policy of own files, under which a mail loads nothing',
    async (path) => {
      const policy = (await get(path)).headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
      expect(policy).toContain('; img-src data:; ');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.replace("style-src-attr 'unsafe-inline'", '')).not.toContain('unsafe');
    },
  );

  test('their files come from beside them', async () => {
    for (const [name, type] of [
      ['style.css', 'text/css'],
      ['dev.js', 'text/javascript'],
      ['inbox.js', 'text/javascript'],
    ] as const) {
      const { status, headers } = await get(`/_dev/${name}`);
      expect([status, headers.get('content-type')]).toEqual([200, type]);
    }
  });

  test('they answer under the names of this machine only, and under those that a var allows', async () => {
    await d1Shop();
    const status = async (server: string, vars: Record<string, string> = {}, host?: string) => {
      const headers = { ...(host !== undefined && { host }), accept: 'text/html' };
      const request = new Request<unknown, IncomingRequestCfProperties>(server, { headers });
      return (await worker.fetch(request, { ...env, ...vars }, createExecutionContext())).status;
    };
    for (const path of ['/', '/_dev/inbox', '/_dev/templates']) {
      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        expect(await status(`http://${host}:8787${path}`)).toBe(200);
      }
      expect(await status(`http://evil.example:8787${path}`)).toBe(403);
      expect(await status(`http://127.0.0.1:8787${path}`, {}, 'evil.example:8787')).toBe(403);
      const vars = { DEV_HOSTS: 'Tunnel.example, other.example' };
      expect(await status(`https://tunnel.example${path}`, vars)).toBe(200);
      expect(await status(`https://evil.example${path}`, vars)).toBe(403);
    }
  });

  test('the first page leads everywhere, and shows credentials that work here', async () => {
    expect(await (await get('/')).text()).toContain('The demo shop is not in this database.');
    const shop = await d1Shop();
    const page = await (await get('/')).text();
    for (const path of [
      '/auth/login',
      '/auth/account',
      '/_dev/inbox',
      '/_dev/templates',
      '/docs',
    ]) {
      expect(page).toContain(`href="${path}"`);
    }
    const [, authorization = ''] = /<code>(Bearer [^<]+)<\/code>/.exec(page) ?? [];
    const [, url = ''] = /curl (\S+) -H/.exec(page) ?? [];
    const answer = await shop.fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{"mobile":"8652523958","country_code":"91"}',
    });
    expect(answer.status).toBe(200);
    // Without the pages for developers there is nothing at this address.
    expect((await shop.fetch('/')).status).toBe(404);
  });

  test('the pages are not there in production', async () => {
    for (const path of ['/', '/_dev/templates', '/_dev/inbox']) {
      const production = { ...env, ENVIRONMENT: 'production' };
      const response = await worker.fetch(
        new Request(ORIGIN + path),
        production,
        createExecutionContext(),
      );
      expect(response.status).toBe(503);
    }
  });
});
