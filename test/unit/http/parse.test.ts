import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { operation } from '../../../src/http/operation.ts';
import { MAX_BODY_BYTES } from '../../../src/http/body.ts';
import { createServer } from '../../../src/http/server.ts';
import { digits, flag, text } from '../../../src/schemas/fields.ts';

const Echo = z.looseObject({});
const table = {
  test: {
    send: operation({
      method: 'post',
      path: '/send/{id}',
      summary: '',
      description: '',
      security: 'none',
      request: {
        params: z.object({ id: text(10) }),
        query: z.object({ page: z.coerce.number('must be a number').default(1) }),
        body: z.object({
          mobile: digits,
          name: z.string().optional(),
          inner: z.object({ note: z.string().optional() }).optional(),
          list: z.array(z.string()).optional(),
          free: z.unknown().optional(),
          meta: z.record(z.string(), z.unknown()).optional(),
        }),
      },
      response: { 200: Echo },
      always: [],
      errors: [],
      example: { response: {} },
    }),
    token: operation({
      method: 'post',
      path: '/token',
      summary: '',
      description: '',
      security: 'none',
      encoding: 'form',
      request: { body: z.object({ grant_type: z.string() }) },
      response: { 200: Echo },
      always: [],
      errors: [],
      example: { response: {} },
    }),
  },
};
const change = operation({
  method: 'put',
  path: '/change',
  summary: '',
  description: '',
  security: 'none',
  blank: 'keep',
  request: {
    query: z.object({ sure: flag.optional() }),
    body: z.strictObject({
      image: z.string().optional(),
      on: z.boolean().optional(),
      inner: z.strictObject({ note: z.string().optional() }).optional(),
    }),
  },
  response: { 200: Echo },
  always: [],
  errors: [],
  example: { response: {} },
});
const app = createServer({
  table: { test: { ...table.test, change } },
  handlerOf: () => async (context) => context.reply(context.input),
  guard: async () => ({ ports: {} }),
  log: () => undefined,
  isOutage: () => undefined,
});

interface Answer {
  status: number;
  body: Record<string, unknown> & { errors?: { path: string; message: string }[] };
}
async function send(
  body: BodyInit,
  { path = '/send/1', type = 'application/json' } = {},
): Promise<Answer> {
  // `duplex` is demanded by Node and unknown to the types of Workers.
  const init = { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' };
  const response = await app.fetch(new Request(`http://test${path}`, init));
  return { status: response.status, body: await response.json() };
}
const sendJson = (value: unknown) => send(JSON.stringify(value));
const stream = (bytes: number) =>
  new ReadableStream({
    start(controller) {
      for (let left = bytes; left > 0; left -= 1024) {
        controller.enqueue(new Uint8Array(Math.min(left, 1024)).fill(32));
      }
      controller.close();
    },
  });

describe('fields', () => {
  test('arrive typed, from path, query and body', async () => {
    const answer = await send('{"mobile":"8652523958"}', { path: '/send/7?page=3' });
    expect(answer.body).toStrictEqual({
      params: { id: '7' },
      query: { page: 3 },
      body: { mobile: '8652523958' },
    });
  });
  test('null and blank are absent, also inside objects', async () => {
    const { body } = await sendJson({ mobile: '1', name: null, inner: { note: '' } });
    expect(body['body']).toStrictEqual({ mobile: '1', inner: {} });
  });
  test('a free map is kept as it was sent; an absent one is absent', async () => {
    const meta = { note: '', tier: null, list: [null, ''], inner: { x: '', y: null } };
    const { body } = await sendJson({ mobile: '1', meta });
    expect(body['body']).toStrictEqual({ mobile: '1', meta });
    for (const absent of [null, '']) {
      const answer = await sendJson({ mobile: '1', meta: absent });
      expect(answer.body['body']).toStrictEqual({ mobile: '1' });
    }
  });
  test.each([[null], ['']])(
    'a required field that is %j is reported as missing',
    async (mobile) => {
      expect((await sendJson({ mobile })).body.errors).toStrictEqual([
        { path: 'body.mobile', message: 'is required' },
      ]);
    },
  );
  test('blank query parameters are absent', async () => {
    const { body } = await send('{"mobile":"1"}', { path: '/send/1?page=' });
    expect(body['query']).toStrictEqual({ page: 1 });
  });
  test('a number is taken for a string of digits', async () => {
    const { body } = await sendJson({ mobile: 8652523958 });
    expect(body['body']).toStrictEqual({ mobile: '8652523958' });
  });
  test('undeclared ones are dropped', async () => {
    const { body } = await sendJson({ mobile: '1', admin: true });
    expect(body['body']).toStrictEqual({ mobile: '1' });
  });
});

describe('where a row keeps blanks', () => {
  const put = async (value: unknown, query = '') => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'PUT', headers, body: JSON.stringify(value) };
    const response = await app.fetch(new Request(`http://test/change${query}`, init));
    return response.json<Answer['body']>();
  };
  test('an empty text is a value, and null is still absent', async () => {
    const { body } = await put({ image: '', on: null, inner: { note: '' } });
    expect(body).toStrictEqual({ image: '', inner: { note: '' } });
  });
  test('an empty text is no boolean', async () => {
    expect((await put({ on: '' })).errors).toStrictEqual([
      { path: 'body.on', message: 'must be a boolean' },
    ]);
  });
  test('each unknown key of a closed object is named', async () => {
    expect((await put({ a: 1, b: 2, inner: { c: 3 } })).errors).toStrictEqual([
      { path: 'body.inner.c', message: 'is not known' },
      { path: 'body.a', message: 'is not known' },
      { path: 'body.b', message: 'is not known' },
    ]);
  });
  test.each([
    ['true', true],
    ['false', false],
  ])('a flag in a query that says %s is %s', async (said, meant) => {
    expect((await put({}, `?sure=${said}`))['query']).toStrictEqual({ sure: meant });
  });
  test('a flag in a query is nothing else', async () => {
    expect((await put({}, '?sure=yes')).errors).toMatchObject([{ path: 'query.sure' }]);
  });
});

describe('mistakes are named by their place', () => {
  test.each([
    ['{"mobile":true}', '/send/1', 'body.mobile', 'must be a string of digits'],
    ['{"mobile":"1","name":5}', '/send/1', 'body.name', 'must be a string'],
    ['{"mobile":"1","inner":[]}', '/send/1', 'body.inner', 'must be an object'],
    ['{"mobile":"1","list":["a",1]}', '/send/1', 'body.list.1', 'must be a string'],
    ['{"mobile":"1"}', '/send/1?page=x', 'query.page', 'must be a number'],
    ['{"mobile":"1"}', '/send/12345678901', 'path.id', 'must be at most 10 characters'],
  ])('%s to %s', async (sent, path, place, message) => {
    const { status, body } = await send(sent, { path });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: 'validation_failed',
      message: `${place} ${message}.`,
      errors: [{ path: place, message }],
    });
  });
  test.each(['[]', '"text"', '5', 'null', 'true'])('a body that is %s', async (body) => {
    expect((await send(body)).status).toBe(400);
  });
  test('several at once', async () => {
    const { body } = await sendJson({ name: 1 });
    expect(body.errors?.map(({ path }) => path)).toStrictEqual(['body.mobile', 'body.name']);
  });
});

describe('an empty body', () => {
  test.each(['', '  \n'])('%j names the missing field', async (body) => {
    expect((await send(body)).body.errors).toStrictEqual([
      { path: 'body.mobile', message: 'is required' },
    ]);
  });
});

test('where no field has to be there, an empty body is missing, and an empty object is not', async () => {
  const put = async (body: string) => {
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body };
    return app.fetch(new Request('http://test/change', init));
  };
  for (const body of ['', ' \n']) {
    const answer = await put(body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ path: 'body', message: 'is required' }] },
    ]);
  }
  expect((await put('{}')).status).toBe(200);
});

describe('texts', () => {
  test.each([
    ['NUL', 'a\u0000b'],
    ['escape', 'a\u001bb'],
    ['DEL', 'a\u007fb'],
    ['C1', 'a\u0085b'],
    ['a lone surrogate', 'a\ud800b'],
  ])('with %s are refused', async (_, name) => {
    const { status, body } = await sendJson({ mobile: '1', name });
    expect(status).toBe(400);
    expect(body.errors?.[0]).toStrictEqual({
      path: 'body.name',
      message: 'has characters that are not allowed',
    });
  });
  test('that are not UTF-8 are refused: two passwords must not become one', async () => {
    const bytes = [...new TextEncoder().encode('{"mobile":"1","name":"a'), 0xff, 0x22, 0x7d];
    const { status, body } = await send(new Uint8Array(bytes));
    expect([status, body['code']]).toEqual([400, 'validation_failed']);
  });
  test('keep line ends, tabs, emoji and other scripts', async () => {
    const name = 'a\tb\r\nc 😀 日本語 é';
    expect((await sendJson({ mobile: '1', name })).body['body']).toStrictEqual({
      mobile: '1',
      name,
    });
  });
  test('in a path or a query are looked at too', async () => {
    expect((await send('{"mobile":"1"}', { path: '/send/a%00b' })).status).toBe(400);
    expect((await send('{"mobile":"1"}', { path: '/send/1?page=%00' })).status).toBe(400);
  });
});

describe('nesting', () => {
  const nested = (depth: number) =>
    JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;
  test('of 19 levels in a field is read', async () => {
    expect((await sendJson({ mobile: '1', free: nested(19) })).status).toBe(200);
  });
  test('of more than 20 levels is refused', async () => {
    const { status, body } = await sendJson({ mobile: '1', free: nested(20) });
    expect(status).toBe(400);
    expect(body.errors?.[0]?.message).toBe('is nested too deeply');
  });
  test('of any depth is a 400 that names the field, or is read', async () => {
    const level = fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}'], ['{"":', '}']);
    const levels = fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 4_000 }))
      .map(([some, times]) => Array.from({ length: times }, () => some).flat());
    await fc.assert(
      fc.asyncProperty(levels, fc.constantFrom('free', 'inner', 'name'), async (within, field) => {
        const open = within.map(([start]) => start).join('');
        const close = within.map(([, end]) => end).toReversed();
        const sent = `{"mobile":"1","${field}":${open}1${close.join('')}}`;
        if (sent.length > MAX_BODY_BYTES) return;
        const { status, body } = await send(sent);
        expect(status).toBeLessThan(500);
        if (within.length < 20) return;
        expect(status).toBe(400);
        expect(body.errors).toHaveLength(1);
        expect(body.errors?.[0]?.path).toMatch(new RegExp(`^body\\.${field}(\\.|$)`));
        expect(body.errors?.[0]?.message).toBe('is nested too deeply');
      }),
      { numRuns: 50 },
    );
  });
  test('of 30,000 levels is refused without falling over', async () => {
    const depth = 30_000;
    const body = `{"mobile":"1","free":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect((await send(body)).status).toBe(400);
  });
});

describe('size', () => {
  const padded = (bytes: number) => '{"mobile":"1"}'.padEnd(bytes);
  test('of exactly 64 KiB is read', async () => {
    expect((await send(padded(MAX_BODY_BYTES))).status).toBe(200);
  });
  test('above 64 KiB is a 413', async () => {
    expect((await send(padded(MAX_BODY_BYTES + 1))).status).toBe(413);
  });
  test('above 64 KiB is a 413 without a content-length too', async () => {
    expect((await send(stream(MAX_BODY_BYTES))).status).toBe(400);
    expect((await send(stream(MAX_BODY_BYTES + 1))).status).toBe(413);
  });
  test('is judged by its bytes, not by what content-length claims', async () => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '9' },
      body: stream(MAX_BODY_BYTES + 1),
      duplex: 'half',
    } as RequestInit; // as above
    expect((await app.fetch(new Request('http://test/send/1', init))).status).toBe(413);
  });
});

describe('content type', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    '',
    'application/json; charset=iso-8859-1',
    'application/json;charset="UTF-16"',
  ])('"%s" is a 415', async (type) => {
    const { status, body } = await send('{"mobile":"1"}', { type });
    expect(status).toBe(415);
    expect(body['code']).toBe('unsupported_media_type');
  });
  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/ld+json'])(
    '"%s" is JSON',
    async (type) => {
      expect((await send('{"mobile":"1"}', { type })).status).toBe(200);
    },
  );
  test.each(['gzip', 'br', 'identity, gzip'])('encoded with %s is a 415', async (encoding) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: '{"mobile":"1"}',
    };
    expect((await app.fetch(new Request('http://test/send/1', init))).status).toBe(415);
  });
  test('a form is read where the row says so, JSON beside it', async () => {
    const form = { path: '/token', type: 'application/x-www-form-urlencoded' };
    const expected = { grant_type: 'client_credentials' };
    const fromForm = await send('grant_type=client_credentials', form);
    const fromJson = await send(JSON.stringify(expected), { path: '/token' });
    expect(fromForm.body['body']).toStrictEqual(expected);
    expect(fromJson.body['body']).toStrictEqual(expected);
  });
});
