/** `npm start`: from a fresh clone to a running Worker with a demo shop in it. Every step can be run again. */
import { join, resolve } from 'node:path';
import { misused, readArgs, wholeNumber } from '../src/cli/args.ts';
import type { InboxItem } from '../src/ports/index.ts';
import { createSteps } from '../src/cli/progress.ts';
import { printFailure } from '../src/cli/terminal.ts';
import { devLine, messageLine, watchInbox } from './lib/dev-lines.ts';
import { startDevServer } from './lib/dev-server.ts';
import { lockState, StateInUse, type StateLock } from './lib/state-lock.ts';
import { addMissingSecrets } from '../src/cli/dev-vars.ts';
import { clearData, prepareData } from './lib/local-data.ts';
import { portProblem } from './lib/port.ts';
import { DEMO, welcome } from './lib/welcome.ts';
import { ROOT } from '../src/cli/wrangler.ts';

const USAGE = `
npm start -- [--port N] [--reset] [--state DIR] [--var NAME:VALUE]… [--json]

Runs the Worker on this machine, with a local database, a demo application and an inbox for its messages.

  --port N      listen on localhost:N (default 8787)
  --reset       delete the local data first
  --state DIR   keep the local data in DIR (default .wrangler/state)
  --var N:V     set a variable of the Worker, such as --var 'LIMITS:{"sendGapSeconds":1}'; can be repeated
  --json        print the log as the Worker writes it: a JSON line per request
`;

const steps = createSteps();
process.once('exit', steps.end);

function giveUp(message: string): never {
  steps.end();
  printFailure(message);
  process.exit(1);
}

/** A mistake and what is behind it; the drivers keep the useful half in the cause. */
function reasons(error: unknown): string {
  return error instanceof Error ? [error.message, reasons(error.cause)].join('\n  ').trim() : '';
}

/** `NAME:VALUE`; a value may hold colons itself. */
function readVar(text: string): [name: string, value: string] {
  const [, name, value] = /^([A-Z]\w*):(.*)$/is.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  return misused(`--var takes NAME:VALUE, not "${text}".`);
}

const args = readArgs(USAGE, {
  port: { type: 'string', default: '8787' },
  reset: { type: 'boolean', default: false },
  state: { type: 'string' },
  var: { type: 'string', multiple: true, default: [] },
  json: { type: 'boolean', default: false },
});
const vars = Object.fromEntries(args.var.map(readVar));
const port = wholeNumber('port', args.port, 1, 65_535);
const state = args.state === undefined ? join(ROOT, '.wrangler/state') : resolve(args.state);
const url = `http://localhost:${port}`;

let lock: StateLock;
try {
  lock = lockState(state, url);
} catch (error) {
  if (!(error instanceof StateInUse)) throw error;
  giveUp(
    `${error.message}\nStop it first, or keep other data beside it: npm start -- --state DIR --port N`,
  );
}
process.once('exit', lock.release);

const problem = await portProblem(port);
if (problem === 'EADDRINUSE') {
  giveUp(
    `Port ${port} is taken. Choose another: npm start -- --port ${port === 65_535 ? 8787 : port + 1}`,
  );
}
if (problem)
  giveUp(`Port ${port} cannot be used (${problem}). Choose another: npm start -- --port N`);

if (args.reset) clearData(state);
const made = addMissingSecrets(join(ROOT, '.dev.vars'));
if (made.length > 0) console.log(`Made ${made.join(', ')} for this checkout (.dev.vars).`);
steps.step('Preparing the database');
try {
  await prepareData(state, url);
} catch (error) {
  giveUp(
    `The local database could not be prepared. A fresh one: npm start -- --reset\n  ${reasons(error)}`,
  );
}

steps.step('Starting the Worker');
const inbox = async (): Promise<InboxItem[]> => {
  const response = await fetch(`${url}/_dev/inbox`, { signal: AbortSignal.timeout(2000) });
  const { items } = await response.json<{ items: InboxItem[] }>();
  return items;
};
let watch: ReturnType<typeof watchInbox> | undefined;
function show(line: string): void {
  const { text, sends } = devLine(line);
  if (text !== undefined) process.stdout.write(`${text}\n`);
  if (sends) watch?.look();
}

const server = startDevServer({
  port,
  state,
  ...(!args.json && { show }),
  vars: {
    ENVIRONMENT: 'development',
    DELIVERY: 'inbox',
    LOOPBACK_FILES: 'on',
    DEMO_SHOP: JSON.stringify(DEMO),
    ...vars,
  },
});
if (server.pid !== undefined) lock.add(server.pid);
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopping = true;
    watch?.stop();
    void server.stop();
  });
}

const ready = await server.ready();
steps.end();
if (ready) {
  console.log(welcome(url));
  if (!args.json) watch = watchInbox(inbox, (item) => console.log(messageLine(item)));
} else if (!stopping) {
  await server.stop();
  giveUp(`${server.output()}\n\nThe Worker did not start.`);
}
const code = await server.exited;
// Ended by hand is ended well; npm would otherwise add lines of its own.
process.exit(stopping ? 0 : code || 1);
