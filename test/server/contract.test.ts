/** `npm run contract` as test authors run it: against the mock, its scenarios, and the real Worker. */
import { spawn } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMock } from '../../mocks/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { OPERATIONS } from '../../scripts/contract/check.ts';
import { listenWith, type MockServer } from '../../scripts/lib/mock-server.ts';
import { ROOT } from '../../scripts/lib/wrangler.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

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

describe('the plain mock', () => {
  let server: MockServer;
  beforeAll(async () => {
    const mock = createMock();
    server = await listenWith(async (request) => mock.fetch(request), 0);
  });
  afterAll(async () => server.stop());

  test('keeps the contract, one line for each operation', async () => {
    const { status, stdout, stderr } = await contract('--url', server.url);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/^ok +\w+\.\w+ +20[01]$/gm)).toHaveLength(ALL);
    expect(stdout.endsWith(`${ALL} passed, 0 failed\n`)).toBe(true);
  });

  test('in JSON and in JUnit says the same', async () => {
    const json = JSON.parse(
      (await contract('--url', server.url, '--format', 'json')).stdout,
    ) as object;
    expect(json).toMatchObject({
      url: server.url,
      summary: { passed: ALL, refused: 0, failed: 0, skipped: 0 },
      operations: expect.arrayContaining([
        {
          operation: 'platform.createUserGroup',
          outcome: 'passed',
          status: 201,
          breaches: [],
          milliseconds: expect.any(Number),
        },
      ]),
    });
    const { stdout } = await contract('--url', server.url, '--format', 'junit');
    expect(stdout).toMatch(
      new RegExp(
        `<testsuite name="contract of http:[^"]+" tests="${ALL}" failures="0" skipped="0"`,
      ),
    );
    expect(
      stdout.match(
        /<testcase classname="contract\.(application|platform)" name="\w+" time="[\d.]+"\/>/g,
      ),
    ).toHaveLength(ALL);
  });

  test('whose answers are wrong ends with 1, in every format', async () => {
    const broken = await listenWith(async () => Response.json({ value: '<&"\u0007>' }), 0);
    try {
      const { status, stdout } = await contract('--url', broken.url, '--format', 'junit');
      expect(status).toBe(1);
      expect(stdout).toContain(`failures="${ALL}"`);
      expect(stdout).toMatch(/<failure message="application\.loginWithOTP: header x-request-id/);
      // One failure a line, no mark that is not escaped.
      for (const [, message = ''] of stdout.matchAll(/message="([^"]*)"/g)) {
        expect(message).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)|[\u0000-\u0008]/);
      }
      const { stdout: lines } = await contract('--url', broken.url);
      expect(lines.endsWith(`0 passed, ${ALL} failed\n`)).toBe(true);
    } finally {
      await broken.stop();
    }
  });
});

describe('written wrongly it', () => {
  test.each<[string[], RegExp]>([
    [[], /--url is missing/],
    [['--url', 'ftp://x'], /not an http address/],
    [['--url', 'http://127.0.0.1:9', '--format', 'xml'], /--format is one of table, json, junit/],
    [['--url', 'http://127.0.0.1:9', '--safe', '--full'], /exclude each other/],
    [['--url', 'https://shop.example', '--full'], /say --allow-remote too/],
    [
      ['--url', 'https://shop.example'],
      /--company is missing \(or the variable CONTRACT_COMPANY\)/,
    ],
    [['--url', 'http://127.0.0.1:59999'], /Nobody answers at http:\/\/127\.0\.0\.1:59999/],
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
    ['social-new', TOKENS, 51],
  ] as const)('pass on the scenario %s', async (scenario, flags, passed) => {
    const scenarios = createScenarios({ scenario });
    const server = await listenWith(createPanel({ scenarios }).fetch, 0);
    try {
      const { stdout, status } = await contract('--url', server.url, '--full', ...flags);
      expect([stdout.match(/FAILED[\s\S]+/)?.[0], status]).toEqual([undefined, 0]);
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
      for (let run = 0; run < 2; run += 1) {
        const { stdout, status } = await contract('--url', server.url, '--full');
        expect([stdout.match(/FAILED[\s\S]+/)?.[0], status]).toEqual([undefined, 0]);
        expect(stdout).toContain(`${SEEN} passed, ${ALL - SEEN} skipped, 0 failed`);
      }
    });

    test('and so do the documented requests, where a refusal is an answer', async () => {
      const { stdout, status } = await contract('--url', server.url);
      expect([stdout.match(/FAILED[\s\S]+/)?.[0], status]).toEqual([undefined, 0]);
      expect(stdout).toMatch(/\d+ passed, \d+ refused as documented, 0 failed/);
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
      );
      expect(stdout).toMatch(/FAILED +application\.verifyMobileOTP/);
      expect(stdout).toMatch(
        /skipped +application\.updateProfile +not reached: application\.verifyMobileOTP failed/,
      );
    });
  });
});

describe('diff', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-diff-'));
  afterAll(() => rmSync(folder, { recursive: true }));

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
