/** Whatever is sent, the answer is the row's own or a 4xx with one error body; never a 5xx. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf, errorsOf, successOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { cookieOf, signUp } from '../support/answers.ts';
import { AUTHORIZATION, BACKENDS_AND_MOCK } from '../support/shop.ts';

const names = [
  'mobile',
  'country_code',
  'token',
  'otp',
  'request_id',
  'register_token',
  'email',
  'dob',
];
const value = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '8652523958',
    '+918652523958',
    'a@b.co',
    '000000',
    '1'.repeat(300),
    '2001-02-03',
  ),
  fc.integer(),
);
const body = fc.oneof(
  fc
    .dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value)
    .map((one) => JSON.stringify(one)),
  fc.jsonValue().map((one) => JSON.stringify(one)),
  fc.string({ unit: 'binary' }),
  fc.constant('['.repeat(5000)),
);
const query = fc.dictionary(
  fc.constantFrom('q', 'id', 'page_no', 'page_size', 'name', 'platform', 'reason', 'session_id'),
  fc.string({ unit: 'binary' }),
);

describe.each(BACKENDS_AND_MOCK)('any request on %s', (_, createShop) => {
  test('gets a documented answer', async () => {
    const shop = await createShop();
    const cookie = cookieOf(await signUp(shop, shop.client()));
    const token = await shop.ports.tokens.issue(
      {
        clientKey: DEMO.oauthKey,
        companyId: '1',
        scopes: ['customers:read', 'sessions:read', 'groups:read', 'groups:write', 'config:read'],
      },
      3600,
    );
    const rows = entriesOf(table).filter(({ id }) => !id.endsWith('logout'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...rows), body, query, async ({ row, id }, text, search) => {
        const path = row.path
          .replace('{company_id}', '1')
          .replace('{application_id}', DEMO.applicationId)
          .replaceAll(
            /\{\w+\}/g,
            encodeURIComponent(text.slice(0, 50).replaceAll(/[\ud800-\udfff]/g, '') || 'x'),
          );
        const response = await shop.fetch(`${path}?${new URLSearchParams(search).toString()}`, {
          method: row.method.toUpperCase(),
          headers: {
            authorization: row.security === 'platform' ? `Bearer ${token}` : AUTHORIZATION,
            'content-type': 'application/json',
            cookie,
          },
          ...(row.request.body && { body: text }),
        });
        const answer: unknown = await response.json();
        if (response.status === successOf(row).status) return;
        expect(answer).toMatchObject({
          message: expect.any(String),
          request_id: expect.any(String),
          status: response.status,
        });
        const { code } = answer as { code: string };
        expect([id, text, search, code, errorsOf(row).includes(code as never)]).toEqual([
          id,
          text,
          search,
          code,
          true,
        ]);
        expect([id, response.status < 500]).toEqual([id, true]);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
