/** Placeholders: `{{name}}` in a text, and what is put in their place. */
import type { Values } from './values.ts';

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const MAX_QUOTED_CHARACTERS = 40;

/** In one pass: a value that looks like a placeholder stays a value. */
export function fill(text: string, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole);
}

/** What is wrong with an application's own text, or undefined when it can be used. It comes from JSON: it may be anything. */
export function flawOf(
  text: unknown,
  values: Values,
  needed: readonly string[],
): string | undefined {
  if (typeof text !== 'string' || text.trim() === '') return 'is no text';
  const used = new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name));
  const unknown = [...used].find((name) => !Object.hasOwn(values, name));
  if (unknown !== undefined)
    return `has the unknown placeholder {{${unknown.slice(0, MAX_QUOTED_CHARACTERS)}}}`;
  const missing = needed.find((name) => !used.has(name));
  return missing && `lacks {{${missing}}}`;
}
