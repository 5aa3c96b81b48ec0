/** The flags of the mock: what they are, and what is wrong with them. */
import { LimitsSchema } from '../../env/limits.ts';
import type { Limits } from '../../ports/index.ts';
import { MAX_DELAY_MS, MAX_SEED } from '../../../mocks/bounds.ts';
import { SCENARIOS } from '../../../mocks/scenarios/table.ts';
import { commandName, misused, readArgs, share, wholeNumber } from '../args.ts';

const usage = (command: string): string => `
${command} [flags]     runs a mock of the API that answers with the documented examples

Answers
  --scenario N     answer from a scenario instead of the examples: real logins, edits are kept. Scenarios:
                   ${SCENARIOS.map(({ name }) => name).join(', ')}
  --limits JSON    change the limits of the scenarios, such as '{"sendGapSeconds":30}'
  --dynamic        generated data that fits the schema, instead of the examples
  --seed N         seed of chaos, generated data and ids, so that a run can be repeated (default 1)
  --examples DIR   answer with own examples: DIR/application.loginWithOTP.json and so on
  --handlers FILE  your own MSW handlers take precedence; reloaded when the file changes
  --strict         require credentials of the right form, as the real server would; any value passes

Trouble
  --delay MS       wait MS milliseconds before each answer
  --chaos SHARE    fail this share of the requests, such as 0.05, evenly with 429, 500, 503 and a dropped connection;
                   affected responses carry the header x-mock-chaos

Where
  --port N         listen on port N (default 4010)
  --host H         listen on the address H, such as 0.0.0.0 (default: this machine only)
  --allow-host H   also answer under the host name H, such as a tunnel's; can be repeated. Addresses need no allowance
  --base PATH      serve everything below PATH, such as /api
  --https          with a self-signed certificate; --cert FILE --key FILE use your own

A real server
  --proxy URL      forward to a real server, and check each exchange against the contract
  --fail           with --proxy: an answer that breaks the contract becomes a 502
  --record DIR     with --proxy: save each correct response as DIR/<operation>.json, for --examples

Terminal
  --routes         list all routes at startup
  --quiet          no line per request
  --help           show this

Choose an answer per request with the header "Prefer" (or the query "_prefer"):

  code=404              the status, if the operation can answer it
  error=otp_invalid     an error that the operation declares
  delay=800             milliseconds
  envelope=documented   the example file exactly as documented, wrapper included
  dynamic=true          generated data that fits the schema; seed=7 chooses which
`;

const OPTIONS = {
  port: { type: 'string', default: '4010' },
  host: { type: 'string' },
  'allow-host': { type: 'string', multiple: true, default: [] as string[] },
  base: { type: 'string', default: '' },
  https: { type: 'boolean', default: false },
  cert: { type: 'string' },
  key: { type: 'string' },
  delay: { type: 'string', default: '0' },
  chaos: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  scenario: { type: 'string' },
  limits: { type: 'string' },
  dynamic: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
  examples: { type: 'string' },
  handlers: { type: 'string' },
  proxy: { type: 'string' },
  fail: { type: 'boolean', default: false },
  record: { type: 'string' },
  routes: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
} as const;

function scenarioOf(name: string | undefined) {
  const found = SCENARIOS.find((one) => one.name === name);
  if (name === undefined || found) return found;
  const names = SCENARIOS.map((one) => one.name).join(', ');
  return misused(`There is no scenario "${name}". There are: ${names}.`);
}

function limitsOf(text: string | undefined): Partial<Limits> {
  if (text === undefined) return {};
  try {
    const given = JSON.parse(text) as Partial<Limits>;
    const parsed = LimitsSchema.safeParse(given);
    if (parsed.success) return given;
    const [first] = parsed.error.issues;
    return misused(`--limits: ${first?.path.join('.')} ${first?.message}.`);
  } catch {
    return misused(`--limits takes JSON such as '{"sendGapSeconds":30}', not ${text}`);
  }
}

function addressOf(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  return misused(`--${flag}: "${text}" is no http address such as https://staging.example.`);
}

/** What the command line says, or exit 2 with what to write instead. */
export function mockFlags() {
  const args = readArgs(usage(commandName('mock')), OPTIONS);
  const { cert, key } = args;
  if ((cert === undefined) !== (key === undefined)) misused('--cert and --key belong together.');
  if (cert !== undefined && !args.https) misused('--cert and --key need --https.');
  const proxy = addressOf('proxy', args.proxy);
  for (const flag of ['fail', 'record'] as const) {
    if (args[flag] && proxy === undefined) misused(`--${flag} needs --proxy URL.`);
  }
  if (proxy !== undefined && args.scenario !== undefined) {
    misused(
      '--proxy and --scenario exclude each other: either a real server answers, or a scenario.',
    );
  }
  return {
    ...args,
    proxy,
    port: wholeNumber('port', args.port, 0, 65_535),
    delayMs: wholeNumber('delay', args.delay, 0, MAX_DELAY_MS),
    chaos: share('chaos', args.chaos),
    seed: wholeNumber('seed', args.seed, 0, MAX_SEED),
    scenario: scenarioOf(args.scenario),
    limits: limitsOf(args.limits),
  };
}
export type MockFlags = ReturnType<typeof mockFlags>;
