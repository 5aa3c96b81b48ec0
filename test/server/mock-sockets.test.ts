/** Whatever bytes arrive, an answer comes in bounded time: over real sockets, as no client library would send them. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMock, mockTable } from '../../mocks/app.ts';
import { CHAOS_HEADER } from '../../mocks/chaos.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';

const PATH = mockTable.application.loginWithOTP.path;
const PATIENCE = 600;
/** Of every answer, a half-sent request's included; generous, for machines that have other work. */
const LIMIT = 8 * PATIENCE;
const JSON_TYPE = 'content-type: application/json';

let mock: MockServer;
beforeAll(async () => {
  mock = await listenWith(createMock().fetch, 0, { patienceMs: PATIENCE });
});
afterAll(async () => mock?.stop());

interface Heard {
  status: number;
  head: string;
  body: string;
  /** Milliseconds. */
  took: number;
}

/** Sends bytes as they are and hears what comes back until the connection is closed; `half` shuts the sending side. */
async function send(text: string, half = false, url = mock.url): Promise<Heard> {
  const started = performance.now();
  const heard = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      half ? socket.end(text) : socket.write(text),
    );
    let all = '';
    socket.setEncoding('utf8').on('data', (chunk) => (all += chunk.toString()));
    socket.on('close', () => resolve(all)).on('error', reject);
    socket.setTimeout(LIMIT, () => socket.destroy(new Error('no answer in time')));
  });
  const [head = '', ...body] = heard.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  return { status, head, body: body.join('\r\n\r\n'), took: performance.now() - started };
}

/** A request that asks for its connection to be closed, with what is given in the place of what would be right. */
function request(line: string, headers: string[] = [], body = ''): string {
  const all = ['host: mock.test', 'connection: close', ...headers];
  return `${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}
const post = (body: string, headers = [JSON_TYPE]): string =>
  request(
    `POST ${PATH}`,
    [...headers, `content-length: ${new TextEncoder().encode(body).length}`],
    body,
  );

const CASES: [what: string, sent: string, half: boolean, status: number, said: string][] = [
  ['JSON that ends at once', post('{'), false, 400, 'body is not well-formed JSON'],
  ['bytes that are no text', post('\u0000\uffff'), false, 400, 'is not well-formed JSON'],
  ['a body of no kind', post('mobile=1', []), false, 415, 'application/json'],
  ['a body over the limit', post(`{"mobile":"${'1'.repeat(70_000)}"}`), false, 413, '64 KiB'],
  ['an unknown path', request('GET /nowhere'), false, 404, 'Nothing is served at'],
  ['a path with broken escapes', request('GET /%E0%A4%A'), false, 404, 'Nothing is served at'],
  ['a known path with another method', request(`PATCH ${PATH}`), false, 405, 'not allowed'],
  ['TRACE', request(`TRACE ${PATH}`), false, 405, 'not allowed'],
  ['CONNECT', request('CONNECT mock.test:443'), false, 405, 'not allowed'],
  ['a method that nobody knows', request(`BREW ${PATH}`), false, 405, 'not allowed'],
  ['no HTTP at all', 'hello\r\n\r\n', false, 405, 'not allowed'],
  ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001', false, 405, 'not allowed'],
  [
    'headers without end',
    request('GET /healthz', [`x-a: ${'a'.repeat(20_000)}`]),
    false,
    400,
    '16 KiB',
  ],
  [
    'a chunk of no size',
    request(`POST ${PATH}`, [JSON_TYPE, 'transfer-encoding: chunked'], 'zz\r\n'),
    false,
    400,
    'not well-formed HTTP',
  ],
  [
    'two lengths',
    request(`POST ${PATH}`, [JSON_TYPE, 'content-length: 1', 'content-length: 2'], '{}'),
    false,
    400,
    'not well-formed HTTP',
  ],
  [
    'a host that is none',
    'GET /healthz HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n',
    false,
    400,
    'not well-formed HTTP',
  ],
  [
    'half a body',
    request(`POST ${PATH}`, [JSON_TYPE, 'content-length: 100'], '{"mobile"'),
    false,
    400,
    'did not arrive in time',
  ],
  ['half a head', 'POST /x HTTP/1.1\r\nhost: a\r\n', false, 400, 'did not arrive in time'],
  [
    'half a body and no more',
    request(`POST ${PATH}`, [JSON_TYPE, 'content-length: 100'], '{"mobile"'),
    true,
    400,
    'ended before it was complete',
  ],
];

test.each(CASES)('%s', async (_what, sent, half, status, said) => {
  const heard = await send(sent, half);
  expect([heard.status, heard.body]).toEqual([status, expect.stringContaining(said)]);
  expect(heard.head).toMatch(/content-type: application\/json/i);
  expect(JSON.parse(heard.body)).toMatchObject({
    status,
    code: expect.any(String),
    message: expect.any(String),
    request_id: expect.any(String),
  });
  expect(heard.took).toBeLessThan(LIMIT);
});

test('HEAD is answered like GET, without a body', async () => {
  const { status, head, body } = await send(request('HEAD /healthz'));
  expect([status, body]).toEqual([200, '']);
  expect(head).toContain('application/json');
  expect((await send(request(`HEAD ${PATH}`))).status).toBe(405);
});

test('after all of that it still answers', async () => {
  expect((await fetch(`${mock.url}/healthz`)).status).toBe(200);
});

describe('a connection that chaos cuts', () => {
  let chaotic: MockServer;
  beforeAll(async () => {
    chaotic = await listenWith(createMock({ chaos: 1, seed: 2 }).fetch, 0);
  });
  afterAll(async () => chaotic?.stop());

  test('really is cut, behind its mark', async () => {
    const kinds = new Map<string, Heard>();
    for (let at = 0; at < 4; at += 1) {
      const heard = await send(request('GET /healthz'), false, chaotic.url);
      const [, kind = ''] = new RegExp(`${CHAOS_HEADER}: (\\w+)`).exec(heard.head) ?? [];
      kinds.set(kind, heard);
    }
    expect([...kinds.keys()].toSorted()).toEqual(['429', '500', '503', 'cut']);
    expect(kinds.get('cut')).toMatchObject({ status: 200, body: '{' });
    expect(kinds.get('cut')?.head).toContain('content-length: 2');
  });
  test('is an error in a client', async () => {
    const outcomes = [];
    for (let at = 0; at < 4; at += 1) {
      const answer = await fetch(`${chaotic.url}/healthz`);
      outcomes.push(
        await answer.json().then(
          () => 'read',
          () => answer.headers.get(CHAOS_HEADER),
        ),
      );
    }
    expect(outcomes.filter((outcome) => outcome === 'cut')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'read')).toHaveLength(3);
  });
});
