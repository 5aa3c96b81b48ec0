import { beforeAll, describe, expect, test } from 'vitest';
import { demoConfig } from '../../scripts/lib/seed.ts';
import { memoryPorts } from '../../src/adapters/memory/ports.ts';
import { createApp } from '../../src/app.ts';
import { DEFAULT_LIMITS } from '../../src/config.ts';
import { createClient } from '../../src/http/client.ts';
import { entriesOf, SCOPES, type Entry } from '../../src/http/operation.ts';
import { NOT_IMPLEMENTED } from '../../src/not-implemented.ts';
import { table } from '../../src/table.ts';

const application = {
  id: '000000000000000000000001',
  companyId: '1',
  name: 'Fynd',
  domains: ['127.0.0.1'],
  storefrontUrl: 'http://127.0.0.1',
  defaultCountryCode: '91',
  shard: 'DB',
  language: 'en' as const,
  config: demoConfig(),
};
const memory = memoryPorts({
  applications: [{ application, token: 'token' }],
  clients: [{ client: { key: 'key', companyId: '1', scopes: [...SCOPES] }, secret: 'secret' }],
  limits: DEFAULT_LIMITS,
});
const app = createApp(memory.factory, () => undefined);
const send = async (request: Request) => app.fetch(request);
const baseUrl = 'http://127.0.0.1';
const storefront = `Bearer ${btoa(`${application.id}:token`)}`;
const shopper = createClient(table, {
  baseUrl,
  fetch: send,
  cookies: true,
  headers: { authorization: storefront },
});
const listed: ReadonlySet<string> = new Set(NOT_IMPLEMENTED);
const unbuilt = entriesOf(table).filter(({ id }) => listed.has(id));

let operator = '';
beforeAll(async () => {
  const mobile = '8652523958';
  const sent = await shopper.application.loginWithOTP({ body: { mobile } });
  const content = memory.sent.at(-1)?.message.content;
  if (!sent.ok || content?.template !== 'otp') throw new Error('no code was sent');
  const { request_id = '' } = sent.body;
  const body = { request_id, otp: content.otp };
  const proven = await shopper.application.verifyMobileOTP({ body });
  if (!proven.ok) throw new Error('the code was refused');
  const { register_token } = proven.body;
  await shopper.application.updateProfile({ body: { register_token, first_name: 'Akash' } });
  const token = await shopper.service.createToken({
    params: { company_id: '1' },
    headers: { authorization: `Basic ${btoa('key:secret')}` },
    body: { grant_type: 'client_credentials' },
  });
  if (!token.ok) throw new Error('no access token');
  operator = token.body.access_token;
});

const PATH = { company_id: '1', application_id: application.id, user_id: 'u', group_id: 'g' };
type Call = (args: object) => Promise<{ status: number; body: Record<string, unknown> }>;

/** Sends the example of a row, or whatever else for its body. */
async function call({ client, operationId, row }: Entry, headers: object = {}, body?: object) {
  // A loop over rows cannot keep their single types.
  const groups = shopper as unknown as Record<string, Record<string, Call>>;
  const operation = groups[client]?.[operationId];
  if (!operation) throw new Error(`no ${client}.${operationId}`);
  const authorization = client === 'platform' ? `Bearer ${operator}` : storefront;
  const given = { ...row.example.request, ...(body && { body }) };
  return operation({ params: PATH, ...given, headers: { authorization, ...headers } });
}

describe('an operation that is not built yet', () => {
  test.each(unbuilt)('$id answers 501', async (entry) => {
    const { status, body } = await call(entry);
    expect(status).toBe(501);
    expect(body).toMatchObject({ code: 'not_implemented', status: 501 });
    expect(body['message']).toBeTypeOf('string');
  });

  test.each(unbuilt)('$id asks first who is calling', async (entry) => {
    expect((await call(entry, { authorization: '' })).status).toBe(401);
  });

  test.each(unbuilt.filter(({ row }) => row.request.body))(
    '$id looks first at what it is given',
    async (entry) => {
      const tooDeep = JSON.parse(`{"a":${'['.repeat(30)}${']'.repeat(30)}}`) as object;
      const { status, body } = await call(entry, {}, tooDeep);
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'validation_failed' });
    },
  );
});
