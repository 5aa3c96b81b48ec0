/** Events on their way: signed, each endpoint by itself, tried for a day, and found again when their message is lost. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { IMPORTS_CRON, PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { newEndpointSecret } from '../../src/adapters/events/sign.ts';
import { MAX_ATTEMPTS } from '../../src/domain/events/retries.ts';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { keyList } from '../../src/env/index.ts';
import { EVENT_TYPES } from '../../src/ports/index.ts';
import { expectOk, prove, signUp } from '../support/answers.ts';
import { addEndpoint, consumeEvents, ENDPOINT, receiver } from '../support/events.ts';
import { d1Shop, type D1Shop, type ShopOptions } from '../support/shop.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const GAP_MS = 31_000;
const NAMES = { first_name: 'Asha', last_name: 'Rao' };

const vault = createVault(keyList.parse(env.SEALING_KEYS));

interface DeliveryRow {
  endpoint_id: string;
  state: string;
  attempts: number;
  reason: string | null;
  due_at: number;
}
const deliveries = async (): Promise<DeliveryRow[]> =>
  (
    await env.DB.prepare(
      'SELECT endpoint_id, state, attempts, reason, due_at FROM event_deliveries ORDER BY event_id, endpoint_id',
    ).all<DeliveryRow>()
  ).results;

async function open(options: ShopOptions = {}) {
  const hooks = receiver();
  const shop = await d1Shop({ fetch: hooks.fetch, ...options });
  hooks.now = shop.clock.now;
  await shop.subscribe(['customer.created']);
  return { hooks, shop };
}

/** The cron that finds what is due. */
const sweep = async (shop: D1Shop) => shop.runtime.scheduled(IMPORTS_CRON);

describe('an event', () => {
  test('is signed as the library of the convention verifies it, and holds ids alone', async () => {
    const { hooks, shop } = await open();
    const { user } = (await signUp(shop, shop.client())).body;
    expect(await consumeEvents(shop)).toEqual({ retries: [] });
    const [event] = await shop.events();
    expect(hooks.refused).toEqual([]);
    expect(hooks.received).toEqual([
      {
        url: ENDPOINT.url,
        id: event?.id,
        payload: {
          type: 'customer.created',
          timestamp: new Date(event?.at ?? 0).toISOString(),
          data: { application_id: shop.application.id, user_id: user?._id, sequence: 1 },
        },
      },
    ]);
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1, reason: null }]);
  });

  test('is not written where nobody asked for its type, and costs no row', async () => {
    const written: number[] = [];
    for (const prepare of ['with triggers', 'disabled', 'another type', 'without']) {
      const shop = await d1Shop();
      if (prepare === 'disabled') {
        await shop.subscribe(EVENT_TYPES);
        await env.DB.prepare('UPDATE event_endpoints SET disabled_at = 1').run();
      }
      if (prepare === 'another type') {
        await env.DB.exec('DELETE FROM event_endpoints');
        await shop.subscribe(['customer.erased']);
      }
      if (prepare === 'without') {
        const { results } = await env.DB.prepare(
          "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'event*'",
        ).all<{ name: string }>();
        expect(results.length).toBeGreaterThan(15);
        for (const { name } of results) await env.DB.prepare(`DROP TRIGGER ${name}`).run();
      }
      // Counters that the first customer begins.
      await signUp(shop, shop.client(), `982000010${written.length}`);
      await shop.settle();
      shop.db.rowsWritten = 0;
      const browser = shop.client();
      await signUp(shop, browser, `982000000${written.length}`);
      expectOk(await browser.application.updateProfile({ body: { first_name: 'Usha' } }));
      expectOk(await browser.application.logout());
      await shop.settle();
      written.push(shop.db.rowsWritten);
      expect(await shop.events()).toEqual([]);
    }
    expect(new Set(written).size, written.join()).toBe(1);
  });

  test('that two messages bring at once is sent once', async () => {
    const { hooks, shop } = await open();
    await signUp(shop, shop.client());
    await shop.settle();
    shop.eventQueue.push(...shop.eventQueue, ...shop.eventQueue);
    await consumeEvents(shop);
    shop.eventQueue.push(...(await sweepKeys(shop)));
    await consumeEvents(shop);
    expect(hooks.received).toHaveLength(1);
  });
});

async function sweepKeys(shop: D1Shop) {
  await sweep(shop);
  return shop.eventQueue.splice(0);
}

describe('an endpoint that is down', () => {
  test('is tried for a day with growing waits, and holds up no other; then the letter is dead', async () => {
    const other = { id: 'we_2', url: 'https://other.example/hook', secret: newEndpointSecret() };
    const hooks = receiver({ [ENDPOINT.url]: ENDPOINT.secret, [other.url]: other.secret });
    hooks.answer = (url) => new Response(null, { status: url === other.url ? 204 : 503 });
    const shop = await d1Shop({ fetch: hooks.fetch });
    hooks.now = shop.clock.now;
    await shop.subscribe(['customer.created']);
    await addEndpoint({
      ...other,
      vault,
      types: EVENT_TYPES,
      application: shop.application.id,
    });
    await signUp(shop, shop.client());
    const began = shop.clock.now();
    const waits: number[] = [];
    for (let wait: number | undefined = 0; wait !== undefined;) {
      shop.clock.advance(wait * 1_000);
      const { retries } = await consumeEvents(shop);
      [wait] = retries;
      if (wait !== undefined) waits.push(wait);
    }
    expect(waits).toHaveLength(MAX_ATTEMPTS - 1);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(shop.clock.now() - began).toBeGreaterThan(DAY_MS);
    expect(hooks.received.filter(({ url }) => url === ENDPOINT.url)).toHaveLength(MAX_ATTEMPTS);
    expect(
      new Set(hooks.received.filter(({ url }) => url === ENDPOINT.url).map(({ id }) => id)).size,
    ).toBe(1);
    const states = await deliveries();
    expect(states.filter(({ endpoint_id }) => endpoint_id === ENDPOINT.id)).toMatchObject([
      { state: 'dead', attempts: MAX_ATTEMPTS, reason: 'answered 503' },
    ]);
    expect(
      states.filter(({ endpoint_id, state }) => endpoint_id === other.id && state !== 'delivered'),
    ).toEqual([]);
  });

  test('that says it is gone is disabled, and hears nothing more', async () => {
    const { hooks, shop } = await open();
    hooks.answer = () => new Response(null, { status: 410 });
    await signUp(shop, shop.client());
    expect(await consumeEvents(shop)).toEqual({ retries: [] });
    expect(await deliveries()).toMatchObject([{ state: 'dead', reason: 'answered 410' }]);
    shop.clock.advance(GAP_MS);
    await signUp(shop, shop.client(), '9820000001');
    await shop.settle();
    expect(await shop.events()).toHaveLength(1);
  });

  test.each([
    [
      'redirects',
      () => new Response(null, { status: 302, headers: { location: 'https://a.example' } }),
      'answered 302',
    ],
    ['answers nothing', () => Promise.reject(new Error('socket')), 'did not answer: Error'],
  ])('%s: tried again', async (_, answer, reason) => {
    const { hooks, shop } = await open();
    hooks.answer = answer;
    await signUp(shop, shop.client());
    expect(await consumeEvents(shop)).toEqual({ retries: [10] });
    expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 1, reason }]);
    expect(hooks.received).toHaveLength(1);
  });

  test('on a private address is never called', async () => {
    const { hooks, shop } = await open();
    await env.DB.prepare(`UPDATE event_endpoints SET url = 'https://10.0.0.1/events'`).run();
    await signUp(shop, shop.client());
    expect(await consumeEvents(shop)).toEqual({ retries: [10] });
    expect([hooks.received, hooks.refused]).toEqual([[], []]);
    const reason = 'is not an address that may be called';
    expect(await deliveries()).toMatchObject([{ state: 'pending', reason }]);
  });

  test('is passed over while it is disabled; what is on its way there becomes a dead letter', async () => {
    const { hooks, shop } = await open();
    const other = { id: 'we_2', url: 'https://other.example/hook', secret: newEndpointSecret() };
    await addEndpoint({ ...other, vault, types: EVENT_TYPES, application: shop.application.id });
    await env.DB.prepare(`UPDATE event_endpoints SET disabled_at = 1 WHERE id = 'we_2'`).run();
    await signUp(shop, shop.client());
    await shop.settle();
    expect((await deliveries()).map(({ endpoint_id }) => endpoint_id)).toEqual([ENDPOINT.id]);
    await env.DB.prepare('UPDATE event_endpoints SET disabled_at = 1').run();
    expect(await consumeEvents(shop)).toEqual({ retries: [] });
    expect(hooks.received).toEqual([]);
    const reason = 'the endpoint is disabled';
    expect(await deliveries()).toMatchObject([{ state: 'dead', reason }]);
  });

  test('may ask to be left alone', async () => {
    const { hooks, shop } = await open();
    hooks.answer = () => new Response(null, { status: 429, headers: { 'retry-after': '7200' } });
    await signUp(shop, shop.client());
    expect(await consumeEvents(shop)).toEqual({ retries: [7_200] });
  });
});

describe('a message that is lost', () => {
  test.each(['the queue is down', 'the Worker dies behind its batch', 'a consumer dies with it'])(
    '%s: the cron sends the same event',
    async (how) => {
      const { hooks, shop } = await open();
      shop.queue.down = false;
      if (how === 'the queue is down') {
        const { register_token } = (await prove(shop, shop.client())).body;
        shop.queue.down = true;
        await shop.client().application.updateProfile({ body: { ...NAMES, register_token } });
        await shop.settle();
        shop.queue.down = false;
        expect(shop.eventQueue).toEqual([]);
      } else {
        await signUp(shop, shop.client());
        await shop.settle();
      }
      const [event] = await shop.events();
      const lost = shop.eventQueue.splice(0);
      if (how === 'a consumer dies with it') {
        // Taken, and never settled.
        expect(lost).toHaveLength(1);
        await env.DB.prepare('UPDATE event_deliveries SET attempts = 1, claimed_until = ?')
          .bind(shop.clock.now() + MINUTE_MS)
          .run();
        await sweep(shop);
        expect(shop.eventQueue).toEqual([]);
        shop.clock.advance(2 * MINUTE_MS);
      }
      await sweep(shop);
      expect(shop.eventQueue).toHaveLength(1);
      await consumeEvents(shop);
      expect(hooks.received.map(({ id }) => id)).toEqual([event?.id]);
    },
  );

  test('a store that fails keeps the event for later', async () => {
    const { hooks, shop } = await open();
    await signUp(shop, shop.client());
    await shop.settle();
    // The record of the application is read again by itself; then come the claim and what became of it.
    for (const trip of [2, 3]) {
      shop.clock.advance(2 * MINUTE_MS);
      shop.db.failAt = { trip: shop.db.roundTrips + trip, answerLost: false };
      const { retries } = await consumeEvents(shop);
      expect(retries).toEqual([90]);
    }
    shop.db.failAt = undefined;
    shop.clock.advance(2 * MINUTE_MS);
    expect(await consumeEvents(shop)).toEqual({ retries: [] });
    expect(new Set(hooks.received.map(({ id }) => id)).size).toBe(1);
    expect(await deliveries()).toMatchObject([{ state: 'delivered' }]);
  });
});

describe('secrets', () => {
  test('while one is replaced both sign; after its time the old one does not', async () => {
    const { hooks, shop } = await open();
    const next = newEndpointSecret();
    const [fresh, old] = await Promise.all(
      [next, ENDPOINT.secret].map(async (secret) => vault.seal('event-endpoint', secret)),
    );
    await env.DB.prepare('UPDATE event_endpoints SET secrets = ?')
      .bind(JSON.stringify([{ sealed: fresh }, { sealed: old, until: shop.clock.now() + HOUR_MS }]))
      .run();
    await signUp(shop, shop.client());
    await consumeEvents(shop);
    expect([hooks.received.length, hooks.refused.length]).toEqual([1, 0]);
    shop.clock.advance(HOUR_MS);
    await signUp(shop, shop.client(), '9820000001');
    await consumeEvents(shop);
    expect([hooks.received.length, hooks.refused.length]).toEqual([1, 1]);
  });

  test('stand neither in the database nor in the log', async () => {
    const { hooks, shop } = await open();
    hooks.answer = () => new Response(ENDPOINT.secret, { status: 500 });
    await signUp(shop, shop.client());
    await consumeEvents(shop);
    const [row] = (await env.DB.prepare('SELECT * FROM event_endpoints').all()).results;
    const core = ENDPOINT.secret.slice('whsec_'.length);
    expect(JSON.stringify(row)).not.toContain(core);
    expect(JSON.stringify(await deliveries())).not.toContain(core);
    expect(JSON.stringify(shop.log)).toContain('event failed');
    expect(JSON.stringify(shop.log)).not.toContain(core);
    expect(JSON.stringify(shop.log)).not.toContain('hooks.example');
  });
});

describe('many changes at once', () => {
  test('are as many events, whose numbers have neither gap nor twin', async () => {
    const shop = await d1Shop();
    await shop.subscribe(EVENT_TYPES);
    const browser = shop.client();
    const { user } = (await signUp(shop, browser)).body;
    const names = Array.from({ length: 12 }, (_, at) => `Name${'abcdefghijkl'[at] ?? ''}`);
    await Promise.all(
      names.map(async (first_name) =>
        expectOk(await browser.application.updateProfile({ body: { first_name } })),
      ),
    );
    await shop.settle();
    const events = await shop.events();
    const updates = events.filter(({ type }) => type === 'customer.updated');
    expect(updates).toHaveLength(names.length);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
    expect(new Set(events.map(({ userId }) => userId))).toEqual(new Set([user?._id]));
    expect(shop.eventQueue).toHaveLength(events.length);
  });
});

describe('a customer who is erased', () => {
  test('leaves the one event that says so, with the next number', async () => {
    const { hooks, shop } = await open({ config: { delete_account_day: 1 } });
    await env.DB.prepare('UPDATE event_endpoints SET types = ?')
      .bind(JSON.stringify(EVENT_TYPES))
      .run();
    const browser = shop.client();
    const { user } = (await signUp(shop, browser)).body;
    shop.clock.advance(GAP_MS);
    const mobile = { mobile: '8652523958', country_code: '91' };
    const sent = expectOk(await browser.application.sendOTPOnMobile({ body: mobile })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp('+918652523958') };
    expectOk(await browser.application.deleteUser({ body }));
    await shop.settle();
    const before = await shop.events();
    expect(before.map(({ type }) => type)).toContain('customer.deleted');
    await consumeEvents(shop);
    shop.clock.advance(2 * DAY_MS);
    await shop.runtime.scheduled(PURGE_CRON);
    const left = await shop.events();
    expect(left.map(({ type, sequence, userId }) => ({ type, sequence, userId }))).toEqual([
      { type: 'customer.erased', sequence: before.length + 1, userId: user?._id },
    ]);
    expect(await deliveries()).toHaveLength(1);
    await sweep(shop);
    await consumeEvents(shop);
    expect(hooks.received.at(-1)?.payload.type).toBe('customer.erased');
  });
});
