/** The words by which customers are found. */
import { expect, test } from 'vitest';
import { wordsOf } from '../../../src/domain/operators/customer-query.ts';
import { NAMES } from '../../corpus/names.ts';

test.each([
  ['José Ñandú', ['jose', 'nandu']],
  ['Łukasz Żółć', ['lukasz', 'zolc']],
  ['Øystein Ærø', ['oystein', 'aero']],
  ['Jörg Straße', ['jorg', 'strasse']],
  ['İbrahim Işık', ['ibrahim', 'isik']],
  ['Đặng Þór', ['dang', 'thor']],
  ['Γιώργος', ['γιωργος']],
  ['שָׁלוֹם', ['שלום']],
  ['مُحَمَّد', ['محمد']],
])('%s is %j', (text, words) => {
  expect(wordsOf(text)).toStrictEqual(words);
});

test('vowel signs are letters: five Hindi names are five words', () => {
  const names = ['राम', 'रमा', 'रीमा', 'रोमा', 'रामू'];
  expect(new Set(names.flatMap(wordsOf)).size).toBe(5);
});

test.each(NAMES)('%s has words, which are words of themselves', (name) => {
  const words = wordsOf(name);
  expect(words.length).toBeGreaterThan(0);
  expect(wordsOf(words.join(' '))).toStrictEqual(words);
});
