/** The verdict on an exchange, in a few words: for the panel, its JSON and the terminal. */
import type { Exchange } from './request-log.ts';

export const VERDICTS = ['valid', 'refused', 'invalid', 'breach', 'chaos'] as const;
/**
 * `valid`: request and answer are as documented. `refused`: by an error that has nothing to do with the request's form.
 * `invalid`: the request has a mistake. `breach`: a real server's answer is not as documented. `chaos`: a failure on purpose.
 */
export type Verdict = (typeof VERDICTS)[number];

export function verdictOf(exchange: Omit<Exchange, 'id'>): { verdict: Verdict; said: string } {
  const { status, refusal, chaos, breaches = [], mistake } = exchange;
  if (chaos) return { verdict: 'chaos', said: `chaos: ${chaos}` };
  const [breach] = breaches;
  if (breach !== undefined) return { verdict: 'breach', said: breach };
  if (mistake !== undefined) return { verdict: 'invalid', said: mistake };
  if (status < 400) return { verdict: 'valid', said: 'valid' };
  const [first] = refusal?.errors ?? [];
  if (first) return { verdict: 'invalid', said: `${first.path} ${first.message}` };
  const said = refusal?.code ?? 'refused';
  return { verdict: status === 404 || status === 405 ? 'invalid' : 'refused', said };
}
