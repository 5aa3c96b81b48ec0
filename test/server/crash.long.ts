/** As crash.test.ts, again and again on the same data, with more customers and at another moment each time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crashRound } from '../support/crash-round.ts';
import { tally } from '../support/tally.ts';

const state = mkdtempSync(join(tmpdir(), 'vestibule-crashes-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

test.each([5, 9, 14, 20, 33, 47])(
  'killed once %i customers are there',
  async (enough) => {
    expect(await crashRound(state, enough)).toBeGreaterThanOrEqual(enough);
    tally('fault', 1);
  },
  180_000,
);
