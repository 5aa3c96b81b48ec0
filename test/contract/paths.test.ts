/** Slashes too many in front of a path, or one behind it, are the same operation: themes set the SDK's `domain` with one. */
import { describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';

const mock = createMock();

/** Status and body of the operation at this path, with what changes from request to request left out. */
async function answerAt(method: string, path: string, body: string | undefined) {
  const response = await mock.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-request-id': 'paths-test' },
      body,
    }),
  );
  return { status: response.status, body: await response.text() };
}

describe.each(entriesOf({ application: table.application, platform: table.platform }))(
  '$id',
  ({ row }) => {
    test('is the same with slashes around its path', async () => {
      const path = row.path.replaceAll(/\{\w+\}/g, '1');
      const method = row.method.toUpperCase();
      const body = method === 'GET' ? undefined : '{}';
      const plain = await answerAt(method, path, body);
      for (const other of [`/${path}`, `///${path}`, `${path}/`, `//${path}/`]) {
        expect(await answerAt(method, other, body)).toStrictEqual(plain);
      }
      expect(JSON.parse(plain.body)).not.toMatchObject({ code: 'not_found' });
    });

    test('is not what stands before or behind it', async () => {
      const path = row.path.replaceAll(/\{\w+\}/g, '1');
      for (const other of [`${path}//`, `/x${path}`, path.replace('/service', '/service/')]) {
        const { body } = await answerAt(row.method.toUpperCase(), other, undefined);
        expect(JSON.parse(body)).toMatchObject({ code: 'not_found' });
      }
    });
  },
);
