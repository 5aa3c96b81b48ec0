/** Every documented operation with its documented request, once; each answer held against its row. */
import { table } from '../../src/table.ts';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import type { Checked } from './report.ts';
import { breachesOf, type Answer } from './strict.ts';
import { successBody, type Target } from './target.ts';

/** The 51 documented ones; the group `service` is not part of the contract (D-22). */
export const OPERATIONS: readonly Entry[] = entriesOf({
  application: table.application,
  platform: table.platform,
});

/** Reads without effect: what may be called on a server that others use. */
const READS = new Set(
  OPERATIONS.filter(({ row, operationId }) => row.method === 'get' && operationId !== 'logout').map(
    ({ id }) => id,
  ),
);

/** An answer that was judged. */
export function judged(
  entry: Entry,
  answer: Answer,
  wanted: 'success' | 'answer',
  milliseconds: number,
): Checked {
  const breaches = breachesOf(entry, answer, wanted);
  const success = successBody(entry, answer) !== undefined;
  const outcome = breaches.length > 0 ? 'failed' : success ? 'passed' : 'refused';
  let note: string | undefined;
  if (outcome === 'refused') note = (JSON.parse(answer.text) as { code?: string }).code;
  const { status } = answer;
  return { operation: entry.id, outcome, status, note, breaches, milliseconds };
}

/** @param safe calls what only reads */
export async function checkDocumented(target: Target, safe: boolean): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const entry of OPERATIONS) {
    if (safe && !READS.has(entry.id)) {
      const note = 'changes something; --full or a server on this machine';
      checked.push({
        operation: entry.id,
        outcome: 'skipped',
        note,
        breaches: [],
        milliseconds: 0,
      });
      continue;
    }
    const began = Date.now();
    const answer = await target.call(entry);
    checked.push(judged(entry, answer, 'answer', Date.now() - began));
  }
  return checked;
}
