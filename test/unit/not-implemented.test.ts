import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/http/operation.ts';
import { NOT_IMPLEMENTED } from '../../src/not-implemented.ts';
import { table } from '../../src/table.ts';
import { caller, realApp } from '../support/every-row.ts';

const listed: ReadonlySet<string> = new Set(NOT_IMPLEMENTED);
const unbuilt = entriesOf(table).filter(({ id }) => listed.has(id));
const { send, cookie, operator } = await realApp();
const call = caller(send, operator);

describe('an operation that is not built yet', () => {
  test.each(unbuilt)('$id answers 501', async (entry) => {
    const { status, body } = await call(entry, { headers: { cookie } });
    expect(status).toBe(501);
    expect(body).toMatchObject({ code: 'not_implemented', status: 501 });
    expect(body['message']).toBeTypeOf('string');
  });

  test.each(unbuilt)('$id asks first who is calling', async (entry) => {
    expect((await call(entry, { headers: { authorization: '' } })).status).toBe(401);
  });

  test.each(unbuilt.filter(({ row }) => row.request.body))(
    '$id looks first at what it is given',
    async (entry) => {
      const tooDeep = JSON.parse(`{"a":${'['.repeat(30)}${']'.repeat(30)}}`) as object;
      const { status, body } = await call(entry, { headers: { cookie }, body: tooDeep });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed' });
    },
  );
});
