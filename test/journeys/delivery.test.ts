/** From the queue to a provider that fails in every way it can: a message arrives once, or somebody hears of it. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { webhookSignature } from '../../src/adapters/notify/transports/webhook.ts';
import type { Envelope } from '../../src/adapters/queue/messages.ts';
import { E164, MOBILE, expectOk } from '../support/answers.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const SECRET = 'a webhook secret of more than 32 characters';
const SETTINGS = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages?key=url-secret',
  WEBHOOK_SECRET: SECRET,
  DELIVERY_TIMEOUT: '2',
};

interface Provider {
  /** How it answers the next requests; 200 when there are no more. */
  answers: (number | 'hangs' | 'breaks' | Response)[];
  requests: Request[];
  /** Ids of the messages it took, in order. */
  accepted: string[];
}

async function shopWith(answers: Provider['answers'] = []) {
  const provider: Provider = { answers, requests: [], accepted: [] };
  const shop = await d1Shop({
    env: SETTINGS,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      provider.requests.push(request.clone());
      const next = provider.answers.shift() ?? 200;
      if (next === 'breaks') throw new Error('connect to provider.example?key=url-secret failed');
      if (next === 'hangs') {
        await new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      }
      const answer = next instanceof Response ? next : new Response('{}', { status: Number(next) });
      if (answer.ok) provider.accepted.push((await request.json<{ id: string }>()).id);
      return answer;
    },
  });
  return { shop, provider };
}

async function consume(shop: D1Shop, bodies: Envelope[], attempts = 1, queue = 'messages') {
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts,
    body,
  }));
  const batch = createMessageBatch(`vestibule-${queue}`, messages);
  const context = createExecutionContext();
  const delays: unknown[] = [];
  for (const message of batch.messages) {
    const retry = message.retry.bind(message);
    const noted = (options?: QueueRetryOptions) => {
      delays.push(options?.delaySeconds);
      retry(options);
    };
    Object.defineProperty(message, 'retry', { value: noted });
  }
  await shop.runtime.consume(batch);
  return { ...(await getQueueResult(batch, context)), delays };
}

/** Asks for a code and takes its message off the queue. */
async function asked(shop: D1Shop): Promise<Envelope> {
  expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
  const [envelope] = shop.queue.sent.slice(-1);
  if (!envelope) throw new Error('nothing was queued');
  shop.log.length = 0;
  return envelope;
}

const told = (shop: D1Shop) => shop.log.map(({ message }) => message);

async function keepsSecrets(shop: D1Shop) {
  const lines = JSON.stringify(shop.log);
  for (const secret of [await shop.otp(E164), SECRET, 'url-secret', '8652523958']) {
    expect(lines).not.toContain(secret);
  }
}

/** What operators can look up afterwards. */
const audited = async () => {
  const { results } = await env.DB.prepare('SELECT action, detail FROM audit_events').all<{
    action: string;
    detail: string;
  }>();
  return results.map(({ action, detail }) => ({ action, detail: JSON.parse(detail) as unknown }));
};

describe('delivery by webhook', () => {
  test('the opened message, signed, once', async () => {
    const { shop, provider } = await shopWith();
    const envelope = await asked(shop);
    expect((await consume(shop, [envelope])).explicitAcks).toEqual(['0']);
    const [request] = provider.requests;
    const otp = await shop.otp(E164);
    const body = (await request?.text()) ?? '';
    expect(JSON.parse(body)).toEqual({
      id: envelope.id,
      application_id: shop.application.id,
      channel: 'sms',
      to: E164,
      template: 'otp',
      language: 'en',
      text: expect.stringContaining(`@127.0.0.1 #${otp}`),
      otp,
      last_line: `@127.0.0.1 #${otp}`,
      values: { shop: 'Fynd', otp, minutes: '10' },
      created_at: expect.stringMatching(/^\d{4}-.+Z$/),
    });
    expect(request?.redirect).toBe('manual');
    const timestamp = request?.headers.get('x-vestibule-timestamp') ?? '';
    expect(Math.abs(Number(timestamp) - shop.clock.now() / 1000)).toBeLessThan(5);
    expect(request?.headers.get('x-vestibule-signature')).toBe(
      `v1=${await webhookSignature(SECRET, timestamp, body)}`,
    );
    expect(shop.log).toEqual([]);
  });

  test('down for three tries, then up: it arrives with the fourth, later each time', async () => {
    const { shop, provider } = await shopWith([503, 'breaks', 429]);
    const envelope = await asked(shop);
    const delays: unknown[] = [];
    for (let attempts = 1; attempts <= 3; attempts += 1) {
      const tried = await consume(shop, [envelope], attempts);
      expect([tried.explicitAcks.length, tried.retryMessages.length]).toEqual([0, 1]);
      delays.push(...tried.delays);
    }
    expect(delays).toEqual([10, 20, 40]);
    expect((await consume(shop, [envelope], 4)).explicitAcks).toEqual(['0']);
    expect(provider.accepted).toEqual([envelope.id]);
    expect(told(shop)).toEqual(Array.from({ length: 3 }, () => 'delivery failed'));
    await keepsSecrets(shop);
  });

  test('a provider that names a time is asked no earlier', async () => {
    const busy = new Response('', { status: 429, headers: { 'retry-after': '120' } });
    const { shop } = await shopWith([busy]);
    expect((await consume(shop, [await asked(shop)])).delays).toEqual([120]);
  });

  test('delivered by the queue eight times at once and again later: sent once', async () => {
    const { shop, provider } = await shopWith();
    const envelope = await asked(shop);
    await Promise.all(Array.from({ length: 8 }, async () => consume(shop, [envelope])));
    expect((await consume(shop, [envelope], 2)).explicitAcks).toEqual(['0']);
    expect(provider.accepted).toEqual([envelope.id]);
  });

  test('a consumer that died halfway loses nothing: a minute later another one sends', async () => {
    const { shop, provider } = await shopWith();
    const envelope = await asked(shop);
    await env.DB.prepare(
      `INSERT INTO deliveries (application_id, id, state, claimed_at, expires_at) VALUES (?, ?, 'sending', ?, ?)`,
    )
      .bind(shop.application.id, envelope.id, shop.clock.now(), shop.clock.now() + 1_000_000)
      .run();
    expect((await consume(shop, [envelope])).explicitAcks).toEqual([]);
    shop.clock.advance(60_000);
    expect((await consume(shop, [envelope], 2)).explicitAcks).toEqual(['0']);
    expect(provider.accepted).toEqual([envelope.id]);
  });

  test('refused for good: not tried again, told, and the shopper may ask for another', async () => {
    const { shop, provider } = await shopWith([
      Response.json({ code: 21211, message: `${E164} is not valid` }, { status: 400 }),
    ]);
    const envelope = await asked(shop);
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await consume(shop, [envelope])).explicitAcks).toEqual(['0']);
    }
    expect(provider.requests).toHaveLength(1);
    expect(shop.log).toEqual([
      {
        level: 'error',
        message: 'delivery rejected',
        message_id: envelope.id,
        application_id: shop.application.id,
        channel: 'sms',
        to: '+91******3958',
        template: 'otp',
        internal: 'Undelivered: webhook answered 400 21211',
      },
    ]);
    await keepsSecrets(shop);
    expect(await audited()).toEqual([
      {
        action: 'delivery.rejected',
        detail: { message_id: envelope.id, channel: 'sms', to: '+91******3958', template: 'otp' },
      },
    ]);
    shop.clock.advance(31_000);
    await consume(shop, [await asked(shop)]);
    expect(provider.accepted).toHaveLength(1);
  });

  test('a provider that hangs is given up after the time limit, one that redirects is not followed', async () => {
    const elsewhere = { status: 307, headers: { location: 'https://evil.example' } };
    const { shop, provider } = await shopWith(['hangs', new Response('', elsewhere)]);
    const envelope = await asked(shop);
    const began = Date.now();
    expect((await consume(shop, [envelope])).retryMessages).toHaveLength(1);
    expect(Date.now() - began).toBeLessThan(4_000);
    expect((await consume(shop, [envelope], 2)).retryMessages).toHaveLength(1);
    expect(provider.requests.map(({ url }) => new URL(url).host)).toEqual([
      'provider.example',
      'provider.example',
    ]);
  });

  test('one that fails is tried again without its neighbours', async () => {
    const { shop, provider } = await shopWith([500]);
    const first = await asked(shop);
    shop.clock.advance(31_000);
    const second = await asked(shop);
    const { explicitAcks, retryMessages } = await consume(shop, [first, second]);
    expect([explicitAcks.length, retryMessages.length, provider.accepted.length]).toEqual([
      1, 1, 1,
    ]);
  });

  test('after the last try it is told dead, without its code; what nobody can open too', async () => {
    const { shop, provider } = await shopWith();
    const envelope = await asked(shop);
    const broken = { ...envelope, id: 'broken', sealed: 'no.such.key' };
    const { explicitAcks } = await consume(shop, [envelope, broken], 1, 'messages-dead');
    expect(explicitAcks).toEqual(['0', '1']);
    expect(provider.requests).toEqual([]);
    const dead = { level: 'error', message: 'delivery dead', application_id: shop.application.id };
    expect(shop.log).toEqual(
      expect.arrayContaining([
        { ...dead, message_id: envelope.id, channel: 'sms', to: '+91******3958', template: 'otp' },
        { ...dead, message_id: 'broken' },
      ]),
    );
    await keepsSecrets(shop);
    expect(await audited()).toEqual(
      expect.arrayContaining([
        {
          action: 'delivery.dead',
          detail: { message_id: envelope.id, channel: 'sms', to: '+91******3958', template: 'otp' },
        },
        { action: 'delivery.dead', detail: { message_id: 'broken' } },
      ]),
    );
  });

  /** Codes to so many numbers, as they lie in the queue. */
  async function askedBy(shop: D1Shop, count: number): Promise<Envelope[]> {
    for (let at = 0; at < count; at += 1) {
      const body = { ...MOBILE, mobile: `98200980${String(10 + at)}` };
      expectOk(await shop.client().application.loginWithOTP({ body }));
    }
    return shop.queue.sent.slice(-count);
  }

  const states = async () => {
    const { results } = await env.DB.prepare('SELECT id, state FROM deliveries').all<{
      id: string;
      state: string;
    }>();
    return new Map(results.map(({ id, state }) => [id, state]));
  };

  test('ten at once are claimed in one round trip, and each ends as it ended', async () => {
    const { shop, provider } = await shopWith([200, 500, 400]);
    const envelopes = await askedBy(shop, 10);
    const before = shop.db.roundTrips;
    const { explicitAcks, retryMessages } = await consume(shop, envelopes);
    expect([explicitAcks.length, retryMessages.length, provider.accepted.length]).toEqual([
      9, 1, 8,
    ]);
    const rejected = 1;
    expect(shop.db.roundTrips - before - rejected).toBeLessThanOrEqual(4);
    const counts = [...(await states()).values()].toSorted();
    expect(counts).toEqual(['failed', 'rejected', ...Array.from({ length: 8 }, () => 'sent')]);
    for (const [id, state] of await states()) {
      expect(provider.accepted.includes(id)).toBe(state === 'sent');
    }
  });

  test('twice in one batch: sent once, and the second is tried again until it is known', async () => {
    const { shop, provider } = await shopWith();
    const [envelope, other] = await askedBy(shop, 2);
    if (!envelope || !other) throw new Error('nothing was queued');
    const tried = await consume(shop, [envelope, other, envelope]);
    expect([tried.explicitAcks, tried.retryMessages.length]).toEqual([['0', '1'], 1]);
    expect((await consume(shop, [envelope], 2)).explicitAcks).toEqual(['0']);
    expect(provider.accepted.toSorted()).toEqual([envelope.id, other.id].toSorted());
  });

  test('a claim that fails holds up only what the ledger decides on', async () => {
    const shop = await d1Shop({
      env: {
        ...SETTINGS,
        DELIVERY_EMAIL: 'resend',
        RESEND_API_KEY: 're_key',
        EMAIL_FROM: 'Fynd <shop@example.com>',
      },
      fetch: async () => Response.json({ id: 'x' }),
    });
    const envelopes = await askedBy(shop, 2);
    const body = { email: 'a@example.com', action: 'send' } as const;
    expectOk(await shop.client().application.sendOTPOnEmail({ body }));
    shop.db.down = true;
    const tried = await consume(shop, [...envelopes, ...shop.queue.sent.slice(-1)]);
    expect([tried.explicitAcks, tried.retryMessages.length]).toEqual([['2'], 2]);
  });

  test('D1 down: not sent, tried again', async () => {
    const { shop, provider } = await shopWith();
    const envelope = await asked(shop);
    shop.db.down = true;
    expect((await consume(shop, [envelope])).retryMessages).toHaveLength(1);
    shop.db.down = false;
    await consume(shop, [envelope], 2);
    expect(provider.accepted).toEqual([envelope.id]);
  });

  test('nothing of it is readable in development: the inbox stays empty', async () => {
    const { shop } = await shopWith();
    await consume(shop, [await asked(shop)]);
    expect(await shop.runtime.inbox.list()).toEqual([]);
  });
});

test('each channel by its own transport', async () => {
  const hosts: string[] = [];
  const shop = await d1Shop({
    env: {
      DELIVERY: 'inbox',
      DELIVERY_EMAIL: 'resend',
      RESEND_API_KEY: 're_key',
      EMAIL_FROM: 'Fynd <shop@example.com>',
    },
    fetch: async (input) => {
      hosts.push(new URL(new Request(input).url).host);
      return new Response('{}');
    },
  });
  const envelope = await asked(shop);
  expectOk(
    await shop
      .client()
      .application.sendOTPOnEmail({ body: { email: 'a@example.com', action: 'send' } }),
  );
  await consume(shop, [envelope, ...shop.queue.sent.slice(-1)]);
  expect(hosts).toEqual(['api.resend.com']);
  // Who sees to it themselves that a message goes out once need no row of ours.
  expect(await env.DB.prepare('SELECT COUNT(*) AS rows FROM deliveries').first('rows')).toBe(0);
  expect((await shop.runtime.inbox.list()).map(({ channel }) => channel)).toEqual(['sms']);
});
