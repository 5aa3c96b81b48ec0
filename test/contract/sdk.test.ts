/** The published SDK against the mock: each documented operation answers its unwrapped example. */
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { ApplicationClient, ApplicationConfig } from '@gofynd/fdk-client-javascript/application.js';
import { PlatformClient, PlatformConfig } from '@gofynd/fdk-client-javascript/platform.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { documented, unwrap } from '../../mocks/documented.ts';
import { entriesOf, entriesUpTo } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { operationFacts, type OperationFacts } from './facts.ts';

const APPLICATION = '000000000000000000000001';
/** On an error the SDK prints the whole request; its types do not know loglevel's own name for silence. */
const SILENT = 'SILENT' as 'ERROR';

type Method = (args: object) => Promise<unknown>;
type Methods = Record<string, Method | undefined>;

const sdkTable = { application: table.application, platform: table.platform };
/** Those that the installed SDK has. */
const later = entriesUpTo(sdkTable, '3.4.2').filter(({ row }) => row.since !== undefined);
/** Methods of the SDK that no row serves yet. */
const UNSERVED: string[] = [];
/** Methods that call nothing. */
const NO_OPERATIONS = new Set(['constructor', 'updateUrls']);
/** Of our group `service`: it was there before, and the path is the same. */
const ELSEWHERE = ['platform.getUserTimeline'];

/** In the place of any id of a path. */
const IDS = {
  job_id: 'a-job',
  user_id: 'a-user',
  group_id: 'a-group',
  attribute_def_id: 'a-definition',
  attribute_id: 'a-value',
};

const rows = new Map(entriesOf(table).map(({ id, row }) => [id, row]));
const camel = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * The example request of a row as the SDK takes it: parameters by camel-cased names beside the body. It insists on the
 * documented types, also where the documents call a number a string (D-10).
 */
function argumentsOf({
  id,
  query: documentedTypes = {},
}: Pick<OperationFacts, 'id' | 'query'>): object {
  const {
    params = {},
    query = {},
    body,
  } = (rows.get(id)?.example.request ?? {}) as {
    params?: object;
    query?: object;
    body?: object;
  };
  const parameters = { ...params, ...query, ...IDS };
  const named = Object.entries(parameters).map(([name, value]: [string, unknown]) => [
    camel(name),
    documentedTypes[name]?.startsWith('string') ? String(value) : value,
  ]);
  return { ...(Object.fromEntries(named) as object), ...(body && { body }) };
}

/**
 * Methods by client and name.
 * @param strictResponseCheck the SDK then refuses answers that break its own schemas
 */
async function clientsAt(
  domain: string,
  strictResponseCheck: boolean,
): Promise<Record<string, Methods>> {
  const storefront = new ApplicationClient(
    new ApplicationConfig(
      {
        applicationID: APPLICATION,
        applicationToken: 'any-token',
        domain,
        logLevel: SILENT,
      },
      { strictResponseCheck },
    ),
    {},
  );
  storefront.setCookie('f.session=s%3Aanything');
  const config = new PlatformConfig(
    { companyId: '1', apiKey: 'any', apiSecret: 'any', domain, logLevel: SILENT },
    { strictResponseCheck },
  );
  const platform = new PlatformClient(config, {});
  const token: unknown = await config.oauthClient.getAccesstokenObj({
    grant_type: 'client_credentials',
    refresh_token: undefined,
    code: undefined,
  });
  platform.setToken(token);
  // Its methods are looked up by the names of the documents.
  return {
    application: storefront.user as unknown as Methods,
    platform: platform.application(APPLICATION).user as unknown as Methods,
  };
}

describe('through the published SDK', () => {
  let server: ServerType;
  let clients: Record<string, Methods> = {};
  let strict: Record<string, Methods> = {};

  beforeAll(async () => {
    const mock = createMock({ strict: true });
    server = serve({ fetch: mock.fetch, port: 0, hostname: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    const domain = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    clients = await clientsAt(domain, false);
    strict = await clientsAt(domain, true);
  });
  afterAll(() => server.close());

  let answered = 0;
  test.each(operationFacts)('$id answers its documented example', async (facts) => {
    const { id } = facts;
    const [client = '', operationId = ''] = id.split('.');
    const method = clients[client]?.[operationId];
    if (!method) throw new Error(`the SDK has no ${id}`);
    const file = documented[id];
    const expected = file ? unwrap(file) : rows.get(id)?.example.response;
    expect(await method.call(clients[client], argumentsOf(facts))).toStrictEqual(expected);
    answered += 1;
  });

  test('that were all documented ones', () => {
    expect(answered).toBe(operationFacts.length);
  });

  test.each(later)('$id, a later operation, answers its example', async ({ id, row }) => {
    const [client = '', operationId = ''] = id.split('.');
    const method = clients[client]?.[operationId];
    if (!method) throw new Error(`the SDK has no ${id}`);
    // The SDK takes numbers of pages as texts there, though as numbers elsewhere.
    const query: Record<string, string> =
      client === 'platform' ? { page_no: 'string', page_size: 'string' } : {};
    expect(await method.call(clients[client], argumentsOf({ id, query }))).toStrictEqual(
      row.example.response,
    );
  });

  test('every method of its two user clients has a row, save those that are listed', () => {
    // Built by hand for each client; what is looked for is the names alone.
    const methodsOf = (client: object): string[] =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(client)).filter(
        (name) => !NO_OPERATIONS.has(name) && !name.endsWith('Paginator'),
      );
    const ids = Object.entries(clients).flatMap(([client, methods]) =>
      methodsOf(methods).map((name) => `${client}.${name}`),
    );
    expect(ids.length).toBeGreaterThan(operationFacts.length);
    const known = new Set([...rows.keys(), ...ELSEWHERE]);
    expect(ids.filter((id) => !known.has(id)).toSorted()).toEqual(UNSERVED);
  });

  test.each(operationFacts)('$id: invented data passes the SDK’s strict checks', async (facts) => {
    const [client = '', operationId = ''] = facts.id.split('.');
    const method = strict[client]?.[operationId];
    if (!method) throw new Error(`the SDK has no ${facts.id}`);
    const requestHeaders = { prefer: 'dynamic=true' };
    const answer = await method.call(strict[client], { ...argumentsOf(facts), requestHeaders });
    expect(Object.keys(answer as object).length).toBeGreaterThan(0);
  });

  test('those checks are made: an example that breaks its schema is refused', async () => {
    const facts = operationFacts.find(({ id }) => id === 'platform.getActiveSessions');
    const method = strict['platform']?.['getActiveSessions'];
    await expect(facts && method?.call(strict['platform'], argumentsOf(facts))).rejects.toThrow();
  });
});
