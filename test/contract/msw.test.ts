import { getResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, test } from 'vitest';
import { mockTable } from '../../mocks/app.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { handlers, handlersByOperation } from '../../mocks/handlers.ts';
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
    expect((await fetch('https://any.test/elsewhere')).status).toBe(404);
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
  test('a pattern without origin resolves against the address of the page', async () => {
    const { platform } = handlersByOperation();
    const path = mockTable.platform.getCustomers.path.replace(/\{\w+\}/g, '1');
    const request = new Request(`https://page.test${path}`);
    const baseUrl = 'https://page.test/some/page';
    expect((await getResponse([platform.getCustomers], request, { baseUrl }))?.status).toBe(200);
  });
});
