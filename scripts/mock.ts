/** `npm run mock`: the documented examples over HTTP, with the real app's routes, validation and errors. */
import { mockTable, type MockOptions } from '../mocks/app.ts';
import { createPanel } from '../mocks/panel/app.ts';
import { MAX_SEED } from '../mocks/bounds.ts';
import { DEMO } from '../mocks/demo.ts';
import { createScenarios } from '../mocks/scenarios/host.ts';
import { withScenarioRoutes } from '../mocks/scenarios/routes.ts';
import { SCENARIOS } from '../mocks/scenarios/rows.ts';
import { OTP } from '../mocks/scenarios/world.ts';
import { entriesOf } from '../src/http/operation.ts';
import { misused, readArgs, share, wholeNumber } from './args.ts';
import { listenWith } from './lib/mock-server.ts';

const USAGE = `
npm run mock -- [flags]     answers every documented operation with its documented example

  --port N      listen on port N (default 4010)
  --delay MS    wait MS milliseconds before each answer
  --chaos SHARE strike this share of the requests, such as 0.05, in equal parts with 429, 500, 503 and a cut connection;
                what was struck says so in the header x-mock-chaos
  --seed N      what chaos and invented data follow from, so that a run can be repeated (default 1)
  --scenario N  answer out of a scenario instead of the examples: real logins, edits that stick. There are
                ${SCENARIOS.map(({ name }) => name).join(', ')}
  --allow-host H  also show the panel and the inbox under the host name H, such as a tunnel's (default: this machine's
                names only); can be repeated
  --strict      demand credentials of the right form, as the real server would; any value passes
  --help        show this

Choose an answer per request in the header "Prefer" (or the query "_prefer"):

  code=404              the status, if the operation can answer it
  error=otp_invalid     one of the operation's declared errors
  delay=800             milliseconds
  envelope=documented   the example file exactly as documented, wrapper included
  dynamic=true          invented data, true to the schema; seed=7 chooses which
`;

const args = readArgs(USAGE, {
  port: { type: 'string', default: '4010' },
  delay: { type: 'string', default: '0' },
  chaos: { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  scenario: { type: 'string' },
  'allow-host': { type: 'string', multiple: true, default: [] },
  strict: { type: 'boolean', default: false },
});
const chosen = SCENARIOS.find(({ name }) => name === args.scenario);
if (args.scenario !== undefined && !chosen) {
  const names = SCENARIOS.map(({ name }) => name).join(', ');
  misused(`There is no scenario "${args.scenario}". There are: ${names}.`);
}
const port = wholeNumber('port', args.port, 0, 65_535);
const scenarios = createScenarios({ scenario: chosen?.name });
const options: MockOptions = {
  scenarios,
  allowedHosts: args['allow-host'],
  strict: args.strict,
  delayMs: wholeNumber('delay', args.delay, 0, 600_000),
  chaos: share('chaos', args.chaos),
  seed: wholeNumber('seed', args.seed, 0, MAX_SEED),
};

const mock = createPanel(options);
const server = await listenWith(
  withScenarioRoutes(scenarios, mock.fetch, args['allow-host']),
  port,
).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
  const reason = error.code === 'EACCES' ? 'may not be used without more rights' : 'is taken';
  console.error(`Port ${port} ${reason}. Try another one: npm run mock -- --port ${port + 1}`);
  process.exit(1);
});

const lines = entriesOf(mockTable).map(
  ({ id, row }) => `  ${row.method.toUpperCase().padEnd(6)} ${row.path}  ${id}`,
);
const story =
  chosen &&
  `Scenario ${chosen.name}: ${chosen.about}

  Code      ${OTP}, for every number and address
  Shop      application ${DEMO.applicationId}, token ${DEMO.applicationToken}
  OAuth     company ${DEMO.companyId}, key ${DEMO.oauthKey}, secret ${DEMO.oauthSecret}
  Inbox     ${server.url}/_dev/inbox`;
console.log(
  `Mock server on ${server.url}\nIts panel: ${server.url}/_mock\n\n${story ?? lines.join('\n')}\n\nTry it:\n  ${curlLine(server.url)}\n`,
);

function curlLine(url: string): string {
  const { loginWithOTP: row } = mockTable.application;
  const pair = chosen ? `${DEMO.applicationId}:${DEMO.applicationToken}` : 'any-id:any-token';
  const needed = args.strict || chosen !== undefined;
  const credentials = needed ? ` -H 'authorization: Bearer ${btoa(pair)}'` : '';
  const body = JSON.stringify({ mobile: '8652523958', country_code: '91' });
  return `curl ${url}${row.path} -H 'content-type: application/json'${credentials} -d '${body}'`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.stop().then(() => process.exit(0)));
}
