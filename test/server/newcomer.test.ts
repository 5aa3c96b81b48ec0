/**
 * What a newcomer does in the first minutes, with the README's own tools: start, copy the printed line, five curl lines,
 * Ctrl-C, start again. The tests of this file are one story and run in its order.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEMO, welcome } from '../../scripts/lib/welcome.ts';
import { end, freePort, npmStart } from '../support/npm-start.ts';
import { allGone, commandsUnder, groupsUnder, killGroups } from '../support/processes.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'vestibule-newcomer-'));
const state = join(folder, 'state');
const AUTHORIZATION = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
/** The number that the welcome calls. */
const MOBILE = '8652523958';

const LOGIN = 'authentication/v1.0/login/otp';
const VERIFY = 'authentication/v1.0/otp/mobile/verify';
const PROFILE = 'profile/v1.0/detail';
const SESSION = 'authentication/v1.0/session';
const SESSIONS = 'authentication/v1.0/sessions';
const LOGOUT = 'authentication/v1.0/logout';

let server: StartedServer | undefined;
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
});
/** The one that runs now. */
function running(): StartedServer {
  if (!server) throw new Error('not started');
  return server;
}

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

/** A shopper with a cookie jar; each call is one curl line, to one address or to several in turn. */
function browser(name: string) {
  const jar = join(folder, `${name}.txt`);
  const cookies = ['-b', jar, '-c', jar];
  async function curl(paths: string[], body?: object): Promise<Answered[]> {
    const quiet = ['--silent', '--show-error', '--max-time', '20'];
    const json = body && ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
    const { stdout } = await run('curl', [
      ...quiet,
      ...cookies,
      ...(json ?? []),
      '-H',
      `authorization: ${AUTHORIZATION}`,
      '--write-out',
      '\n%{http_code}\n',
      ...paths.map((path) => `${running().url}/service/application/user/${path}`),
    ]);
    return [...stdout.matchAll(/^(.*)\n(\d{3})\n/gm)].map(([, text = '', status]) => ({
      status: Number(status),
      body: JSON.parse(text) as Answered['body'],
    }));
  }
  async function post(path: string, body: object): Promise<Answered['body']> {
    const [answered] = await curl([path], body);
    expect(answered?.status, JSON.stringify(answered?.body)).toBe(200);
    return answered?.body ?? {};
  }
  return {
    get: curl,
    post,
    /** Asks for a code, reads it in the inbox and hands it in. */
    async login(mobile: string): Promise<Answered['body']> {
      const { length: after } = await running().inbox(`+91${mobile}`);
      const { request_id } = await post(LOGIN, { mobile, country_code: '91' });
      const otp = await running().otpFor(`+91${mobile}`, { after });
      return post(VERIFY, { request_id, otp });
    },
  };
}
const shopper = browser('shopper');
const other = browser('other');
const OTHER = '9820098200';

/** What the Worker printed beside its log lines. */
const noise = (): string[] =>
  running()
    .workerOutput()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));

describe('the first start', () => {
  beforeAll(async () => {
    server = await startServer({ state, prestart: true });
  });

  test('says where it listens and with what to call it, and nothing else', () => {
    const secretsMade = /^Made SESSION_SECRETS.* for this checkout \(\.dev\.vars\)\.\n/;
    expect(running().output().replace(secretsMade, '').trim()).toBe(welcome(running().url).trim());
  });

  test('five curl lines log a shopper in, read it, list the session, log out and get 401', async () => {
    // 1. as printed
    const printed = /^curl (?:.*\\\n)*.*$/m.exec(running().output())?.[0] ?? '';
    const { stdout } = await run('sh', ['-c', `${printed} --silent --show-error --max-time 20`]);
    const { request_id } = JSON.parse(stdout) as { request_id: string };
    const otp = await running().otpFor(`+91${MOBILE}`);
    // 2.
    const verified = await shopper.post(VERIFY, { request_id, otp });
    expect(verified).toMatchObject({ user_exists: false });
    // 3.
    const { register_token } = verified;
    const signedIn = await shopper.post(PROFILE, { register_token, first_name: 'Asha' });
    expect(signedIn).toMatchObject({ user_exists: true });
    // 4.
    expect(await shopper.get([SESSION, SESSIONS])).toMatchObject([
      {
        status: 200,
        body: { user: { first_name: 'Asha', phone_numbers: [{ phone: MOBILE, verified: true }] } },
      },
      { status: 200, body: { sessions: [expect.stringMatching(/^[0-9a-f]{32}$/)] } },
    ]);
    // 5.
    expect(await shopper.get([LOGOUT, SESSION])).toMatchObject([
      { status: 200, body: { logout: true } },
      { status: 401, body: { code: 'not_authenticated', authenticated: false } },
    ]);
  });

  test('one with --reset on the same data is refused, and deletes nothing', async () => {
    const { url, port } = running();
    const flags = ['--reset', '--port', String(await freePort()), '--state', state];
    const second = npmStart(flags, ['--ignore-scripts']);
    expect(await second.ended).toBe(1);
    expect(second.printed()).toContain(`runs on these data, at ${url}.`);
    expect(await shopper.get([SESSION])).toMatchObject([{ status: 401 }]);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });

  test('a second one on the same port says plainly that it is taken', async () => {
    const { port } = running();
    const second = npmStart(['--port', String(port), '--state', join(folder, 'second')]);
    expect(await second.ended).toBe(1);
    expect(second.printed().trim()).toBe(
      `Port ${port} is taken. Choose another: npm start -- --port ${port + 1}`,
    );
    expect(await shopper.get([SESSION])).toMatchObject([{ status: 401 }]);
  });

  test('Ctrl-C ends it with no process and no error left', async () => {
    const { register_token } = await other.login(OTHER);
    await other.post(PROFILE, { register_token });
    expect(await running().stop('SIGINT')).toBe(0);
    expect(noise()).toStrictEqual([]);
  });
});

describe('the second start of the same data', () => {
  beforeAll(async () => {
    // The shopper would otherwise have to wait for half a minute between two codes.
    server = await startServer({ state, limits: { sendGapSeconds: 1 } });
  });

  test('says no more than the first: nothing of migrations or secrets', () => {
    expect(running().output().trim()).toBe(welcome(running().url).trim());
  });

  test('still knows the shoppers and their sessions', async () => {
    expect(await shopper.login(MOBILE)).toMatchObject({
      user_exists: true,
      user: { first_name: 'Asha' },
    });
    expect(await other.get([SESSION])).toMatchObject([
      { status: 200, body: { user: { phone_numbers: [{ phone: OTHER }] } } },
    ]);
  });

  test('SIGTERM to npm ends it with no process and no error left', async () => {
    expect(await running().stop('SIGTERM')).toBe(0);
    expect(noise()).toStrictEqual([]);
  });
});

describe('a start with --reset', () => {
  test('keeps nothing: a session of before is none, and the shopper is new', async () => {
    server = await startServer({ state, flags: ['--reset'] });
    expect(running().output().trim()).toBe(welcome(running().url).trim());
    expect(await running().inbox(`+91${MOBILE}`)).toStrictEqual([]);
    expect(await other.get([SESSION])).toMatchObject([{ status: 401 }]);
    expect(await shopper.login(MOBILE)).toMatchObject({ user_exists: false });
  });
});

describe('what goes wrong', () => {
  test.each([
    [['9000'], 'npm start -- --port 9000'],
    [['--prot', '9000'], "Unknown option '--prot'. Did you mean --port?"],
    [['--port', '0'], '--port takes a whole number from 1 to 65535'],
    [['--var', 'LIMITS'], '--var takes NAME:VALUE'],
  ])('%j is refused with a hint', async (flags, hint) => {
    const started = npmStart(flags, ['--ignore-scripts']);
    expect(await started.ended).toBe(2);
    expect(started.printed()).toContain(hint);
    expect(started.printed()).toContain('Try --help.');
    expect(started.printed()).not.toContain('    at ');
  });

  test('a SIGTERM while the database is prepared leaves no process either', async () => {
    const started = npmStart([
      '--port',
      String(await freePort()),
      '--state',
      join(folder, 'early'),
    ]);
    const hasWorkerd = () => commandsUnder(started.pid).some((one) => one.includes('workerd'));
    await expect.poll(hasWorkerd, { timeout: 30_000, interval: 20 }).toBe(true);
    await end(started);
    expect(started.printed()).not.toMatch(/listens on|Error|    at /);
  });

  test('a reader that goes away (`npm start | head`) leaves no process either', async () => {
    const port = await freePort();
    const started = npmStart(['--port', String(port), '--state', join(folder, 'piped')]);
    const text = started.printed;
    await expect.poll(text, { timeout: 60_000, interval: 50 }).toContain('listens on');
    const groups = groupsUnder(started.pid);
    try {
      started.child.stdout?.destroy();
      started.child.stderr?.destroy();
      // Its log line has nowhere to go.
      await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
      await allGone(groups);
    } finally {
      killGroups(groups);
    }
  });
});
