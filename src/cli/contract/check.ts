/** The contract check as one function, for the command line and for programs. */
import { DEMO } from '../../../mocks/demo.ts';
import { SESSION_COOKIE } from '../../http/cookies.ts';
import { isLoopbackHost } from '../../shared/loopback.ts';
import { givenCodes, hasInbox, inboxCodes, type Codes } from './codes.ts';
import { findingsOf } from './diagnose.ts';
import { checkFully, type Tokens } from './full.ts';
import { ALL_OPERATIONS, Ledger, operationsUpTo } from './ledger.ts';
import { checkSafely, checkStatically } from './safe.ts';
import { Target, type Credentials } from './target.ts';
import { isTrouble } from './transport.ts';
import { isGreen, summaryOf, type Report } from './verdict.ts';

export interface CheckOptions {
  /** Where the server is, with a base path if it has one. */
  url: string;
  /**
   * - `safe` (default): calls what reads, and wrong requests that have to be refused; changes nothing
   * - `full`: journeys in which every operation is seen to succeed
   * - `static`: for a server that answers from examples: every documented request once, each has to succeed
   */
  mode?: Report['mode'];
  /** On this machine those of the demo shop are the default. */
  credentials?: Partial<Credentials>;
  /** Operations to report, `application.loginWithOTP` or `loginWithOTP`; all of them when left out. */
  only?: readonly string[];
  /** A version of the SDK, such as `3.4`: the later operations that it knows are checked too, beside the documented ones. */
  sdk?: string;
  /** For each answer, in milliseconds (default 15,000). */
  maxTimeMs?: number;
  /**
   * With `safe`: the session cookie of a shopper, `f.session=…` or its value alone. Reads that demand a session are then to succeed;
   * nothing else is done in the shopper's name.
   */
  session?: string;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** With `full`: where codes come from; the dev inbox of the server when left out. */
  codes?: Codes;
  /** With `full`: tokens of providers, without which their logins are skipped. */
  tokens?: Tokens;
  /** With `full`: a domain of the application, for a session that an operator opens (default: the host of the URL). */
  domain?: string;
}

/** No server answers at the URL. */
export class Unreachable extends Error {}
/** The check was asked for something that it cannot do; `message` says what. */
export class WrongOptions extends Error {}

const DEFAULT_MAX_TIME_MS = 15_000;

/** What `--static` cannot see of a server that looks at nobody and answers from a file. */
const LEFT_OUT_OF_STATIC = [
  'request ids that differ from answer to answer',
  'cookies of sign-ins and sign-outs',
  'wrong requests that have to be refused',
];
const LEFT_OUT_OF_SAFE = [
  'successes of operations that change something (--full)',
  'cookies of sign-ins and sign-outs (--full)',
];

/** The server's URL without a slash at its end. Throws WrongOptions when it is none, or holds what no path may be put behind. */
export function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new WrongOptions(`"${text}" is not an http address.`);
  if (url.username || url.password) {
    throw new WrongOptions(
      'The address holds a user and a password; what a gateway wants goes into a header.',
    );
  }
  if (url.search || url.hash)
    throw new WrongOptions(`"${text}" has a query or a fragment, behind which no path can stand.`);
  return url;
}

/** The operations of names with or without their client. Throws WrongOptions for a name that nobody has. */
function chosen({ only, sdk }: Pick<CheckOptions, 'only' | 'sdk'>) {
  if (sdk !== undefined && !/^\d+(\.\d+){0,2}$/.test(sdk))
    throw new WrongOptions(`"${sdk}" is not a version such as 3.4.`);
  if (!only) return operationsUpTo(sdk);
  for (const name of only) {
    if (!ALL_OPERATIONS.some(({ id, operationId }) => id === name || operationId === name)) {
      throw new WrongOptions(`There is no operation "${name}".`);
    }
  }
  return ALL_OPERATIONS.filter(
    ({ id, operationId }) => only.includes(id) || only.includes(operationId),
  );
}

function credentialsFor(host: string, given: Partial<Credentials> = {}): Credentials {
  const known = isLoopbackHost(host) ? { ...DEMO, ...given } : given;
  const { companyId, applicationId, applicationToken, oauthKey, oauthSecret } = known;
  if (!companyId || !applicationId || !applicationToken || !oauthKey || !oauthSecret) {
    throw new WrongOptions(
      'Credentials are missing: companyId, applicationId, applicationToken, oauthKey and oauthSecret are needed.',
    );
  }
  return { companyId, applicationId, applicationToken, oauthKey, oauthSecret };
}

/** The value of the session cookie in what a browser shows of it. Throws WrongOptions when there is none. */
function sessionOf(text: string): string {
  const prefix = `${SESSION_COOKIE}=`;
  const cookies = text.split(';').map((one) => one.trim());
  const named = cookies.find((one) => one.startsWith(prefix))?.slice(prefix.length);
  const value = named ?? text.trim();
  if (/^[^;=,\s]+$/.test(value)) return value;
  throw new WrongOptions(`The cookie is ${prefix}… or its value, not "${text}".`);
}

/** Asks for anything at all. Throws Unreachable when no connection comes about, and only here. */
async function reach(target: Target): Promise<void> {
  const { outcome } = await target.send('/');
  if (isTrouble(outcome) && outcome.refused) throw new Unreachable(outcome.trouble);
}

/**
 * Checks a server against the documents.
 * @throws WrongOptions, or Unreachable when nobody answers at the URL. Whatever else goes wrong is in the report.
 */
export async function checkContract(options: CheckOptions): Promise<Report> {
  const url = urlOf(options.url);
  const { mode = 'safe', maxTimeMs = DEFAULT_MAX_TIME_MS, headers = {}, tokens = {} } = options;
  const entries = chosen(options);
  const isStatic = mode === 'static';
  if (options.session !== undefined && mode !== 'safe') {
    throw new WrongOptions('A session cookie is for a plain run; the others have their own.');
  }
  const target = new Target({
    url: url.href,
    credentials: credentialsFor(url.hostname, options.credentials),
    maxTimeMs,
    headers,
    ...(isStatic && { cookie: 'f.session=contract-check' }),
  });
  const shopper = options.session === undefined ? undefined : target.another();
  if (options.session !== undefined) shopper?.signIn(sessionOf(options.session));
  await reach(target);
  const ledger = new Ledger({ isStatic });
  const cleanup: string[] = [];
  if (mode === 'full') {
    const codes = options.codes ?? ((await hasInbox(target)) ? inboxCodes(target) : givenCodes());
    const domain = options.domain ?? url.hostname;
    cleanup.push(...(await checkFully(ledger, target, { codes, tokens, domain, entries })));
  } else if (isStatic) await checkStatically(ledger, target, entries);
  else await checkSafely(ledger, { target, shopper }, entries);

  const operations = ledger.results(entries);
  const asked = entries.some(({ client }) => client === 'platform');
  const summary = summaryOf(operations);
  const left_out = { safe: LEFT_OUT_OF_SAFE, static: LEFT_OUT_OF_STATIC, full: [] }[mode];
  return {
    url: target.url,
    mode,
    ok: isGreen(summary),
    summary,
    findings: findingsOf(ledger, operations, asked ? await target.access() : undefined),
    left_out,
    cleanup,
    operations,
  };
}
