import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlainLine, toPlainLine } from '../../../src/values/plain-line.ts';
import { readProfile } from '../../../src/domain/user/profile.ts';
import { plainName } from '../../../src/domain/login/social-login.ts';

const HIDDEN = [
  ...['a\nb', 'a\rb', 'a\tb', 'a\0b', 'a\u0085b', 'a\u2028b', 'a\u2029b'],
  ...['a\u202eb', 'a\u202ab', 'a\u2066b', 'a\u2069b', 'a\u200eb', 'a\u200fb', 'a\u061cb'],
];
const INVISIBLE = ['\u200b', '\u2060\u200d', '\ufeff', '\u3164', '\u115f', '\u2800', ' \u00ad '];
const NAMES = ['Asha', 'अमित राव', 'José', '日本 太郎', "O'Neil", 'محمد', '👨‍👩‍👧', 'क्‍ष', 'Ng'];

describe('a plain line', () => {
  test.each([...HIDDEN, ...INVISIBLE, ''])('is not %j', (text) => {
    expect(isPlainLine(text)).toBe(false);
  });
  test.each(NAMES)('is %s', (text) => {
    expect(isPlainLine(text)).toBe(true);
    expect(toPlainLine(text)).toBe(text);
  });
  test('is what is left of any text, or nothing is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = toPlainLine(text);
        expect(line === undefined || isPlainLine(line)).toBe(true);
      }),
    );
  });
});

describe('names', () => {
  // Blanks alone are no name at all, as an empty text is none.
  const seen = INVISIBLE.filter((text) => text.trim() !== '');
  test.each([...HIDDEN, ...seen, '<b>', 'a>b'])('that are %j are refused by the field', (name) => {
    for (const field of ['first_name', 'last_name']) {
      expect(readProfile({ [field]: name }, 0)).toMatchObject({
        ok: false,
        errors: [{ path: `body.${field}`, message: 'must be a plain name' }],
      });
    }
  });
  test('that a provider vouches for are made plain instead', () => {
    expect(HIDDEN.map(plainName)).toEqual(HIDDEN.map(() => 'a b'));
    expect(INVISIBLE.map(plainName)).toEqual(INVISIBLE.map(() => undefined));
    expect(plainName('<b>Mal</b>')).toBe('b Mal /b');
  });
});
