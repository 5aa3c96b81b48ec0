/** As faults.test.ts, with every call of every store failing in every way, and the whole database looked at each time. */
import { describe, expect, test } from 'vitest';
import { disturbAll } from '../support/flows/disturb.ts';
import { FLOWS } from '../support/flows/index.ts';
import { everyFault } from '../support/flows/plans.ts';
import { tally } from '../support/tally.ts';

describe.each(FLOWS)('$name', (flow) => {
  test('while any call of a store fails in any way', { timeout: 300_000 }, async () => {
    const { struck } = await disturbAll(flow, everyFault, true);
    expect(struck).toBeGreaterThan(5);
    tally('fault', struck);
  });
});
