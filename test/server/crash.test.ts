/** `npm start` under load, killed as a power cut does it, and started again on the same data. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crashRound } from '../support/crash-round.ts';
import { tally } from '../support/tally.ts';

const state = mkdtempSync(join(tmpdir(), 'vestibule-crash-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

test('a server killed under load loses nothing that it acknowledged, and leaves no data broken', async () => {
  expect(await crashRound(state, 12)).toBeGreaterThanOrEqual(12);
  tally('fault', 1);
}, 120_000);
