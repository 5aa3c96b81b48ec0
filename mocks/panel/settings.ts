/** The switches of the running mock, as a form or a program sends them. */
import * as z from 'zod';
import type { MockOptions } from '../app.ts';
import { MAX_DELAY_MS } from '../bounds.ts';

export const SettingsSchema = z.strictObject({
  /** Share of the requests, 0 to 1. */
  chaos: z.number().min(0).max(1).optional(),
  delayMs: z.int().min(0).max(MAX_DELAY_MS).optional(),
  strict: z.boolean().optional(),
  dynamic: z.boolean().optional(),
});
export type Settings = Required<z.output<typeof SettingsSchema>>;

export const settingsOf = ({
  chaos = 0,
  delayMs = 0,
  strict = false,
  dynamic = false,
}: MockOptions): Settings => ({ chaos, delayMs, strict, dynamic });

/** A number within bounds, or the sentence that says what to write instead. */
function numberOf(form: FormData, name: string, label: string, max: number): number | string {
  const text = form.get(name);
  const value = typeof text === 'string' && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : -1;
  return value >= 0 && value <= max ? value : `${label} is a number from 0 to ${max}.`;
}

/** The settings of a form, or what is wrong with it. */
export function readForm(form: FormData): Settings | string {
  const chaos = numberOf(form, 'chaos', 'Chaos', 100);
  if (typeof chaos === 'string') return chaos;
  const delayMs = numberOf(form, 'delay', 'Delay', MAX_DELAY_MS);
  if (typeof delayMs === 'string') return delayMs;
  return {
    chaos: chaos / 100,
    delayMs: Math.floor(delayMs),
    strict: form.get('strict') === 'on',
    dynamic: form.get('dynamic') === 'on',
  };
}
