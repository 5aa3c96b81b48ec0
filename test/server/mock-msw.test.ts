/** What stands around the mock in `npm run mock`: MSW, own handlers, addresses, https, a real server behind a proxy. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { RequestHandler } from 'msw';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { mockTable, type MockOptions } from '../../mocks/app.ts';
import { createPanel, type PanelOptions } from '../../mocks/panel/app.ts';
import type { Exchange } from '../../mocks/panel/request-log.ts';
import { createProxy, type ProxyOptions } from '../../mocks/proxy.ts';
import { judgeAnswer } from '../../src/cli/contract/strict.ts';
import { makeCertificate } from '../../src/cli/mock/certificate.ts';
import { listenWith, type ListenOptions, type MockServer } from '../../src/cli/mock/server.ts';
import { loadHandlers, watchHandlers } from '../../src/cli/mock/own-handlers.ts';
import { exampleWriter, readExamples } from '../../src/cli/mock/examples.ts';
import { lineOf } from '../../src/cli/mock/lines.ts';

/** A text of which each character is one byte. */
const bytesOf = (binary: string): Uint8Array =>
  Uint8Array.from(binary, (char) => char.charCodeAt(0));

const LOGOUT = mockTable.application.logout.path;
const { loginWithOTP, loginWithEmailAndPassword } = mockTable.application;

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-own-'));
  symlinkSync(join(import.meta.dirname, '../../node_modules'), file('node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const running = new Set<{ stop(): Promise<void> }>();
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all([...running].map(async (one) => one.stop()));
  running.clear();
});
async function started(
  options: MockOptions = {},
  panel: PanelOptions = {},
  listen: ListenOptions = {},
): Promise<MockServer> {
  const server = await listenWith(createPanel(options, panel).fetch, 0, listen);
  running.add(server);
  return server;
}

test('every request of the API is answered by a handler of MSW', async () => {
  const { url } = await started();
  const run = vi.spyOn(RequestHandler.prototype, 'run');
  for (const path of [LOGOUT, '/healthz', '/nowhere']) await (await fetch(url + path)).text();
  const results = await Promise.all(
    run.mock.results.map(async ({ value }) => value as Promise<{ response?: Response } | null>),
  );
  expect(results.map((one) => one?.response?.status)).toEqual([200, 200, 404]);
});

describe('own handlers', () => {
  const HANDLERS = (status: number): string =>
    `import { http, HttpResponse, passthrough } from 'msw';
     export const handlers = [
       http.get('*${LOGOUT}', () => HttpResponse.json({ own: ${status} }, { status: ${status} })),
       http.get('*/service/application/cart', () => HttpResponse.json({ items: [] })),
       http.get('*/logo.png', () => HttpResponse.arrayBuffer(new Uint8Array([137, 80, 255]).buffer)),
       http.post('*${loginWithOTP.path}', async ({ request }) => {
         const { mobile } = await request.clone().json();
         return mobile === '1' ? HttpResponse.error() : passthrough();
       }),
     ];`;

  test('win, hand on what they pass through, and are read again when the file changes', async () => {
    writeFileSync(file('my-handlers.ts'), HANDLERS(418));
    const told: (number | string)[] = [];
    const own = await watchHandlers(file('my-handlers.ts'), (outcome) =>
      told.push(outcome instanceof Error ? outcome.message : outcome),
    );
    try {
      const { url } = await started({}, { own: own.current });
      const logout = async () => (await fetch(url + LOGOUT)).json();
      expect(await logout()).toEqual({ own: 418 });
      const origin = 'http://localhost:5173';
      const cart = await fetch(`${url}/service/application/cart`, { headers: { origin } });
      expect(await cart.json()).toEqual({ items: [] });
      expect(cart.headers.get('access-control-allow-origin')).toBe(origin);
      const logo = await (await fetch(`${url}/logo.png`)).arrayBuffer();
      expect([...new Uint8Array(logo)]).toEqual([137, 80, 255]);
      const login = async (mobile: string) =>
        fetch(url + loginWithOTP.path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ mobile }),
        });
      expect(await (await login('8652523958')).json()).toMatchObject({ success: true });
      await expect(login('1')).rejects.toThrow();
      const { items } = await (
        await fetch(`${url}/_mock/requests.json`)
      ).json<{ items: Exchange[] }>();
      expect(items.map(({ matched }) => matched.split(' ')[0])).toEqual([
        'POST',
        'vestibule',
        'GET',
        'GET',
        'GET',
      ]);

      writeFileSync(file('my-handlers.ts'), HANDLERS(203));
      await expect.poll(() => told, { timeout: 5_000 }).toEqual([4]);
      expect(await logout()).toEqual({ own: 203 });
      writeFileSync(file('my-handlers.ts'), 'export const handlers = 1;');
      await expect
        .poll(() => told, { timeout: 5_000 })
        .toEqual([4, 'it exports no array `handlers`']);
      expect(await logout()).toEqual({ own: 203 });
    } finally {
      own.stop();
    }
  });
  test.each([
    ['export default [{}]', 'handlers[0] is no handler'],
    ['export const other = []', 'it exports no array'],
    ['throw new Error("broken")', 'broken'],
  ])('"%s" is refused', async (source, said) => {
    const name = file(`wrong-${said.length}.ts`);
    writeFileSync(name, source);
    await expect(loadHandlers(name)).rejects.toThrow(said);
  });
});

describe('where it listens', () => {
  test('localhost is both addresses of this machine', async () => {
    const { port, url } = await started();
    expect(url).toBe(`http://localhost:${port}`);
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      expect((await fetch(`http://${host}:${port}/healthz`)).status, host).toBe(200);
    }
  });
  test('another address is taken, and no other', async () => {
    const { url, port } = await started({}, {}, { host: '127.0.0.2' });
    expect(url).toBe(`http://127.0.0.2:${port}`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });
  test('https has a certificate for each name, and its cookies are Secure', async () => {
    const certificate = await makeCertificate(['localhost', '127.0.0.1', 'shop.test']);
    const { port } = await started({}, {}, { certificate });
    const body = JSON.stringify({ username: 'a@b.co', password: 'x' });
    const answer = await new Promise<{ headers: object; body: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const options = {
        port,
        host: 'localhost',
        path: loginWithEmailAndPassword.path,
        method: 'POST',
        headers,
        ca: certificate.cert,
      };
      secureRequest(options, (response) => {
        void text(response).then((one) => resolve({ headers: response.headers, body: one }));
      })
        .on('error', reject)
        .end(body);
    });
    expect(answer.headers).toMatchObject({ 'set-cookie': [expect.stringContaining('Secure')] });
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
  });
  test('a base path shifts the API, and not the panel', async () => {
    const { url } = await started({}, { basePath: '/api/' });
    expect((await fetch(`${url}/api${LOGOUT}`)).status).toBe(200);
    expect((await fetch(`${url}/_mock/settings`)).status).toBe(200);
    const beside = await fetch(url + LOGOUT);
    expect([beside.status, await beside.json()]).toMatchObject([
      404,
      { message: expect.stringContaining('below /api') },
    ]);
    const { items } = await (
      await fetch(`${url}/_mock/requests.json`)
    ).json<{ items: Exchange[] }>();
    expect(items.map(({ operation }) => operation)).toEqual([undefined, 'application.logout']);
  });
  test('a login from a page on another site is noted, for its cookie is dropped', async () => {
    const seen: Exchange[] = [];
    const { port } = await started({}, { onExchange: (one) => seen.push(one) });
    const login = async (host: string, origin: string) =>
      (
        await fetch(`http://${host}:${port}${loginWithEmailAndPassword.path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin },
          body: JSON.stringify({ username: 'a@b.co', password: 'hunter-2' }),
        })
      ).text();
    await login('127.0.0.1', 'http://localhost:5173');
    await login('localhost', 'http://localhost:5173');
    expect(seen.map(({ note }) => note?.includes('http://localhost'))).toEqual([true, undefined]);
    expect(seen.map(lineOf).join()).not.toContain('hunter-2');
  });
});

test('the answer to a preflight allows a method that is not documented, so that the 405 can be read', async () => {
  const { url } = await started();
  const headers = { origin: 'http://localhost:5173', 'access-control-request-method': 'PATCH' };
  const asked = await fetch(url + LOGOUT, { method: 'OPTIONS', headers });
  expect(asked.headers.get('access-control-allow-methods')).toBe('PATCH');
  const answer = await fetch(url + LOGOUT, {
    method: 'PATCH',
    headers: { origin: headers.origin },
  });
  expect([answer.status, answer.headers.get('allow'), answer.headers.get('vary')]).toEqual([
    405,
    'GET, HEAD',
    'origin',
  ]);
  expect(answer.headers.get('access-control-expose-headers')).toContain('allow');
});

describe('before a real server', () => {
  const HEADERS = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': '12345678',
  };
  let real: MockServer;
  const heard: { method?: string; url?: string; host?: string; body: string }[] = [];
  beforeAll(async () => {
    const server = createServer((request, response) => {
      void (async () => {
        const body = await text(request);
        heard.push({ method: request.method, url: request.url, host: request.headers.host, body });
        response.setHeader(
          'set-cookie',
          'f.session=1; Domain=shop.example; Secure; SameSite=None; HttpOnly',
        );
        response.writeHead(200, HEADERS);
        // Bytes to answer with, when a test has its own.
        const wanted = request.headers['x-answer'];
        if (typeof wanted === 'string') response.end(bytesOf(atob(wanted)));
        else
          response.end(request.url?.includes('logout') ? '{"logout":true}' : '{"success":"yes"}');
      })();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    real = { url: `http://127.0.0.1:${port}`, port, stop: async () => void server.close() };
  });
  afterAll(async () => real.stop());

  const proxied = async (more: Partial<ProxyOptions> = {}) =>
    started(
      {},
      {
        proxy: createProxy({
          target: `${real.url}/v2`,
          judge: (entry, answer) =>
            judgeAnswer(entry, answer).breaches.map(({ field, message }) => `${field} ${message}`),
          ...more,
        }),
      },
    );
  const login = async (url: string, body: object) =>
    fetch(url + loginWithOTP.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const verdicts = async (url: string) => {
    const answer = await fetch(`${url}/_mock/requests.json`);
    const { items } = await answer.json<{
      items: (Exchange & { verdict: string; said: string })[];
    }>();
    return items.map(({ verdict, said }) => [verdict, said]);
  };

  test('requests arrive as they were, and cookies stay with the browser', async () => {
    const { url } = await proxied();
    const answer = await login(url, { mobile: '8652523958' });
    expect(await answer.json()).toEqual({ success: 'yes' });
    expect(heard.at(-1)).toEqual({
      method: 'POST',
      url: `/v2${loginWithOTP.path}`,
      host: new URL(real.url).host,
      body: '{"mobile":"8652523958"}',
    });
    expect(answer.headers.getSetCookie()).toEqual(['f.session=1; SameSite=Lax; HttpOnly']);
  });
  test('each exchange has its verdict: a mistake of the request, a breach of the answer', async () => {
    const { url } = await proxied();
    await (await fetch(url + LOGOUT)).text();
    await login(url, { mobile: '8652523958' });
    await (
      await fetch(`${url}${mockTable.platform.updateUser.path.replaceAll(/\{\w+\}/g, '1')}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '[]',
      })
    ).text();
    const seen = await verdicts(url);
    expect(seen.map(([verdict]) => verdict)).toEqual(['breach', 'breach', 'valid']);
    expect(seen[1]?.[1]).toContain('body.success');
  });
  test.each<[string, string, string]>([
    [
      'a byte order mark',
      '\xEF\xBB\xBF{"logout":true}',
      'body begins with a byte order mark, which JSON has not',
    ],
    ['a key twice', '{"logout":null,"logout":true}', 'body.logout is there twice'],
    ['bytes that are not UTF-8', '"\xFF"', 'body is not UTF-8'],
    ['an empty body', '', 'body is empty'],
  ])('%s is a breach, and reaches the page as it was sent', async (_, sent, said) => {
    const { url } = await proxied();
    const headers = { 'x-answer': btoa(sent) };
    const answer = await fetch(url + LOGOUT, { headers });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytesOf(sent));
    expect(await verdicts(url)).toEqual([['breach', said]]);
    const failing = await proxied({ fail: true });
    const failed = await fetch(failing.url + LOGOUT, { headers });
    expect([failed.status, await failed.json()]).toMatchObject([502, { breaches: [said] }]);
  });
  test('a breach is a 502 with --fail, and right answers are kept with --record for --examples', async () => {
    const kept = file('kept');
    const { url } = await proxied({ fail: true, record: exampleWriter(kept) });
    const failed = await login(url, { mobile: '8652523958' });
    expect([failed.status, await failed.json()]).toMatchObject([502, { code: 'contract_breach' }]);
    expect((await fetch(url + LOGOUT)).status).toBe(200);
    expect(JSON.parse(readFileSync(join(kept, 'application.logout.json'), 'utf8'))).toEqual({
      logout: true,
    });
    writeFileSync(join(kept, 'application.logout.json'), '{"logout":false}');
    const again = await started({ answers: readExamples(kept) });
    expect(await (await fetch(again.url + LOGOUT)).json()).toEqual({ logout: false });
    writeFileSync(join(kept, 'application.logout.json'), '{"logout":1}');
    expect(() => readExamples(kept)).toThrow(/application.logout.json: .*logout/);
  });
  test('a server that does not answer is a 502 that says so', async () => {
    const { url } = await proxied({ target: 'http://127.0.0.1:1' });
    const answer = await fetch(url + LOGOUT);
    expect([answer.status, await answer.json()]).toMatchObject([502, { code: 'bad_gateway' }]);
  });
});
