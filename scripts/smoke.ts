/** `npm run smoke`: a quick look at a deployment, as the last step of one. */
import { isLoopbackHost } from '../src/shared/loopback.ts';
import { misused, readArgs, wholeNumber } from '../src/cli/args.ts';
import { urlOf, WrongOptions } from '../src/cli/contract/check.ts';
import { givenCodes, inboxCodes } from '../src/cli/contract/codes.ts';
import { CREDENTIAL_FLAGS, readCredentials } from '../src/cli/credentials.ts';
import { bad, good, heading } from '../src/cli/terminal.ts';
import { smoke } from './lib/smoke.ts';

const USAGE = `
npm run smoke -- --url URL --test-number N --test-otp CODE [flags]

Checks that a deployment works: it is up, D1 and KV answer, a login with a fixed code succeeds, and operations that change nothing
keep the contract (npm run contract). Exit codes: 0 all passed, 1 a check failed, 2 usage error.

  --url URL           where the server is
  --test-number N     national digits of a number with a fixed code (admin -- test-identifier add). Without it, on this machine, the
                      code is read from the dev inbox
  --test-otp CODE     its code
  --test-country C    its calling code (default 91)
  --max-time SECONDS  for each answer (default 15)
  --json              print {url, ok, checks: [{check, ok, said}]}
  --company ID, --application ID, --application-token TOKEN, --oauth-key KEY, --oauth-secret SECRET
                      credentials; or CONTRACT_COMPANY, CONTRACT_APPLICATION, CONTRACT_APPLICATION_TOKEN,
                      CONTRACT_OAUTH_KEY, CONTRACT_OAUTH_SECRET. On this machine the demo shop's are the default
`;

const args = readArgs(USAGE, {
  url: { type: 'string' },
  'test-number': { type: 'string' },
  'test-otp': { type: 'string' },
  'test-country': { type: 'string', default: '91' },
  'max-time': { type: 'string', default: '15' },
  json: { type: 'boolean', default: false },
  ...CREDENTIAL_FLAGS,
});

function readUrl(text: string | undefined): URL {
  if (text === undefined) return misused('--url is missing.');
  try {
    return urlOf(text);
  } catch (error) {
    if (error instanceof WrongOptions) return misused(error.message);
    throw error;
  }
}

const { hostname, href } = readUrl(args.url);
const local = isLoopbackHost(hostname);
const { 'test-number': number, 'test-otp': otp, 'test-country': country } = args;
if ((number === undefined) !== (otp === undefined)) {
  misused('--test-number and --test-otp belong together.');
}
if (number === undefined && !local) {
  misused('--test-number and --test-otp are missing: a number with a fixed code.');
}
if (!/^\d{1,3}$/.test(country))
  misused(`--test-country takes digits such as 91, not "${country}".`);

const url = href.replace(/\/$/, '');
if (!args.json) console.log(`${heading('Smoke test')} of ${url}\n`);
const checks = await smoke(
  {
    url,
    credentials: readCredentials(args, local),
    codes: number === undefined ? inboxCodes : () => givenCodes(number, otp),
    country,
    maxTimeMs: wholeNumber('max-time', args['max-time'], 1, 3_600) * 1_000,
  },
  ({ check, ok, said }) => {
    if (!args.json)
      console.log(`  ${ok ? good('ok    ') : bad('FAILED')}  ${check.padEnd(10)}${said}`);
  },
);
const failed = checks.filter(({ ok }) => !ok).length;
if (args.json) console.log(JSON.stringify({ url, ok: failed === 0, checks }, null, 2));
else {
  console.log(
    failed === 0
      ? good(`\nAll ${checks.length} checks passed.`)
      : bad(`\n${failed} of ${checks.length} checks failed.`),
  );
}
process.exitCode = failed === 0 ? 0 : 1;
