/** `npm run mock`, `npx vestibule mock`: the API over HTTP, with the real app's routes, validation and errors. */
import type { MockOptions } from '../../mocks/app.ts';
import { createPages } from '../../mocks/pages.ts';
import { createPanel } from '../../mocks/panel/app.ts';
import { createProxy } from '../../mocks/proxy.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { commandName, misused } from './args.ts';
import { judgeAnswer } from './contract/strict.ts';
import { makeCertificate, readCertificate } from './mock/certificate.ts';
import { listenWith } from './mock/server.ts';
import { watchHandlers } from './mock/own-handlers.ts';
import { bad, good } from './terminal.ts';
import { banner } from './mock/banner.ts';
import { exampleWriter, readExamples } from './mock/examples.ts';
import { mockFlags } from './mock/flags.ts';
import { lineOf, lineWriter } from './mock/lines.ts';
import { readPageFile } from './mock/page-files.ts';

const flags = mockFlags();

/** What a flag names but cannot be read ends the start, with the flag in the sentence. */
async function orMisused<T>(flag: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return misused(`--${flag}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const { examples, handlers: handlersFile, proxy: target, record: recordTo } = flags;
// Below a base the elements would not find the API, and behind --proxy the real server has its own.
const pages = flags.base === '' && target === undefined ? createPages(readPageFile) : undefined;
const options: MockOptions = {
  scenarios: createScenarios({
    scenario: flags.scenario?.name,
    limits: flags.limits,
    seed: flags.seed,
    hostedPages: pages?.hosted,
  }),
  pages,
  allowedHosts: flags['allow-host'],
  strict: flags.strict,
  dynamic: flags.dynamic,
  delayMs: flags.delayMs,
  chaos: flags.chaos,
  seed: flags.seed,
  ...(examples !== undefined && {
    answers: await orMisused('examples', () => readExamples(examples)),
  }),
};

const say = lineWriter((text) => process.stdout.write(text));
const own =
  handlersFile === undefined
    ? undefined
    : await orMisused('handlers', async () =>
        watchHandlers(handlersFile, (outcome) => {
          if (outcome instanceof Error) {
            say(bad(`${handlersFile} is not used as it is now: ${outcome.message}`));
          } else say(good(`${handlersFile} was read again: ${outcome} handlers`));
        }),
      );
const record =
  recordTo === undefined ? undefined : await orMisused('record', () => exampleWriter(recordTo));
const proxy =
  target === undefined
    ? undefined
    : createProxy({
        target,
        fail: flags.fail,
        record,
        judge: (entry, answer) =>
          judgeAnswer(entry, answer).breaches.map(({ field, message }) => `${field} ${message}`),
      });
const { cert, key, host } = flags;
const names = ['localhost', '127.0.0.1', '::1', ...(host ? [host] : []), ...flags['allow-host']];
const certificate = flags.https
  ? await orMisused('cert', async () =>
      cert !== undefined && key !== undefined ? readCertificate(cert, key) : makeCertificate(names),
    )
  : undefined;

const panel = createPanel(options, {
  basePath: flags.base,
  own: own?.current,
  proxy,
  ...(!flags.quiet && { onExchange: (exchange) => say(lineOf(exchange)) }),
});
const server = await listenWith(panel.fetch, flags.port, { host, certificate }).catch(
  (error: NodeJS.ErrnoException) => {
    const { code = '' } = error;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      misused(`--host: this machine has no address "${host}".`);
    }
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const reason = code === 'EACCES' ? 'may not be used without more rights' : 'is taken';
    const again = `${commandName('mock')} --port ${flags.port + 1}`;
    console.error(`Port ${flags.port} ${reason}. Try another one: ${again}`);
    process.exit(1);
  },
);
console.log(banner(server.url, flags, own?.current().length));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    own?.stop();
    void server.stop().then(() => process.exit(0));
  });
}
