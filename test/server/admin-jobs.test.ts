/** An operator's day by the command line: each job in process, on data of its own that is opened once. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandError } from '../../src/cli/admin/command.ts';
import { commands } from '../../src/cli/admin/commands.ts';
import { readCommand } from '../../src/cli/admin/read.ts';
import { contextOf } from '../../src/cli/admin/run.ts';
import { withDatabases, type Databases } from '../../src/cli/databases.ts';

const folder = mkdtempSync(join(tmpdir(), 'vestibule-jobs-test-'));
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
let databases: Databases;
let close: () => void;
let closed: Promise<void>;
let shop: string;

/** A command as it was typed. */
async function admin(...args: string[]) {
  const asked = readCommand(commands, [...args, '--as', 'Asha Rao']);
  if ('help' in asked) throw new Error('help');
  const { command, flags, words, more, person } = asked;
  return command.run(contextOf(databases, false, person), flags, words, more);
}
const text = async (...args: string[]) => (await admin(...args)).text;
/** Of a command that refuses. */
const refusal = async (...args: string[]) => {
  const error: unknown = await admin(...args).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CommandError);
  return (error as CommandError).message;
};

beforeAll(async () => {
  // As npm sets it for every script, unasked.
  process.env['npm_config_yes'] = '';
  await new Promise<void>((opened) => {
    closed = withDatabases({ state: join(folder, 'state') }, async (given) => {
      databases = given;
      await new Promise<void>((done) => {
        close = done;
        opened();
      });
    });
  });
  const company = (await admin('company', 'create', '--name', 'Example Ltd')).data as {
    id: string;
  };
  const made = await admin(
    ...['application', 'create', '--company', company.id, '--name', 'Example Shop'],
    ...['--domain', 'shop.example', '--default-country', '91'],
  );
  shop = (made.data as { id: string }).id;
  await admin('client', 'create', '--company', company.id, '--scopes', 'customers:read');
});
afterAll(async () => {
  close();
  await closed;
  rmSync(folder, { recursive: true, force: true });
});

describe('files of customers', () => {
  const users = [
    'E-Mail;Telefon;Vorname;last_name;Notiz',
    'asha@example.com;9820098200;Asha;Rao;vip',
    'neel@example.com;9820098201;Neel;Shah;',
  ].join('\n');
  const mapping = [
    '--map',
    'email=E-Mail',
    '--map',
    'phone_number=Telefon',
    '--map',
    'first_name=vorname',
  ];

  test('a header that means nothing is refused once, and mapped', async () => {
    const csv = file('crm.csv', users);
    const load = ['users', 'import', csv, '--application', shop];
    expect(await refusal(...load)).toMatch(
      /unknown columns: E-Mail, Telefon, Vorname, Notiz\. .*--map/,
    );
    expect(await refusal(...load, ...mapping)).toMatch(/unknown columns: Notiz\./);
    expect(await refusal(...load, '--map', 'mail=E-Mail')).toMatch(/is not FIELD=COLUMN/);
    expect(await refusal(...load, '--map', 'email=Mail')).toMatch(/has no column "mail".*E-Mail/);
    expect(
      await refusal(
        'users',
        'import',
        file('a.ndjson', '{}'),
        '--application',
        shop,
        '--map',
        'email=x',
      ),
    ).toMatch(/for CSV/);
    const said = await text(...load, ...mapping, '--ignore-column', 'notiz');
    expect(said).toMatch(/^2 imported, 0 already there, 0 refused/);
  });

  test('a CSV export has the primary ones in columns of their own, and is imported again', async () => {
    const out = join(folder, 'out.csv');
    await admin('users', 'export', out, '--application', shop);
    const [header = '', ...lines] = readFileSync(out, 'utf8').trim().split('\n');
    const names = header.split(',');
    const [first = ''] = lines.filter((line) => line.includes('asha@'));
    const cells = first.split(',');
    expect(cells[names.indexOf('email')]).toBe('asha@example.com');
    expect(cells[names.indexOf('phone_number')]).toBe("'+919820098200");
    const again = await admin('users', 'import', out, '--application', shop);
    expect(again.data).toMatchObject({ imported: 0, already_there: 2, refused: 0 });
  });
});

describe('customers', () => {
  const of = () => ['--application', shop];
  const find = async (what: string) => {
    const { data } = await admin('users', 'find', what, ...of());
    return (data as { users: { id: string; phone: string }[] }).users;
  };

  test('are found by number, email, name and id, and shown', async () => {
    const [asha] = await find('9820098200');
    const id = asha?.id ?? '';
    expect(asha).toMatchObject({ name: 'Asha Rao', status: 'active', phone: '+919820098200' });
    for (const by of ['asha@example.com', 'Asha', 'Rao Asha', id]) {
      expect((await find(by))[0]?.id).toBe(id);
    }
    expect(await text('users', 'find', 'nobody@example.com', ...of())).toBe('Nobody was found.');
    const shown = await text('users', 'show', id, ...of());
    expect(shown).toMatch(
      /Identifiers\n +phone +\+919820098200 +verified +primary\n +email +asha@example.com/,
    );
    expect(await refusal('users', 'show', 'x', ...of())).toMatch(/no user x/);
  });

  test('are put into a group by a file, and listed there', async () => {
    const csv = file('members.csv', 'phone_number\n9820098200\n9820098299\nx\n');
    const made = await admin('groups', 'upload', '--file', csv, '--name', 'Best', ...of());
    expect(made).toMatchObject({ failed: true, data: { rows: 3, users: 1, state: 'success' } });
    expect(made.text).toMatch(/Group 1 \(Best\): 3 rows, 1 members, 2 refused\nline 3: /);
    expect(await text('groups', 'members', '1', ...of())).toMatch(/Asha Rao +\+919820098200/);
    const both = file('both.csv', 'email\nasha@example.com\nneel@example.com\n');
    const replaced = await admin('groups', 'upload', '--file', both, '--group', '1', ...of());
    expect(replaced).toMatchObject({ failed: false, data: { users: 2 } });
    expect(await text('groups', 'members', '1', '--limit', '1', ...of())).toMatch(
      /^ID.*\n\S+ +\S+ \S+.*$/,
    );
    expect(await text('groups', 'list', ...of())).toMatch(/1 +\S+ +Best +success +2/);
    expect(await refusal('groups', 'members', '9', ...of())).toMatch(/no group 9/);
    const none = file('none.csv', 'colour\nred\n');
    expect(await admin('groups', 'upload', '--file', none, ...of())).toMatchObject({
      failed: true,
      data: { state: 'failed' },
    });
    const [asha] = await find('9820098200');
    expect(await text('users', 'show', asha?.id ?? '', ...of())).toMatch(/groups +Best \(1\)/);
  });

  test('are exported whole and erased, after a question', async () => {
    const [asha] = await find('9820098200');
    const id = asha?.id ?? '';
    const out = join(folder, 'asha.json');
    const said = await text('users', 'export', out, '--user', id, ...of());
    expect(said).toMatch(/All that is stored of \w+ \(\d+ rows\)/);
    const { stored } = JSON.parse(readFileSync(out, 'utf8')) as {
      stored: Record<string, object[]>;
    };
    expect(stored['identifiers']).toHaveLength(2);
    expect(stored['user_groups']).toMatchObject([{ name: 'Best' }]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(await refusal('users', 'export', out, '--user', id, ...of())).toMatch(/cannot be made/);
    expect(await refusal('users', 'erase', id, ...of())).toMatch(/Nothing was erased.*--yes/);
    expect(await text('users', 'erase', id, '--yes', ...of())).toBe(`${id} is erased.`);
    expect(await find('9820098200')).toEqual([]);
    expect(await refusal('users', 'erase', id, '--yes', ...of())).toMatch(/no user/);
    const { data } = await admin('audit', shop, '--kind', 'customers', '--actor', 'Asha Rao');
    expect((data as { events: { action: string; user_id?: string }[] }).events).toMatchObject([
      { action: 'customer.erased', actor: 'cli', person: 'Asha Rao' },
      { action: 'customer.exported' },
    ]);
    expect(JSON.stringify(data)).not.toContain(id);
  });
});

describe('login options', () => {
  test('are read, changed, looked back on and undone', async () => {
    const get = async (path: string) => text('config', 'get', shop, path);
    expect(await get('login.password')).toBe('true');
    expect(await text('config', 'get', shop)).toMatch(/session_config.duration +\d+/);
    expect(await text('config', 'history', shop)).toBe('Nothing was changed so far.');
    const set = async (...pairs: string[]) => text('config', 'set', shop, ...pairs);
    expect(await set('login.password=false', 'session_config.duration=7')).toMatch(
      /login.password +true +→ +false\nsession_config.duration +30 +→ +7/,
    );
    // A caption that looks like a number is still a text.
    await set('subtext=2027', 'display=Hello, you');
    expect([await get('subtext'), await get('display')]).toEqual(['"2027"', '"Hello, you"']);
    expect(await text('config', 'undo', shop)).toMatch(/subtext +"2027" +→ +""/);
    expect(await get('login.password')).toBe('false');
    expect(await text('config', 'undo', shop, '--to', '1')).toMatch(
      /login.password +false +→ +true/,
    );
    const { data } = await admin('config', 'history', shop);
    const { versions } = data as { versions: { version: number; person?: string }[] };
    expect(versions.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    expect(versions.map(({ person }) => person)).toEqual([
      ...Array<string>(4).fill('Asha Rao'),
      undefined,
    ]);
  });

  test('are refused by the schema of the API', async () => {
    const refused: [string[], RegExp][] = [
      [['login.password=maybe'], /login.password .*true or false|boolean/],
      [['login.passwrd=true'], /passwrd/],
      [['session_config.duration=0'], /session_config.duration must be between/],
      [['session_config.type=Years'], /session_config.type/],
      [['colour'], /is not PATH=VALUE/],
      [['__proto__.x=1'], /__proto__/],
      [[], /Nothing to change/],
    ];
    const before = await text('config', 'get', shop);
    for (const [pairs, message] of refused) {
      expect(await refusal('config', 'set', shop, ...pairs)).toMatch(message);
    }
    expect(await refusal('config', 'get', shop, 'login.constructor')).toMatch(/nothing at/);
    expect(await refusal('config', 'undo', shop, '--to', '99')).toMatch(/no version 99/);
    expect(await text('config', 'get', shop)).toBe(before);
  });
});

describe('own wording', () => {
  const set = ['application', 'set'];
  test('is checked, shown with its segments, kept, and taken away', async () => {
    const sms = file('otp.txt', '{{otp}} is your code for {{shop}}.\n');
    const own = `otp.sms.en=@${sms}`;
    const preview = await admin(...set, shop, '--template', own, '--preview');
    expect(preview.text).toMatch(
      /otp, SMS, en: 1 SMS segment \(\d+ characters\)\n\n123456 is your code for Example Shop\./,
    );
    expect(await text('application', 'show', shop)).not.toContain('is your code for');
    const hindi =
      'otp.sms.hi={{otp}} आपका {{shop}} कोड है। इसे किसी के साथ साझा न करें, यह केवल आपके लिए है।';
    const kept = await text(...set, shop, '--template', own, '--template', hindi);
    expect(kept).toMatch(/^Changed: templates\.\n\notp, SMS, en: 1 SMS segment/);
    expect(kept).toMatch(/otp, SMS, hi: 2 SMS segments \(\d+ characters, because of आ/);
    expect(await text('application', 'show', shop)).toContain('is your code for');
    await admin(...set, shop, '--template', 'otp.sms.en=', '--template', 'otp.sms.hi=');
    expect(await text('application', 'show', shop)).not.toContain('is your code for');
  });

  test('is refused with a placeholder too many or too few', async () => {
    const refused: [string, RegExp][] = [
      ['otp.sms.en=Hello', /otp.sms lacks \{\{otp\}\}/],
      ['otp.sms.en={{otp}} {{name}}', /unknown placeholder \{\{name\}\}/],
      ['otp.text.en=Hello', /otp.text lacks \{\{otp\}\}/],
      ['verify_link.sms.en={{link}}', /lacks \{\{account\}\}/],
      ['otp.sms.xx={{otp}}', /"xx" is not one of en/],
      ['otp.voice.en={{otp}}', /is not MESSAGE\.PART\.LANGUAGE/],
      ['otps.sms.en={{otp}}', /Messages: otp, verify_link/],
      [`otp.sms.en={{otp}} ${'x'.repeat(500)}`, /at most 500/],
      ['otp.sms.en=@nowhere.txt', /cannot be read/],
      ['otp.sms.en=   ', /is no text/],
    ];
    for (const [given, message] of refused) {
      expect(await refusal(...set, shop, '--template', given)).toMatch(message);
    }
  });
});

test('the audit by kind and actor, and the report with its cost', async () => {
  const kinds = async (...args: string[]) => {
    const { data } = await admin('audit', shop, ...args);
    return (data as { events: { action: string }[] }).events.map(({ action }) => action);
  };
  expect(await kinds('--kind', 'clients')).toEqual(['client.created']);
  expect(await kinds('--kind', 'imports')).toContain('users.imported');
  expect(await kinds('--kind', 'config', '--limit', '1')).toHaveLength(1);
  expect(await kinds('--since', '2099-01-01')).toEqual([]);
  expect(await refusal('audit', shop, '--kind', 'cats')).toMatch(/not one of sign-ins/);
  expect(await refusal('audit', shop, '--since', 'yesterday')).toMatch(/is not a date/);
  const prices = file('prices.json', '{"currency":"INR","sms":{"91":0.18,"*":4.5}}');
  const figures = await admin('report', shop, '--days', '1', '--prices', prices);
  expect(figures.text).toMatch(/cost of SMS +0\.00 INR/);
  expect(figures.data).toMatchObject({ sms: {}, locks: 0, cost: { total: 0 } });
  const wrong = file('wrong.json', '{"currency":"INR","sms":{"IN":1}}');
  expect(await refusal('report', shop, '--prices', wrong)).toMatch(/sms must have calling codes/);
  expect(await refusal('report', shop, '--days', '0')).toMatch(/from 1 to 366/);
});
