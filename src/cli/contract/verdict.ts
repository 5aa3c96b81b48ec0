/** What a check has seen of one operation, and of all. */
import type { Breach } from './strict.ts';

/**
 * - `passed`: seen to succeed as documented
 * - `breach`: something is not as documented
 * - `refused`: with an error that the security of the row and the given credentials explain
 * - `not_reached`: something that it needs did not work
 * - `skipped`: not to be called, or something is missing that only the caller of the check can give
 */
export type Verdict = 'passed' | 'breach' | 'refused' | 'not_reached' | 'skipped';

export interface Checked {
  /** `application.loginWithOTP` */
  operation: string;
  verdict: Verdict;
  /** HTTP status of the last answer that was meant to succeed. */
  status?: number;
  /** The error code, or why there is no better verdict. */
  note?: string;
  breaches: Breach[];
  /** Wrong requests that had to be refused. */
  negative_calls: number;
  milliseconds: number;
}

export interface Report {
  url: string;
  mode: 'safe' | 'full' | 'static';
  /** No breach, nothing that was not reached, and at least one operation that passed. */
  ok: boolean;
  summary: Record<Verdict, number>;
  /** What is wrong with the run as a whole, each in a sentence; with `ok` there is none. */
  findings: string[];
  /** What this mode does not look at. */
  left_out: string[];
  /** What was made or changed, and what became of it. */
  cleanup: string[];
  operations: Checked[];
}

/** Whether a run passes: no breach, every operation reached, and at least one of them passed. */
export const isGreen = (summary: Record<Verdict, number>): boolean =>
  summary.breach === 0 && summary.not_reached === 0 && summary.passed > 0;

/** Number of operations by verdict. */
export function summaryOf(checked: readonly Checked[]): Record<Verdict, number> {
  const count = (verdict: Verdict): number =>
    checked.filter((one) => one.verdict === verdict).length;
  return {
    passed: count('passed'),
    refused: count('refused'),
    breach: count('breach'),
    not_reached: count('not_reached'),
    skipped: count('skipped'),
  };
}
