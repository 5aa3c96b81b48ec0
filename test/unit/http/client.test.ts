import { describe, expect, expectTypeOf, test } from 'vitest';
import { createClient } from '../../../src/http/client.ts';
import type { ErrorCode } from '../../../src/http/errors.ts';
import { table } from '../../../src/table.ts';

const json = (body: unknown, init?: ResponseInit) => Response.json(body, init);

/** A client whose requests are kept and answered in turn. */
function scripted(...answers: Response[]) {
  const requests: Request[] = [];
  const options = {
    baseUrl: 'http://test/base/',
    headers: { authorization: 'Bearer all' },
    cookies: true,
    fetch: (request: Request) => {
      requests.push(request);
      return answers.shift() ?? json({});
    },
  };
  return { client: createClient(table, options), requests };
}

describe('a call', () => {
  test('sends method, path, query and body of its row', async () => {
    const { client, requests } = scripted();
    await client.application.loginWithOTP({
      query: { platform: 'a b' },
      body: { mobile: '1' },
      headers: { 'x-request-id': 'abcdefgh' },
    });
    const [request] = requests;
    expect(request?.method).toBe('POST');
    expect(request?.url).toBe(
      `http://test/base${table.application.loginWithOTP.path}?platform=a+b`,
    );
    expect(await request?.json()).toStrictEqual({ mobile: '1' });
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      authorization: 'Bearer all',
      'content-type': 'application/json',
      'x-request-id': 'abcdefgh',
    });
  });
  test('encodes what stands in the path and leaves undefined queries out', async () => {
    const { client, requests } = scripted();
    const params = { company_id: '1/2', application_id: 'ä' };
    await client.platform.getCustomers({ params, query: { q: undefined, page_no: 2 } });
    expect(requests[0]?.url).toContain(
      '/company/1%2F2/application/%C3%A4/customers/list?page_no=2',
    );
  });
  test('needs no arguments where its row needs none', async () => {
    const { client, requests } = scripted();
    await client.application.logout();
    expect(requests[0]?.body).toBeNull();
  });
});

describe('an answer', () => {
  test('with the success status of the row is ok, and typed by it', async () => {
    const { client } = scripted(json({ user: { first_name: 'A' } }));
    const result = await client.application.getLoggedInUser();
    expect(result).toMatchObject({ ok: true, status: 200, body: { user: { first_name: 'A' } } });
    if (result.ok) {
      expectTypeOf(result.status).toEqualTypeOf<200>();
      expectTypeOf(result.body.user?.first_name).toEqualTypeOf<string | undefined>();
    } else {
      expectTypeOf(result.body.code).toEqualTypeOf<ErrorCode>();
    }
  });
  test('with another status is not ok', async () => {
    const { client } = scripted(json({ code: 'not_authenticated' }, { status: 401 }));
    const result = await client.application.getLoggedInUser();
    expect(result).toMatchObject({ ok: false, status: 401, body: { code: 'not_authenticated' } });
  });
  test('that is not JSON throws and names operation, status and text', async () => {
    const { client } = scripted(new Response('<h1>Bad gateway</h1>', { status: 502 }));
    await expect(client.application.logout()).rejects.toThrow(
      'application.logout answered 502 without JSON: <h1>Bad gateway</h1>',
    );
  });
});

test('cookies come back until the server clears them', async () => {
  const set = (...lines: string[]) => {
    const headers = new Headers();
    for (const line of lines) headers.append('set-cookie', line);
    return json({}, { headers });
  };
  const { client, requests } = scripted(
    set('f.session=s%3Aa=b; Path=/; HttpOnly', 'other=1; Max-Age=60'),
    set('f.session=; Max-Age=0; Path=/'),
  );
  for (let call = 0; call < 3; call += 1) await client.application.logout();
  expect(requests.map((request) => request.headers.get('cookie'))).toStrictEqual([
    null,
    'f.session=s%3Aa=b; other=1',
    'other=1',
  ]);
});

test('a wrong call does not compile', () => {
  const { client } = scripted();
  const wrong = () => [
    // @ts-expect-error the body is needed
    client.application.loginWithOTP(),
    // @ts-expect-error mobile is needed
    client.application.loginWithOTP({ body: {} }),
    // @ts-expect-error the path's parameters are needed
    client.platform.getCustomers(),
  ];
  expect(wrong).toBeTypeOf('function');
});
