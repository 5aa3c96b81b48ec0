/** What the edge refuses before any flow begins, looped over the rows so that no new one is left out. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import worker from '../../src/worker.ts';
import { cookieOf, signUp } from '../support/answers.ts';
import { accessToken } from '../support/operator.ts';
import { AUTHORIZATION, d1Shop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const rows = entriesOf(table);

const PARAMS: Readonly<Record<string, string>> = {
  company_id: DEMO.companyId,
  application_id: DEMO.applicationId,
  entity: 'mobile',
};

const pathOf = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMS[name] ?? '0'.repeat(24));

/** Sends a body to a row, as somebody who may call it. */
async function bodySender(shop: Shop) {
  const cookie = cookieOf(await signUp(shop, shop.client()));
  const token = await accessToken(shop);
  return async ({ row }: Entry, body: string) => {
    const response = await shop.fetch(pathOf(row.path), {
      method: row.method.toUpperCase(),
      headers: {
        authorization: row.security === 'platform' ? `Bearer ${token}` : AUTHORIZATION,
        'content-type': 'application/json',
        ...(row.security !== 'none' && { cookie }),
      },
      body,
    });
    const answer = await response.json<{ code?: string; errors?: { path: string }[] }>();
    return { status: response.status, body: answer };
  };
}

describe.each(BACKENDS_AND_MOCK)('a body on %s', (_, createShop) => {
  test('of 5,000 levels is a 400 that names the field, on every row that takes a body', async () => {
    const shop = await createShop();
    const send = await bodySender(shop);
    const levels = 5_000;
    const nested = [
      `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`,
      `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
    ];
    for (const entry of rows.filter(({ row }) => row.request.body)) {
      for (const body of nested) {
        expect([entry.id, await send(entry, body)]).toMatchObject([
          entry.id,
          {
            status: 400,
            body: {
              code: 'validation_failed',
              errors: [
                { path: expect.stringMatching(/^body\.a\b/), message: 'is nested too deeply' },
              ],
            },
          },
        ]);
      }
    }
  });
});

const PRODUCTION = {
  ENVIRONMENT: 'production',
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};
const CONFIG = '/service/application/user/platform/v1.0/config';

/** A success, an error, a refusal of the parser, paths and methods that there are not, a page, a preflight. */
const ANSWERS: [path: string, init: RequestInit | undefined, status: number][] = [
  [CONFIG, { headers: { authorization: AUTHORIZATION } }, 200],
  [CONFIG, undefined, 401],
  [
    '/service/application/user/authentication/v1.0/login/otp',
    { method: 'POST', headers: { authorization: AUTHORIZATION }, body: 'x' },
    415,
  ],
  ['/nowhere', undefined, 404],
  [CONFIG, { method: 'DELETE' }, 405],
  ['/docs', undefined, 200],
  ['/healthz', undefined, 200],
  [CONFIG, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 204],
];

describe('headers of every answer', () => {
  const headersOf = async (shop: Shop, server: string) =>
    Promise.all(
      ANSWERS.map(async ([path, init, status]) => {
        const response = await shop.fetch(`${server}${path}`, init);
        expect([path, response.status]).toEqual([path, status]);
        return response.headers;
      }),
    );
  const HSTS = 'strict-transport-security';

  test('tell browsers of a real deployment to come by https only, and all to send no referrer', async () => {
    const shop = await d1Shop({ env: PRODUCTION });
    for (const headers of await headersOf(shop, 'https://auth.example')) {
      expect(headers.get(HSTS)).toBe('max-age=31536000; includeSubDomains');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    for (const headers of await headersOf(shop, 'http://auth.example')) {
      expect(headers.get(HSTS)).toBeNull();
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  test.each(BACKENDS_AND_MOCK)(
    'say nothing of https on a developer’s machine: %s',
    async (_, createShop) => {
      const shop = await createShop();
      for (const server of ['http://localhost', 'https://localhost', 'http://192.168.1.7:8787']) {
        const answers = ANSWERS.filter(([path]) => path === CONFIG || path === '/nowhere');
        for (const [path, init] of answers) {
          const { headers } = await shop.fetch(`${server}${path}`, init);
          expect([server, path, headers.get(HSTS)]).toEqual([server, path, null]);
          expect(headers.get('referrer-policy') ?? 'no-referrer').toBe('no-referrer');
        }
      }
    },
  );

  test('a misconfigured Worker says so over https, unless it is for development', async () => {
    const ask = async (ENVIRONMENT?: string) => {
      const request = new Request<unknown, IncomingRequestCfProperties>(
        'https://auth.example/healthz',
      );
      const response = await worker.fetch(request, { ENVIRONMENT }, createExecutionContext());
      expect(response.status).toBe(503);
      return response.headers.get(HSTS);
    };
    expect([await ask(), await ask('development')]).toEqual([expect.any(String), null]);
  });
});

test('the Worker writes a data point for each request where a dataset is bound', async () => {
  const points: AnalyticsEngineDataPoint[] = [];
  const bindings = {
    ...env,
    ENVIRONMENT: 'development',
    DELIVERY: 'inbox',
    METRICS: { writeDataPoint: (point: AnalyticsEngineDataPoint) => void points.push(point) },
  };
  const ask = async (path: string, more: object = {}) =>
    worker.fetch(
      new Request<unknown, IncomingRequestCfProperties>(`http://localhost${path}`),
      { ...bindings, ...more },
      createExecutionContext(),
    );
  const healthy = await ask('/healthz');
  expect([healthy.status, (await ask('/nowhere')).status]).toEqual([200, 404]);
  // In development only: a real deployment says nothing of its times.
  expect(healthy.headers.get('server-timing')).toMatch(/^total;dur=/);
  const real = await ask('/healthz', PRODUCTION);
  expect([real.status, real.headers.get('server-timing')]).toEqual([200, null]);
  expect(points.map(({ blobs = [], doubles = [] }) => [blobs[0], doubles[0]])).toEqual([
    ['service.getHealth', 200],
    ['', 404],
    ['service.getHealth', 200],
  ]);
});

test('a cookie is Secure, save over plain http on a developer’s machine', async () => {
  const lines = async (shop: Shop, server: string) => {
    const path = '/service/application/user/authentication/v1.0/logout';
    const headers = { authorization: AUTHORIZATION };
    const response = await shop.fetch(`${server}${path}`, { headers });
    return response.headers.getSetCookie().map((line) => /; secure/i.test(line));
  };
  const real = await d1Shop({ env: PRODUCTION });
  expect(await lines(real, 'https://auth.example')).toEqual([true]);
  expect(await lines(real, 'http://auth.example')).toEqual([true]);
  const local = await d1Shop();
  expect(await lines(local, 'http://localhost:8787')).toEqual([false]);
  expect(await lines(local, 'http://192.168.1.7:8787')).toEqual([false]);
  expect(await lines(local, 'https://localhost:8787')).toEqual([true]);
});
