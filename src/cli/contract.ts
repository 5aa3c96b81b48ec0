/** `npm run contract`: checks a server against the documented contract, or compares two documents. */
import { appendFileSync } from 'node:fs';
import { isLoopbackHost } from '../shared/loopback.ts';
import { commandName, misused, readArgs, wholeNumber } from './args.ts';
import { checkContract, Unreachable, urlOf, WrongOptions } from './contract/check.ts';
import { givenCodes } from './contract/codes.ts';
import { runDiff } from './contract/diff-command.ts';
import { CREDENTIAL_FLAGS, readCredentials } from './credentials.ts';
import { FORMATS, render } from './contract/report.ts';
import { hasColours, printFailure } from './terminal.ts';

const COMMAND = commandName('contract');
const USAGE = `
${COMMAND} --url URL [flags]     checks a server against the documented contract
${COMMAND} diff A B              lists the changes between two OpenAPI documents; diff --help

Checks status, content type, headers, cookies and body of each response against the documented operations, successes and errors, and
sends wrong requests that the server must refuse. Exit codes: 0 as documented; 1 on a breach, when something could not be reached, or
when nothing passed; 2 on a usage error or when no server answers.

  --url URL           address of the server, with its base path if it has one
  --safe              read operations and wrong requests; changes nothing (default)
  --full              complete journeys through every operation; restores what they changed, removes what they created
  --static            for a server that answers from examples: every documented request once; each must succeed
  --allow-remote      with --full: also on a server that is not on this machine
  --sdk VERSION       also the later operations of this SDK version, such as --sdk 3.4
  --only OP[,OP]      only these operations, such as application.loginWithOTP or loginWithOTP
  --max-time SECONDS  timeout of each response (default 15)
  --header 'N: V'     sent with every request, such as for a gateway; can be repeated
  --format FORMAT     table (default), json {url, mode, ok, summary, findings, left_out, cleanup, operations:
                      [{operation, verdict, status, note, breaches, negative_calls, milliseconds}]}, junit, markdown
  --summary FILE      also append Markdown to this file, such as "$GITHUB_STEP_SUMMARY"
  --cookie COOKIE     in a plain run: the session of a shopper, f.session=… from a browser; or CONTRACT_COOKIE. Reads that need
                      a session must then succeed
  --domain HOST       with --full: a domain of the application (default: the host of the URL)
  --test-number N     with --full, where there is no dev inbox: national digits of a number with a fixed code
  --test-otp CODE     its code; without it you are asked for the code
  --social-token T    with --full: a token of Google, Facebook and Apple
  --apple-user ID     with --full: Apple's user_identifier for it
  --login-token T     with --full: a token of the company's own system
  --company ID, --application ID, --application-token TOKEN, --oauth-key KEY, --oauth-secret SECRET
                      credentials; or CONTRACT_COMPANY, CONTRACT_APPLICATION, CONTRACT_APPLICATION_TOKEN,
                      CONTRACT_OAUTH_KEY, CONTRACT_OAUTH_SECRET. On this machine the demo shop's are the default
`;

/** Headers that the check sets itself. */
const OWN_HEADERS = new Set(['authorization', 'cookie', 'content-type']);

/** `Name: value` lines → headers, or exit 2 naming the one that is wrong. */
function headersOf(lines: readonly string[]): Record<string, string> {
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim();
    if (colon < 1) misused(`--header: "${line}" is not of the form 'Name: value'.`);
    if (OWN_HEADERS.has(name.toLowerCase()))
      misused(`--header: ${name} is set by the check itself.`);
    try {
      headers.append(name, line.slice(colon + 1).trim());
    } catch {
      misused(`--header: "${line}" cannot be sent.`);
    }
  }
  return Object.fromEntries(headers);
}

async function check(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const args = readArgs(USAGE, {
    url: text,
    safe: flag,
    full: flag,
    static: flag,
    'allow-remote': flag,
    sdk: text,
    only: text,
    'max-time': { type: 'string', default: '15' },
    header: { type: 'string', multiple: true, default: [] },
    format: { type: 'string', default: 'table' },
    summary: text,
    cookie: text,
    domain: text,
    'test-number': text,
    'test-otp': text,
    'social-token': text,
    'apple-user': text,
    'login-token': text,
    ...CREDENTIAL_FLAGS,
  });
  if (args.url === undefined) misused('--url is missing.');
  const url = urlOf(args.url);
  const format = FORMATS.find((one) => one === args.format);
  if (!format) misused(`--format is one of ${FORMATS.join(', ')}, not "${args.format}".`);
  const modes = (['safe', 'full', 'static'] as const).filter((one) => args[one]);
  if (modes.length > 1) misused(`--${modes.join(' and --')} exclude each other.`);
  const [mode = 'safe'] = modes;
  const local = isLoopbackHost(url.hostname);
  if (args.full && !local && !args['allow-remote']) {
    misused(
      `--full makes and removes people on ${url.host}. If that is meant, say --allow-remote too.`,
    );
  }
  const number = args['test-number'];
  const report = await checkContract({
    url: args.url,
    mode,
    credentials: readCredentials(args, local),
    sdk: args.sdk,
    session:
      mode === 'safe'
        ? (args.cookie ?? (process.env['CONTRACT_COOKIE'] || undefined))
        : args.cookie,
    only: args.only?.split(',').map((name) => name.trim()),
    maxTimeMs: wholeNumber('max-time', args['max-time'], 1, 3_600) * 1_000,
    headers: headersOf(args.header),
    codes: number === undefined ? undefined : givenCodes(number, args['test-otp']),
    tokens: {
      social: args['social-token'],
      appleUser: args['apple-user'],
      login: args['login-token'],
    },
    domain: args.domain,
  });
  console.log(render(format, report, hasColours));
  if (args.summary !== undefined) appendFileSync(args.summary, `${render('markdown', report)}\n`);
  process.exitCode = report.ok ? 0 : 1;
}

try {
  if (process.argv[2] === 'diff') await runDiff(process.argv.slice(3));
  else await check();
} catch (error) {
  if (error instanceof WrongOptions) misused(error.message);
  if (!(error instanceof Unreachable)) throw error;
  printFailure(`No server answers there (${error.message}). Is it running?`);
  process.exitCode = 2;
}
