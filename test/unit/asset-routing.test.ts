/** API requests reach the Worker without being looked up among the static files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../src/cli/wrangler.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { PAGES } from '../../src/features/hosted-pages/texts.ts';
import { table } from '../../src/table.ts';

test('every row but the probes and the keys, and every hosted page, goes ahead of the static files, and hides none of them', () => {
  // Wrangler's own reader takes seconds to load.
  const settings = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
  const list = /^run_worker_first = (\[.*\])$/m.exec(settings)?.[1] ?? '[]';
  const begins = (JSON.parse(list) as string[]).map((pattern) => pattern.replace(/\*$/, ''));
  const pages = PAGES.map((name) => `/auth/${name}`);
  const others = [...entriesOf(table).map(({ row }) => row.path), ...pages].filter(
    (path) => !begins.some((begin) => path.startsWith(begin)),
  );
  expect(others.toSorted()).toEqual(['/.well-known/jwks.json', '/healthz', '/readyz']);
  const files = readdirSync(join(ROOT, 'public'), { recursive: true, encoding: 'utf8' });
  const hidden = files.filter((file) => begins.some((begin) => `/${file}/`.startsWith(begin)));
  expect(files.length).toBeGreaterThan(5);
  expect(hidden).toEqual([]);
});
