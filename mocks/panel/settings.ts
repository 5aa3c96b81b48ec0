/** The switches of the running mock, as a form sends them. */
import { MINUTE_MS } from '../../src/shared/time.ts';
import type { MockOptions } from '../app.ts';

const MAX_DELAY_MS = 10 * MINUTE_MS;

/** A number within bounds, or the sentence that says what to write instead. */
function numberOf(form: FormData, name: string, label: string, max: number): number | string {
  const text = form.get(name);
  const value = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : -1;
  return value >= 0 && value <= max ? value : `${label} is a number from 0 to ${max}.`;
}

/** The settings of a form, or what is wrong with it. */
export function settingsOf(form: FormData): Partial<MockOptions> | string {
  const chaos = numberOf(form, 'chaos', 'Chaos', 100);
  if (typeof chaos === 'string') return chaos;
  const delayMs = numberOf(form, 'delay', 'Delay', MAX_DELAY_MS);
  if (typeof delayMs === 'string') return delayMs;
  return { chaos: chaos / 100, delayMs: Math.floor(delayMs), strict: form.get('strict') === 'on' };
}
