/** Whom a record of a file of group members names. */
import { describe, expect, test } from 'vitest';
import { readHeader, readMember } from '../../../src/domain/groups/group-members.ts';

const places = (line: string) => readHeader(line.split(',')) ?? {};
const INDIA = '91';

describe('a number in a file of an Indian shop', () => {
  test.each([
    ['of another country, with its +', '+12025550123', '+12025550123'],
    ['of another country, whose + a spreadsheet took', '12025550123', '+12025550123'],
    ['of another country, whose + a spreadsheet took', '447912345678', '+447912345678'],
    ['of another country, whose + a spreadsheet took', '971501234567', '+971501234567'],
    ['of its own, whose + a spreadsheet took', '918652523958', '+918652523958'],
    ['of its own', '8652523958', '+918652523958'],
    ['of its own, with a zero in front', '08652523958', '+918652523958'],
    ['of its own, as a floating-point number', '8652523958.0', '+918652523958'],
    ['of another country, as a floating-point number', '12025550123.00', '+12025550123'],
    ['with spaces around it', ' 12025550123 ', '+12025550123'],
  ])('%s: %s', (_name, number, value) => {
    for (const column of ['phone_number', 'mobile'] as const) {
      const read = readMember([number], places(column), INDIA);
      expect([column, read]).toEqual([column, { key: { by: 'phone', value }, field: column }]);
    }
  });

  test('with a country of its own beside it', () => {
    const at = places('mobile,country_code');
    const key = { by: 'phone', value: '+447912345678' };
    expect(readMember(['7912345678', '44'], at, INDIA)).toEqual({ key, field: 'mobile' });
    expect(readMember(['7912345678', '+44'], at, INDIA)).toEqual({ key, field: 'mobile' });
    expect(readMember(['447912345678', ''], at, INDIA)).toEqual({ key, field: 'mobile' });
  });

  test.each(['2.02555E+10', '9.81E+09', '9,19810E+11', '9E+11'])(
    'that a spreadsheet has rounded: %s',
    (number) => {
      const read = readMember([number], places('phone_number'), INDIA);
      expect(read).toEqual({ problem: expect.stringMatching(/^phone_number was rounded by a/) });
    },
  );

  test.each([
    ['12'],
    ['120255501'],
    ['1202555012345678'],
    ['98100000011.5'],
    ['n/a'],
    ['++12025550123'],
  ])('that is none: %s', (number) => {
    const read = readMember([number], places('phone_number'), INDIA);
    expect(read).toEqual({ problem: 'phone_number is not a mobile number' });
  });
});

describe('a record', () => {
  test('names whom its first filled column names', () => {
    const at = places('mobile,EMAIL, user_id ');
    const named = (...fields: string[]) => readMember(fields, at, INDIA);
    expect(named('8652523958', 'A@Example.com', 'ABC')).toMatchObject({
      key: { by: 'id', value: 'abc' },
    });
    expect(named('8652523958', 'A@Example.com', ' ')).toMatchObject({
      key: { by: 'email', value: 'a@example.com' },
    });
    expect(named('8652523958')).toMatchObject({ key: { by: 'phone', value: '+918652523958' } });
    expect(named('', ' ')).toEqual({ problem: 'names nobody' });
  });
});
