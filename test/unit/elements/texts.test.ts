/** Every language has every text, with the same blanks to fill in. */
import { describe, expect, test } from 'vitest';
import { LANGUAGES, languageOf, textsOf } from '../../../src/elements/texts/index.ts';
import { fill, waitText } from '../../../src/elements/flow/problems.ts';

const { en, ...others } = LANGUAGES;
const blanks = (text: string): string[] =>
  [...text.matchAll(/\{\w+\}/g)].map(([one]) => one).toSorted();

describe.each(Object.entries(others))('%s', (_, texts) => {
  test('has the same keys', () => {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(en).toSorted());
  });
  test.each(Object.keys(en) as (keyof typeof en)[])('%s', (key) => {
    expect(texts[key].trim()).not.toBe('');
    expect(texts[key]).not.toBe(en[key]);
    expect(blanks(texts[key])).toEqual(blanks(en[key]));
  });
});

// Who steers by voice says what he reads (WCAG 2.5.3).
test.each(Object.entries(LANGUAGES))('%s: the name of a button holds its label', (_, texts) => {
  const pairs = [
    ['make_primary', 'make_primary_of'],
    ['remove', 'remove_of'],
    ['send_verify_link', 'send_verify_link_of'],
    ['sign_out', 'end_device_of'],
  ] as const;
  const named = Object.keys(texts).filter((key) => key.endsWith('_of'));
  expect(named.toSorted()).toEqual(pairs.map(([, name]) => name).toSorted());
  for (const [label, name] of pairs) expect(texts[name]).toContain(texts[label]);
});

test('the first language that there are texts in counts, else English', () => {
  expect(languageOf(['hi-IN', 'en'])).toBe('hi');
  expect(languageOf(['fr', 'HI_in'])).toBe('hi');
  expect(languageOf(['fr', 'constructor'])).toBe('en');
  expect(languageOf([])).toBe('en');
});

test('a page’s own texts win', () => {
  const texts = textsOf('hi', { continue: 'Weiter' });
  expect([texts.continue, texts.back]).toEqual(['Weiter', LANGUAGES.hi.back]);
});

test('waits are told in units that people count in', () => {
  expect([30, 119, 120, 3600, 7200, 53_690].map((seconds) => waitText(en, seconds))).toEqual([
    '30 s',
    '119 s',
    '2 min',
    '60 min',
    '2 h',
    '15 h',
  ]);
  expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}');
});
