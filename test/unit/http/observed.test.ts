/** What is noted of each request: a point, a header in development, and the trace in the log. */
import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createMeter } from '../../../src/adapters/analytics/meter.ts';
import { currentTraceparent, withTrace } from '../../../src/adapters/node/trace.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import type { LogLine } from '../../../src/http/log.ts';
import { operation } from '../../../src/http/operation.ts';
import { createServer } from '../../../src/http/server.ts';
import { err } from '../../../src/shared/result.ts';
import { readTraceparent } from '../../../src/values/traceparent.ts';

const row = operation({
  method: 'post',
  path: '/send/{id}',
  summary: '',
  description: '',
  security: 'none',
  request: { params: z.object({ id: z.string() }) },
  response: { 200: z.looseObject({}) },
  always: [],
  errors: ['otp_invalid'],
  example: { response: {} },
});

const log: LogLine[] = [];
/** Of points. */
const failures: unknown[] = [];
let points: unknown[] = [];
/** What Workers hand out as a binding. */
const dataset: AnalyticsEngineDataset = { writeDataPoint: (point) => void points.push(point) };
beforeEach(() => {
  log.length = 0;
  failures.length = 0;
  points = [];
});

/** An app whose operation fails for the id `bad`. */
const appWith = (metrics: AnalyticsEngineDataset | undefined, timing = false) =>
  createServer({
    table: { test: { send: row } },
    handlerOf: () => async (context) =>
      context.input.params === undefined || (context.input.params as { id: string }).id === 'bad'
        ? err('otp_invalid')
        : context.reply({}),
    // The application alone; nothing else of a grant is looked at here.
    guard: async () => ({
      ports: {},
      application: { id: 'shop', defaultCountryCode: '91' } as never,
    }),
    log: (line) => log.push(line),
    isOutage: () => undefined,
    meter: createMeter(metrics, (error) => failures.push(error)),
    timing,
  });
const post = async (app: ReturnType<typeof appWith>, path: string, headers = {}) =>
  app.fetch(new Request(`http://test${path}`, { method: 'POST', headers }));

describe('a data point', () => {
  test('is written for each request: operation, code, application, status, waiting time', async () => {
    const app = appWith(dataset);
    await post(app, '/send/1');
    await post(app, '/send/bad');
    await post(app, '/nowhere/asha@example.com');
    const ms = expect.any(Number);
    expect(points).toEqual([
      { indexes: ['shop'], blobs: ['test.send', '', 'shop'], doubles: [200, ms] },
      { indexes: ['shop'], blobs: ['test.send', 'otp_invalid', 'shop'], doubles: [400, ms] },
      { indexes: [''], blobs: ['', 'not_found', ''], doubles: [404, ms] },
    ]);
    expect(JSON.stringify(points)).not.toContain('asha');
  });

  test('that cannot be written fails no request, and is told once', async () => {
    const app = appWith({
      writeDataPoint() {
        throw new Error('dataset is gone');
      },
    });
    for (const _ of [1, 2, 3]) expect((await post(app, '/send/1')).status).toBe(200);
    expect(failures).toEqual([new Error('dataset is gone')]);
  });

  test('is not made where no dataset is bound', async () => {
    expect(createMeter(undefined, () => undefined)).toBeUndefined();
    expect((await post(appWith(undefined), '/send/1')).status).toBe(200);
  });
});

test('Server-Timing is sent where it was asked for, and nowhere else', async () => {
  const timed = await post(appWith(undefined, true), '/send/1');
  expect(timed.headers.get('server-timing')).toMatch(/^total;dur=\d+$/);
  expect((await post(appWith(undefined), '/send/1')).headers.has('server-timing')).toBe(false);
});

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('a traceparent', () => {
  test.each([
    TRACE,
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
    'cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like',
    'cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('%s is one', (header) => {
    expect(readTraceparent(header)).toBe(header);
  });

  test.each([
    ['no header', null],
    ['empty', ''],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a parent id of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['version ff', `ff${TRACE.slice(2)}`],
    ['capitals', TRACE.toUpperCase()],
    ['more of version 00', `${TRACE}-more`],
    ['a short id', TRACE.replace('4bf9', '4bf')],
    ['two headers in one', `${TRACE}, ${TRACE}`],
    ['a forged line', `${TRACE}\n{"level":"error"}`],
    ['too long', `cc${TRACE.slice(2)}-${'x'.repeat(200)}`],
  ])('%s is none', (_, header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });

  test('stands in the log line when it is well formed, and not otherwise', async () => {
    const app = appWith(undefined);
    await post(app, '/send/1', { traceparent: TRACE });
    await post(app, '/send/1', { traceparent: 'asha@example.com' });
    await post(app, '/send/1');
    expect(log.map(({ traceparent }) => traceparent)).toEqual([TRACE, undefined, undefined]);
  });

  test('goes on with the calls of its own request, and with those of no other', async () => {
    const sent: (string | null)[] = [];
    const outbound = createOutbound(async (_url, init) => {
      sent.push(new Headers(init?.headers).get('traceparent'));
      return new Response('{}');
    }, currentTraceparent);
    const call = async () => {
      // A request waits before it calls; another one runs meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 1));
      const options = { timeoutMs: 1000, maxBytes: 10, incomplete: 'fails' } as const;
      return outbound.call('https://provider.example', options);
    };
    const other = TRACE.replace('4bf9', '5bf9');
    await Promise.all([
      withTrace(TRACE, call),
      withTrace(undefined, call),
      withTrace(undefined, call),
      withTrace(other, call),
    ]);
    expect(sent).toHaveLength(4);
    expect(sent.filter((one) => one !== null).toSorted()).toEqual([TRACE, other]);
  });
});
