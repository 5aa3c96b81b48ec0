/** `vestibule/contract`: checks a server, or one answer, against the documented contract. */
import { ALL_OPERATIONS } from './ledger.ts';
import { judgeAnswer, type Breach } from './strict.ts';

export { checkContract, Unreachable, WrongOptions } from './check.ts';
export type { CheckOptions } from './check.ts';
export type { Codes } from './codes.ts';
export type { Tokens } from './full.ts';
export type { Breach } from './strict.ts';
export type { Credentials } from './target.ts';
export type { Checked, Report, Verdict } from './verdict.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** As it was sent. */
  body: string | Uint8Array;
}

/**
 * What is wrong with one answer of an operation, of a success or an error; empty when nothing is. Cookies are not judged.
 * @param operation such as `application.loginWithOTP`
 * @throws TypeError when there is no such operation
 */
export function breachesOfAnswer(operation: string, answer: Answer): Breach[] {
  const entry = ALL_OPERATIONS.find(({ id }) => id === operation);
  if (!entry) throw new TypeError(`there is no operation ${operation}`);
  const { body } = answer;
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return judgeAnswer(entry, { ...answer, body: bytes }).breaches;
}
