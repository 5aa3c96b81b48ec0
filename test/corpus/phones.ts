/** Mobile numbers of every territory, written as people, messengers and contact cards write them. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/mobile';
import examples from 'libphonenumber-js/mobile/examples';

export interface TypedPhone {
  territory: string;
  /** What kind of writing it is, for a failing test's message. */
  way: string;
  typed: string;
  /** Calling code of the shop, when the number does not name its own. */
  callingCode: string;
  /** What it is in E.164. */
  e164: string;
}

/** The digits of a text in the script whose zero is given. */
const inScript = (text: string, zero: number): string =>
  text.replaceAll(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** First code points of rows of digits: Devanagari, Arabic-Indic, Persian, Bengali, Thai, full-width. */
export const ZEROS = {
  devanagari: 0x966,
  arabic: 0x660,
  persian: 0x6f0,
  bengali: 0x9e6,
  thai: 0xe50,
  fullWidth: 0xff10,
};

/** @param national without calling code, with its trunk prefix where people write one */
function waysOf(national: string, formatted: string, callingCode: string, e164: string) {
  const digits = e164.slice(1);
  const abroad = `+${callingCode}`;
  const pairs = national.match(/.{1,2}/g) ?? [];
  return {
    national,
    'national, formatted': formatted,
    'E.164': e164,
    'international with a blank': `${abroad} ${digits.slice(callingCode.length)}`,
    'with 00': `00${digits}`,
    'without a plus': digits,
    'a tel link': `tel:${e164}`,
    'with dashes': pairs.join('-'),
    'with en dashes': pairs.join('\u2013'),
    'with non-breaking hyphens': pairs.join('\u2011'),
    'with dots': pairs.join('.'),
    'with slashes': pairs.join('/'),
    'with non-breaking blanks': pairs.join('\u00a0'),
    'with a tab and a line end': `\t${national}\n`,
    'out of a contact card': `\u202a${e164}\u202c`,
    'with isolates': `\u2068${e164}\u2069`,
    'with zero width blanks': pairs.join('\u200b'),
    'with a left-to-right mark': `\u200e${national}`,
    'with a full-width plus': `\uff0b${inScript(digits, ZEROS.fullWidth)}`,
    ...Object.fromEntries(
      Object.entries(ZEROS).map(([script, zero]) => [
        `in ${script} digits`,
        inScript(national, zero),
      ]),
    ),
  };
}

/** Every territory's example number in every way of writing. */
export function typedPhones(): TypedPhone[] {
  return Object.entries(examples).flatMap(([territory, example]) => {
    const phone = parsePhoneNumberFromString(example, territory as CountryCode);
    if (!phone?.isValid()) throw new Error(`the example of ${territory} is no mobile number`);
    const callingCode = phone.countryCallingCode;
    const ways = waysOf(example, phone.formatNational(), callingCode, phone.number);
    return Object.entries(ways).map(([way, typed]) => ({
      territory,
      way,
      typed,
      callingCode,
      e164: phone.number,
    }));
  });
}

/**
 * Valid mobiles near the example of each territory, as national digits: no way of reading may lose one of them.
 * @param random numbers from 0 up to 1, so that a run can be repeated
 */
export function mobilesNear(count: number, random: () => number): TypedPhone[] {
  return Object.entries(examples).flatMap(([territory, example]) => {
    const found: TypedPhone[] = [];
    // Not every change of the example is a number; a territory with few mobiles gives fewer.
    for (let round = 0; round < count * 4 && found.length < count; round += 1) {
      const typed = example.replaceAll(/\d/g, (digit, at: number) =>
        at === 0 || random() < 0.3 ? digit : String(Math.floor(random() * 10)),
      );
      const phone = parsePhoneNumberFromString(typed, territory as CountryCode);
      if (!phone?.isValid()) continue;
      const callingCode = phone.countryCallingCode;
      found.push({ territory, way: 'national', typed, callingCode, e164: phone.number });
    }
    return found;
  });
}

/** No mobile number of India, and of no other country by their plus. */
export const BAD_PHONES: readonly unknown[] = [
  'x',
  '91',
  '86525',
  '86525239581234',
  '2222222222',
  '+911234567890',
  '+99912345678',
  '+8816123456789',
  '+80012345678',
  '+',
  '00',
  '8652523958 ext 5',
  'call 8652523958',
  '8652523958;9810000001',
  '-8652523958x',
  '0',
  0,
  -8_652_523_958,
  86_525,
];

export const BAD_CALLING_CODES: readonly unknown[] = [
  'IN',
  '0',
  '0091x',
  '+',
  '9191',
  '-91',
  0,
  -91,
];
