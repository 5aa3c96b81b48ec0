/** The daily cron: deleted users whose time to return is over leave no trace. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { demoConfig, seedDemo } from '../../scripts/lib/seed.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import { PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { purge } from '../../src/adapters/d1/maintenance/purge.ts';
import { takeTurns } from '../../src/adapters/d1/maintenance/turns.ts';
import { Values } from '../../src/adapters/kv/values.ts';
import { parseEnvironment } from '../../src/env/index.ts';
import type { LogLine } from '../../src/http/log.ts';
import { createRuntime } from '../../src/wiring.ts';
import { MOBILE, prove, expectOk } from '../support/answers.ts';
import { countingDatabase } from '../support/counting-database.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, ORIGIN, type D1Shop } from '../support/shop.ts';
import { staleKv } from '../support/stale-kv.ts';
import { allRows, tablesWith, tracesOf } from '../support/traces.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const APP = '000000000000000000000001';
const OTHER_APP = '000000000000000000000002';
const DAYS = demoConfig().delete_account_day;

/** Somebody who cannot be mistaken for anybody else. */
const PERSON = { first_name: 'Zubeida', last_name: 'Quartermain', email: 'zq@person.example' };
const SECOND_EMAIL = 'second@person.example';

/** Registers by form, proves number and address, and asks for more than is ever used. */
async function shopper(shop: D1Shop) {
  const browser = shop.client();
  const form = expectOk(
    await browser.application.registerWithForm({
      body: { ...PERSON, phone: MOBILE, password: 'a long passphrase' },
    }),
  ).body;
  const body = {
    request_id: form.request_id ?? '',
    otp: await shop.otp('+918652523958'),
    register_token: form.register_token,
  };
  const { user } = expectOk(await browser.application.verifyMobileOTP({ body })).body;
  await env.DB.prepare(
    `INSERT INTO social_identities (application_id, provider, subject, user_id, created_at)
     VALUES (?, 'google', 'zubeida-at-google', ?, 0)`,
  )
    .bind(APP, user?._id ?? '')
    .run();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO group_members (application_id, import_id, user_id) VALUES (?, 'i', ?)`,
    ).bind(APP, user?._id ?? ''),
    env.DB.prepare(
      `INSERT INTO group_changes (application_id, import_id, user_id, removes) VALUES (?, 'i', ?, 1)`,
    ).bind(APP, user?._id ?? ''),
  ]);
  expectOk(await browser.application.sendOTPOnEmail({ body: { email: PERSON.email } }));
  const otp = await shop.otp(PERSON.email);
  expectOk(await browser.application.verifyEmailOTP({ body: { email: PERSON.email, otp } }));
  expectOk(await browser.application.addEmail({ body: { email: SECOND_EMAIL } }));
  shop.clock.advance(31_000);
  // A second session, and a third that is over.
  await prove(shop, shop.client());
  shop.clock.advance(31_000);
  const third = shop.client();
  await prove(shop, third);
  expectOk(await third.application.logout());
  expectOk(
    await shop.client().application.sendResetPasswordEmail({ body: { email: PERSON.email } }),
  );
  await shop.settle();
  return { browser, id: user?._id ?? '', username: user?.username ?? '' };
}

async function deleteAccount(shop: D1Shop, browser: ReturnType<D1Shop['client']>) {
  shop.clock.advance(31_000);
  const sent = expectOk(await browser.application.sendOTPOnMobile({ body: MOBILE })).body;
  const body = { request_id: sent.request_id ?? '', otp: await shop.otp('+918652523958') };
  expectOk(await browser.application.deleteUser({ body: { ...body, reason: 'I am Zubeida' } }));
  await shop.settle();
}

/** Of an attribute whose definition is nobody's. */
async function describePerson(shop: D1Shop, id: string) {
  const operator = await operatorOf(shop);
  const made = expectOk(
    await operator.createUserAttributeDefinition({ params, body: { name: 'Nickname' } }),
  );
  const path = { ...params, user_id: id, attribute_def_id: made.body._id ?? '' };
  const body = { attribute: { value: 'Zubeida the Great' } };
  expectOk(await operator.updateUserAttribute({ params: path, body }));
}

/** Operators write down why, and so whom. */
async function bringBack(shop: D1Shop, id: string) {
  const operator = await operatorOf(shop);
  const body = { status: true, user_id: [id], reason: 'Zubeida Quartermain asked' };
  expectOk(await operator.blockOrUnblockUsers({ params, body }));
  expectOk(await operator.blockOrUnblockUsers({ params, body: { ...body, status: false } }));
  const reason = { user_id: id, reason: 'it was not Zubeida' };
  expectOk(await operator.archiveUser({ params, body: { user_id: id } }));
  expectOk(await operator.unDeleteUser({ params, body: reason }));
  const renamed = { first_name: 'Zubeida', external_id: 'quartermain-7' };
  expectOk(await operator.updateUser({ params: { ...params, user_id: id }, body: renamed }));
}

const wordsOf = ({ id, username }: { id: string; username: string }) => [
  '8652523958',
  'person.example',
  'zubeida',
  'quartermain',
  username,
  id,
];

const users = async () =>
  (await env.DB.prepare('SELECT id FROM users ORDER BY id').all<{ id: string }>()).results.map(
    ({ id }) => id,
  );

describe('the purge, after everything a shopper can do', () => {
  test.each([
    ['after the days to return', DAYS],
    ['at once, with all of it still in KV', 0],
  ])('%s leaves no trace in any table, key or value', async (_, delete_account_day) => {
    const shop = await d1Shop({ config: { delete_account_day } });
    const neighbour = shop.client();
    const { register_token } = (await prove(shop, neighbour, '9876543210')).body;
    expectOk(
      await neighbour.application.updateProfile({ body: { first_name: 'Neel', register_token } }),
    );
    const person = await shopper(shop);
    await describePerson(shop, person.id);
    await bringBack(shop, person.id);
    shop.clock.advance(31_000);
    // The block has ended every session.
    await prove(shop, person.browser);
    await deleteAccount(shop, person.browser);
    const words = wordsOf(person);
    expect((await tracesOf(words, shop.kv.namespace)).length).toBeGreaterThan(10);
    const before = await tracesOf(['neel', '9876543210'], shop.kv.namespace);

    shop.clock.advance(delete_account_day * DAY);
    await shop.runtime.scheduled(PURGE_CRON);

    // What is counted names nobody but by id, and is dropped when it expires.
    const left = (await tracesOf(words, shop.kv.namespace)).filter(
      (place) => !place.startsWith('budgets: '),
    );
    expect(left).toEqual([]);
    expect(await tracesOf(words.slice(0, -1), shop.kv.namespace)).toEqual([]);
    const after = await tracesOf(['neel', '9876543210'], shop.kv.namespace);
    expect(after.filter((place) => !place.startsWith('KV'))).toEqual(
      before.filter((place) => !place.startsWith('KV')),
    );
    const counters = (await allRows()).get('counters');
    expect(counters).toEqual([{ application_id: APP, name: 'users', value: 1 }]);

    const line = shop.log.find(({ message }) => message === 'purge');
    expect(line).toEqual({
      level: 'info',
      message: 'purge',
      counts: { users: 1, sessions: expect.any(Number) },
      complete: true,
      failed: [],
      internal: '',
    });
    await shop.runtime.scheduled('47 * * * *');
    shop.clock.advance(2 * DAY);
    await shop.runtime.scheduled('47 * * * *');
    expect(await tracesOf(words, shop.kv.namespace)).toEqual([]);
  });

  test('the number is free again: the next shopper with it is a new one', async () => {
    const shop = await d1Shop();
    const person = await shopper(shop);
    await deleteAccount(shop, person.browser);
    shop.clock.advance(DAYS * DAY);
    await shop.runtime.scheduled(PURGE_CRON);
    expect((await prove(shop, shop.client())).body.user_exists).toBe(false);
  });
});

/** Exact times: the clock stands still, and rows are written as they would lie there. */
describe('who is purged', () => {
  const kv = staleKv(() => NOW);

  async function keeper(more: Record<string, unknown> = {}) {
    await seedDemo(env.DB, { storefrontUrl: ORIGIN });
    const log: LogLine[] = [];
    const environment = parseEnvironment({ ...more, ...env, KV: kv.namespace });
    const wired = createRuntime(environment, (line) => log.push(line), {
      clock: { now: () => NOW },
    });
    return { run: async () => wired.scheduled(PURGE_CRON), log };
  }

  const insertUser = async (id: string, deletedAt: number | null, application = APP) =>
    env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (application_id, id, username, deleted_at, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)`,
      ).bind(application, id, id, deletedAt),
      env.DB.prepare(
        `INSERT INTO identifiers (application_id, user_id, kind, value, verified, is_primary, created_at)
         VALUES (?, ?, 'email', ?, 1, 1, 0)`,
      ).bind(application, id, `${id}@example.com`),
    ]);

  test('knows every table that knows a user', async () => {
    // A new name here needs a statement in src/adapters/d1/maintenance/purge.ts, and the test above something in that table.
    expect(await tablesWith('user_id')).toEqual([
      'attribute_keys',
      'audit_events',
      'ended_sessions',
      // By a trigger of `users`; what says that the customer is gone stays (event-deliveries.test.ts).
      'events',
      'group_changes',
      'group_members',
      'identifiers',
      'links',
      'otp_challenges',
      'registrations',
      'social_identities',
      'user_attributes',
      'user_words',
    ]);
    expect(await tablesWith('value')).toEqual([
      'counters',
      'identifiers',
      'links',
      'otp_challenges',
      'proofs',
      'user_attributes',
    ]);
  });

  test('exactly when the days are over, and nobody else', async () => {
    const { run } = await keeper();
    await insertUser('due', NOW - DAYS * DAY);
    await insertUser('early', NOW - DAYS * DAY + 1);
    await insertUser('restored', null);
    await insertUser('foreign', NOW - DAYS * DAY, OTHER_APP);
    await run();
    expect(await users()).toEqual(['early', 'foreign', 'restored']);
    const rows = await allRows();
    await run();
    expect(await allRows()).toEqual(rows);
  });

  test.each([[null], ['3'], [-1]])('days of %j purge nobody', async (days) => {
    const { run } = await keeper();
    await env.DB.prepare(
      `UPDATE applications SET config = json_set(config, '$.delete_account_day', json(?))`,
    )
      .bind(JSON.stringify(days))
      .run();
    await insertUser('kept', 1);
    await run();
    expect(await users()).toEqual(['kept']);
  });

  test('each application by its own days', async () => {
    const { run } = await keeper();
    await env.DB.prepare(
      `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
       SELECT ?, company_id, name, token_hash, domains, storefront_url, default_country_code,
              json_set(config, '$.delete_account_day', 30) FROM applications WHERE id = ?`,
    )
      .bind(OTHER_APP, APP)
      .run();
    await insertUser('gone', NOW - 20 * DAY);
    await insertUser('kept', NOW - 20 * DAY, OTHER_APP);
    await run();
    expect(await users()).toEqual(['kept']);
  });

  test('every row goes, by whatever leads to it', async () => {
    const { run } = await keeper();
    await insertUser('u', 1);
    const later = NOW + DAY;
    const challenge = (id: string, columns: string, ...values: string[]) =>
      env.DB.prepare(
        `INSERT INTO otp_challenges (application_id, id, code_mac, purpose, kind, tries_buckets, refund, created_at,
                                     expires_at, ${columns})
         VALUES ('${APP}', ?, 'm', 'login', 'email', '[]', '[]', 0, ${later}, ${values.map(() => '?').join(', ')})`,
      ).bind(id, ...values);
    const proof = (registration: string, value: string) =>
      env.DB.prepare(
        `INSERT INTO proofs (application_id, registration, kind, value, proven_at, expires_at) VALUES ('${APP}', ?, 'email', ?, 0, ${later})`,
      ).bind(registration, value);
    // A reset link that was asked for while nobody had the address belongs to nobody.
    const link = (id: string, value: string) =>
      env.DB.prepare(
        `INSERT INTO links (application_id, id, link_kind, user_id, kind, value, created_at, expires_at)
         VALUES ('${APP}', ?, 'reset', '', 'email', ?, 0, ${later})`,
      ).bind(id, value);
    await env.DB.batch([
      link('trace-of-nobody', 'u@example.com'),
      link('kept', 'else@example.com'),
      env.DB.prepare(
        `INSERT INTO registrations (application_id, id, origin, user_id, form_id, created_at, expires_at)
         VALUES ('${APP}', 'mine', 'code', 'u', 'form-of-mine', 0, ${later})`,
      ),
      challenge('trace-by-user', 'value, user_id', 'else@example.com', 'u'),
      challenge('trace-by-registration', 'value, registration', 'else@example.com', 'mine'),
      challenge('trace-by-value', 'value', 'u@example.com'),
      challenge('kept', 'value', 'else@example.com'),
      proof('mine', 'trace@example.com'),
      proof('trace-of-value', 'u@example.com'),
      proof('kept', 'else@example.com'),
    ]);
    for (const id of ['trace-by-user', 'trace-by-registration', 'trace-by-value', 'kept']) {
      await kv.namespace.put(`otp:${APP}:${id}`, 'sealed', { expirationTtl: 600 });
    }
    await kv.namespace.put(`form:${APP}:form-of-mine`, 'trace', { expirationTtl: 600 });
    await run();
    expect(await tracesOf(['trace', 'u@example', 'mine'], kv.namespace)).toEqual([]);
    const kept = await tracesOf(['kept'], kv.namespace);
    expect(kept.map((place) => place.split(':')[0])).toEqual([
      'links',
      'otp_challenges',
      'proofs',
      'KV otp',
    ]);
  });

  test('a run has an end: the rest is left to the next one', async () => {
    for (let one = 0; one < 205; one += 1) {
      await insertUser(`u${one}`, 1);
      await kv.namespace.put(`session:${APP}:u${one}:handle`, '{}', { expirationTtl: 600 });
    }
    const cutoffs = [{ application: APP, cutoff: NOW }];
    const run = async () => {
      const steps = purge(new Database(env.DB), new Values(kv.namespace), cutoffs, NOW);
      return takeTurns([{ database: 'DB', steps }], { queries: 1_000, calls: 150 });
    };
    // A batch of 100: as many looks for sessions, and as many sessions to remove.
    const batch = { counts: { users: 100, sessions: 100 }, complete: false, failed: [] };
    expect([await run(), await run()]).toEqual([batch, batch]);
    expect(await run()).toMatchObject({ counts: { users: 5, sessions: 5 }, complete: true });
  });

  test('many in one run', async () => {
    const { run, log } = await keeper();
    for (let one = 0; one < 205; one += 1) await insertUser(`u${one}`, 1);
    await run();
    expect(await users()).toEqual([]);
    expect(log[0]).toMatchObject({ counts: { users: 205 }, complete: true });
  });

  test('a user who is restored between the look and the purge stays whole', async () => {
    const counted = countingDatabase(env.DB);
    const { run } = await keeper();
    await insertUser('back', 1);
    await insertUser('gone', 1);
    const whole = (await allRows()).get('identifiers')?.filter(({ user_id }) => user_id === 'back');
    const log: LogLine[] = [];
    const restoring = {
      ...kv.namespace,
      // The sessions are looked for after the users were found and before their rows go.
      list: async (options?: KVNamespaceListOptions) => {
        await env.DB.prepare(`UPDATE users SET deleted_at = NULL WHERE id = 'back'`).run();
        return kv.namespace.list(options);
      },
    };
    const environment = parseEnvironment({ ...env, DB: counted.database, KV: restoring });
    const wired = createRuntime(environment, (line) => log.push(line), {
      clock: { now: () => NOW },
    });
    await wired.scheduled(PURGE_CRON);
    expect(log).toMatchObject([{ counts: { users: 1 }, complete: true }]);
    expect(await users()).toEqual(['back']);
    expect((await allRows()).get('identifiers')).toEqual(whole);
    await run();
    expect(await users()).toEqual(['back']);
  });

  test('a run that breaks leaves each user whole or gone, and the next one goes on', async () => {
    const { run, log } = await keeper();
    await insertUser('u', 1);
    const rows = await allRows();
    kv.down = true;
    await run();
    expect(log[0]).toMatchObject({ level: 'error', complete: false, failed: ['DB'] });
    expect(await allRows()).toEqual(rows);
    kv.down = false;
    await run();
    expect(log[1]).toMatchObject({ level: 'info', counts: { users: 1 } });
    expect(await users()).toEqual([]);
  });

  test('a database that fails stops no other', async () => {
    const broken = countingDatabase(env.DB);
    broken.down = true;
    const { run, log } = await keeper({ DB_1: broken.database });
    await env.DB.prepare(
      `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config, shard)
       SELECT ?, company_id, name, token_hash, domains, storefront_url, default_country_code, config, 'DB_1'
       FROM applications WHERE id = ?`,
    )
      .bind(OTHER_APP, APP)
      .run();
    await insertUser('u', 1);
    await run();
    expect(await users()).toEqual([]);
    expect(log[0]).toMatchObject({ level: 'error', failed: ['DB_1'], counts: { users: 1 } });
  });

  test("an address that the user only claimed stays its owner's: a live code for it is not touched", async () => {
    const { run } = await keeper();
    await insertUser('attacker', 1);
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO identifiers (application_id, user_id, kind, value, verified, created_at)
         VALUES (?, 'attacker', 'email', 'victim@example.com', 0, 0)`,
      ).bind(APP),
      ...[NOW + 1, NOW].map((expiresAt) =>
        env.DB.prepare(
          `INSERT INTO otp_challenges (application_id, id, purpose, kind, value, code_mac, tries_buckets, refund,
                                       created_at, expires_at)
           VALUES (?, ?, 'login', 'email', 'victim@example.com', 'm', '[]', '[]', 0, ?)`,
        ).bind(APP, String(expiresAt - NOW), expiresAt),
      ),
    ]);
    await run();
    expect(await users()).toEqual([]);
    const challenges = (await allRows()).get('otp_challenges');
    expect(challenges?.map(({ id }) => id)).toEqual(['1']);
  });
});
