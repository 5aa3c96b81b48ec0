import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  HEARTBEAT_CRON,
  IMPORTS_CRON,
  PURGE_CRON,
} from '../../src/adapters/d1/maintenance/housekeeping.ts';

const toml = readFileSync(join(import.meta.dirname, '../../wrangler.toml'), 'utf8');
const crons = [...toml.matchAll(/crons = (\[.*\])/g)].map(
  ([, list = '']) => JSON.parse(list) as unknown,
);

test('one cron purges, one keeps imports going, one dates the databases, another drops what has expired; the mock has none', () => {
  expect(crons).toEqual([
    [PURGE_CRON, IMPORTS_CRON, expect.stringMatching(/^\d+ \* \* \* \*$/), HEARTBEAT_CRON],
    [],
  ]);
});
