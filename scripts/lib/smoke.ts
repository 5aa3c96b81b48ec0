/** After a deployment: is it up, are its dependencies there, does a login work, does it keep the contract? Changes nothing. */
import { checkContract } from '../../src/cli/contract/check.ts';
import type { Codes } from '../../src/cli/contract/codes.ts';
import { readJson } from '../../src/cli/contract/json.ts';
import { ALL_OPERATIONS } from '../../src/cli/contract/ledger.ts';
import { isObject } from '../../src/cli/contract/shapes.ts';
import { Target, type Credentials, type Parts } from '../../src/cli/contract/target.ts';
import { isTrouble } from '../../src/cli/contract/transport.ts';

export interface SmokeOptions {
  /** Where the server is, with its base path if it has one. */
  url: string;
  credentials: Credentials;
  /** Where the code of the login comes from. */
  codes: (target: Target) => Codes;
  /** Calling code of the number, digits. */
  country: string;
  /** For each answer. */
  maxTimeMs: number;
}

export interface SmokeResult {
  check: string;
  ok: boolean;
  /** What was seen, or what is wrong. */
  said: string;
}

/** What a check found wrong; the checks after it go on. */
class Wrong extends Error {}

type Body = Record<string, unknown>;

/** Refusals of the login whose reason lies in the set-up. */
const ADVICE: Readonly<Record<string, string>> = {
  unauthorized: 'is --application-token the one of --application?',
  otp_invalid:
    'has the number a fixed code (admin -- test-identifier add), and is TEST_IDENTIFIERS on in production?',
  otp_login_disabled: 'the shop offers no login by OTP',
  captcha_failed: 'the shop demands a captcha; a test identifier needs one with skip_captcha',
  misconfigured: 'the log of the Worker names the bad variable',
};

function refusal(what: string, status: number, body: Body): Wrong {
  const { code, message } = body;
  const advice = typeof code === 'string' ? ADVICE[code] : undefined;
  const said = [code, message].filter((part) => typeof part === 'string').join(': ');
  return new Wrong(`${what}: ${status} ${said}${advice === undefined ? '' : ` (${advice})`}`);
}

/** The body of a 200. */
function bodyOf(what: string, { outcome }: Awaited<ReturnType<Target['send']>>): Body {
  if (isTrouble(outcome)) throw new Wrong(`${what}: ${outcome.trouble}`);
  const { value } = readJson(outcome.body);
  const body = isObject(value) ? value : {};
  if (outcome.status !== 200) throw refusal(what, outcome.status, body);
  return body;
}

async function call(target: Target, id: string, parts: Parts = {}): Promise<Body> {
  const entry = ALL_OPERATIONS.find((one) => one.id === `application.${id}`);
  if (!entry) throw new Error(`there is no ${id}`);
  return bodyOf(id, await target.call(entry, parts));
}

/** A number without an account is not registered: that its code is taken shows what is to be seen. */
async function login(shopper: Target, { codes: codesOf, country }: SmokeOptions): Promise<string> {
  const codes = codesOf(shopper);
  const mobile = codes.ownMobile();
  const sent = await call(shopper, 'loginWithOTP', { body: { mobile, country_code: country } });
  const otp = await codes.otp(`+${country}${mobile}`);
  const body = { request_id: sent['request_id'], otp };
  const verified = await call(shopper, 'verifyMobileOTP', { body });
  if (verified['user_exists'] !== true) return 'the code was taken; the number has no account';
  await call(shopper, 'getLoggedInUser');
  await call(shopper, 'logout');
  return 'signed in by the code, session read, signed out';
}

async function contract({ url, credentials, maxTimeMs }: SmokeOptions): Promise<string> {
  const { ok, summary, findings, operations } = await checkContract({
    url,
    credentials,
    maxTimeMs,
  });
  const seen = `${summary.passed} operations passed, ${summary.refused} refused as documented`;
  if (ok) return seen;
  const bad = operations
    .filter(({ verdict }) => verdict === 'breach' || verdict === 'not_reached')
    .map(({ operation }) => operation);
  const first =
    findings.length > 0 ? findings.join(' ') : `${bad.length} operations: ${bad.join(', ')}`;
  throw new Wrong(`${first} (npm run contract -- --url ${url} shows all)`);
}

/**
 * Runs the checks in their order and tells each as it is done.
 * @returns all of them; whatever goes wrong is in a result
 */
export async function smoke(
  options: SmokeOptions,
  tell: (result: SmokeResult) => void = () => undefined,
): Promise<SmokeResult[]> {
  const { url, credentials, maxTimeMs } = options;
  const target = new Target({ url, credentials, maxTimeMs, headers: {} });
  const checks: Record<string, () => Promise<string>> = {
    async up() {
      const called = await target.send('/healthz');
      bodyOf('GET /healthz', called);
      return `answers in ${called.milliseconds} ms`;
    },
    async ready() {
      bodyOf('GET /readyz', await target.send('/readyz'));
      return 'D1 and KV answer';
    },
    login: async () => login(target.another(), options),
    contract: async () => contract(options),
  };
  const results: SmokeResult[] = [];
  for (const [check, work] of Object.entries(checks)) {
    let result: SmokeResult;
    try {
      result = { check, ok: true, said: await work() };
    } catch (error) {
      result = { check, ok: false, said: error instanceof Error ? error.message : String(error) };
    }
    results.push(result);
    tell(result);
    // Where no connection comes about, the others would say the same.
    if (check === 'up' && !result.ok) break;
  }
  return results;
}
