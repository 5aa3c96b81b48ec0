import { getCountries, getCountryCallingCode } from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { readPhone } from '../../../src/values/phone.ts';

test.each([
  ['a landline', '+911234567890'],
  ['a landline that begins with its own calling code', '278200000', '27'],
  ['a satellite phone', '+881612345678'],
  ['a ship', '+870773111632'],
  ['freephone of no country', '+80012345678'],
  ['premium rate of no country', '+979123456789'],
  ['premium rate of no country, typed without +', '123456789', '979'],
])('%s gets no code', (_, number, callingCode = '91') => {
  expect(readPhone(number, callingCode)).toBeUndefined();
});

describe('the mobile of a country is read as E.164', () => {
  test.each(getCountries())('%s', (country) => {
    const code = getCountryCallingCode(country);
    const example = examples[country];
    expect(readPhone(`+${code}${example}`, '91')?.value).toBe(`+${code}${example}`);
    expect(readPhone(example, code)?.value).toBe(`+${code}${example}`);
    expect(readPhone(example, `+${code}`)).toMatchObject({ callingCode: Number(code) });
    expect(readPhone(`+${code}${example}0123456`, '91')).toBeUndefined();
    expect(readPhone(`+${code}${example.slice(0, 3)}`, '91')).toBeUndefined();
  });
});
