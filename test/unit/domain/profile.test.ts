/** What the fields of a profile may be, and how they are kept. */
import { describe, expect, test } from 'vitest';
import { readProfile } from '../../../src/domain/user/profile.ts';
import { BAD_NAMES, NAMES } from '../../corpus/names.ts';
import { tally } from '../../support/tally.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const read = (body: Parameters<typeof readProfile>[0]) => readProfile(body, NOW);
const valueOf = (body: Parameters<typeof readProfile>[0]) => {
  const result = read(body);
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

describe('names', () => {
  test.each(NAMES)('%j is kept', (name) => {
    tally('value');
    expect(valueOf({ first_name: ` ${name} ` })).toMatchObject({ firstName: name });
  });

  test.each(BAD_NAMES)('%j is refused', (name) => {
    tally('value', 2);
    for (const field of ['first_name', 'last_name'] as const) {
      expect(read({ [field]: name })).toMatchObject({
        ok: false,
        code: 'validation_failed',
        errors: [{ path: `body.${field}`, message: 'must be a plain name' }],
      });
    }
  });
});

describe('dob', () => {
  test.each([
    ['1990-05-06', '1990-05-06'],
    [' 1990-05-06 ', '1990-05-06'],
    ['1990-05-06T00:00:00.000Z', '1990-05-06'],
    ['1990-05-06T18:30:00+05:30', '1990-05-06'],
    ['2000-02-29T23:59', '2000-02-29'],
  ])('%j is %s', (dob, day) => {
    expect(valueOf({ dob })).toMatchObject({ dob: day });
  });

  test.each([
    '1990-05-06T99:99:99Z',
    '1990-05-06T::..',
    '1990-05-06T24:00:00Z',
    '1990-05-06T12:60:00Z',
    '1990-05-06T12:00:00+15:00',
    '1990-05-06T12:00:00Zulu',
    '1900-02-29',
    '2023-02-29',
    '1990-13-01',
    '1879-12-31',
    '2026-11-28',
    '06.05.1990',
    'yesterday',
  ])('%j is refused', (dob) => {
    expect(read({ dob })).toMatchObject({ ok: false, errors: [{ path: 'body.dob' }] });
  });
});

test('a gender is read with blanks around it, and in capitals', () => {
  expect(valueOf({ gender: ' Male ' })).toMatchObject({ gender: 'male' });
});

test('the address of a picture is kept as its parser writes it', () => {
  const typed = ' https://x.example/a.png" onerror="alert(1)';
  expect(valueOf({ profile_pic_url: typed })).toMatchObject({
    profilePicUrl: 'https://x.example/a.png%22%20onerror=%22alert(1)',
  });
});
