/** One attack: sent, counted, judged. */
import { expect, test } from 'vitest';
import { entriesOf, type Entry } from '../../../src/http/operation.ts';
import { table } from '../../../src/table.ts';
import { tally } from '../tally.ts';
import { judged, type Answer } from './answers.ts';
import { edgeHost, memoryHost, type Host } from './hosts.ts';
import { requestOf, type Wire } from './requests.ts';
import { changes, type State } from './state.ts';
import { worldOn, type World } from './tenants.ts';

export const ENTRIES: readonly Entry[] = entriesOf(table);

/**
 * Attacks run against the app over memory, each in a world of its own, and over D1 and KV, where a world takes seconds to
 * set up, all in one. What moves the clock or ends sessions comes last.
 */
export function attacks(suites: Record<string, (world: World) => Promise<void>>): void {
  test.each(Object.entries(suites))('%s', async (_, suite) =>
    suite(await worldOn(await memoryHost())),
  );

  test('the same on D1 and KV', async () => {
    const world = await worldOn(await edgeHost());
    for (const suite of Object.values(suites)) {
      await world.host.forgive();
      await suite(world);
    }
  }, 60_000);
}

/** Sends an attack on a row, or on a path that is none, and holds the answer against it. */
export async function attempt(
  host: Host,
  entry: Entry | undefined,
  wire: Wire,
  what: string,
): Promise<Answer> {
  tally('attack');
  return judged(entry, await host.send(requestOf(wire)), what);
}

/** Fails when anything at rest has changed that a refused request may not change. */
export async function expectUnchanged(
  host: Host,
  before: State,
  what: string,
  application?: string,
) {
  expect([what, ...changes(before, await host.state(), application)]).toEqual([what]);
}
