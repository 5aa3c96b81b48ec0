/** The smoke test of a deployment, before scenarios of the mock and before servers that are broken. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPanel } from '../../mocks/panel/app.ts';
import { DEMO } from '../../mocks/demo.ts';
import { ASHA } from '../../mocks/scenarios/people.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { OTP } from '../../mocks/scenarios/world.ts';
import { smoke, type SmokeResult } from '../../scripts/lib/smoke.ts';
import { givenCodes } from '../../src/cli/contract/codes.ts';
import {
  brokenServer,
  withError,
  type Breakage,
  type BrokenServer,
} from '../support/contract/broken-server.ts';

let broken: (path: string) => Breakage | undefined = () => undefined;
let server: BrokenServer;
beforeAll(async () => {
  const scenarios = createScenarios({ scenario: 'returning-shopper' });
  server = await brokenServer((path) => broken(path), createPanel({ scenarios }).fetch);
});
afterEach(() => (broken = () => undefined));
afterAll(async () => server.stop());

const check = async (number: string, otp = OTP, more = {}): Promise<SmokeResult[]> =>
  smoke({
    url: server.url,
    credentials: { ...DEMO, ...more },
    codes: () => givenCodes(number, otp),
    country: '91',
    maxTimeMs: 5000,
  });
const named = (results: SmokeResult[]) =>
  Object.fromEntries(results.map(({ check: name, ok, said }) => [name, ok ? 'ok' : said]));

test('a sound server passes, with a number that has an account and with one that has none', async () => {
  const results = await check(ASHA.mobile);
  expect(named(results)).toEqual({ up: 'ok', ready: 'ok', login: 'ok', contract: 'ok' });
  expect(results[2]?.said).toBe('signed in by the code, session read, signed out');
  expect(results[3]?.said).toMatch(/^\d+ operations passed, \d+ refused as documented$/);
  const fresh = await check('9820011111');
  expect(fresh[2]).toMatchObject({
    ok: true,
    said: 'the code was taken; the number has no account',
  });
});

test('a wrong code fails the login with advice, and the other checks go on', async () => {
  const { login, ...others } = named(await check('9820011112', '000000'));
  expect(login).toMatch(
    /^verifyMobileOTP: 400 otp_invalid: .*test-identifier add.*TEST_IDENTIFIERS/,
  );
  expect(others).toEqual({ up: 'ok', ready: 'ok', contract: 'ok' });
});

test('what a server breaks is named by the check that sees it', async () => {
  broken = (path) => (path === '/readyz' ? withError(503, 'unavailable') : undefined);
  expect(named(await check('9820011113'))['ready']).toMatch(/^GET \/readyz: 503/);
  broken = (path) =>
    path.endsWith('/platform/config') ? withError(500, 'internal_error') : undefined;
  expect(named(await check('9820011114'))['contract']).toMatch(
    /platform.config|getPlatformConfig/i,
  );
});

test('where nobody answers there is one failure, not four', async () => {
  const results = await smoke({
    url: 'http://127.0.0.1:9',
    credentials: DEMO,
    codes: () => givenCodes('9820011115', OTP),
    country: '91',
    maxTimeMs: 2000,
  });
  expect(results).toMatchObject([{ check: 'up', ok: false }]);
});
