/** What the admin command line does to data, on D1 itself: every broken promise is found, and an import meets shoppers who sign up. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { auditShow } from '../../src/cli/admin/audit.ts';
import { checkData } from '../../src/cli/admin/check-data.ts';
import type { Context } from '../../src/cli/admin/command.ts';
import { seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { sha256Bytes } from '../../src/adapters/node/sha256.ts';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import { readUserLine, type Rules } from '../../src/user-file/line.ts';
import { Claims } from '../../src/domain/jobs/sort-users.ts';
import { writeBatch } from '../../src/adapters/d1/stores/user-intake.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import type { AuditEvent, ImportedUser } from '../../src/ports/index.ts';
import { d1Shop } from '../support/shop.ts';
import { eventOf } from '../support/stored.ts';

const APP = '000000000000000000000001';

function context(now: number): Context {
  const database = new Database(env.DB);
  return {
    directory: database,
    database: (name: string) => (name === 'DB' ? database : undefined),
    databases: () => [{ name: 'DB', database }],
    now,
    remote: false,
  } as unknown as Context;
}

async function check(application?: string) {
  const { data, failed } = await checkData.run(context(Date.now()), { application }, []);
  const { found } = data as { found: { promise: string; breaches: string[] }[] };
  expect(failed).toBe(found.length > 0);
  return found;
}

describe('check-data', () => {
  const someone = `(SELECT id FROM users LIMIT 1)`;
  const BREACHES: [string, RegExp, string[]][] = [
    [
      'a stretch that counts wrong',
      /stretches of the list/,
      [`UPDATE user_stretches SET users = users + 1`],
    ],
    [
      'two owners',
      /has one owner/,
      [
        `DROP INDEX identifiers_owner`,
        `INSERT INTO identifiers SELECT application_id, 'x', kind, value, calling_code, 1, 0, 0, 0 FROM identifiers LIMIT 1`,
      ],
    ],
    [
      'no primary',
      /one primary of each kind/,
      [`UPDATE identifiers SET is_primary = 0 WHERE kind = 'email' AND user_id = ${someone}`],
    ],
    [
      'an unverified primary',
      /one primary of each kind/,
      [`UPDATE identifiers SET verified = 0 WHERE kind = 'email' AND user_id = ${someone}`],
    ],
    [
      'an identifier of nobody',
      /identifier belongs to a user/,
      [`UPDATE identifiers SET user_id = 'nobody' WHERE user_id = ${someone}`],
    ],
    ['a wrong counter', /counter of users/, [`UPDATE counters SET value = value + 1`]],
    ['no counter', /counter of users/, [`DELETE FROM counters`]],
    ['no words', /found by the words/, [`DELETE FROM user_words WHERE user_id = ${someone}`]],
    [
      'one word too few',
      /found by the words/,
      [
        `DELETE FROM user_words WHERE user_id = ${someone} AND word = (SELECT MAX(word) FROM user_words WHERE user_id = ${someone})`,
      ],
    ],
    [
      'one word too many',
      /by no others/,
      [`INSERT INTO user_words SELECT application_id, 'ghost', id FROM users LIMIT 1`],
    ],
    [
      'a name without its words',
      /found by the words/,
      [`UPDATE users SET last_name = 'Quill' WHERE id = ${someone}`],
    ],
    [
      'a username without its words',
      /found by the words/,
      [`UPDATE users SET username = 'other_name' WHERE id = ${someone}`],
    ],
    [
      'a counter without users',
      /counter of users/,
      [`INSERT INTO counters VALUES ('000000000000000000000009', 'users', 1)`],
    ],
    [
      'a counter that is too small',
      /counter of users/,
      [`DROP TRIGGER users_uncounted`, `DELETE FROM users WHERE id = ${someone}`],
    ],
    [
      'words of nobody',
      /word belongs to a user/,
      [`INSERT INTO user_words VALUES ('${APP}', 'lost', 'nobody')`],
    ],
    [
      'an identity of nobody',
      /social identity belongs/,
      [`INSERT INTO social_identities VALUES ('${APP}', 'google', 's', 'nobody', 0)`],
    ],
    [
      'a member who is nobody',
      /member of a group is a user/,
      [`INSERT INTO group_members VALUES ('${APP}', 'i', 'nobody')`],
    ],
    [
      'a group without an import',
      /group has its import/,
      [`INSERT INTO user_groups VALUES ('${APP}', 'g', 1, 'n', 'd', 'i', NULL, 0, 0)`],
    ],
    ['a shop of nobody', /belongs to a company/, [`UPDATE applications SET company_id = '99'`]],
    [
      'a host that is no domain',
      /hosts are its domains/,
      [`INSERT INTO application_hosts VALUES ('lost.example', '${APP}')`],
    ],
    [
      'a database that is not bound',
      /database is bound/,
      [`UPDATE applications SET shard = 'DB_9'`],
    ],
    [
      'options that no flow knows',
      /login options/,
      [`UPDATE applications SET config = json_set(config, '$.session_config.type', 'Years')`],
    ],
    ['options that are no JSON', /login options/, [`UPDATE applications SET config = '{'`]],
  ];

  test('finds nothing in sound data', async () => {
    await d1Shop();
    await seedCustomers(env.DB, APP, { from: 0, count: 50, newest: 1e12 });
    expect(await check()).toEqual([]);
    expect(await check(APP)).toEqual([]);
  });

  test.each(BREACHES)('finds %s, and names no person', async (_, promise, statements) => {
    await d1Shop();
    await seedCustomers(env.DB, APP, { from: 0, count: 50, newest: 1e12 });
    for (const statement of statements) await env.DB.exec(statement);
    const found = await check();
    expect(found.map((one) => one.promise).join()).toMatch(promise);
    expect(JSON.stringify(found)).not.toMatch(/@example\.com(?<!\*\*\*@example\.com)|\+9198\d{8}/);
    expect(await check('5e68af49cfa09bf7233022f1')).toEqual([]);
  });
});

describe('the audit command', () => {
  test('shows events of one millisecond in one order, however they were written', async () => {
    const at = Date.now();
    const actions = ['sign_in', 'customer.updated', 'logout', 'customer.blocked'] as const;
    const events = actions.flatMap((action) =>
      [1, 2].map((nth): AuditEvent => ({ ...eventOf(action, 'u', at), detail: { nth } })),
    );
    const shown = async (user: string, written: readonly AuditEvent[]) => {
      const { ports, application } = await d1Shop();
      for (const event of written) await ports.audit.record({ ...event, userId: user });
      const { data } = await auditShow.run(context(at + 1), { user }, [application.id]);
      return (data as { events: AuditEvent[] }).events.map(({ action, detail }) => [
        action,
        detail?.['nth'],
      ]);
    };
    const inOrder = await shown('u', events);
    expect(inOrder).toEqual(
      actions.toSorted().flatMap((action) => [1, 2].map((nth) => [action, nth])),
    );
    expect(await shown('v', events.toReversed())).toEqual(inOrder);
  });
});

describe('a batch of users', () => {
  const rules: Rules = {
    applicationId: APP,
    callingCode: '91',
    hashes: new HashIntake(undefined, 1_800_000_000_000),
    digest: sha256Bytes,
    now: 1_800_000_000_000,
  };
  const RUN = 1_800_000_000_000;
  const record = (line: number, given: object): ImportedUser => {
    const read = readUserLine(line, given, rules);
    if ('field' in read) throw new Error(JSON.stringify(read));
    return read;
  };
  const people = (count: number, prefix = 'a') =>
    Array.from({ length: count }, (_, at) =>
      record(at + 1, { external_id: `${prefix}${at}`, email: `${prefix}${at}@example.com` }),
    );

  test('meets a shopper who takes an address in the same moment: the others come in', async () => {
    await d1Shop();
    const real = new Database(env.DB);
    let met = false;
    const racing = {
      read: real.read.bind(real),
      async write(statements: Parameters<Database['write']>[0]) {
        if (!met) {
          met = true;
          const [shopper] = [record(9, { external_id: 'shopper', email: 'a1@example.com' })];
          await writeBatch(real, APP, [shopper], 1);
        }
        return real.write(statements);
      },
    } as Database;
    const done = await writeBatch(racing, APP, people(3), RUN);
    expect(done).toEqual({
      imported: 2,
      alreadyThere: 0,
      problems: [{ line: 2, field: 'email', message: 'belongs to another account' }],
    });
    expect(await check()).toEqual([]);
  });

  test('that is written twice counts the same, and two at once make everyone once', async () => {
    await d1Shop();
    const database = new Database(env.DB);
    const results = await Promise.all(
      [1, 2, 3].map(async () => writeBatch(database, APP, people(40), RUN)),
    );
    expect(results.map(({ imported, problems }) => [imported, problems])).toEqual(
      results.map(() => [40, []]),
    );
    const later = await writeBatch(database, APP, people(40), RUN + 1);
    expect(later).toEqual({ imported: 0, alreadyThere: 40, problems: [] });
    expect(await check()).toEqual([]);
  });

  test('takes unverified copies off others, and gives a made username another ending', async () => {
    const shop = await d1Shop();
    const database = new Database(env.DB);
    const [first] = people(1);
    if (!first) throw new Error('nobody');
    await writeBatch(
      database,
      APP,
      [
        record(1, {
          external_id: 'u',
          email: 'first@example.com',
          emails: [{ email: 'b0@example.com', verified: false }],
          username: 'taken.name',
        }),
      ],
      RUN,
    );
    const twin = {
      ...record(2, { external_id: 'v', email: 'b0@example.com' }),
      username: 'taken.name',
    };
    expect(await writeBatch(database, APP, [twin], RUN)).toMatchObject({ imported: 1 });
    const { users } = await shop.ports.customers.list({ pageNo: 1, pageSize: 10 });
    expect(
      users.map(({ username, identifiers }) => [username.slice(0, 10), identifiers.length]),
    ).toEqual(
      expect.arrayContaining([
        ['taken.name', 1],
        ['taken.name', 1],
      ]),
    );
    expect(new Set(users.map(({ username }) => username)).size).toBe(2);
    expect(await check()).toEqual([]);
  });

  test('is only looked at by a dry run, which remembers what earlier lines claim', async () => {
    await d1Shop();
    const database = new Database(env.DB);
    const claims = new Claims();
    expect(await writeBatch(database, APP, people(5), RUN, claims)).toMatchObject({ imported: 5 });
    const second = await writeBatch(
      database,
      APP,
      [record(6, { external_id: 'z', email: 'a1@example.com' })],
      RUN,
      claims,
    );
    expect(second.problems).toEqual([
      { line: 6, field: 'email', message: 'belongs to another account' },
    ]);
    expect(await env.DB.prepare('SELECT COUNT(*) AS users FROM users').first()).toEqual({
      users: 0,
    });
  });

  test.each<[object, string]>([
    [{}, 'email'],
    [{ email: 'a@example.com', nmae: 'x' }, 'nmae'],
    [{ email: 'a@example.com', id: 'x' }, 'id'],
    [{ email: 'a@example.com', username: 'A' }, 'username'],
    [{ email: 'a@example.com', gender: 'x' }, 'gender'],
    [{ email: 'a@example.com', dob: '2099-01-01' }, 'dob'],
    [{ email: 'a@example.com', created_at: 'yesterday' }, 'created_at'],
    [{ email: 'a@example.com', meta: '{' }, 'meta'],
    [{ email: 'a@example.com', email_verified: 'maybe' }, 'email_verified'],
    [{ phone_number: '12' }, 'phone_number'],
    [{ emails: [{ email: 'a@example.com' }, { email: 'x' }] }, 'emails.1.email'],
    [
      {
        email: 'a@example.com',
        password_hash: '$2b$14$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6',
      },
      'password_hash',
    ],
  ])('refuses %j by its field', (given, field) => {
    expect(readUserLine(1, given, rules)).toMatchObject({ line: 1, field });
  });
});
