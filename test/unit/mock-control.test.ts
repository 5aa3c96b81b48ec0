/** The panel and the inbox are for the developer at this machine: who may reach them, and what they show. */
import { describe, expect, test } from 'vitest';
import type { MockOptions } from '../../mocks/app.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { maskAnswer, maskForm, maskRequest } from '../../mocks/panel/mask.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { withScenarioRoutes } from '../../mocks/scenarios/routes.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

function started(allowedHosts?: string[]) {
  const scenarios = createScenarios({ scenario: 'returning-shopper' });
  const options: MockOptions = { scenarios, allowedHosts };
  const panel = createPanel(options);
  const fetch = withScenarioRoutes(scenarios, panel.fetch, allowedHosts);
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
  ['/_mock/inbox', {}],
  ['/_mock/operations/application.loginWithOTP', {}],
  ['/_dev/inbox', {}],
  ['/_mock/scenario', {}],
  ['/_mock/scenario', { method: 'PUT', headers: JSON_TYPE, body: '{"name":null,"for":"server"}' }],
  ['/_mock/reset', { method: 'POST' }],
  ['/_mock/settings', FORM],
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

  test('is one thing, the API another: that answers under every name and to every page', async () => {
    const { send } = started();
    const headers = { origin: 'https://evil.example' };
    expect((await send('http://shop.test:4010/healthz', { headers })).status).toBe(200);
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
    const page = await (await send('http://127.0.0.1:4010/_mock/requests')).text();
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
