import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getResponse, http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, test } from 'vitest';
import { mockTable } from '../../mocks/app.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { handlers, handlersByOperation, type HandlerOptions } from '../../mocks/handlers.ts';
import { server as ready } from '../../mocks/node.ts';

describe('in an MSW set-up of one’s own', () => {
  let server: ReturnType<typeof setupServer> | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });

  const login = (origin: string) =>
    fetch(origin + mockTable.application.loginWithOTP.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mobile: '8652523958' }),
    });

  test('one handler serves every operation of an origin and leaves others alone', async () => {
    server = setupServer(...handlers({ origin: 'https://shop.test' }));
    server.listen({ onUnhandledFrame: 'error' });
    expect(await (await login('https://shop.test')).json()).toStrictEqual(
      unwrap(documented['application.loginWithOTP'] ?? {}),
    );
    await expect(login('https://other.test')).rejects.toThrow();
  });
  test('the ready-made server answers whatever the origin', async () => {
    server = ready;
    server.listen({ onUnhandledFrame: 'error' });
    expect((await login('https://any.test')).status).toBe(200);
  });
  test('single operations can be taken by name', async () => {
    const { application } = handlersByOperation({ origin: 'https://shop.test' });
    server = setupServer(application.loginWithOTP);
    server.listen({ onUnhandledFrame: 'error' });
    expect((await login('https://shop.test')).status).toBe(200);
    await expect(fetch('https://shop.test/healthz')).rejects.toThrow();
  });
  test('in a page it answers what it knows and leaves the rest to the network', async () => {
    const inPage = handlers({ inPage: true });
    const answerTo = (path: string) =>
      getResponse(inPage, new Request(`https://page.test${path}`), {
        baseUrl: 'https://page.test',
      });
    expect((await answerTo(mockTable.application.logout.path))?.status).toBe(200);
    expect(
      (await answerTo(mockTable.platform.updateUser.path.replaceAll(/\{\w+\}/g, '1')))?.status,
    ).toBe(405);
    for (const path of ['/', '/main.js', `/app${mockTable.application.logout.path}`]) {
      expect(await answerTo(path), path).toBeUndefined();
    }
  });
  test('in a page an origin can be named too', async () => {
    const inPage = handlers({ inPage: true, origin: 'https://api.test/' });
    const path = mockTable.application.logout.path;
    expect((await getResponse(inPage, new Request(`https://api.test${path}`)))?.status).toBe(200);
    expect(await getResponse(inPage, new Request(`https://page.test${path}`))).toBeUndefined();
  });
  test('slashes around a path are the same operation, with a base path too', async () => {
    const { path } = mockTable.application.logout;
    for (const basePath of ['', '/api']) {
      const all = handlers({ inPage: true, origin: 'https://api.test', basePath });
      const { application } = handlersByOperation({ origin: 'https://api.test', basePath });
      for (const other of [path, `/${path}`, `${path}/`, `//${path}/`]) {
        for (const set of [all, [application.logout]]) {
          const answer = await getResponse(set, new Request(`https://api.test${basePath}${other}`));
          expect([basePath, other, answer?.status]).toEqual([basePath, other, 200]);
        }
      }
    }
  });
  test('an operation without origin is matched in Node too, by its decoded path', async () => {
    const { platform, application } = handlersByOperation();
    const path = mockTable.platform.getCustomers.path.replaceAll(/\{\w+\}/g, '1');
    const asked = async (url: string, method = 'GET') =>
      getResponse([platform.getCustomers, application.logout], new Request(url, { method }));
    for (const one of [path, path.replace('list', 'l%69st')]) {
      expect((await asked(`https://page.test${one}`))?.status, one).toBe(200);
    }
    expect(await asked(`https://page.test${path}`, 'PUT')).toBeUndefined();
    expect((await asked(`https://a.test${LOGOUT_PATH}`, 'HEAD'))?.status).toBe(200);
  });
});

const LOGOUT_PATH = mockTable.application.logout.path;

/** Whatever is not the mock's goes where it was sent, whether MSW, a handler or the network is there. */
describe('what is not ours is left alone', () => {
  let server: ReturnType<typeof setupServer> | undefined;
  afterEach(() => {
    server?.close();
    server = undefined;
  });
  const LOGOUT = mockTable.application.logout.path;
  const FOREIGN = [
    '/',
    '/elsewhere',
    '/healthz',
    '/service/application/catalog/v1.0/products',
    '/service/application/cart/v1.0/detail',
    '/service/platform/catalog/v1.0/company/1/products',
    '/service/application/users',
    `/app${LOGOUT}`,
    // Slashes around a path are no difference (D-88), one within is.
    LOGOUT.replace('/application', '//application'),
  ];

  test('a request to another local server is answered by that server, by fetch and by node:http', async () => {
    const local = createServer((_, response) => response.end('the local server'));
    await new Promise<void>((resolve) => void local.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(local.address() as AddressInfo).port}`;
    server = setupServer(...handlers());
    server.listen({ onUnhandledFrame: 'bypass' });
    try {
      for (const path of FOREIGN) {
        expect(await (await fetch(url + path)).text(), path).toBe('the local server');
        const [response] = (await once(get(url + path), 'response')) as [IncomingMessage];
        expect(await text(response), path).toBe('the local server');
      }
    } finally {
      local.close();
    }
  });
  test.each(FOREIGN)('%s meets the policy on what nobody handles', async (path) => {
    server = setupServer(...handlers());
    server.listen({ onUnhandledFrame: 'error' });
    await expect(fetch(`https://any.test${path}`)).rejects.toThrow();
  });
  test('handlers listed behind it answer what is theirs', async () => {
    const theirs = FOREIGN.map((path) =>
      http.get(`https://a.test${path}`, () => HttpResponse.text('theirs')),
    );
    for (const path of FOREIGN.slice(1, -1)) {
      const answer = await getResponse(
        [...handlers(), ...theirs],
        new Request(`https://a.test${path}`),
      );
      expect(await answer?.text(), path).toBe('theirs');
    }
  });
  test('a path that is unknown below the API’s own prefixes is a 404 that helps', async () => {
    for (const path of [
      '/service/application/user/authentication/v1.0/login/opt',
      '/service/platform/user/v1.0/company/1/application/1/customer/list',
    ]) {
      const answer = await getResponse(handlers(), new Request(`https://a.test${path}`));
      expect(answer?.status).toBe(404);
      expect(await answer?.json()).toMatchObject({ meta: { nearest: expect.any(String) } });
    }
  });
});

describe('where it is', () => {
  const LOGOUT = mockTable.application.logout.path;
  const status = async (options: HandlerOptions, url: string) =>
    (await getResponse(handlers(options), new Request(url)))?.status;

  test('an origin is compared as one, its default port and case included', async () => {
    for (const origin of ['https://shop.test:443', 'https://SHOP.test/', 'https://shop.test']) {
      expect(await status({ origin }, `https://shop.test${LOGOUT}`), origin).toBe(200);
      expect(await status({ origin }, `https://shop.test:8443${LOGOUT}`), origin).toBeUndefined();
      expect(await status({ origin }, 'https://shop.test/healthz'), origin).toBe(200);
    }
  });
  test('a base path shifts everything, named by itself or behind the origin', async () => {
    for (const options of [
      { basePath: '/api' },
      { basePath: 'api/' },
      { origin: 'https://shop.test/api' },
      { origin: 'https://shop.test', basePath: '/api/' },
    ]) {
      expect(await status(options, `https://shop.test/api${LOGOUT}`), JSON.stringify(options)).toBe(
        200,
      );
      expect(await status(options, `https://shop.test${LOGOUT}`)).toBeUndefined();
      expect(await status(options, `https://shop.test/api2${LOGOUT}`)).toBeUndefined();
      expect(await status(options, `https://shop.test/api/service/application/user/x`)).toBe(404);
    }
  });
  test('a body, the query and cookies pass a base path', async () => {
    const answer = await getResponse(
      handlers({ basePath: '/api', strict: true }),
      new Request(
        `https://shop.test/api${mockTable.application.loginWithOTP.path}?_prefer=dynamic%3Dtrue`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${btoa('a:b')}` },
          body: JSON.stringify({ mobile: '8652523958' }),
        },
      ),
    );
    expect(await answer?.json()).toMatchObject({ mobile: '8652523958' });
  });
  test.each(['shop.test', '/api', 'ftp://shop.test', ''])(
    '"%s" is no origin, and said so',
    (origin) => {
      expect(() => handlers({ origin })).toThrow(/is no address/);
    },
  );
});

describe('in Node, where fetch keeps no cookies', () => {
  const { loginWithEmailAndPassword, getLoggedInUser, logout } = mockTable.application;
  const authorization = `Bearer ${btoa('a:b')}`;
  const HEADERS = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ username: 'a@b.co', password: 'x' });
  const SHOP = 'https://shop.test';

  test('a session survives the login, ends with the logout and with the next test', async () => {
    const server = setupServer(...handlers({ strict: true }));
    server.listen({ onUnhandledFrame: 'error' });
    try {
      const session = async (origin = SHOP) =>
        (await fetch(origin + getLoggedInUser.path, { headers: HEADERS })).status;
      const login = async () =>
        fetch(SHOP + loginWithEmailAndPassword.path, { method: 'POST', headers: HEADERS, body });
      expect(await session()).toBe(401);
      expect((await login()).status).toBe(200);
      expect([await session(), await session('https://other.test')]).toEqual([200, 401]);
      await fetch(SHOP + logout.path, { headers: HEADERS });
      expect(await session()).toBe(401);
      await login();
      server.resetHandlers();
      expect(await session()).toBe(401);
    } finally {
      server.close();
    }
  });
});
