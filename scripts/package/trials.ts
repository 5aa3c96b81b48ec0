/** The projects in which `npm run test:package` tries the package, made of the code blocks of docs/MOCK.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from '../lib/chromium.ts';
import { TSCONFIGS } from './tsconfigs.ts';

export interface Trial {
  /** Beside the package and msw. */
  packages: string[];
  /** Name → text. */
  files: Record<string, string>;
  /** Command lines, one after the other; the first that fails ends the trial. */
  commands: string[][];
  /** A server to start after them, and what its page has to say. */
  serves?: { command: string[]; says: string };
}

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/MOCK.md'), 'utf8');

/** The code block of docs/MOCK.md whose first line names the file. */
function block(file: string): string {
  const blocks = PAGE.split('```').map((text) => text.replace(/^\w+\n/, ''));
  const found = blocks.find((text) => text.startsWith(`// ${file}\n`));
  if (found === undefined) throw new Error(`docs/MOCK.md has no block for ${file}`);
  return found;
}

/** Jest has globals of its own in the place of Vitest's imports, and compiles to CommonJS. */
const asJest = (text: string): string =>
  text.replace(/import .* from 'vitest';\n/, '').replace('// login.test.js', '// jest');

/** Debian's Chromium in the place of the one that Playwright would download. */
const localChromium = () => `
import config from './playwright.config.js';
const launchOptions = { executablePath: '${chromiumPath()}', args: ['--no-sandbox', '--disable-gpu'] };
export default { ...config, use: { ...config.use, launchOptions } };
`;
const html = (script: string): string =>
  `<!doctype html><title>Shop</title><div id="root"></div><script type="module" src="/src/${script}"></script>`;
const APP = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Hello } from './Hello.jsx';
createRoot(document.querySelector('#root')).render(createElement(Hello));
`;
const GREETS = `
import { expect, test } from '@playwright/test';
test('the component greets by way of the dev server and the mock', async ({ page }) => {
  const answer = page.waitForResponse('**/v1.0/session');
  await page.goto('/');
  expect((await answer).fromServiceWorker()).toBe(false);
  await expect(page.getByText('Hello, Akash')).toBeVisible();
});
test('and in a page that is its own mock', async ({ page }) => {
  const answer = page.waitForResponse('**/v1.0/session');
  await page.goto('/in-page.html');
  expect((await answer).fromServiceWorker()).toBe(true);
  await expect(page.getByText('Hello, Akash')).toBeVisible();
});
`;

/** @param ports free ones, in the place of those that the page names */
export const trialsOn = ({ mock, dev }: { mock: number; dev: number }): Record<string, Trial> => {
  const placed = (file: string): string =>
    block(file)
      .replaceAll(':4010', `:${mock}`)
      .replaceAll(':5173', `:${dev}`)
      .replace('npx vestibule mock', `npx vestibule mock --port ${mock}`)
      .replace('npx vite', `npx vite --strictPort --port ${dev}`);
  return {
    vitest: {
      packages: ['vitest@5', 'jsdom', 'happy-dom'],
      files: {
        'login.test.js': block('login.test.js'),
        // Of happy-dom alone: it sends preflights that no handler sees.
        'vitest.config.js':
          'export default { test: { environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } } } };',
      },
      commands: ['node', 'jsdom', 'happy-dom'].map((environment) => [
        'vitest',
        'run',
        '--environment',
        environment,
      ]),
    },
    jest: {
      packages: ['jest@30', '@swc/jest', '@swc/core', 'jest-fixed-jsdom'],
      files: {
        'jest.config.js': block('jest.config.js'),
        'login.test.js': asJest(block('login.test.js')),
      },
      commands: [
        ['jest', '--env', 'node'],
        ['jest', '--env', 'jest-fixed-jsdom'],
      ],
    },
    'lowest-node': {
      // As an npm package, for this one platform.
      packages: ['node@22.18.0', 'vitest@5'],
      files: { 'login.test.js': block('login.test.js'), 'plain.js': block('plain.js') },
      commands: [
        ['node', 'plain.js'],
        ['vitest', 'run'],
        ['vestibule', 'mock', '--help'],
      ],
    },
    vite: {
      packages: ['vite@8', 'react@19', 'react-dom@19', '@playwright/test@1'],
      files: {
        'vite.config.js': placed('vite.config.js'),
        'index.html': html('app.jsx'),
        'in-page.html': html('in-page.js'),
        'src/app.jsx': APP,
        'src/Hello.jsx': block('src/Hello.jsx'),
        'src/main.js': block('src/main.js'),
        'src/in-page.js': "await import('./main.js');\nawait import('./app.jsx');\n",
        'playwright.config.js': placed('playwright.config.js'),
        'chromium.config.js': localChromium(),
        'e2e/outage.e2e.js': block('e2e/outage.e2e.js'),
        'e2e/greets.e2e.js': GREETS,
      },
      commands: [
        ['msw', 'init', 'public/', '--no-save'],
        ['playwright', 'test', '-c', 'chromium.config.js'],
      ],
    },
    next: {
      packages: ['next@16', 'react@19', 'react-dom@19'],
      files: {
        'instrumentation.js': block('instrumentation.js'),
        'app/layout.jsx':
          'export default ({ children }) => <html lang="en"><body>{children}</body></html>;',
        'app/page.jsx': `
export const dynamic = 'force-dynamic';
export default async function Page() {
  const answer = await fetch('https://shop.example/service/application/user/authentication/v1.0/session');
  const { user } = await answer.json();
  return <p>{user.first_name}</p>;
}
`,
      },
      commands: [],
      serves: { command: ['next', 'dev', '--port', `${dev}`], says: 'Akash' },
    },
    tsc: {
      packages: ['typescript@5.9'],
      files: {
        'use.ts': block('use.ts'),
        ...Object.fromEntries(
          TSCONFIGS.map(([, compilerOptions], at) => [
            `tsconfig.${at}.json`,
            JSON.stringify({ compilerOptions, files: ['use.ts'] }),
          ]),
        ),
      },
      commands: TSCONFIGS.map((_, at) => ['tsc', '-p', `tsconfig.${at}.json`]),
    },
  };
};
