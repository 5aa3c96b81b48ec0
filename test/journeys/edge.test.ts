/** What the edge refuses before any flow begins, looped over the rows so that no new one is left out. */
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { cookieOf, signUp } from '../support/answers.ts';
import { accessToken } from '../support/operator.ts';
import { AUTHORIZATION, JOURNEYS, type Shop } from '../support/shop.ts';

const rows = entriesOf(table);

const pathOf = (path: string): string =>
  path
    .replace('{company_id}', DEMO.companyId)
    .replace('{application_id}', DEMO.applicationId)
    .replaceAll(/\{\w+\}/g, '0'.repeat(24));

/** Sends a body to a row, as somebody who may call it. */
async function bodySender(shop: Shop) {
  const cookie = cookieOf(await signUp(shop, shop.browser()));
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

describe.each(JOURNEYS)('a body on %s', (_, open) => {
  test('of 5,000 levels is a 400 that names the field, on every row that takes a body', async () => {
    const shop = await open();
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
