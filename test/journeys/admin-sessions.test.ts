/** Sessions in the hands of operators, seen from the storefront. */
import { describe, expect, test } from 'vitest';
import { prove, expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import {
  AUTHORIZATION,
  d1Shop,
  BACKENDS_AND_MOCK,
  type Shop,
  type ShopOptions,
} from '../support/shop.ts';

async function opened(createShop: (options?: ShopOptions) => Promise<Shop>, options?: ShopOptions) {
  const shop = await createShop(options);
  const browser = shop.client();
  const id = (await signUp(shop, browser)).body.user?._id ?? '';
  await shop.settle();
  return { shop, browser, id, operator: await operatorOf(shop) };
}

/** Whom the storefront takes the sender of this cookie for. */
async function statusWith(shop: Shop, value: string): Promise<number> {
  const headers = { authorization: AUTHORIZATION, cookie: `f.session=${value}` };
  const path = '/service/application/user/authentication/v1.0/session';
  return (await shop.fetch(path, { headers })).status;
}

describe.each(BACKENDS_AND_MOCK)('sessions on %s', (_, createShop) => {
  test('the cookie that an operator gets signs the shopper in, for as long as was asked', async () => {
    const { shop, id, operator } = await opened(createShop);
    const body = { user_id: id, domain: 'localhost', max_age: 3600 };
    const made = expectOk(await operator.createUserSession({ params, body })).body;
    expect(made).toMatchObject({
      domain: 'localhost',
      max_age: 3600,
      secure: true,
      http_only: true,
    });
    const value = made.cookie?.['f.session'] ?? '';
    expect(value).toMatch(/^s%3A/);
    expect(await statusWith(shop, value)).toBe(200);
    shop.clock.advance(3_590_000);
    expect(await statusWith(shop, value)).toBe(200);
    shop.clock.advance(11_000);
    expect(await statusWith(shop, value)).toBe(401);
  });

  test('a session lives no longer than those of the shop, whatever was asked for', async () => {
    const config = { session_config: { duration: 1, type: 'Hours', is_rolling: false } } as const;
    const { shop, id, operator } = await opened(createShop, { config });
    const body = { user_id: id, domain: 'localhost', max_age: 7200 };
    const made = expectOk(await operator.createUserSession({ params, body })).body;
    expect(made.max_age).toBe(3600);
    shop.clock.advance(3_601_000);
    expect(await statusWith(shop, made.cookie?.['f.session'] ?? '')).toBe(401);
  });

  test('a session that is over is not ended once more', async () => {
    const config = { session_config: { duration: 1, type: 'Hours', is_rolling: false } } as const;
    const { shop, browser, id, operator } = await opened(createShop, { config });
    const handle = async () =>
      expectOk(await browser.application.getListOfActiveSessions()).body.sessions?.[0] ?? '';
    const end = async (session_id: string) =>
      (await operator.deleteSession({ params, query: { id, session_id, reason: 'lost phone' } }))
        .status;
    const first = await handle();
    expectOk(await operator.deleteActiveSessions({ params, query: { id, reason: 'lost phone' } }));
    expect(await end(first)).toBe(404);
    shop.clock.advance(31_000);
    expectOk(await prove(shop, browser));
    const second = await handle();
    shop.clock.advance(3_600_000);
    // The operator's own token has an hour as well.
    const later = await operatorOf(shop);
    const query = { id, session_id: second, reason: 'lost phone' };
    expect((await later.deleteSession({ params, query })).status).toBe(404);
  });

  test('a session with an end of its own does not roll beyond it', async () => {
    const config = {
      session_config: { duration: 1, type: 'Days', is_rolling: true },
    } as const;
    const { shop, id, operator } = await opened(createShop, { config });
    const body = { user_id: id, domain: 'localhost', max_age: 7200 };
    const { cookie } = expectOk(await operator.createUserSession({ params, body })).body;
    const value = cookie?.['f.session'] ?? '';
    shop.clock.advance(7_000_000);
    expect(await statusWith(shop, value)).toBe(200);
    await shop.settle();
    shop.clock.advance(300_000);
    expect(await statusWith(shop, value)).toBe(401);
  });

  test('no session for a foreign domain, an unknown, a blocked or an archived customer', async () => {
    const { id, operator } = await opened(createShop);
    const create = async (user_id: string, domain = 'localhost') =>
      operator.createUserSession({ params, body: { user_id, domain } });
    expect(await create(id, 'evil.example')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'body.domain' }] },
    });
    expect((await create('f'.repeat(24))).status).toBe(404);
    expectOk(await operator.blockOrUnblockUsers({ params, body: { status: true, user_id: [id] } }));
    expect((await create(id)).body).toMatchObject({ code: 'account_blocked' });
    expectOk(
      await operator.blockOrUnblockUsers({ params, body: { status: false, user_id: [id] } }),
    );
    expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
    expect((await create(id)).body).toMatchObject({ code: 'account_deleted' });
  });

  test('one session ends, the other goes on; both spellings of its name are read', async () => {
    const { shop, browser, id, operator } = await opened(createShop);
    const list = async () =>
      expectOk(await operator.getActiveSessions({ params, query: { id } })).body.items ?? [];
    const [own] = await list();
    expectOk(
      await operator.createUserSession({ params, body: { user_id: id, domain: 'localhost' } }),
    );
    const others = (await list()).filter(({ session_id }) => session_id !== own?.session_id);
    const session_id = others[0]?.session_id ?? '';
    const query = { id, session_id: session_id.slice('sess:'.length), reason: 'lost phone' };
    expect(expectOk(await operator.deleteSession({ params, query })).body).toEqual({
      items: [session_id],
      user_id: id,
      session_id,
    });
    expect((await operator.deleteSession({ params, query })).status).toBe(404);
    expectOk(await browser.application.getLoggedInUser());
    const last = { id, session_id: own?.session_id ?? '', reason: 'lost phone' };
    expectOk(await operator.deleteSession({ params, query: last }));
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    const { timeline } = expectOk(await operator.timeline(id)).body;
    const types = timeline.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['session.ended', 'session.ended', 'session.created']);
    expect(types.slice(3).toSorted()).toEqual(['account.registered', 'sign_in']);
    expect(timeline[0]?.sub_title).toBe('dev-api-key: lost phone');
    await shop.settle();
  });

  test('a name that is no handle, and an id that is none, are 404 and no failure', async () => {
    const { id, operator } = await opened(createShop);
    const reason = 'lost phone';
    for (const text of [
      '本'.repeat(60),
      'x'.repeat(90),
      'a:b',
      'sess:',
      'sess:sess:',
      '0'.repeat(31),
    ]) {
      const one = await operator.deleteSession({ params, query: { id, session_id: text, reason } });
      expect([text, one.status]).toEqual([text, 404]);
      const whose = { id: text, session_id: '0'.repeat(32), reason };
      expect((await operator.deleteSession({ params, query: whose })).status).toBe(404);
      expect(
        (await operator.deleteActiveSessions({ params, query: { id: text, reason } })).status,
      ).toBe(404);
      expect((await operator.getActiveSessions({ params, query: { id: text } })).status).toBe(404);
    }
    const long = { id, session_id: '本'.repeat(200), reason };
    expect((await operator.deleteSession({ params, query: long })).status).toBe(404);
  });

  test('all sessions end together, and a new one can be opened', async () => {
    const { browser, id, operator } = await opened(createShop);
    const query = { id, reason: 'asked by phone' };
    const { items, session_ids } = expectOk(
      await operator.deleteActiveSessions({ params, query }),
    ).body;
    expect(items).toHaveLength(1);
    expect(session_ids).toEqual(items);
    expect((await browser.application.getLoggedInUser()).status).toBe(401);
    const unknown = { id: 'f'.repeat(24), reason: 'x' };
    expect((await operator.deleteActiveSessions({ params, query: unknown })).status).toBe(404);
  });
});

test('a session that an operator ended is dead at once, though KV still shows it', async () => {
  const { shop, browser, id, operator } = await opened(async () => d1Shop());
  const edge = shop as Awaited<ReturnType<typeof d1Shop>>;
  edge.kv.lag = 60_000;
  expectOk(await operator.deleteActiveSessions({ params, query: { id, reason: 'lost phone' } }));
  expect((await browser.application.getLoggedInUser()).status).toBe(401);
});

test('a session that has ended is not ended once more, though KV still shows it', async () => {
  const { shop, browser, id, operator } = await opened(async () => d1Shop());
  const edge = shop as Awaited<ReturnType<typeof d1Shop>>;
  const [session_id = ''] =
    expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
  // Long enough for KV to have seen the session, and to see nothing of what comes now.
  shop.clock.advance(61_000);
  edge.kv.lag = 60_000;
  const query = { id, session_id, reason: 'lost phone' };
  expectOk(await operator.deleteSession({ params, query }));
  expect((await operator.deleteSession({ params, query })).status).toBe(404);
});
