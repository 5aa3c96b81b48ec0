/** A line of a file of users: what the API refuses is refused, and what it reads is read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Bytes } from '../../src/adapters/node/sha256.ts';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import { readUserLine, type Rules } from '../../src/user-file/line.ts';
import { BAD_NAMES, NAMES } from '../corpus/names.ts';
import { operatorOf, params } from '../support/operator.ts';
import { memoryShop } from '../support/shop.ts';

const NOW = Date.parse('2026-11-26T00:00:00Z');
const rules: Rules = {
  applicationId: '000000000000000000000001',
  callingCode: '91',
  hashes: new HashIntake(undefined, NOW),
  now: NOW,
  digest: sha256Bytes,
};
const read = (given: object) => readUserLine(1, { email: 'a@example.com', ...given }, rules);

const TEXTS = [
  ...['', ' ', 'Asha', ' Asha ', 'a\u0000b', 'a\u0007', 'a\u007f', 'a\u0085b', '\ud800', 'a\tb'],
  ...['male', ' Female ', 'x'.repeat(101), 'https://x.example/a.png', '1990-02-30', '1990-05-26'],
  ...NAMES,
  ...BAD_NAMES,
];
const value = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS),
  fc.constantFrom<unknown>(null, undefined, 7, true, [], {}),
);
const meta = fc.oneof(
  fc.dictionary(fc.string({ maxLength: 3 }), value, { maxKeys: 3 }),
  fc.constantFrom<unknown>(null, '', 'x', 1, [], { deep: 'x'.repeat(5_000) }),
);

test('a line is refused exactly when createUser refuses its fields', async () => {
  const operator = await operatorOf(await memoryShop());
  let nth = 0;
  const outcomes = { read: 0, refused: 0 };
  const fields = fc.record(
    {
      first_name: fc.oneof(fc.constantFrom(...NAMES), value),
      last_name: fc.oneof(fc.constantFrom(...NAMES), value),
      gender: fc.oneof(fc.constantFrom('male', ' Female ', null), value),
      meta,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fields, async (given) => {
      nth += 1;
      const named = { username: `user_${nth}`, phone_number: String(9_810_000_000 + nth) };
      // Bad values are what this is about, so no type fits them.
      const body = { ...given, ...named } as typeof named;
      const { ok } = await operator.createUser({ params, body });
      const line = readUserLine(1, body, rules);
      expect('field' in line ? line : true).toEqual(ok ? true : expect.anything());
      outcomes[ok ? 'read' : 'refused'] += 1;
    }),
    { numRuns: 300 },
  );
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(30);
});

describe('a line of users', () => {
  test('may have null and "" for what it does not have', () => {
    const names = ['first_name', 'dob', 'gender', 'phone_number', 'password_hash', 'meta'];
    const more = ['emails', 'phone_numbers', 'social', 'created_at', 'external_id', 'country_code'];
    for (const name of [...names, ...more]) {
      for (const blank of [null, '']) expect(read({ [name]: blank })).toEqual(read({}));
    }
  });

  test('keeps null and "" in meta', () => {
    const kept = { note: '', tier: null, list: [null, ''], n: { x: '' } };
    for (const given of [kept, JSON.stringify(kept)]) {
      expect(read({ meta: given })).toMatchObject({ meta: JSON.stringify(kept) });
    }
  });

  test('may have numbers where they are meant', () => {
    expect(read({ phone_number: 919_800_000_008, external_id: 9, country_code: 91 })).toEqual(
      read({ phone_number: '919800000008', external_id: '9', country_code: '91' }),
    );
    expect(read({ phone_number: 447_912_345_678 })).toMatchObject({
      identifiers: [{ kind: 'email' }, { kind: 'phone', value: '+447912345678', callingCode: 44 }],
    });
  });

  test.each(['phone_number', 'external_id'])('with a rounded %s is refused', (field) => {
    const message = expect.stringMatching(/^was rounded by a spreadsheet/) as string;
    for (const rounded of ['9.81E+09', '1.00002E+14']) {
      expect(read({ [field]: rounded })).toEqual({ line: 1, field, message });
    }
  });

  test.each(['created_at', 'blocked_at', 'archived_at'])('has no %s in the future', (field) => {
    expect(read({ [field]: new Date(NOW).toISOString() })).not.toHaveProperty('field');
    for (const ahead of ['2999-01-01T00:00:00Z', new Date(NOW + 1).toISOString()]) {
      expect(read({ [field]: ahead })).toEqual({
        line: 1,
        field,
        message: 'must not be in the future',
      });
    }
  });

  test.each([
    [{ external_id: 'a\u0000' }, 'external_id'],
    [{ meta: { a: 'a\u001b' } }, 'meta.a'],
    [{ meta: '{"a":"\\ud800"}' }, 'meta.a'],
    [{ emails: [{ email: 'a\u0000@example.com' }] }, 'emails.0.email'],
    [{ social: [{ provider: 'google', subject: '\u0007' }] }, 'social.0.subject'],
  ])('without control characters: %j', (given, field) => {
    const message = 'has characters that are not allowed';
    expect(read(given)).toEqual({ line: 1, field, message });
  });

  test.each([[null], [7], ['x'], [[]]])('is an object, not %j', (given) => {
    expect(readUserLine(1, given, rules)).toMatchObject({ line: 1, field: '' });
  });
});
