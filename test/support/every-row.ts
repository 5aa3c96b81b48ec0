/** The real app on memory ports, with a signed-in shopper and an operator, so that a loop over the rows can call them all. */
import { demoApplication } from '../../mocks/demo.ts';
import { memoryPorts } from '../../src/adapters/memory/ports.ts';
import { createApp } from '../../src/app.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { createClient } from '../../src/http/client.ts';
import { SCOPES, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';

const application = demoApplication();
export const STOREFRONT = `Bearer ${btoa(`${application.id}:token`)}`;
const PATH = {
  company_id: '1',
  application_id: application.id,
  user_id: 'u',
  group_id: 'g',
  attribute_def_id: 'd',
  attribute_id: 'a',
};

export interface Given {
  headers?: Record<string, string>;
  query?: object;
  body?: object;
}
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}
export type Send = (request: Request) => Promise<Response> | Response;

/** Calls rows over `send`: with their example requests, save for the parts that are given instead. */
export function caller(send: Send, operator = 'any') {
  const client = createClient(table, { baseUrl: 'http://127.0.0.1', fetch: send, cookies: true });
  type Call = (args: object) => Promise<Answer>;
  // A loop over rows cannot keep their single types.
  const groups = client as unknown as Record<string, Record<string, Call>>;
  return async ({ client: group, operationId, row }: Entry, given: Given = {}): Promise<Answer> => {
    const call = groups[group]?.[operationId];
    if (!call) throw new Error(`no ${group}.${operationId}`);
    const authorization = group === 'platform' ? `Bearer ${operator}` : STOREFRONT;
    const headers = { authorization, ...given.headers };
    return call({ params: PATH, ...row.example.request, ...given, headers });
  };
}

/** The real app, and a cookie and an access token that it accepts. */
export async function realApp(): Promise<{ send: Send; cookie: string; operator: string }> {
  const memory = memoryPorts({
    applications: [{ application, token: 'token' }],
    clients: [{ client: { key: 'key', companyId: '1', scopes: [...SCOPES] }, secret: 'secret' }],
    limits: DEFAULT_LIMITS,
  });
  const app = createApp(memory.factory, () => undefined);
  const send: Send = (request) => app.fetch(request);
  const headers = { authorization: STOREFRONT };
  const { application: shopper, service } = createClient(table, {
    baseUrl: 'http://127.0.0.1',
    fetch: send,
    headers,
  });
  const sent = await shopper.loginWithOTP({ body: { mobile: '8652523958' } });
  const content = memory.sent.at(-1)?.message.content;
  if (!sent.ok || content?.template !== 'otp') throw new Error('no code was sent');
  const body = { request_id: sent.body.request_id ?? '', otp: content.otp };
  const proven = await shopper.verifyMobileOTP({ body });
  if (!proven.ok) throw new Error('the code was refused');
  const { register_token } = proven.body;
  const done = await shopper.updateProfile({ body: { register_token, first_name: 'Akash' } });
  const [cookie = ''] = done.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const token = await service.createToken({
    params: { company_id: '1' },
    headers: { authorization: `Basic ${btoa('key:secret')}` },
    body: { grant_type: 'client_credentials' },
  });
  if (!token.ok) throw new Error('no access token');
  return { send, cookie, operator: token.body.access_token };
}
