/** The panel and the inbox are for the developer at this machine: who may reach them, and what they show. */
import { describe, expect, test } from 'vitest';
import type { MockOptions } from '../../mocks/app.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { maskAnswer, maskForm, maskRequest } from '../../mocks/panel/mask.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

function started(allowedHosts?: string[]) {
  const scenarios = createScenarios({ scenario: 'returning-shopper' });
  const options: MockOptions = { scenarios, allowedHosts };
  const { fetch } = createPanel(options);
  return {
    options,
    scenarios,
    async send(url: string, init: RequestInit = {}) {
      const request = new Request(url, init);
      const bytes = init.body === undefined ? undefined : await request.clone().arrayBuffer();
      return fetch(request, bytes && new Uint8Array(bytes));
    },
  };
}

const FORM = { method: 'POST', body: new URLSearchParams({ chaos: '50', delay: '0' }) };
/** Everything that is read and everything that is turned. */
const CONTROLS: [path: string, init: RequestInit][] = [
  ['/_mock', {}],
  ['/_mock/', {}],
  ['/_mock/requests', {}],
  ['/_mock/parts/inbox', {}],
  ['/_mock/parts/requests', {}],
  ['/_mock/requests.json', {}],
  ['/_mock/answers', {}],
  ['/_mock/settings', {}],
  ['/_mock/settings', { method: 'PUT', headers: JSON_TYPE, body: '{"chaos":1}' }],
  ['/_mock/operations/application.loginWithOTP', {}],
  ['/_dev/inbox', {}],
  ['/_mock/scenario', {}],
  ['/_mock/scenario', { method: 'PUT', headers: JSON_TYPE, body: '{"name":null,"for":"server"}' }],
  ['/_mock/reset', { method: 'POST' }],
  ['/_mock/panel/settings', FORM],
  ['/_mock/requests/clear', { method: 'POST' }],
  ['/_mock/panel/scenario', { method: 'POST', body: new URLSearchParams({ whom: 'server' }) }],
  ['/_mock/panel/reset', { method: 'POST' }],
];

async function refused(response: Response): Promise<void> {
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
    403,
    null,
  ]);
  expect(await response.json()).toMatchObject({ code: 'origin_refused' });
}

describe('what steers the mock', () => {
  test.each(CONTROLS)('%s is not there under a name that was pointed here', async (path, init) => {
    const { send, options } = started();
    for (const server of ['http://evil.example:4010', 'http://127.0.0.1.evil.example:4010']) {
      await refused(await send(`${server}${path}`, init));
    }
    // A server that reads the address off its socket still sees the name in the header.
    const headers = { ...(init.headers as Record<string, string>), host: 'evil.example:4010' };
    await refused(await send(`http://127.0.0.1:4010${path}`, { ...init, headers }));
    expect(options.chaos).toBeUndefined();
  });

  test.each(CONTROLS)('%s is not for pages of other hosts', async (path, init) => {
    const { send, options, scenarios } = started();
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      const headers = { ...(init.headers as Record<string, string>), origin };
      await refused(await send(`http://127.0.0.1:4010${path}`, { ...init, headers }));
      const asked = { ...headers, 'access-control-request-method': 'PUT' };
      await refused(
        await send(`http://127.0.0.1:4010${path}`, { method: 'OPTIONS', headers: asked }),
      );
    }
    expect(options.chaos).toBeUndefined();
    expect(scenarios.chosen(new Request('http://127.0.0.1:4010'))).toBe('returning-shopper');
  });

  test('answers under each name of this machine, and to its pages on other ports', async () => {
    const { send } = started();
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      for (const path of ['/_mock', '/_dev/inbox', '/_mock/scenario']) {
        expect((await send(`http://${host}:4010${path}`)).status).toBe(200);
      }
    }
    const headers = { ...JSON_TYPE, origin: 'http://localhost:5173' };
    const chosen = await send('http://127.0.0.1:4010/_mock/scenario', {
      method: 'PUT',
      headers,
      body: '{"name":"new-shopper"}',
    });
    expect(chosen.status).toBe(200);
    expect(chosen.headers.get('access-control-allow-origin')).toBe(headers.origin);
  });

  test('answers under another name when it was started so', async () => {
    const { send } = started(['tunnel.example']);
    expect((await send('https://tunnel.example/_mock')).status).toBe(200);
    const headers = { origin: 'https://tunnel.example' };
    expect((await send('https://tunnel.example/_dev/inbox', { headers })).status).toBe(200);
    await refused(await send('https://other.example/_mock'));
  });

  test('answers under addresses and .localhost, which nobody can point elsewhere', async () => {
    const { send } = started();
    for (const host of ['192.168.1.7', '[fd00::1]', 'shop.localhost']) {
      expect((await send(`http://${host}:4010/_mock`)).status, host).toBe(200);
      const origin = `http://${host}:4010`;
      expect((await send(`${origin}/_mock/settings`, { headers: { origin } })).status).toBe(200);
    }
    // A page on an address of its own is another machine's all the same.
    await refused(
      await send('http://localhost:4010/_mock/settings', { headers: { origin: 'http://8.8.8.8' } }),
    );
  });

  test('the API is not there under a name that was pointed here either, but for every page', async () => {
    const { send } = started(['tunnel.example']);
    const headers = { origin: 'https://evil.example' };
    expect((await send('http://localhost:4010/healthz', { headers })).status).toBe(200);
    expect((await send('https://tunnel.example/healthz', { headers })).status).toBe(200);
    const answer = await send('http://shop.test:4010/healthz');
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining('--allow-host shop.test'),
    });
  });
});

/** Everything that is turned and read has a form for tests. */
describe('as JSON', () => {
  const url = (path: string): string => `http://localhost:4010${path}`;
  const put = (body: unknown): RequestInit => ({
    method: 'PUT',
    headers: JSON_TYPE,
    body: JSON.stringify(body),
  });
  const LOGOUT = '/service/application/user/authentication/v1.0/logout';

  test('settings are changed one by one', async () => {
    const { send, options } = started();
    const chaos = await send(url('/_mock/settings'), put({ chaos: 0.5 }));
    expect(await chaos.json()).toEqual({ chaos: 0.5, delayMs: 0, strict: false, dynamic: false });
    await send(url('/_mock/settings'), put({ strict: true, chaos: 0 }));
    expect(options).toMatchObject({ chaos: 0, strict: true });
    expect(await (await send(url('/_mock/settings'))).json()).toMatchObject({ strict: true });
  });

  test.each([
    [{ chaos: 2 }, 'body.chaos'],
    [{ delayMs: -1 }, 'body.delayMs'],
    [{ odd: 1 }, 'body'],
    ['x', 'body'],
  ])('settings of %j are refused by their place', async (body, place) => {
    const answer = await started().send(url('/_mock/settings'), put(body));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ path: place }] });
  });

  test('answers are chosen for one browser, which gets its cookie, or for all', async () => {
    const { send } = started();
    const answers = { application: { logout: [{ error: 'unavailable', times: 1 }] } };
    const chosen = await send(url('/_mock/answers'), put({ answers }));
    expect(await chosen.json()).toEqual({ answers, for: 'browser' });
    const [cookie = ''] = chosen.headers.getSetCookie().map((line) => line.split(';')[0]);
    const status = async (headers = {}) => (await send(url(LOGOUT), { headers })).status;
    expect([await status(), await status({ cookie }), await status({ cookie })]).toEqual([
      401, 503, 401,
    ]);
    await send(url('/_mock/answers'), put({ answers, for: 'server' }));
    expect(await (await send(url('/_mock/answers'))).json()).toEqual({ answers });
    await send(url('/_mock/answers?for=server'), { method: 'DELETE' });
    expect(await status()).toBe(401);
    const wrong = await send(url('/_mock/answers'), put({ answers: { application: { x: {} } } }));
    expect(await wrong.json()).toMatchObject({ errors: [{ path: 'body.answers.application.x' }] });
  });

  test('requests are found by operation, status, path and verdict, and cleared', async () => {
    const { send } = started();
    await send(url(LOGOUT));
    await send(url('/healthz'));
    await send(url('/service/application/user/nowhere'));
    const found = async (query = '') => {
      const answer = await send(url(`/_mock/requests.json${query}`));
      const { items } = await answer.json<{ items: { target: string; verdict: string }[] }>();
      return items.map(({ target }) => target);
    };
    expect(await found()).toHaveLength(3);
    expect(await found('?operation=application.logout')).toEqual([LOGOUT]);
    expect(await found('?status=4xx&path=nowhere')).toHaveLength(1);
    expect(await found('?verdict=valid')).toEqual(['/healthz']);
    expect(await found('?after=2')).toHaveLength(1);
    expect((await send(url('/_mock/requests.json?status=9'))).status).toBe(400);
    await send(url(`/${LOGOUT}/`));
    expect(await found('?operation=application.logout')).toEqual([`/${LOGOUT}/`, LOGOUT]);
    await send(url('/_mock/requests.json'), { method: 'DELETE' });
    expect(await found()).toEqual([]);
  });

  test('a browser gets the page, a program the JSON, under one address', async () => {
    const { send } = started();
    for (const path of ['/_mock/settings', '/_mock/requests']) {
      const page = await send(url(path), { headers: { accept: 'text/html,*/*' } });
      expect(page.headers.get('content-type')).toContain('text/html');
      for (const [query, accept] of [
        ['', '*/*'],
        ['?json', 'text/html'],
      ] as const) {
        const answer = await send(url(path + query), { headers: { accept } });
        expect(answer.headers.get('content-type')).toContain('application/json');
      }
    }
  });
});

describe('what a reader types', () => {
  test.each([
    ['/', '/_mock'],
    ['/_mock/', '/_mock'],
    ['/_dev/inbox', '/_mock#inbox'],
  ])('%s leads to %s', async (path, place) => {
    const headers = { accept: 'text/html' };
    const answer = await started().send(`http://localhost:4010${path}`, { headers });
    expect(answer.headers.get('location')).toMatch(new RegExp(`${place}$`));
  });
  test.each(['/docs', '/docs/'])(
    '%s is the reference page, filled in and all its own',
    async (path) => {
      const { send } = started();
      const answer = await send(`http://localhost:4010${path}`, {
        headers: { accept: 'text/html' },
      });
      expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
      const page = await answer.text();
      expect(page).toContain('id="application.loginWithOTP"');
      expect(page).toContain('"applicationToken":"dev-app-token"');
      const files = [...page.matchAll(/ (?:src|href)="(\/docs\/[^"]+)"/g)].map(
        ([, file = '']) => file,
      );
      expect(files.length).toBe(3);
      for (const file of files) {
        expect([file, (await send(`http://localhost:4010${file}`)).status]).toEqual([file, 200]);
      }
    },
  );
  test('/openapi.json is the document of what the mock serves', async () => {
    const answer = await started().send('http://localhost:4010/openapi.json');
    expect(await answer.json()).toMatchObject({ openapi: '3.1.0' });
  });
});

describe('what the panel shows', () => {
  const KEPT = { username: 'asha@example.com', country_code: '91', has_password: true };
  const SECRETS = {
    password: 'hunter-1',
    old_password: 'hunter-2',
    new_password: 'hun"ter\\\\3',
    otp: 424_242,
    token: 'hunter-5',
    code: 'hunter-6',
    register_token: 'hunter-7',
    captcha_code: 'hunter-8',
    oauth2: { access_token: 'hunter-9', refresh_token: 'hunter-10' },
    client_secret: 'hunter-11',
  };
  const CANARY = /hun.{0,2}ter|424242/;

  test('are the fields of a request, without the credentials in them', async () => {
    const { send } = started();
    const path = '/service/application/user/authentication/v1.0/login/password';
    for (const space of [0, 2]) {
      const body = JSON.stringify({ ...KEPT, ...SECRETS }, undefined, space);
      await send(`http://127.0.0.1:4010${path}?token=hunter-q&_prefer=dynamic`, {
        method: 'POST',
        headers: { ...JSON_TYPE, 'x-captcha-code': 'hunter-h', authorization: 'Bearer hunter-a' },
        body,
      });
    }
    const page = await (
      await send('http://127.0.0.1:4010/_mock/requests', { headers: { accept: 'text/html' } })
    ).text();
    expect(page).toContain('asha@example.com');
    expect(page).toContain('country_code');
    expect(page).not.toMatch(CANARY);
  });

  test('are the fields of an answer, with the code of an error', () => {
    const body = JSON.stringify({
      code: 'otp_invalid',
      register_token: 'hunter',
      user: { _id: '1' },
    });
    expect(JSON.parse(maskAnswer(body))).toEqual({
      code: 'otp_invalid',
      register_token: '…',
      user: { _id: '1' },
    });
  });

  test('stay JSON, whole or cut off', () => {
    const text = JSON.stringify({ ...KEPT, ...SECRETS });
    expect(JSON.parse(maskRequest(text))).toMatchObject({ ...KEPT, otp: '…', new_password: '…' });
    for (let end = 0; end <= text.length; end += 1) {
      const shown = maskRequest(text.slice(0, end));
      expect(shown.replaceAll(/"(username|country_code)":"[^"]*"?/g, '')).not.toMatch(
        /hunter-\d|424242/,
      );
    }
  });

  test('are those of a form and of a query too', () => {
    expect(maskRequest('grant_type=client_credentials&client_id=a&client_secret=hunter')).toBe(
      'grant_type=client_credentials&client_id=a&client_secret=…',
    );
    expect(maskForm('?q=asha&code=hunter')).toBe('?q=asha&code=…');
  });
});
