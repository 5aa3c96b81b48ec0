/** Whole runs: what is green, what is not, and that a sentence says why. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMock } from '../../../mocks/app.ts';
import { createPanel } from '../../../mocks/panel/app.ts';
import { createScenarios } from '../../../mocks/scenarios/host.ts';
import {
  checkContract,
  Unreachable,
  WrongOptions,
  type CheckOptions,
} from '../../../src/cli/contract/check.ts';
import { OPERATIONS } from '../../../src/cli/contract/ledger.ts';
import { render } from '../../../src/cli/contract/report.ts';
import type { Report, Verdict } from '../../../src/cli/contract/verdict.ts';
import {
  brokenServer,
  cut,
  silent,
  withBody,
  withCookies,
  withError,
  withHeader,
  withText,
  type Breakage,
  type BrokenServer,
} from '../../support/contract/broken-server.ts';

const ALL = OPERATIONS.length;
const TOKEN = /\/oauth\/token$/;
/** Of each client one that reads; enough where the others say nothing else. */
const TWO = ['application.getPlatformConfig', 'platform.getCustomers'];
const OTP = '/service/application/user/authentication/v1.0/login/otp';

/** Breaks the answers of some paths. */
let broken: (path: string) => Breakage | undefined = () => undefined;
let plain: BrokenServer;
let real: BrokenServer;
beforeAll(async () => {
  plain = await brokenServer((path) => broken(path));
  const scenarios = createScenarios({ scenario: 'new-shopper' });
  real = await brokenServer((path) => broken(path), createPanel({ scenarios }).fetch);
});
afterEach(() => (broken = () => undefined));
afterAll(async () => Promise.all([plain.stop(), real.stop()]));

const statically = async (more: Partial<CheckOptions> = {}): Promise<Report> =>
  checkContract({ url: plain.url, mode: 'static', ...more });
const safely = async (more: Partial<CheckOptions> = {}): Promise<Report> =>
  checkContract({ url: real.url, ...more });
const idsOf = (report: Report, verdict: Verdict): string[] =>
  report.operations.filter((one) => one.verdict === verdict).map(({ operation }) => operation);
const all = (breakage: Breakage) => (path: string) => (TOKEN.test(path) ? undefined : breakage);

describe('a sound server', () => {
  test('that answers from examples passes, and the report says what was left out', async () => {
    const report = await statically();
    expect(report).toMatchObject({ ok: true, findings: [], summary: { passed: ALL } });
    expect(report.left_out.join()).toMatch(/request ids.*cookies.*wrong requests/);
  });

  test('passes a plain run, in which nothing that changes something is called rightly', async () => {
    const report = await safely();
    expect([report.findings, idsOf(report, 'breach')]).toEqual([[], []]);
    expect(report.ok).toBe(true);
    const read = [...idsOf(report, 'passed'), ...idsOf(report, 'refused')];
    const methods = new Map(OPERATIONS.map(({ id, row }) => [id, row.method]));
    expect(new Set(read.map((id) => methods.get(id)))).toEqual(new Set(['get']));
    expect(read).not.toContain('application.logout');
    expect(idsOf(report, 'refused')).toEqual([
      'application.hasPassword',
      'application.getLoggedInUser',
      'application.getListOfActiveSessions',
      'platform.getActiveSessions',
      'platform.getUserGroupById',
    ]);
    for (const { operation, negative_calls } of report.operations) {
      expect(negative_calls, operation).toBeGreaterThan(1);
    }
  });
});

test('a plain run of later operations finds no breach either: what their paths name need not be there', async () => {
  const report = await safely({ sdk: '3.16' });
  expect([report.findings, idsOf(report, 'breach')]).toEqual([[], []]);
  expect(idsOf(report, 'refused')).toContain('platform.getUsersJobByJobId');
});

test('a plain run sends nothing that names anybody to what changes something', async () => {
  const bodies = new Map<string, string[]>();
  const server = await brokenServer(
    () => undefined,
    async (request) => {
      const { pathname } = new URL(request.url);
      const text = await request.clone().text();
      bodies.set(pathname, [...(bodies.get(pathname) ?? []), text]);
      return createMock().fetch(request);
    },
  );
  try {
    const only = ['loginWithOTP', 'archiveUser', 'updateUserGroup'];
    await checkContract({ url: server.url, only });
  } finally {
    await server.stop();
  }
  const sent = [...bodies].filter(([path]) => !TOKEN.test(path)).flatMap(([, texts]) => texts);
  expect(sent.length).toBeGreaterThan(9);
  for (const text of sent.filter(Boolean)) {
    expect([text, Object.keys(JSON.parse(text) as object).length < 2]).toEqual([text, true]);
  }
});

describe('not green is', () => {
  test('the wrong application token', async () => {
    const report = await safely({ credentials: { applicationToken: 'wrong' }, only: TWO });
    expect(report.ok).toBe(false);
    expect(report.findings.join()).toMatch(
      /refuses the application and its token.*--application-token/,
    );
  });

  test('the wrong OAuth secret', async () => {
    const report = await safely({ credentials: { oauthSecret: 'wrong' }, only: TWO });
    expect(report.ok).toBe(false);
    expect(report.findings.join()).toMatch(/refuses the OAuth key and secret.*401 invalid_client/);
    expect(idsOf(report, 'not_reached')).toEqual(['platform.getCustomers']);
  });

  test('nothing but 500', async () => {
    broken = all(withError(500, 'internal_error'));
    const report = await safely();
    expect(report).toMatchObject({ ok: false, summary: { passed: 0, refused: 0 } });
    expect(report.findings[0]).toMatch(/Every answer is a server error \(500\)/);
  });

  test('a wrong base path', async () => {
    const report = await safely({ url: `${real.url}/v2` });
    expect(report).toMatchObject({ ok: false, summary: { passed: 0, refused: 0 } });
    expect(report.findings[0]).toMatch(/Nothing of the API is served below this URL.*base path/);
  });

  test('a server of which half is built', async () => {
    const missing = /\/(otp|customers)\//;
    broken = (path) => (missing.test(path) ? withError(404, 'not_found') : undefined);
    const report = await safely();
    expect(report.ok).toBe(false);
    const built = OPERATIONS.filter(({ row }) => !missing.test(row.path)).map(({ id }) => id);
    expect(report.findings[0]).toMatch(/operations are not served at all: application\.\w+/);
    for (const id of built) expect(idsOf(report, 'breach')).not.toContain(id);
    expect(idsOf(report, 'breach')).toHaveLength(ALL - built.length);
  });

  test('a server that asks nobody for credentials', async () => {
    const report = await checkContract({ url: plain.url, only: TWO });
    expect(report.ok).toBe(false);
    expect(report.findings.join()).toMatch(/2 operations do not ask for credentials.*--static/);
  });

  test('401 to everybody, as documented as it may be', async () => {
    broken = all(withError(401, 'unauthorized'));
    const report = await safely({ only: TWO });
    expect(report).toMatchObject({ ok: false, summary: { passed: 0 } });
  });

  test.each<[string, Breakage, RegExp]>([
    ['HTML', withText(() => '<!doctype html>'), /is not JSON, but HTML/],
    ['null', withText(() => 'null'), /holds no access_token/],
    ['nothing', withText(() => ''), /the answer is empty/],
    ['half an answer', cut, /closed in the middle|ended in the middle/],
    ['no token', withBody(() => ({})), /holds no access_token/],
  ])(
    'a token endpoint that answers %s; storefronts are checked all the same',
    async (_, way, said) => {
      broken = (path) => (TOKEN.test(path) ? way : undefined);
      const report = await safely({ only: TWO });
      expect(report).toMatchObject({ ok: false, summary: { passed: 1 } });
      expect(report.findings.join()).toMatch(said);
      expect(idsOf(report, 'not_reached')).toEqual(['platform.getCustomers']);
      expect(idsOf(report, 'breach')).toEqual([]);
    },
  );

  test('a run in which everything is rightly refused', async () => {
    const report = await safely({ only: ['getLoggedInUser'] });
    expect(report).toMatchObject({ ok: false, summary: { refused: 1, breach: 0, passed: 0 } });
    expect(report.findings.join()).toContain('Nothing passed');
  });

  test('a server that takes an empty body for an empty object', async () => {
    const scenarios = createScenarios({ scenario: 'new-shopper' });
    const panel = createPanel({ scenarios });
    const server = await brokenServer(
      () => undefined,
      async (request) => {
        const { url, method, headers } = request;
        const body = method === 'GET' ? undefined : (await request.text()) || '{}';
        return panel.fetch(new Request(url, { method, headers, body }));
      },
    );
    try {
      const only = ['updateProfile'];
      const report = await checkContract({ url: server.url, mode: 'full', only });
      const said = report.operations[0]?.breaches.map(({ message }) => message);
      expect(said).toEqual([
        expect.stringMatching(/^without a body: is 401 .*, not 400 validation_failed$/),
      ]);
    } finally {
      await server.stop();
    }
  }, 60_000);

  test('a field that is not looked at', async () => {
    broken = (path) => (path === OTP ? withError(200, '') : undefined);
    const report = await safely({ only: ['loginWithOTP'] });
    expect(report.operations[0]?.breaches.map(({ message }) => message).join()).toMatch(
      /body\.mobile as \[\{"wrong":true\}\]: is 200/,
    );
  });

  test('a 400 that names another field', async () => {
    const elsewhere = withError(400, 'validation_failed', {
      errors: [{ path: 'body.other', message: 'is required' }],
    });
    broken = (path) => (path === OTP ? elsewhere : undefined);
    const report = await safely({ only: ['loginWithOTP'] });
    expect(report.operations[0]?.breaches).toContainEqual({
      field: 'body.errors',
      message: 'body.mobile as [{"wrong":true}]: names body.other, not body.mobile',
    });
  });

  test('a login that signs nobody in, in the words of a browser', async () => {
    broken = () => withCookies((line) => line.replace('f.session', 'sid'));
    const report = await safely({ mode: 'full' });
    const { breaches } =
      report.operations.find(({ operation }) => operation === 'application.updateProfile') ?? {};
    expect(breaches).toContainEqual({
      field: 'header set-cookie',
      message: 'sets no f.session, though the shopper is signed in',
    });
    expect(report.cleanup.join('\n')).not.toContain('STILL THERE');
  }, 60_000);
});

describe('one bad answer', () => {
  test.each<[string, Breakage]>([
    ['cut', cut],
    ['that never comes', silent],
    ['in false gzip', withHeader('content-encoding', 'gzip')],
  ])('%s leaves the other fifty', async (_, way) => {
    broken = (path) => (path === OTP ? way : undefined);
    const report = await statically({ maxTimeMs: 300 });
    expect(idsOf(report, 'breach')).toEqual(['application.loginWithOTP']);
    expect(report).toMatchObject({ ok: false, summary: { passed: ALL - 1 } });
  });

  test('after another makes an end of waiting', async () => {
    broken = (path) => (TOKEN.test(path) || path === '/' ? undefined : silent);
    const report = await statically({ maxTimeMs: 100 });
    expect(report.summary).toMatchObject({ passed: 0, breach: 4, not_reached: ALL - 4 });
    expect(report.findings.join()).toContain('The server stopped answering');
  });
});

describe('the options', () => {
  test('choose operations by either name', async () => {
    const report = await statically({ only: ['loginWithOTP', 'platform.getPlatformConfig'] });
    expect(report.operations.map(({ operation }) => operation)).toEqual([
      'application.loginWithOTP',
      'platform.getPlatformConfig',
    ]);
    await expect(statically({ only: ['nothing'] })).rejects.toThrow('no operation "nothing"');
  });

  test('send headers with every request', async () => {
    const seen = new Set<string | null>();
    const server = await brokenServer(
      () => undefined,
      (request) => {
        seen.add(request.headers.get('x-gate'));
        return createMock().fetch(request);
      },
    );
    try {
      await checkContract({
        url: server.url,
        mode: 'static',
        only: TWO,
        headers: { 'x-gate': 'open' },
      });
      expect([...seen]).toEqual(['open']);
    } finally {
      await server.stop();
    }
  });

  test.each([
    ['http://user:password@127.0.0.1:9', /user and a password/],
    ['http://127.0.0.1:9/?x=1', /query or a fragment/],
    ['http://127.0.0.1:9/#x', /query or a fragment/],
    ['ftp://127.0.0.1', /not an http address/],
    ['https://shop.example', /Credentials are missing/],
  ])('refuse %s', async (url, message) => {
    const rejected = expect(checkContract({ url })).rejects;
    await rejected.toThrow(message);
    await expect(checkContract({ url })).rejects.toBeInstanceOf(WrongOptions);
  });

  describe('with the session of a shopper', () => {
    const READS = ['hasPassword', 'getLoggedInUser', 'getListOfActiveSessions'];
    /** A browser that is signed in, out of a scenario that has one. */
    async function signedIn() {
      const scenarios = createScenarios({ scenario: 'many-sessions', oneBrowser: true });
      const { cookie } = await scenarios.worldOf(new Request(real.url));
      const sent: string[] = [];
      const server = await brokenServer(
        (path) => broken(path),
        (request) => {
          const { pathname } = new URL(request.url);
          const carries = request.headers.get('cookie')?.includes('f.session=') ?? false;
          if (carries) sent.push(`${request.method} ${pathname}`);
          // Scenarios hand their session out; here only the given one is to count.
          const headers = new Headers(request.headers);
          if (!carries) headers.set('cookie', 'f.session=none');
          return createPanel({ scenarios }).fetch(new Request(request, { headers }));
        },
      );
      return { server, sent, session: encodeURIComponent(cookie?.value ?? '') };
    }

    test('reads that demand one succeed, and nothing else is done in the shopper’s name', async () => {
      const { server, sent, session } = await signedIn();
      try {
        const without = await checkContract({ url: server.url, only: READS });
        expect(idsOf(without, 'refused')).toHaveLength(3);
        for (const given of [session, `f.session=${session}`, `a=b; f.session=${session}; c=d`]) {
          const report = await checkContract({ url: server.url, only: READS, session: given });
          expect([report.findings, idsOf(report, 'passed').length]).toEqual([[], 3]);
        }
        sent.length = 0;
        const some = ['getLoggedInUser', 'loginWithOTP', 'logout', 'updateProfile', 'getCustomers'];
        await checkContract({ url: server.url, session, only: some });
        const reads = OPERATIONS.filter(
          ({ row }) => row.method === 'get' && row.cookie !== 'clears',
        );
        for (const one of new Set(sent)) {
          const [method, path = ''] = one.split(' ');
          const isRead = reads.some(({ row }) =>
            new RegExp(`^${row.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
          );
          expect([one, method === 'GET' && (isRead || path === '/')]).toEqual([one, true]);
        }
      } finally {
        await server.stop();
      }
    });

    test('a session that the server does not take is a breach, and a sentence says so', async () => {
      const report = await safely({ only: READS, session: 's%3Aold.cookie' });
      expect(report).toMatchObject({ ok: false, summary: { passed: 0, breach: 3 } });
      expect(report.findings.join()).toMatch(/does not take the session cookie \(401/);
    });

    test('what is no cookie, or is given to another kind of run, is refused', async () => {
      await expect(safely({ session: 'a=b' })).rejects.toThrow(/f\.session=… or its value/);
      await expect(safely({ session: 'x', mode: 'full' })).rejects.toBeInstanceOf(WrongOptions);
    });
  });

  test('say that nobody answers only when nobody does', async () => {
    await expect(checkContract({ url: 'http://127.0.0.1:9' })).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('a report', () => {
  test('is a table whose colours are for terminals alone', async () => {
    broken = (path) => (path === OTP ? withText(() => '{}') : undefined);
    const report = await statically();
    const table = render('table', report);
    expect(table).toMatch(/^BREACH +application\.loginWithOTP +200$/m);
    expect(table).toMatch(/^ +body\.request_id is missing, and always there$/m);
    expect(table).toMatch(/\n50 passed, 1 with breaches$/);
    expect(table).not.toContain('\u001B[');
    expect(render('table', report, true)).toContain('\u001B[31mBREACH');
  });

  test('is JSON with everything', async () => {
    const report = await statically({ only: TWO });
    expect(JSON.parse(render('json', report))).toEqual(report);
  });

  test('is JUnit, in which a run that proves nothing fails too', async () => {
    broken = () => withText(() => '<&"\u0007>');
    const junit = render('junit', await statically());
    expect(junit).toMatch(/<testcase classname="contract" name="run"[^>]*>\n +<failure message="/);
    expect(junit).toMatch(/<testcase classname="contract\.application" name="loginWithOTP"/);
    for (const [, message = ''] of junit.matchAll(/message="([^"]*)"/g)) {
      expect(message).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)|[\u0000-\u0008]/);
    }
  });

  test('is Markdown that a foreign server cannot write into', async () => {
    broken = (path) => (path === OTP ? withText(() => '<img src=x>|`![a](b)') : undefined);
    const markdown = render('markdown', await statically());
    expect(markdown).toMatch(/^## ❌ Contract of/);
    expect(markdown).toMatch(/^\| application\.loginWithOTP \| BREACH \| body is not JSON/m);
    expect(markdown).not.toContain('<img');
    expect(markdown).not.toMatch(/[^\\]\|`/);
  });
});
