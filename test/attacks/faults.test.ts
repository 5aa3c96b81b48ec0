/**
 * Every flow of the product while its stores fail: each call of D1, KV and the queue refused, or done with the answer
 * lost, and a sample of the other ways (`npm run test:long` tries every call in every way). Whatever fails, no answer is
 * a 500, nothing is half-made, and the client gets where it wanted by repeating the call or by beginning again.
 */
import { describe, expect, test } from 'vitest';
import { disturb, disturbAll, openFor } from '../support/flows/disturb.ts';
import { FLOWS } from '../support/flows/index.ts';
import { dailyFaults } from '../support/flows/plans.ts';
import { invariants } from '../support/invariants.ts';
import { tally } from '../support/tally.ts';

const MINUTE = 60_000;

describe.each(FLOWS.map((flow, at) => ({ ...flow, at })))('$name', (flow) => {
  test('while any call of a store fails', { timeout: 3 * MINUTE }, async () => {
    const { struck } = await disturbAll(flow, dailyFaults(flow.at, flow.likeAnother));
    expect(struck).toBeGreaterThan(2);
    tally('fault', struck);
  });

  test('while KV serves what was there a minute ago', { timeout: 3 * MINUTE }, async () => {
    const theatre = await openFor(flow);
    await disturb(flow, theatre, undefined, MINUTE);
    expect(await invariants(theatre.shop)).toEqual([]);
    tally('fault', 1);
  });
});
