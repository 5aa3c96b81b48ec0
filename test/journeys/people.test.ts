/** One person in the hands of operators: all that is stored is exported, and an erasure leaves nothing. */
import { env } from 'cloudflare:workers';
import { getTableName } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { Database } from '../../src/adapters/d1/database.ts';
import {
  IMPERSONAL_TABLES,
  PERSON_TABLES,
  selectPersonal,
} from '../../src/adapters/d1/person-tables.ts';
import * as schema from '../../src/adapters/d1/schema/index.ts';
import { d1People } from '../../src/adapters/d1/stores/people.ts';
import { Values } from '../../src/adapters/kv/values.ts';
import { EVENT_TYPES } from '../../src/ports/index.ts';
import { E164, expectOk, MOBILE, prove, signUp } from '../support/answers.ts';
import { accessToken, operatorOf, params } from '../support/operator.ts';
import { BACKENDS, BACKENDS_AND_MOCK, d1Shop, type D1Shop, type Shop } from '../support/shop.ts';
import { eventOf } from '../support/stored.ts';
import { tracesOf } from '../support/traces.ts';

const APP = '000000000000000000000001';
const PERSON = { first_name: 'Zubeida', last_name: 'Quartermain', email: 'zq@person.example' };
const PASSWORD = 'a long passphrase';

/** Somebody with a row in every table that can hold one, and a neighbour. */
async function personEverywhere(shop: D1Shop) {
  // The last event names whom it is about, and stays until it is told.
  await shop.subscribe(EVENT_TYPES.filter((type) => type !== 'customer.erased'));
  await signUp(shop, shop.client(), '9876543210');
  const browser = shop.client();
  const form = expectOk(
    await browser.application.registerWithForm({
      body: { ...PERSON, phone: MOBILE, password: PASSWORD },
    }),
  ).body;
  const request_id = form.request_id ?? '';
  const otp = await shop.otp(E164);
  const body = { request_id, otp, register_token: form.register_token };
  const { user } = expectOk(await browser.application.verifyMobileOTP({ body })).body;
  const [id, username] = [user?._id ?? '', user?.username ?? ''];
  expectOk(await browser.application.addEmail({ body: { email: 'second@person.example' } }));
  shop.clock.advance(31_000);
  const third = shop.client();
  await prove(shop, third);
  expectOk(await third.application.logout());
  expectOk(await third.application.sendResetPasswordEmail({ body: { email: PERSON.email } }));
  shop.clock.advance(31_000);
  // A code that waits, and a registration whose form does.
  expectOk(await shop.client().application.loginWithOTP({ body: MOBILE }));
  const operator = await operatorOf(shop);
  for (const encrypted of [false, true]) {
    const definition = { name: encrypted ? 'Secret' : 'Nickname', encrypted };
    const made = expectOk(
      await operator.createUserAttributeDefinition({ params, body: definition }),
    );
    const path = { ...params, user_id: id, attribute_def_id: made.body._id ?? '' };
    const value = { attribute: { value: `Zubeida ${encrypted ? 'sealed' : 'the Great'}` } };
    expectOk(await operator.updateUserAttribute({ params: path, body: value }));
  }
  const ask = { status: true, user_id: [id], reason: 'Zubeida Quartermain asked' };
  expectOk(await operator.blockOrUnblockUsers({ params, body: ask }));
  expectOk(await operator.blockOrUnblockUsers({ params, body: { ...ask, status: false } }));
  shop.clock.advance(31_000);
  await prove(shop, browser);
  const [one, now] = [{ kind: 'phone', value: E164, callingCode: 91 } as const, shop.clock.now()];
  await shop.ports.registrations.begin(
    { id: 'r'.repeat(64), origin: 'form', createdAt: now, expiresAt: now + 1_800_000 },
    { firstName: 'Zubeida', identifiers: [one], passwordHash: '$secret' },
    [{ ...one, provenAt: now }],
  );
  const insert = async (sql: string) => env.DB.prepare(sql).bind(APP, id).run();
  await insert(`INSERT INTO social_identities VALUES (?, 'google', 'zubeida-at-google', ?, 0)`);
  await insert(`INSERT INTO group_members VALUES (?, 'i', ?)`);
  await insert(`INSERT INTO group_changes VALUES (?, 'i', ?, 1)`);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO user_groups VALUES (?, 'g', 7, 'Best customers', '', 'i', 'i', 0, 0)`,
    ).bind(APP),
    env.DB.prepare(
      `INSERT INTO budgets VALUES (?, ?, '{}', ${shop.clock.now() + 1e6}) ON CONFLICT DO NOTHING`,
    ).bind(APP, `user:${id}`),
    env.DB.prepare(
      `INSERT INTO registrations (application_id, id, user_id, origin, created_at, expires_at)
       VALUES (?, 'w', ?, 'form', ?, ?)`,
    ).bind(APP, id, now, now + 1_800_000),
    env.DB.prepare(`INSERT INTO proofs VALUES (?, 'w', 'phone', ?, 91, ?, ?)`).bind(
      ...[APP, E164, now, now + 1_800_000],
    ),
  ]);
  await shop.settle();
  const words = ['8652523958', 'person.example', 'zubeida', 'quartermain', username, id];
  return { id, words, operator };
}

const rowsOf = async (id: string) => {
  const whose = { applicationId: APP, userId: id };
  const { rows } = await new Database(env.DB).read({
    rows: PERSON_TABLES.map((one) => selectPersonal(one, whose)),
  });
  return PERSON_TABLES.map(({ table }, at) => [getTableName(table), rows[at]?.length] as const);
};

const service = async (shop: Shop, scope?: string) =>
  shop.client({ authorization: `Bearer ${await accessToken(shop, scope)}` }).service;

test('every table of the schema is about persons, or said not to be', () => {
  const tables = Object.values(schema).filter((one) => one instanceof SQLiteTable);
  const named = [
    ...PERSON_TABLES.map(({ table }) => getTableName(table)),
    ...Object.keys(IMPERSONAL_TABLES),
  ];
  expect(named.toSorted()).toEqual(tables.map((one) => getTableName(one)).toSorted());
});

describe('everything of one person', () => {
  test('an export has a part for every table, opened values and no secret', async () => {
    const shop = await d1Shop();
    const { id } = await personEverywhere(shop);
    for (const [table, rows] of await rowsOf(id)) expect([table, rows]).not.toEqual([table, 0]);
    const path = { params: { ...params, user_id: id } };
    const { body } = expectOk(await (await service(shop)).exportUserData(path));
    for (const { table, notExported } of PERSON_TABLES) {
      const name = getTableName(table);
      if (notExported === undefined)
        expect([name, body.stored[name]?.length]).not.toEqual([name, 0]);
    }
    const text = JSON.stringify(body);
    expect(body.stored['users']?.[0]).toMatchObject({ id, first_name: 'Zubeida' });
    expect(body.stored['users']?.[0]?.['created_at']).toMatch(/^20\d\d-/);
    expect(body.stored['sessions']?.length).toBeGreaterThan(0);
    expect(body.stored['user_groups']).toEqual([{ id: 'g', uid: 7, name: 'Best customers' }]);
    expect(text).toContain('Zubeida the Great');
    expect(text).toContain('Zubeida sealed');
    expect(text).not.toMatch(/"password_?hash|\$argon2|\$secret|code_mac/i);
    expect(text).not.toContain('9876543210');
    const timeline = expectOk(await (await service(shop)).getUserTimeline(path)).body.timeline;
    expect(timeline[0]).toMatchObject({ type: 'customer.exported' });
  });

  test('an erasure leaves no row, key or value, and the audit without a name', async () => {
    const shop = await d1Shop();
    const { id, words, operator } = await personEverywhere(shop);
    const started = expectOk(
      await operator.createBulkExportUsers({ params, body: { file_format: 'csv' } }),
    ).body;
    await shop.runImports();
    const waiting = expectOk(
      await operator.createBulkExportUsers({ params, body: { file_format: 'csv' } }),
    ).body;
    const neighbours = ['asha', '9876543210'];
    const before = await tracesOf(neighbours, shop.kv.namespace);
    const path = { params: { ...params, user_id: id } };
    expectOk(await (await service(shop)).eraseUser(path));

    expect(await tracesOf(words, shop.kv.namespace)).toEqual([]);
    for (const [table, rows] of await rowsOf(id)) expect([table, rows]).toEqual([table, 0]);
    expect(await tracesOf(neighbours, shop.kv.namespace)).toEqual(before);
    const { results } = await env.DB.prepare(
      `SELECT actor, user_id, reason, session FROM audit_events WHERE action = 'customer.erased'`,
    ).all();
    expect(results).toEqual([{ actor: 'dev-api-key', user_id: null, reason: null, session: null }]);
    for (const [job, status] of [
      [started, 'success'],
      [waiting, 'failed'],
    ] as const) {
      const shown = await operator.getUsersJobByJobId({ params: { ...params, job_id: job._id } });
      expect(expectOk(shown).body).toMatchObject({ status });
      expect(JSON.stringify(shown.body)).not.toContain('/file?');
    }
    await shop.runtime.scheduled('*/5 * * * *');
    const { objects } = await env.FILES.list();
    expect(objects.filter(({ key }) => key.includes(started._id))).toEqual([]);
    expect(await (await service(shop)).eraseUser(path)).toMatchObject({ status: 404 });
    shop.clock.advance(31_000);
    expect((await prove(shop, shop.client())).body.user_exists).toBe(false);
  });

  test('a run that is killed anywhere is finished by the next one', async () => {
    const shop = await d1Shop();
    const { id, words } = await personEverywhere(shop);
    const kv = shop.kv.namespace;
    /** Ends the run at its call number `last`. */
    const killedAt = (last: number) => {
      let calls = 0;
      const step =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          calls += 1;
          if (calls > last) throw new Error('killed');
          return call(...args);
        };
      const real = new Database(env.DB);
      const database = Object.assign(Object.create(real) as Database, {
        read: step(async (batch: never) => real.read(batch)),
        write: step(async (batch: never) => real.write(batch)),
      });
      const values = new Values({
        ...kv,
        list: step(async (options: never) => kv.list(options)),
        delete: step(async (name: string) => kv.delete(name)),
        // What is replaced takes and gives the same.
      } as unknown as KVNamespace);
      return d1People(database, values, APP);
    };
    const erase = async (last: number) =>
      killedAt(last).erase(id, eventOf('customer.erased', id, shop.clock.now()));
    let killed = 0;
    for (let done = false; !done; killed += 1) {
      await erase(killed).catch(() => undefined);
      done = (await shop.ports.users.find(id)) === undefined;
      expect(killed).toBeLessThan(60);
    }
    expect(killed).toBeGreaterThan(4);
    expect(await tracesOf(words, kv)).toEqual([]);
  });
});

describe.each(BACKENDS_AND_MOCK)('on %s', (_, open) => {
  test('export and erasure over the API', async () => {
    const shop = await open();
    const browser = shop.client();
    await signUp(shop, browser);
    const { _id = '' } = expectOk(await browser.application.getLoggedInUser()).body.user ?? {};
    const api = await service(shop);
    const path = { params: { ...params, user_id: _id } };
    const { body } = expectOk(await api.exportUserData(path));
    expect(body.user_id).toBe(_id);
    expect(JSON.stringify(body.stored['identifiers'])).toContain(E164);
    expect(body.stored['sessions']?.length).toBe(1);
    expect(body.stored['audit_events']?.length).toBeGreaterThan(0);
    expectOk(await api.eraseUser(path));
    for (const call of [api.exportUserData, api.eraseUser, api.getUserTimeline]) {
      expect(await call(path)).toMatchObject({ status: 404 });
    }
    expect(await browser.application.getLoggedInUser()).toMatchObject({ status: 401 });
    shop.clock.advance(31_000);
    expect((await prove(shop, shop.client())).body.user_exists).toBe(false);
  });
});

describe.each(BACKENDS)('on %s', (_, open) => {
  test('no other scope exports or erases a customer', async () => {
    const shop = await open();
    const api = await service(shop, 'customers:read customers:write attributes:reveal audit:read');
    const path = { params: { ...params, user_id: 'u' } };
    for (const [call, scope] of [
      [api.exportUserData, 'customers:export'],
      [api.eraseUser, 'customers:erase'],
    ] as const) {
      expect(await call(path)).toMatchObject({ status: 403, body: { meta: { scope } } });
    }
  });

  test('blocking, archiving and unblocking somebody who is so already says nothing', async () => {
    const shop = await open();
    const browser = shop.client();
    await signUp(shop, browser);
    const { _id = '' } = expectOk(await browser.application.getLoggedInUser()).body.user ?? {};
    const operator = await operatorOf(shop);
    const body = { user_id: [_id], reason: 'asked' };
    const kinds = async () => {
      const { timeline } = expectOk(await operator.timeline(_id)).body;
      return timeline.map(({ type }) => type).filter((type) => type.startsWith('customer.'));
    };
    const set = async (status: boolean) =>
      expectOk(await operator.blockOrUnblockUsers({ params, body: { ...body, status } }));
    const archive = async () =>
      expectOk(await operator.archiveUser({ params, body: { user_id: _id } }));
    await set(false);
    expect(await kinds()).toEqual([]);
    for (const status of [true, true, false, false]) {
      shop.clock.advance(1_000);
      await set(status);
    }
    expect(await kinds()).toEqual(['customer.unblocked', 'customer.blocked']);
    for (let times = 0; times < 2; times += 1) {
      shop.clock.advance(1_000);
      await archive();
    }
    expect(await kinds()).toEqual(['customer.archived', 'customer.unblocked', 'customer.blocked']);
  });
});

test('Cloudflare Access names the person in the audit, and permits nothing', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
  const shop = await d1Shop({
    env: { ACCESS_TEAM: 'https://example.cloudflareaccess.com/', ACCESS_AUDIENCE: 'tag' },
    fetch: async () => Response.json({ keys }),
  });
  const claims = {
    iss: 'https://example.cloudflareaccess.com',
    aud: ['tag'],
    email: 'asha@example.com',
  };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setSubject('u')
    .setExpirationTime(Math.floor(shop.clock.now() / 1000) + 60)
    .sign(privateKey);
  const header = { 'cf-access-jwt-assertion': assertion };
  const ask = async (authorization: string, headers: Record<string, string>) =>
    shop.client({ authorization, ...headers }).platform.updatePlatformConfig({
      params,
      body: { subtext: 'Hello' },
    });
  const reader = `Bearer ${await accessToken(shop, 'config:read')}`;
  expect(await ask(reader, header)).toMatchObject({ status: 403 });
  expect(await ask('Bearer none', header)).toMatchObject({ status: 401 });
  const writer = `Bearer ${await accessToken(shop)}`;
  expectOk(await ask(writer, header));
  shop.clock.advance(1_000);
  expectOk(await ask(writer, { 'cf-access-jwt-assertion': `${assertion}x` }));
  const { items } = expectOk(await (await service(shop)).listAuditEvents({ params })).body;
  expect(items.map(({ person }) => person)).toEqual([undefined, 'asha@example.com']);
});
