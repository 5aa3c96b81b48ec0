/** What people type and paste is read as what they mean. */
import { describe, expect, test } from 'vitest';
import { readEmail } from '../../../src/values/email.ts';
import { readPhone } from '../../../src/values/phone.ts';
import { readCode, toAsciiDigits } from '../../../src/shared/typed-text.ts';
import { TYPED_CODES } from '../../corpus/codes.ts';
import { BAD_EMAILS, TYPED_EMAILS } from '../../corpus/emails.ts';
import { mobilesNear, typedPhones, ZEROS } from '../../corpus/phones.ts';
import { tally } from '../../support/tally.ts';

/** Numbers from 0 up to 1, the same in each run (a linear congruential generator). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('phones', () => {
  test('of all territories, in every way of writing', () => {
    const typed = typedPhones();
    const misread = typed.filter(({ typed: text, callingCode, e164 }) => {
      return readPhone(text, callingCode)?.value !== e164;
    });
    tally('value', typed.length);
    expect(misread).toStrictEqual([]);
    expect(new Set(typed.map(({ territory }) => territory)).size).toBeGreaterThan(240);
  });

  test('no mobile is lost, however it begins', () => {
    const typed = mobilesNear(60, createRandom(7));
    const misread = typed.filter(({ typed: text, callingCode, e164 }) => {
      return readPhone(text, callingCode)?.value !== e164;
    });
    tally('value', typed.length);
    expect(misread).toStrictEqual([]);
    expect(typed.length).toBeGreaterThan(10_000);
  });

  test.each(['91 ', ' +91', '+91', '0091', '\u200e91', '९१', '９１'])(
    'the calling code %j is 91',
    (callingCode) => {
      expect(readPhone('9810928914', callingCode)?.value).toBe('+919810928914');
    },
  );

  test.each(['00', '0041', '+', '000919810928914', 'tel:', '98109\u00e028914', '9810928914x'])(
    '%j is no number',
    (typed) => {
      expect(readPhone(typed, '91')).toBeUndefined();
    },
  );
});

describe('emails', () => {
  test.each(TYPED_EMAILS)('%j is %s', (typed, meant) => {
    tally('value');
    expect(readEmail(typed)).toStrictEqual({ kind: 'email', value: meant });
  });

  test.each(BAD_EMAILS)('%j is none', (typed) => {
    tally('value');
    expect(readEmail(typed)).toBeUndefined();
  });
});

describe('codes', () => {
  test.each(TYPED_CODES.filter((typed) => typeof typed === 'string'))('%j is 055959', (typed) => {
    tally('value');
    expect(readCode(typed)).toBe('055959');
  });

  test.each(['05595x', 'o55959', '05.5959', '055959;'])('%j is no code', (typed) => {
    expect(readCode(typed)).not.toBe('055959');
    expect(readCode(typed)).not.toMatch(/^\d{6}$/);
  });
});

test("digits of every script are read as the platform's own number format writes them", () => {
  const systems = Intl.supportedValuesOf('numberingSystem').flatMap((numberingSystem) => {
    const written = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false }).format(
      9_876_543_210,
    );
    // Some systems are no positional digits (Roman, Chinese, Hebrew).
    return /^\p{Nd}{10}$/u.test(written) ? [{ numberingSystem, written }] : [];
  });
  expect(systems.length).toBeGreaterThan(60);
  expect(systems.filter(({ written }) => toAsciiDigits(written) !== '9876543210')).toStrictEqual(
    [],
  );
  tally('value', systems.length);
  expect(Object.values(ZEROS).map((zero) => toAsciiDigits(String.fromCodePoint(zero + 7)))).toEqual(
    Object.values(ZEROS).map(() => '7'),
  );
});
