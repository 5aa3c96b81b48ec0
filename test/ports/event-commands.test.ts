/** `npm run admin -- events …` on D1 itself: endpoints, secrets that are replaced, letters that are sent again. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { IMPORTS_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { createVault } from '../../src/adapters/crypto/vault.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { Values } from '../../src/adapters/kv/values.ts';
import { CommandError, type Context } from '../../src/cli/admin/command.ts';
import { commands } from '../../src/cli/admin/commands.ts';
import { MAX_ATTEMPTS } from '../../src/domain/events/retries.ts';
import { keyList } from '../../src/env/index.ts';
import { EVENT_TYPES } from '../../src/ports/index.ts';
import { signUp } from '../support/answers.ts';
import { consumeEvents, receiver } from '../support/events.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const APP = '000000000000000000000001';
const URL = 'https://hooks.example/events';
const vault = createVault(keyList.parse(env.SEALING_KEYS));

function contextOf(now: number, remote = false): Context {
  const database = new Database(env.DB);
  return {
    directory: database,
    database: () => database,
    databases: () => [{ name: 'DB', database }],
    values: new Values(env.KV),
    vault: async () => vault,
    now,
    remote,
  };
}

/** As typed behind `npm run admin --`; workerd has no `parseArgs`. */
async function admin(line: string, now = Date.now(), remote = false) {
  const [name, command] =
    Object.entries(commands).find(([one]) => line.startsWith(`${one} `)) ?? [];
  if (name === undefined || !command) throw new Error(`no command in ${line}`);
  const words: string[] = [];
  const flags: Record<string, string | string[]> = {};
  for (const [flag, { multiple }] of Object.entries(command.flags)) if (multiple) flags[flag] = [];
  const parts = line.slice(name.length + 1).split(' ');
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const flag = part.startsWith('--') ? part.slice(2) : undefined;
    if (flag === undefined) words.push(part);
    else if (!(flag in command.flags)) throw new Error(`${name} has no --${flag}`);
    else {
      const value = parts.shift() ?? '';
      const given = flags[flag];
      if (Array.isArray(given)) given.push(value);
      else flags[flag] = value;
    }
  }
  return command.run(contextOf(now, remote), flags, words);
}

async function addEndpoint(flags = ''): Promise<{ id: string; secret: string }> {
  const { data } = await admin(`events endpoint add ${APP} --url ${URL}${flags}`);
  return data as { id: string; secret: string };
}

const audited = async (): Promise<string[]> =>
  (
    await env.DB.prepare(
      `SELECT action FROM audit_events WHERE action GLOB 'endpoint*' OR action GLOB 'events*'`,
    ).all<{ action: string }>()
  ).results.map(({ action }) => action);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('endpoints', () => {
  test('are added, listed, switched and removed, each change with its audit row and no secret twice', async () => {
    await d1Shop();
    const { id, secret } = await addEndpoint(' --type customer.created --type session.ended');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const listed = await admin(`events endpoint list ${APP}`);
    expect(listed.data).toMatchObject({
      endpoints: [
        { id, url: URL, disabled: false, secrets: 1, types: ['customer.created', 'session.ended'] },
      ],
    });
    expect(JSON.stringify(listed)).not.toContain(secret);
    await admin(`events endpoint disable ${APP} ${id}`);
    expect((await admin(`events endpoint list ${APP}`)).text).toContain('disabled');
    await admin(`events endpoint enable ${APP} ${id}`);
    const { id: all } = await addEndpoint();
    expect((await admin(`events endpoint list ${APP}`)).text).toContain(' all');
    await admin(`events endpoint remove ${APP} ${id}`);
    expect((await admin(`events endpoint list ${APP}`)).data).toMatchObject({
      endpoints: [{ id: all, types: [...EVENT_TYPES] }],
    });
    expect((await audited()).toSorted()).toEqual([
      'endpoint.created',
      'endpoint.created',
      'endpoint.disabled',
      'endpoint.enabled',
      'endpoint.removed',
    ]);
    const stored = (await env.DB.prepare('SELECT * FROM audit_events').all()).results;
    expect(JSON.stringify(stored)).not.toContain(URL);
  });

  test.each([
    ['an unknown type', `--url ${URL} --type customer.gone`, /not one of/],
    ['plain http', '--url http://hooks.example/', /must be an https address/],
    ['a private host', '--url https://10.0.0.1/', /must be an https address/],
    ['another port', '--url https://hooks.example:8443/', /must be an https address/],
    ['this machine, deployed', '--url http://localhost:9000/', /must be an https address/, true],
  ])('%s is refused', async (_, flags, message, remote = false) => {
    await d1Shop();
    const refused = admin(`events endpoint add ${APP} ${flags}`, Date.now(), remote);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(CommandError);
  });

  test('there are ten at most, and one that is not there is named', async () => {
    await d1Shop();
    for (let at = 0; at < 10; at += 1) await addEndpoint();
    await expect(addEndpoint()).rejects.toThrow('at most 10');
    for (const verb of ['remove', 'rotate', 'enable', 'disable']) {
      await expect(admin(`events endpoint ${verb} ${APP} we_none`)).rejects.toThrow(
        'There is no endpoint we_none',
      );
    }
  });
});

/** An endpoint that has refused an event for a day. */
async function deadLetter() {
  const hooks = receiver();
  const shop: D1Shop = await d1Shop({ fetch: hooks.fetch });
  hooks.now = shop.clock.now;
  const { id, secret } = await addEndpoint(' --type customer.created');
  hooks.secrets[URL] = secret;
  hooks.answer = () => new Response(null, { status: 500 });
  await signUp(shop, shop.client());
  await shop.settle();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    await consumeEvents(shop);
    shop.clock.advance(11 * 3_600_000);
  }
  hooks.answer = () => new Response('thanks');
  const since = new Date(shop.clock.now() - 86_400_000).toISOString().slice(0, 10);
  return { shop, hooks, id, since };
}

describe('letters', () => {
  test('that are dead are listed, and sent again under their own ids', async () => {
    const { shop, hooks, id, since } = await deadLetter();
    const [event] = await shop.events();
    const now = shop.clock.now();
    const list = `events list ${APP} --state dead --endpoint ${id} --user ${event?.userId}`;
    expect((await admin(list)).data).toMatchObject({
      events: [{ id: event?.id, attempts: MAX_ATTEMPTS, reason: 'answered 500', state: 'dead' }],
    });
    await admin(`events endpoint disable ${APP} ${id}`);
    const replay = `events replay ${APP} --endpoint ${id} --since ${since}`;
    await expect(admin(replay, now)).rejects.toThrow('is disabled');
    await admin(`events endpoint enable ${APP} ${id}`);
    expect((await admin(replay, now)).data).toEqual({ replayed: 1 });
    await shop.runtime.scheduled(IMPORTS_CRON);
    await consumeEvents(shop);
    expect((await admin(list)).data).toEqual({ events: [] });
    expect(new Set(hooks.received.map((one) => one.id))).toEqual(new Set([event?.id]));
    const before = hooks.received.length;
    // One that was delivered goes out again by its id alone.
    expect((await admin(replay, now)).data).toEqual({ replayed: 0 });
    await admin(`events replay ${APP} --event ${event?.id}`, now);
    await shop.runtime.scheduled(IMPORTS_CRON);
    await consumeEvents(shop);
    expect(hooks.received).toHaveLength(before + 1);
    expect((await audited()).filter((action) => action === 'events.replayed')).toHaveLength(3);
  });

  test.each([
    ['nothing that says which', '', /Give --event/],
    ['an endpoint alone', '--endpoint we_1', /Give --event/],
    ['no time', '--endpoint we_1 --since yesterday', /not a time in UTC/],
    ['an unknown event', '--event evt_none', /There is no event evt_none/],
  ])('%s: refused', async (_, flags, message) => {
    await d1Shop();
    await expect(admin(`events replay ${APP} ${flags}`.trim())).rejects.toThrow(message);
  });

  test('an unknown state is refused', async () => {
    await d1Shop();
    await expect(admin(`events list ${APP} --state lost`)).rejects.toThrow('--state: "lost"');
  });
});

describe('a test event', () => {
  test('is signed with the old secret and the new one while one is replaced, and its answer is printed', async () => {
    await d1Shop();
    const { id, secret } = await addEndpoint();
    const { data } = await admin(`events endpoint rotate ${APP} ${id}`);
    const { secret: next } = data as { secret: string };
    expect(next).not.toBe(secret);
    const seen: { body: string; headers: Record<string, string> }[] = [];
    vi.stubGlobal('fetch', async (input: RequestInfo, init?: RequestInit) => {
      const request = new Request(input, init);
      seen.push({ body: await request.text(), headers: Object.fromEntries(request.headers) });
      return new Response('all is well');
    });
    const sent = await admin(`events test ${APP} ${id}`);
    expect(sent).toMatchObject({ failed: false, data: { ok: true, answer: 'all is well' } });
    expect(sent.text).toContain('answered 200');
    const [first] = seen;
    for (const one of [secret, next]) {
      expect(new Webhook(one).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({
        type: 'endpoint.test',
      });
    }
    await admin(`events endpoint rotate ${APP} ${id} --hours 0`);
    await admin(`events test ${APP} ${id}`);
    const last = seen.at(-1);
    expect(() => new Webhook(next).verify(last?.body ?? '', last?.headers ?? {})).toThrow();
  });

  test('that is refused fails the command', async () => {
    await d1Shop();
    const { id } = await addEndpoint();
    vi.stubGlobal('fetch', async () => new Response('who are you', { status: 401 }));
    expect(await admin(`events test ${APP} ${id}`)).toMatchObject({
      failed: true,
      data: { status: 401, reason: 'answered 401' },
    });
  });
});
