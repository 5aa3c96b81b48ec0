/** Which calls of a flow fail, and how: a selection for each day, and everything for the long run. */
import type { Calls, Fault, Script, Store } from '../faulty.ts';
import type { Plan } from './disturb.ts';

const ALL: Record<Store, readonly Fault[]> = {
  D1: ['refused', 'answer lost', 'fails once', 'silent', 'done in silence', 'down'],
  KV: ['refused', 'absent', 'answer lost', 'silent', 'done in silence', 'down'],
  Queue: ['refused', 'answer lost', 'silent', 'done in silence'],
};
/** Every call meets these each day: done or not done, and the caller does not know. */
const DAILY: Record<Store, readonly Fault[]> = {
  D1: ['refused', 'answer lost'],
  KV: ['refused'],
  Queue: ['refused'],
};
const STORES: readonly Store[] = ['D1', 'KV', 'Queue'];
/** Of a call that only reads, it makes no difference whether it was done. */
const OF_WRITES: readonly Fault[] = ['answer lost', 'done in silence'];

/** All calls that a fault can strike. */
function each(calls: Calls, store: Store, fault: Fault): Script[] {
  return calls[store].flatMap((effect, at) => {
    const strikes = fault === 'absent' ? effect === 'reads' : effect === 'writes';
    const anyCall = fault !== 'absent' && !OF_WRITES.includes(fault);
    return anyCall || strikes ? [{ store, fault, call: at + 1 }] : [];
  });
}

/** Every call in every way. */
export const everyFault: Plan = (calls) =>
  STORES.flatMap((store) => ALL[store].flatMap((fault) => each(calls, store, fault)));

/**
 * Every call in the ways of `DAILY`, and one call in each other way.
 * @param turn another sample for each turn
 */
export const dailyFaults =
  (turn: number, sampleOnly = false): Plan =>
  (calls) =>
    STORES.flatMap((store) => {
      const thorough = sampleOnly ? [] : DAILY[store];
      const others = ALL[store].filter((fault) => !thorough.includes(fault));
      const sample = others.flatMap((fault, at) => {
        const scripts = each(calls, store, fault);
        return scripts[(turn + at) % scripts.length] ?? [];
      });
      return [...thorough.flatMap((fault) => each(calls, store, fault)), ...sample];
    });
