/** A shop that asks for a captcha, as `npm start` runs it: what a robot and a shopper get. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

let siteverify: Server;
let server: StartedServer;

beforeAll(async () => {
  siteverify = createServer((request, response) => {
    const answer = async () => {
      const form = new URLSearchParams(await text(request));
      const success = form.get('secret') === 's' && form.get('response') === 'solved';
      response.end(JSON.stringify({ success, hostname: '127.0.0.1' }));
    };
    answer().catch(() => response.destroy());
  });
  siteverify.listen(0, '127.0.0.1');
  await once(siteverify, 'listening');
  // An address of a TCP server, which is never a path.
  const { port } = siteverify.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/turnstile`;
  const flags = ['--var', 'TURNSTILE_SECRET:s', '--var', `TURNSTILE_URL:${url}`];
  server = await startServer({ flags });
});
afterAll(async () => {
  await server.stop();
  siteverify.closeAllConnections();
  siteverify.close();
});

const login = async (captcha_code?: string) =>
  fetch(`${server.url}/service/application/user/authentication/v1.0/login/otp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ mobile: '9820012345', country_code: '91', captcha_code }),
  });

test('no code for a robot, one for a shopper', async () => {
  for (const captcha_code of [undefined, 'made up']) {
    const refused = await login(captcha_code);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'captcha_failed' });
  }
  expect(await server.inbox('+919820012345')).toEqual([]);
  expect((await login('solved')).status).toBe(200);
  expect(await server.otpFor('+919820012345')).toMatch(/^\d{6}$/);
});
