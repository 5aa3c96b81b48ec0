/** `npm run contract` as test authors run it: against the mock, its scenarios, and the real Worker. */
import { spawn } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { OPERATIONS, operationsUpTo } from '../../src/cli/contract/ledger.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { createClient } from '../../src/http/client.ts';
import { table } from '../../src/table.ts';
import { DEMO } from '../../mocks/demo.ts';
import { cookieOf, expectOk } from '../support/answers.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';
import { changesBetween, stateOnDisk } from '../support/state-on-disk.ts';

const ALL = OPERATIONS.length;
/** What the journeys see; logins by a provider and by a token need tokens. */
const SEEN = 45;

/** Runs beside this process, which serves the mock: it must not be waited for on its thread. */
async function contract(
  ...args: string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn('npm', ['run', '--silent', 'contract', '--', ...args], { cwd: ROOT });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, stdout, stderr };
}

const folder = mkdtempSync(join(tmpdir(), 'vestibule-contract-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the plain mock', () => {
  let server: MockServer;
  beforeAll(async () => {
    const mock = createMock();
    server = await listenWith(async (request) => mock.fetch(request), 0);
  });
  afterAll(async () => server.stop());

  test('keeps the contract, one line for each operation', async () => {
    const { status, stdout, stderr } = await contract('--url', server.url, '--static');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/^passed +\w+\.\w+ +20[01]$/gm)).toHaveLength(ALL);
    expect(stdout.endsWith(`${ALL} passed, 0 with breaches\n`)).toBe(true);
  });

  test('asks nobody for credentials, which a plain run says', async () => {
    const summary = join(folder, 'summary.md');
    const args = ['--only', 'loginWithOTP', '--format', 'junit', '--summary', summary];
    const { status, stdout } = await contract('--url', server.url, ...args);
    expect(status).toBe(1);
    expect(stdout).toContain('failures="2"');
    expect(readFileSync(summary, 'utf8')).toMatch(/do not ask for credentials.*--static/);
  });
});

describe('written wrongly it', () => {
  test.each<[string[], RegExp]>([
    [[], /--url is missing/],
    [['--url', 'ftp://x'], /not an http address/],
    [
      ['--url', 'http://127.0.0.1:9', '--format', 'xml'],
      /--format is one of table, json, junit, markdown/,
    ],
    [['--url', 'http://127.0.0.1:9', '--safe', '--full'], /exclude each other/],
    [['--url', 'http://127.0.0.1:9', '--only', 'nothing'], /no operation "nothing"/],
    [['--url', 'http://127.0.0.1:9', '--max-time', '0'], /--max-time takes a whole number/],
    [['--url', 'http://127.0.0.1:9', '--header', 'x'], /not of the form/],
    [['--url', 'http://127.0.0.1:9', '--header', 'Cookie: a=b'], /set by the check itself/],
    [['--url', 'http://127.0.0.1:9', '--cookie', 'a=b'], /f\.session=… or its value/],
    [['--url', 'http://127.0.0.1:9', '--cookie', 'x', '--full'], /for a plain run/],
    [['--url', 'http://u:p@127.0.0.1:9'], /user and a password/],
    [['--url', 'https://shop.example', '--full'], /say --allow-remote too/],
    [
      ['--url', 'https://shop.example'],
      /--company is missing \(or the variable CONTRACT_COMPANY\)/,
    ],
    [['--url', 'http://127.0.0.1:59999'], /No server answers there \(.*ECONNREFUSED/],
    [['diff', 'docs/openapi.json'], /Expected are A and B/],
    [['diff', 'docs/openapi.json', 'package.json'], /no OpenAPI document/],
  ])('%j says what is wrong and ends with 2', async (args, message) => {
    const { status, stdout, stderr } = await contract(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('journeys', () => {
  const TOKENS = [
    '--social-token',
    'new-person',
    '--apple-user',
    'scenario-new-person',
    '--login-token',
    'company-token',
  ];

  test.each([
    ['new-shopper', [], SEEN],
    ['admin-console', [], SEEN],
    ['social-new', TOKENS, ALL],
    ['returning-shopper', ['--sdk', '3.4'], SEEN + operationsUpTo('3.4').length - ALL],
  ] as const)('pass on the scenario %s', async (scenario, flags, passed) => {
    const scenarios = createScenarios({ scenario });
    const server = await listenWith(createPanel({ scenarios }).fetch, 0);
    try {
      const { stdout, status } = await contract('--url', server.url, '--full', ...flags);
      expect([stdout.match(/BREACH[\s\S]+/)?.[0], status]).toEqual([undefined, 0]);
      expect(stdout).toMatch(new RegExp(`^${passed} passed,`, 'm'));
    } finally {
      await server.stop();
    }
  });

  describe('on npm start', () => {
    let server: StartedServer;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(async () => server.stop());

    test('pass twice in a row within the real limits, and leave nobody behind who could sign in', async () => {
      const first = await contract('--url', server.url, '--full');
      expect([first.stdout.match(/BREACH[\s\S]+/)?.[0], first.status]).toEqual([undefined, 0]);
      expect(first.stdout).toContain(`${SEEN} passed, ${ALL - SEEN} skipped, 0 with breaches`);
      expect(first.stdout).not.toContain('STILL THERE');
      // The journeys are the same; wrong requests are sent to those alone whose limits they might use up.
      const only = ['loginWithOTP', 'sendOTPOnEmail', 'sendResetPasswordEmail', 'verifyMobileOTP'];
      const again = await contract('--url', server.url, '--full', '--only', only.join(','));
      expect([again.stdout.match(/BREACH[\s\S]+/)?.[0], again.status]).toEqual([undefined, 0]);
      expect(again.stdout).toContain(`${only.length} passed, 0 with breaches`);
      expect(again.stdout).not.toContain('STILL THERE');
    });

    test('and so does a plain run with a shopper’s session, which changes no row and no key', async () => {
      const client = createClient(table, {
        baseUrl: server.url,
        cookies: true,
        headers: {
          authorization: `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`,
        },
      }).application;
      const mobile = '9820055511';
      const sent = expectOk(await client.loginWithOTP({ body: { mobile, country_code: '91' } }));
      const otp = await server.otpFor(`+91${mobile}`);
      const request_id = sent.body.request_id ?? '';
      const { body } = expectOk(await client.verifyMobileOTP({ body: { request_id, otp } }));
      const { register_token } = body;
      const signedIn = await client.updateProfile({ body: { first_name: 'Asha', register_token } });
      const cookie = cookieOf(expectOk(signedIn));

      const before = stateOnDisk(server.state);
      const { stdout, status } = await contract('--url', server.url, '--cookie', cookie);
      expect([stdout.match(/BREACH[\s\S]+/)?.[0], status]).toEqual([undefined, 0]);
      expect(stdout).toMatch(
        /[89] passed, [12] refused as documented, 41 skipped, 0 with breaches/,
      );
      expect(changesBetween(before, stateOnDisk(server.state))).toEqual([]);
      // The same comparison sees a code that is sent, in both kinds of storage.
      expectOk(await client.sendOTPOnMobile({ body: { mobile, country_code: '91' } }));
      const changes = changesBetween(before, stateOnDisk(server.state)).join('\n');
      expect(changes).toMatch(/D1DatabaseObject otp_challenges: [\s\S]*KVNamespaceObject/);
    });

    test('without an inbox say what they would need', async () => {
      const { stdout } = await contract(
        '--url',
        server.url,
        '--full',
        '--test-number',
        '9820011111',
        '--test-otp',
        '000000',
        '--only',
        'verifyMobileOTP,updateProfile',
      );
      expect(stdout).toMatch(/BREACH +application\.verifyMobileOTP/);
      expect(stdout).toMatch(
        /not reached +application\.updateProfile +application\.verifyMobileOTP failed/,
      );
    });
  });
});

describe('diff', () => {
  test('ends with 1 on a breaking change, with 0 when the version may break', async () => {
    const document = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as {
      info: { version: string };
      paths: Record<string, unknown>;
    };
    const [first = ''] = Object.keys(document.paths);
    const { [first]: _, ...paths } = document.paths;
    const write = (name: string, version: string): string => {
      const file = join(folder, name);
      writeFileSync(
        file,
        JSON.stringify({ ...document, info: { ...document.info, version }, paths }),
      );
      return file;
    };
    const same = await contract('diff', 'docs/openapi.json', 'docs/openapi.json');
    expect([same.status, same.stdout]).toEqual([0, '0 breaking, 0 harmless\n']);
    const broken = await contract(
      'diff',
      'docs/openapi.json',
      write('a.json', document.info.version),
    );
    expect(broken.status).toBe(1);
    expect(broken.stdout).toContain(`${first} is gone`);
    const next = await contract(
      'diff',
      'docs/openapi.json',
      write('b.json', '0.99.0'),
      '--format',
      'json',
    );
    expect(next.status).toBe(0);
    expect(JSON.parse(next.stdout)).toMatchObject({ allowed: true, to: '0.99.0' });
  });
});
