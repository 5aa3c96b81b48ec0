/** The manifest of the elements says what the code has: attributes, events, slots, parts and custom properties. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../../src/elements/custom-elements.json' with { type: 'json' };

const FOLDER = join(import.meta.dirname, '../../../src/elements');
const code = globSync('**/*.ts', { cwd: FOLDER, exclude: ['**/*.d.ts'] })
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
  .join('\n');
const types = readFileSync(join(FOLDER, 'public.d.ts'), 'utf8');

const declarations = manifest.modules.flatMap((one) => one.declarations);
const named = (key: 'attributes' | 'events' | 'slots' | 'cssParts' | 'cssProperties'): string[] => [
  ...new Set(declarations.flatMap((one) => one[key].map(({ name }) => name))),
];
/** What a pattern's first group holds, each once. */
const inCode = (...patterns: RegExp[]): string[] => [
  ...new Set(patterns.flatMap((one) => [...code.matchAll(one)].map((match) => match[1] ?? ''))),
];
const sorted = (list: string[]): string[] => list.toSorted((a, b) => a.localeCompare(b));

test('attributes', () => {
  const declared = [
    ...inCode(/attribute: '([\w-]+)'/g, /^ {4}(\w+): \{ type: String \}/gm),
    ...inCode(/hasAttribute\('(\w+)'\)/g, /:host\(\[(\w+)[\]=]/g),
  ].filter((name) => name !== 'hidden');
  expect(sorted([...new Set(declared)])).toEqual(sorted(named('attributes')));
});

test('events', () => {
  const sent = inCode(/\bemit\('([\w-]+)'/g, /new CustomEvent\('([\w-]+)'/g);
  expect(sorted(sent)).toEqual(sorted(named('events')));
});

test('slots', () => {
  expect(sorted(inCode(/<slot name="([\w-]+)"/g))).toEqual(sorted(named('slots')));
});

test('parts', () => {
  const written = inCode(/part="([^"$]+)"/g, /part="([\w ]+) \$/g).flatMap((list) =>
    list.split(' '),
  );
  // A button also has the part of its kind.
  const parts = written.filter((name) => !name.endsWith('-button'));
  expect(sorted([...new Set([...parts, 'button', 'link'])])).toEqual(sorted(named('cssParts')));
});

test('custom properties', () => {
  const read = inCode(/var\(\s*(--vestibule-[\w-]+)/g);
  expect(sorted(read)).toEqual(sorted(named('cssProperties')));
});

test('the fields stand in the published types too', () => {
  for (const { members } of declarations) {
    for (const { name } of members) expect(types).toMatch(new RegExp(`^ {2}${name}[?:]`, 'm'));
  }
});
