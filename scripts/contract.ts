/** `npm run contract`: holds a server to the documented contract, or two documents to each other. */
import { isLoopbackHost } from '../src/shared/loopback.ts';
import { DEMO } from '../mocks/demo.ts';
import { misused, readArgs } from './args.ts';
import { checkDocumented } from './contract/check.ts';
import { givenCodes, hasInbox, inboxCodes } from './contract/codes.ts';
import { runDiff } from './contract/diff-command.ts';
import { checkFully } from './contract/full.ts';
import { FORMATS, render, type Checked } from './contract/report.ts';
import { Target, Unreachable, type Credentials } from './contract/target.ts';

const USAGE = `
npm run contract -- --url URL [flags]     holds a server to the documented contract
npm run contract -- diff A B              lists the changes between two OpenAPI documents; diff --help

Calls the 51 documented operations and checks status, content type, headers and body of each answer: keys that are not
documented, null, the wrapper of the examples, wrong types and missing keys are breaches. An error is an answer too, when
the operation declares it. Exits with 1 on a breach, with 2 when the command is wrong or nobody answers.

  --url URL           where the server is
  --safe              only what reads; the default for a server that is not on this machine
  --full              journeys in which every operation is seen to succeed; they make people and put them away again
  --allow-remote      with --full: also on a server that is not on this machine
  --format FORMAT     table (default), json {url, summary, operations: [{operation, outcome, status, note, breaches}]}, junit
  --domain HOST       with --full: one of the application's (default: the host of the URL)
  --test-number N     with --full, where there is no dev inbox: national digits of a number with a fixed code
  --test-otp CODE     its code; without it the code is asked for at the terminal
  --social-token T    with --full: a token that Google, Facebook and Apple vouch for
  --apple-user ID     with --full: Apple's user_identifier of the same person
  --login-token T     with --full: a token of the company's own system
  --company ID, --application ID, --application-token TOKEN, --oauth-key KEY, --oauth-secret SECRET
                      credentials; or CONTRACT_COMPANY, CONTRACT_APPLICATION, CONTRACT_APPLICATION_TOKEN,
                      CONTRACT_OAUTH_KEY, CONTRACT_OAUTH_SECRET. On this machine the demo shop's are the default
`;

if (process.argv[2] === 'diff') {
  await runDiff(process.argv.slice(3));
} else await check();

async function check(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const args = readArgs(USAGE, {
    url: text,
    safe: flag,
    full: flag,
    'allow-remote': flag,
    format: { type: 'string', default: 'table' },
    domain: text,
    'test-number': text,
    'test-otp': text,
    'social-token': text,
    'apple-user': text,
    'login-token': text,
    company: text,
    application: text,
    'application-token': text,
    'oauth-key': text,
    'oauth-secret': text,
  });
  const url = args.url === undefined ? undefined : URL.parse(args.url);
  if (!url || !/^https?:$/.test(url.protocol)) {
    misused(
      args.url === undefined ? '--url is missing.' : `--url: "${args.url}" is not an http address.`,
    );
  }
  const format = FORMATS.find((one) => one === args.format);
  if (!format) misused(`--format is one of ${FORMATS.join(', ')}, not "${args.format}".`);
  if (args.safe && args.full) misused('--safe and --full exclude each other.');
  const local = isLoopbackHost(url.hostname);
  if (args.full && !local && !args['allow-remote']) {
    misused(
      `--full makes and removes people on ${url.host}. If that is meant, say --allow-remote too.`,
    );
  }
  const given = (flagName: keyof typeof args, variable: string, demo: string): string => {
    const value = args[flagName] ?? process.env[variable];
    if (typeof value === 'string' && value !== '') return value;
    return local ? demo : misused(`--${flagName} is missing (or the variable ${variable}).`);
  };
  const credentials: Credentials = {
    companyId: given('company', 'CONTRACT_COMPANY', DEMO.companyId),
    applicationId: given('application', 'CONTRACT_APPLICATION', DEMO.applicationId),
    applicationToken: given(
      'application-token',
      'CONTRACT_APPLICATION_TOKEN',
      DEMO.applicationToken,
    ),
    oauthKey: given('oauth-key', 'CONTRACT_OAUTH_KEY', DEMO.oauthKey),
    oauthSecret: given('oauth-secret', 'CONTRACT_OAUTH_SECRET', DEMO.oauthSecret),
  };
  const base = url.href;
  const target = new Target(base, credentials);

  async function full(): Promise<Checked[]> {
    const inbox = args['test-number'] === undefined && (await hasInbox(target));
    return checkFully(target, {
      codes: inbox ? inboxCodes(target) : givenCodes(args['test-number'], args['test-otp']),
      tokens: {
        social: args['social-token'],
        appleUser: args['apple-user'],
        login: args['login-token'],
      },
      domain: args.domain ?? url?.hostname ?? '',
    });
  }

  try {
    const safe = args.safe || (!local && !args.full);
    const checked = args.full ? await full() : await checkDocumented(target, safe);
    console.log(render(format, target.url, checked));
    process.exitCode = checked.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    console.error(`Nobody answers at ${target.url} (${error.message}). Is the server running?`);
    process.exitCode = 2;
  }
}
