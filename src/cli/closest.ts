/** "Did you mean …?" for words that a caller has mistyped. */
import { editDistance } from '../../mocks/nearest.ts';

/** Shorter ones begin too much. */
const MIN_PREFIX = 3;

/** One edit, and one more for every four characters: `prot` is `port`, `foo` is nothing. */
const isNear = (edits: number, word: string, candidate: string): boolean =>
  edits <= 1 + Math.floor(Math.max(word.length, candidate.length) / 4);

/** @returns the candidate that was probably meant, or undefined when none is near */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const begun = word.length >= MIN_PREFIX ? candidates.filter((one) => one.startsWith(word)) : [];
  if (begun.length === 1) return begun[0];
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .toSorted((a, b) => a.edits - b.edits);
  return best && isNear(best.edits, word, best.candidate) ? best.candidate : undefined;
}

/** ` Did you mean users import?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}
