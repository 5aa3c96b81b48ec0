/** The Worker's log as an operator reads it: one line a request, found again by its id, which nobody can forge. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { end, freePort, npmStart } from '../support/npm-start.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

test('one line for each request, of fifty at once too', async () => {
  const ids = Array.from({ length: 50 }, (_, n) => `canary-load-${n}`);
  await Promise.all(
    ids.map(async (id) => fetch(`${server.url}/healthz`, { headers: { 'x-request-id': id } })),
  );
  for (const id of ids) expect(await server.logOf(id), id).toHaveLength(1);
});

describe('x-request-id', () => {
  const idOf = async (given?: string): Promise<{ header: string | null; body: unknown }> => {
    const response = await fetch(`${server.url}/nowhere`, {
      headers: given === undefined ? {} : { 'x-request-id': given },
    });
    const { request_id } = await response.json<{ request_id: string }>();
    return { header: response.headers.get('x-request-id'), body: request_id };
  };

  test.each(['canary-sane.id_01', '12345678', 'A'.repeat(64)])('%s is taken', async (given) => {
    expect(await idOf(given)).toStrictEqual({ header: given, body: given });
    expect(await server.logOf(given)).toHaveLength(1);
  });

  test.each([
    ['short', 'canary7'],
    ['long', `canary-long-${'B'.repeat(53)}`],
    ['with blanks', 'canary with blanks'],
    ['JSON', '{"canary":"forged line"}'],
    ['a list', 'canary-one-id, canary-two-id'],
  ])('%s: replaced', async (_, given) => {
    const { header, body } = await idOf(given);
    expect(header).toMatch(UUID);
    expect(body).toBe(header);
    const [line] = await server.logOf(header ?? '');
    expect(line).toMatchObject({ request_id: header, status: 404 });
    expect(server.workerOutput()).not.toContain(given);
  });

  test('none: made, another one each time', async () => {
    const [one, other] = await Promise.all([idOf(), idOf()]);
    expect(one.header).toMatch(UUID);
    expect(other.header).toMatch(UUID);
    expect(one.header).not.toBe(other.header);
  });

  // `fetch` refuses to send these, so they go out as bytes.
  test.each([
    ['folded over two lines', 'canary-fold\r\n {"level":"canary-forged"}'],
    ['with a bare line feed', 'canary-feed\n{"level":"canary-forged"}'],
    ['with a carriage return', 'canary-return\r{"level":"canary-forged"}'],
    ['with a NUL', 'canary-nul\0canary-forged'],
  ])('%s: no line is forged', async (_, given) => {
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8').setTimeout(10_000);
    let answer = '';
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.once('timeout', () => socket.destroy());
    socket.end(
      `GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-request-id: ${given}\r\nconnection: close\r\n\r\n`,
    );
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400) /);
    expect(answer).not.toContain('canary-forged');
    // Lines come in order: with this one here, the one above is here too.
    const { header } = await idOf();
    await server.logOf(header ?? '');
    expect(server.workerOutput()).not.toContain('canary-forged');
  });
});

test('a secret that is no good is named, its value is not shown', async () => {
  const port = await freePort();
  const secret = 'SESSION_SECRETS:dev:canarysecret';
  const limits = 'LIMITS:{"sendsPerHour":-71717}';
  const state = mkdtempSync(join(tmpdir(), 'vestibule-state-'));
  const place = ['--port', String(port), '--state', state];
  const bad = npmStart([...place, '--var', secret, '--var', limits]);
  try {
    expect(await bad.ended).toBe(1);
  } finally {
    await end(bad);
    rmSync(state, { recursive: true, force: true });
  }
  expect(bad.printed()).toContain('The Worker did not start.');
  expect(bad.printed()).toContain('SESSION_SECRETS');
  expect(bad.printed()).toContain('LIMITS');
  expect(bad.printed()).not.toContain('canarysecret');
  expect(bad.printed()).not.toContain('71717');
});
