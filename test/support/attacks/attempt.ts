/** One attack: sent, counted, judged. */
import { expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/http/errors.ts';
import { entriesOf, type Entry } from '../../../src/http/operation.ts';
import { table } from '../../../src/table.ts';
import { tally } from '../tally.ts';
import { judged, type Answer } from './answers.ts';
import { edgeHost, memoryHost, type Host } from './hosts.ts';
import { requestOf, type Wire } from './requests.ts';
import { changes, type State } from './state.ts';
import { worldOn, type World } from './tenants.ts';

export const ENTRIES: readonly Entry[] = entriesOf(table);

export const openMemory = async (): Promise<World> => worldOn(await memoryHost());
export const openEdge = async (): Promise<World> => worldOn(await edgeHost());

/** What has been found on a host. Collected, so that one fault does not hide the next. */
const findings = new WeakMap<Host, string[]>();
const MAX_FINDINGS_SHOWN = 25;

export function found(host: Host, finding: string): void {
  const list = findings.get(host) ?? [];
  findings.set(host, list);
  if (list.push(finding) === MAX_FINDINGS_SHOWN + 1) list.push('…');
}

/** Fails with what has been found since the last time. */
export function expectNoFindings(host: Host): void {
  const list = findings.get(host) ?? [];
  findings.delete(host);
  expect(list.slice(0, MAX_FINDINGS_SHOWN), `${list.length} findings`).toEqual([]);
}

async function run(world: World, suite: (world: World) => Promise<void>): Promise<void> {
  await world.host.forgive();
  await suite(world);
}

const TIMEOUT_MS = 300_000;

/**
 * Attacks run against the app over memory, each in a world of its own, and over D1 and KV, where a world takes seconds to
 * set up, all in one. What moves the clock or ends sessions comes last.
 * @param onEdge the names of those that D1 and KV are shown; all when left out
 */
export function attacks<K extends string>(
  suites: Record<K, (world: World) => Promise<void>>,
  onEdge?: readonly NoInfer<K>[],
): void {
  const named: [string, (world: World) => Promise<void>][] = Object.entries(suites);
  const chosen = named.filter(([name]) => onEdge?.includes(name as K) ?? true);
  test.each(named)(
    '%s',
    async (_, suite) => {
      const world = await openMemory();
      await run(world, suite);
      expectNoFindings(world.host);
    },
    TIMEOUT_MS,
  );

  test(
    'the same on D1 and KV',
    async () => {
      const world = await openEdge();
      for (const [, suite] of chosen) await run(world, suite);
      expectNoFindings(world.host);
    },
    TIMEOUT_MS,
  );
}

/** Sends an attack on a row, or on a path that is none, and notes what is wrong with the answer; see `judged`. */
export async function attempt(
  host: Host,
  entry: Entry | undefined,
  wire: Wire,
  what: string,
  code?: ErrorCode,
): Promise<Answer> {
  tally('attack');
  const { answer, faults } = await judged(entry, await host.send(requestOf(wire)), code);
  if (faults.length > 0) {
    const { status, text } = answer;
    found(
      host,
      `${entry?.id ?? wire.path} ${what}: ${faults.join(', ')}: ${status} ${text.slice(0, 300)}`,
    );
  }
  return answer;
}

/** Notes what has changed at rest that a refused request may not change; of one application, or all. */
export async function unchanged(
  host: Host,
  before: State,
  what: string,
  application?: string,
): Promise<void> {
  const changed = changes(before, await host.state(), application);
  if (changed.length > 0) found(host, `${what} changed ${changed.join('; ')}`);
}

/** Watches what is at rest: refused requests leave it as it is, granted ones may change it. */
export async function watch(host: Host) {
  let before = await host.state();
  let granted = false;
  return {
    saw({ status }: Answer): void {
      granted ||= status < 400;
    },
    /** Notes what has changed although everything since the last look was refused. */
    async look(what: string): Promise<void> {
      if (!granted) await unchanged(host, before, what);
      [before, granted] = [await host.state(), false];
    },
  };
}
