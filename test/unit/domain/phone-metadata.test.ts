import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/mobile';
import metadata from 'libphonenumber-js/mobile/metadata';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import { slimMetadata } from '../../../scripts/lib/slim-metadata.ts';
import { readPhone } from '../../../src/domain/identifier.ts';
import slim from '../../../src/domain/phone-metadata.json' with { type: 'json' };

/** What the whole of libphonenumber's mobile metadata makes of a number. */
function byPackage(number: string, defaultCallingCode: string): string | undefined {
  const parsed = parsePhoneNumberFromString(number, { defaultCallingCode, extract: false });
  return parsed?.isValid() ? parsed.number : undefined;
}

// The package types the table as opaque.
const codes = Object.entries(
  (metadata as unknown as { country_calling_codes: Record<string, string[]> })
    .country_calling_codes,
).filter(([, names]) => names[0] !== '001');

test('it is made from the installed libphonenumber-js; renew it with npm run phone-metadata', () => {
  expect(slim).toEqual(slimMetadata());
});

test('a landline that begins with its own calling code is not taken for a shorter mobile', () => {
  expect(byPackage('278200000', '27')).toBeUndefined();
  expect(readPhone('278200000', '27')).toBeUndefined();
});

describe('it judges as the package does', () => {
  test.each(codes)('+%s', (code, names) => {
    for (const name of names) {
      const example = (examples as Record<string, string>)[name];
      if (example === undefined) continue;
      for (const number of [
        example,
        `0${example}`,
        `+${code}${example}`,
        `${example}1`,
        example.slice(1),
      ]) {
        expect([number, readPhone(number, code)?.value]).toEqual([number, byPackage(number, code)]);
      }
      // Neighbours of a real mobile: the same beginning, any other end, a digit more or less.
      const near = fc
        .tuple(fc.nat(example.length), fc.stringMatching(/^\d{0,9}$/))
        .map(([keep, rest]) => example.slice(0, keep) + rest);
      fc.assert(
        fc.property(near, (number) => {
          expect([number, readPhone(number, code)?.value]).toEqual([
            number,
            byPackage(number, code),
          ]);
        }),
        { numRuns: 200 },
      );
    }
  });
});
