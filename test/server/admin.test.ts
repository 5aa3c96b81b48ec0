/** The admin command line as an operator uses it, on data of its own, and what the Worker makes of it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { text as textOf } from 'node:stream/consumers';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/cli/admin/command.ts';
import { commands } from '../../src/cli/admin/commands.ts';
import { runAdmin } from '../../src/cli/admin/main.ts';
import { readCommand } from '../../src/cli/admin/read.ts';
import { contextOf } from '../../src/cli/admin/run.ts';
import { withDatabases } from '../../src/cli/databases.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { createClient } from '../../src/http/client.ts';
import { table } from '../../src/table.ts';
import { eventually } from '../support/eventually.ts';
import { UNUSABLE } from '../support/known-hashes.ts';
import { RELAXED } from '../support/sdk-customer.ts';
import { startServer } from '../support/started-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'vestibule-admin-test-'));
const state = join(folder, 'state');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (args: readonly string[]): string[] => ['run', '--silent', 'admin', '--', ...args];
/** As an operator types it. */
function adminByNpm(...args: string[]) {
  return spawnSync('npm', line(args), { cwd: ROOT, encoding: 'utf8', timeout: 120_000 });
}
/** The same without a process of its own, which would take longer than most commands. */
const admin = async (...args: string[]) => runAdmin(args);
/** The JSON of a command that must do what it says. */
async function done(...args: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await admin(...args, '--json', '--state', state);
  expect([args.join(' '), status, stderr]).toEqual([args.join(' '), 0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The hosted login of a host; fetch would not send another host. */
const pageAt = async (url: string, host: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = get(`${url}/auth/login`, { headers: { host } }, (answer) => {
      textOf(answer).then(resolve, reject);
    });
    asked.on('error', reject);
  });

describe('the help', () => {
  test('names every command, and shows the flags of each', async () => {
    const all = adminByNpm('--help');
    expect(all.status).toBe(0);
    for (const [name, { flags, summary }] of Object.entries(commands)) {
      expect(all.stdout).toContain(`  ${name} `);
      const own = await admin(...name.split(' '), '--help');
      expect(own.stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
      for (const flag of Object.keys(flags)) expect(flag).toMatch(/^[a-z-]+$/);
    }
    const one = await admin('application', 'set', '--help');
    expect(one.stdout).toMatch(/npm run admin -- application set APPLICATION-ID/);
    expect(one.stdout).toMatch(/--imported-hashes KINDS +which hashes/);
  });

  test('of a group names its commands, and the version is that of the project', async () => {
    const group = await admin('users', '--help');
    expect(group).toMatchObject({ status: 0, stderr: '' });
    expect(group.stdout).toMatch(/users import .*\n(?:.*\n)*  users export /);
    expect(group.stdout).not.toContain('company create');
    for (const args of [['--version'], ['company', 'list', '--version']]) {
      expect((await admin(...args)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    }
  });

  test('what is written wrongly ends with 2 and says what to write', async () => {
    const wrong: [string[], RegExp][] = [
      [[], /application create/],
      [['aplication', 'list'], /no command "aplication list"\. Did you mean application list\?/],
      [['user', 'import', 'a.csv'], /no command "user import"\. Did you mean users import\?/],
      [
        ['users', 'improt'],
        /Did you mean users import\? There are: users find, .*users import, users export/,
      ],
      [['users'], /What of users\? There are: users find, users show/],
      [['--json'], /A command is missing/],
      [['users', 'improt', '--help'], /Did you mean users import\?/],
      [['client', 'make'], /There are: client create, client list/],
      [['company', 'create'], /--name is missing/],
      [['application', 'show'], /The application id is missing/],
      [['application', 'show', 'a', 'b'], /"b" is not expected/],
      [['company', 'list', '--jsn'], /Unknown option '--jsn'\. Did you mean --json\?/],
      [['company', 'create', '--name', '-x'], /"-x" looks like a flag\. Write --name=-x/],
      [['company', 'list', '--json=yes'], /--json takes no value/],
      [['company', 'list', '--remote', '--state', 'x'], /--state is for local data/],
      [['company', 'list', '--env', 'staging'], /--env names a deployment, so --remote/],
    ];
    for (const [args, message] of wrong) {
      const { status, stderr, stdout } = await admin(...args);
      expect([args, status, stdout]).toEqual([args, 2, '']);
      expect(stderr).toMatch(message);
    }
    const typed = adminByNpm('company', 'lst');
    expect([typed.status, typed.stdout]).toEqual([2, '']);
    expect(typed.stderr).toMatch(/Did you mean company list\?/);
  });
});

describe('a company and its shop', () => {
  let company: Record<string, unknown>;
  let shop: Record<string, unknown>;
  let client: Record<string, unknown>;
  beforeAll(async () => {
    company = await done('company', 'create', '--name', 'Example Ltd');
    shop = await done(
      ...['application', 'create', '--company', String(company['id']), '--name', 'Example Shop'],
      ...['--domain', 'Shop.example', '--domain', 'localhost'],
    );
    client = await done('client', 'create', '--company', String(company['id']), '--scopes', 'all');
  });
  const id = () => String(shop['id']);

  test('what cannot be done is refused with the reason, and changes nothing', async () => {
    const before = await done('application', 'show', id());
    const refused: [string[], RegExp][] = [
      [['application', 'show', 'nobody'], /no application nobody.*application list/],
      [['application', 'set', id()], /Nothing to change/],
      [['application', 'set', id(), '--domain', 'https://shop.example'], /is not a host/],
      [
        ['application', 'set', id(), '--storefront-url', 'http://shop.example'],
        /is not an address/,
      ],
      [['application', 'set', id(), '--default-country', '999'], /is not a calling code/],
      [['application', 'set', id(), '--server-address', '1.2.3'], /is not an IP address/],
      [['application', 'set', id(), '--client-id', 'gogle=1'], /is not google=/],
      [['application', 'set', id(), '--imported-hashes', 'md5'], /"md5" is not one of bcrypt/],
      [['application', 'set', id(), '--imported-hashes-until', '2026-02-30'], /is not a date/],
      [['application', 'set', id(), '--imported-hashes-until', 'never'], /is not a date/],
      [['application', 'set', id(), '--imported-bcrypt-cost', '13'], /not one of 10, 11, 12/],
      [
        ['application', 'set', id(), '--login-token-issuer', 'erp'],
        /secret-from or --login-token-jwks is missing/,
      ],
      [
        [
          'application',
          'set',
          id(),
          '--login-token-issuer',
          'erp',
          '--login-token-jwks',
          'http://10.0.0.1',
        ],
        /public host/,
      ],
      [
        ['application', 'set', id(), '--facebook-secret-from', 'NOT_SET_ANYWHERE'],
        /which is not set/,
      ],
      [
        ['application', 'create', '--company', '99', '--name', 'x', '--domain', 'x.example'],
        /no company 99/,
      ],
      [
        ['client', 'create', '--company', '1', '--scopes', 'customers:raed'],
        /"customers:raed" is not one of customers:read/,
      ],
      [['client', 'rotate-secret', 'nobody'], /no client nobody/],
      [
        ['test-identifier', 'add', id(), '12', '--otp', '123456', '--until', '2099-01-01'],
        /neither an email/,
      ],
      [
        ['test-identifier', 'add', id(), 'a@b.co', '--otp', '12345', '--until', '2099-01-01'],
        /six digits/,
      ],
      [
        ['test-identifier', 'add', id(), 'a@b.co', '--otp', '123456', '--until', '2001-01-01'],
        /a day to come/,
      ],
      [['keys', 'rotate', 'SESSION_SECRET'], /is not one of SESSION_SECRETS/],
      [['users', 'import', 'nowhere.csv', '--application', id()], /no file nowhere.csv/],
    ];
    await withDatabases({ state }, async (databases) => {
      for (const [args, message] of refused) {
        const asked = readCommand(commands, args);
        if ('help' in asked) throw new Error('help');
        const { command, flags, words } = asked;
        const work = async () => command.run(contextOf(databases, false), flags, words);
        await expect(work()).rejects.toThrow(message);
        await expect(work()).rejects.toBeInstanceOf(CommandError);
      }
    });
    const { status, stderr } = await admin('application', 'show', 'nobody', '--state', state);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/no application nobody/)]);
    expect(await done('application', 'show', id())).toEqual(before);
  });

  test('settings are stored as the Worker reads them, and secrets only sealed', async () => {
    const secret = 'a secret of more than thirty-two bytes';
    const set = spawnSync(
      'npm',
      line([
        ...['application', 'set', id(), '--state', state, '--json'],
        ...['--default-country', '+91', '--sms-country', '971', '--language', 'hi'],
        ...['--message-language', 'en', '--message-language', 'ar'],
        ...[
          '--server-address',
          '192.0.2.7',
          '--client-id',
          'google=one',
          '--client-id',
          'google=two',
        ],
        ...[
          '--facebook-secret-from',
          'FB',
          '--login-token-issuer',
          'erp',
          '--login-token-secret-from',
          'ERP',
        ],
        ...['--imported-hashes', 'bcrypt,scrypt', '--imported-hashes-until', '2099-12-31'],
        ...['--imported-bcrypt-cost', '12'],
      ]),
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, FB: secret, ERP: secret } },
    );
    expect([set.status, set.stderr]).toEqual([0, '']);
    await done(
      'test-identifier',
      'add',
      id(),
      '9820098200',
      '--otp',
      '123456',
      '--until',
      '2099-01-01',
    );
    const shown = await done('application', 'show', id());
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toMatchObject({
      domains: ['shop.example', 'localhost'],
      storefront_url: 'https://shop.example',
      sms_countries: ['971'],
      language: 'hi',
      message_languages: ['en', 'ar'],
      server_addresses: ['192.0.2.7'],
      social: { clientIds: { google: ['one', 'two'] }, facebookSecret: '(sealed)' },
      login_token: { issuer: 'erp', secret: '(sealed)' },
      sealed_token: '(sealed)',
      imported_hashes: {
        kinds: ['bcrypt', 'scrypt'],
        until: Date.UTC(2100, 0, 1),
        maxBcryptCost: 12,
      },
      test_identifiers: [{ kind: 'phone', value: '+919820098200', otp: '123456' }],
    });
    expect(await done('test-identifier', 'list', id())).toMatchObject({
      test_identifiers: [{ value: '+919820098200', until: '2099-01-02T00:00:00.000Z' }],
    });
    await done(
      'application',
      'set',
      id(),
      '--language',
      'en',
      '--client-id',
      'none',
      '--no-login-token',
    );
    expect(await done('application', 'show', id())).toMatchObject({ social: { clientIds: {} } });
    expect(await done('check-data')).toEqual({ found: [] });
  }, 120_000);

  test('the new credentials open the new shop, its test number signs in, and the old ones end', async () => {
    const rotated = await done('application', 'rotate-token', id());
    const secret = await done('client', 'rotate-secret', String(client['key']));
    const server = await startServer({ state, limits: RELAXED });
    try {
      const bearer = (token: unknown) => ({
        authorization: `Bearer ${btoa(`${id()}:${String(token)}`)}`,
      });
      const calls = createClient(table, {
        baseUrl: server.url,
        cookies: true,
        headers: bearer(rotated['token']),
      });
      const old = await calls.application.getPlatformConfig({ headers: bearer(shop['token']) });
      expect(old.status).toBe(401);
      expect(await pageAt(server.url, 'shop.example')).toContain(
        `application-token="${String(rotated['token'])}"`,
      );
      const config = await calls.application.getPlatformConfig();
      expect(config.body).toMatchObject({
        name: 'Example Shop',
        login: { otp: true, password: true },
      });
      const sent = await calls.application.loginWithOTP({ body: { mobile: '9820098200' } });
      if (!sent.ok) throw new Error(JSON.stringify(sent.body));
      const body = { request_id: sent.body.request_id ?? '', otp: '123456' };
      expect(await calls.application.verifyMobileOTP({ body })).toMatchObject({ ok: true });
      const token = async (value: unknown) =>
        calls.service.createToken({
          params: { company_id: String(company['id']) },
          headers: { authorization: `Basic ${btoa(`${String(client['key'])}:${String(value)}`)}` },
          body: { grant_type: 'client_credentials' },
        });
      expect((await token(client['secret'])).status).toBe(401);
      expect(await token(secret['secret'])).toMatchObject({ ok: true, body: { expires_in: 3600 } });
    } finally {
      await server.stop();
    }
  });

  test('the audit shows what happened, newest first, and nothing of another application', async () => {
    const { events } = (await done('audit', id())) as {
      events: { action: string; requestId?: string }[];
    };
    const actions = events.map(({ action }) => action);
    expect(actions.slice(0, 2)).toEqual(['client.rotated', 'token.rotated']);
    expect(actions).toContain('application.created');
    expect(actions).toContain('application.changed');
    expect(await done('audit', id(), '--limit', '1')).toMatchObject({ events: [events[0]] });
    expect(await done('audit', id(), '--user', 'none')).toMatchObject({ events: [] });
    const { status, stdout, stderr } = await admin('audit', id(), '--limit', '0');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/--limit must be a whole number from 1 to 10000/);
  });

  test('a key is put first and the old one retired; of a deployment the value alone is printed', async () => {
    const env = {
      ...process.env,
      SESSION_SECRETS: 'old:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    };
    const keys = (...args: string[]) =>
      spawnSync('npm', line(['keys', ...args, '--remote']), { cwd: ROOT, encoding: 'utf8', env });
    const rotated = keys('rotate', 'SESSION_SECRETS');
    expect(rotated.stdout).toMatch(/^k-[0-9a-f]{8}:[A-Za-z0-9+/=]{44} old:MDEy\S+\n$/);
    env.SESSION_SECRETS = rotated.stdout.trim();
    expect(keys('retire', 'SESSION_SECRETS', 'old').stdout).toMatch(/^k-[0-9a-f]{8}:\S+\n$/);
    expect(keys('retire', 'SESSION_SECRETS', 'lost').stderr).toMatch(/no key lost. It has: k-/);
    const { SESSION_SECRETS: _, ...fresh } = env;
    const signing = spawnSync('npm', line(['keys', 'rotate', 'SIGNING_KEYS', '--remote']), {
      cwd: ROOT,
      encoding: 'utf8',
      env: fresh,
    });
    expect(JSON.parse(signing.stdout)).toMatchObject({
      keys: [{ kty: 'OKP', d: expect.any(String) }],
    });
  });
});

describe('users of another system', () => {
  const COUNT = 3_000;
  /** Of `pässwörd`. */
  const BCRYPT = '$2b$08$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6';
  /** Line → a name that a spreadsheet would run, or that looks as if it had been kept from that already. */
  const FORMULAS: Record<number, string> = {
    50: '=HYPERLINK("https://evil.example","x")',
    51: "'+1",
  };
  const target = join(folder, 'target');
  const file = join(folder, 'users.ndjson');
  const resume = join(folder, 'resume.json');
  const into = ['--application', DEMO.applicationId, '--state', target];

  beforeAll(() => {
    const lines = Array.from({ length: COUNT }, (_, at) =>
      JSON.stringify({
        external_id: `old-${at}`,
        first_name: FORMULAS[at] ?? 'Asha',
        email: `asha-${at}@example.com`,
        phone_number: `983${String(at).padStart(7, '0')}`,
        password_hash: BCRYPT,
        created_at: '2024-05-06T07:08:09Z',
      }),
    );
    lines[10] = '{"email":"nonsense"}';
    lines[20] = '{';
    lines[30] = JSON.stringify({ external_id: 'x', email: 'asha-1@example.com' });
    lines[40] = JSON.stringify({ external_id: 'y', email: 'y@example.com', password_hash: 'md5' });
    writeFileSync(file, `${lines.join('\n')}\n`);
    // The demo shop into the data that they go to.
    execFileSync('npm', ['run', '--silent', 'seed', '--', '--customers', '1', '--state', target], {
      cwd: ROOT,
    });
  });

  test('a dry run counts and writes nothing', async () => {
    const { stdout, status } = await admin('users', 'import', file, '--dry-run', ...into, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ imported: COUNT - 4, refused: 4, dry_run: true });
    expect(status).toBe(1);
    expect(existsSync(resume)).toBe(false);
    const again = await admin('users', 'import', file, '--dry-run', ...into, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ imported: COUNT - 4, already_there: 0 });
  });

  test('killed in the middle and gone on with: everyone is there once, every mistake is told by line', async () => {
    const errors = join(folder, 'errors.ndjson');
    const args = ['users', 'import', file, ...into, '--resume', resume, '--errors', errors];
    const child = spawn('npm', line(args), { cwd: ROOT, detached: true, stdio: 'ignore' });
    await eventually('a batch is in', 60_000, () => (existsSync(resume) ? true : undefined));
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    const noted = JSON.parse(readFileSync(resume, 'utf8')) as { line: number };
    expect(noted.line).toBeLessThan(COUNT);

    const other = join(folder, 'other.ndjson');
    writeFileSync(other, '{}\n');
    const wrong = await admin('users', 'import', other, ...into, '--resume', resume);
    expect(wrong.stderr).toMatch(/belongs to another file/);

    const { stdout } = await admin(...args, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ imported: COUNT - 4, already_there: 0, refused: 4 });
    expect(existsSync(resume)).toBe(false);
    const told = readFileSync(errors, 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as object);
    expect(told).toEqual([
      { line: 11, field: 'email', message: 'is not valid' },
      { line: 21, field: '', message: 'is not JSON' },
      { line: 31, field: 'email', message: 'belongs to another account' },
      { line: 41, field: 'password_hash', message: expect.stringContaining('neither bcrypt') },
    ]);
    const again = await admin(...args, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ imported: 0, already_there: COUNT - 4 });
    expect((await admin('check-data', '--state', target)).stdout).toMatch(/checks passed/);
  }, 120_000);

  test('leave in the record what they brought, and an end after 90 days', async () => {
    const { imported_hashes: policy } = JSON.parse(
      (await admin('application', 'show', DEMO.applicationId, '--state', target, '--json')).stdout,
    ) as { imported_hashes: { until: number; brought: object[] } };
    expect(policy.brought).toEqual([{ kind: 'bcrypt', cost: 8 }]);
    const days = (policy.until - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.9);
    expect(days).toBeLessThanOrEqual(90);
  });

  test('with hashes that no login could compute are refused with the reason', async () => {
    const bad = join(folder, 'bad.ndjson');
    const userWith = ([password_hash]: readonly [string, RegExp], at: number) =>
      JSON.stringify({ email: `bad-${at}@example.com`, password_hash });
    // An empty text is no hash, as in a CSV: that user has no password.
    const hashes = UNUSABLE.filter(([hash]) => hash !== '');
    writeFileSync(bad, hashes.map(userWith).join('\n'));
    const { stdout, status } = await admin('users', 'import', bad, '--dry-run', ...into);
    expect(stdout).toMatch(
      new RegExp(
        `^0 would be imported, 0 already there, ${hashes.length} refused\\nHashes of another system count until `,
      ),
    );
    expect(stdout).toMatch(/line 1: password_hash cannot be taken over: scrypt .*64 MiB/);
    expect(status).toBe(1);
  });

  test('come out again and into another shop as they were', async () => {
    const company = await done('company', 'create', '--name', 'Second');
    const shop = await done(
      ...['application', 'create', '--company', String(company['id'])],
      ...['--name', 'Second', '--domain', 'second.example'],
    );
    const there = ['--application', String(shop['id']), '--state', state];
    for (const format of ['ndjson', 'csv']) {
      const out = join(folder, `out.${format}`);
      const exported = await admin('users', 'export', out, ...into, '--with-hashes');
      expect(exported.stdout).toMatch(new RegExp(`^${COUNT - 3} users`));
      expect(statSync(out).mode & 0o777).toBe(0o600);
      const written = readFileSync(out, 'utf8');
      expect(written).toContain(format === 'csv' ? `'=HYPERLINK(""https` : '"=HYPERLINK(');
      expect(written).toContain(format === 'csv' ? `,''+1,` : `"'+1"`);
      const before = JSON.parse(
        (await admin('users', 'import', out, ...there, '--json')).stdout,
      ) as object;
      const expected = format === 'ndjson' ? { imported: COUNT - 3 } : { already_there: COUNT - 3 };
      expect(before).toMatchObject({ refused: 0, ...expected });
      const back = join(folder, `back.${format}`);
      await admin('users', 'export', back, ...there, '--with-hashes');
      expect(readFileSync(back, 'utf8')).toBe(readFileSync(out, 'utf8'));
    }
    expect((await admin('users', 'export', file, ...into)).stderr).toMatch(/cannot be made/);
  }, 120_000);

  test('sign in with the password they had; its hash becomes ours and the mark goes', async () => {
    const server = await startServer({ state: target });
    try {
      const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
      const { application } = createClient(table, {
        baseUrl: server.url,
        headers: { authorization },
      });
      const login = async (username: string, password: string) =>
        application.loginWithEmailAndPassword({ body: { username, password } });
      expect((await login('asha-7@example.com', 'password')).status).toBe(401);
      const done_ = await login('asha-7@example.com', 'pässwörd');
      expect(done_).toMatchObject({ ok: true, body: { user: { has_old_password_hash: false } } });
      expect(await login('9830000007', 'pässwörd')).toMatchObject({ ok: true });
    } finally {
      await server.stop();
    }
    const out = join(folder, 'after.ndjson');
    await admin('users', 'export', out, ...into, '--with-hashes');
    const users = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { external_id?: string; password_hash?: string });
    const kinds = Map.groupBy(users, ({ password_hash: hash }) => hash?.split('$')[1]);
    expect(kinds.get('argon2id')?.map((one) => one.external_id)).toEqual(['old-7']);
    expect(kinds.get('2b')).toHaveLength(COUNT - 5);
  }, 120_000);
});
