/** The mock, Prism and Steady: on the same document, on the same core, in alternation. */
import { join } from 'node:path';
import { mockTable } from '../mocks/app.ts';
import { DEMO } from '../mocks/demo.ts';
import { ROOT } from '../src/cli/wrangler.ts';
import { comparison, slice, type Comparison } from './compare.ts';
import { forSeconds, load, type Call } from './lib/load.ts';
import { start, type Contender } from './lib/process.ts';

const DOCUMENT = join(ROOT, 'docs/openapi.json');

function contenders(tools: string): Contender[] {
  const modules = join(tools, 'node_modules');
  const prism =
    (...flags: string[]) =>
    (port: number): string[] => [
      join(modules, '@stoplight/prism-cli/dist/index.js'),
      'mock',
      DOCUMENT,
      `--port=${port}`,
      ...flags,
    ];
  const steady =
    (...flags: string[]) =>
    (port: number): string[] => [
      join(modules, '@stdy/cli/steady.js'),
      `--port=${port}`,
      '--host=127.0.0.1',
      ...flags,
      DOCUMENT,
    ];
  return [
    {
      name: 'mock',
      // As `npm run mock` starts it.
      args: (port) => [
        '--import',
        join(ROOT, 'scripts/lib/need-node.js'),
        join(ROOT, 'src/cli/mock.ts'),
        `--port=${port}`,
      ],
    },
    { name: 'Prism', args: prism() },
    { name: 'Prism, silent', args: prism('--verboseLevel', 'silent') },
    { name: 'Steady', args: steady() },
    { name: 'Steady, quiet', args: steady('--quiet') },
  ];
}

const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
const json = { authorization, 'content-type': 'application/json' };
const customers = mockTable.platform.getCustomers.path
  .replace('{company_id}', DEMO.companyId)
  .replace('{application_id}', DEMO.applicationId);
const { path: login } = mockTable.application.loginWithOTP;
const query: Call = {
  method: 'GET',
  path: `${customers}?page_no=1&page_size=10`,
  headers: { authorization },
  status: 200,
};
const post = { method: 'POST', path: login, headers: json } as const;
const checked: Call = { ...post, body: '{"mobile":"8652523958","country_code":"91"}', status: 200 };
const CASES: readonly (readonly [name: string, call: Call])[] = [
  ['GET with query', query],
  ['POST, body checked', checked],
  ['POST, refused', { ...post, body: '{}', status: 400 }],
];

export interface MockComparison {
  cases: Comparison[];
  /** Milliseconds to the first answer, per contender, of each round. */
  starts: Map<string, number[]>;
}

/** @param seconds of load per case, contender and round */
export async function compareMocks(
  tools: string,
  rounds: number,
  seconds: number,
  tell: (text: string) => void,
): Promise<MockComparison> {
  const cases = CASES.map(([name]) => comparison(name));
  const starts = new Map<string, number[]>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders(tools)) {
      const server = await start(contender, query);
      const { name } = contender;
      starts.set(name, [...(starts.get(name) ?? []), server.firstAnswerMs]);
      try {
        // Until the code is compiled, the figures say little.
        await load(server.url, forSeconds(1, checked));
        for (const [at, [, call]] of CASES.entries()) {
          const into = cases[at];
          if (into) await slice(into, { ...server, name }, forSeconds(seconds, call));
        }
      } finally {
        await server.stop();
      }
    }
    tell(`mocks: round ${round} of ${rounds}`);
  }
  return { cases, starts };
}
