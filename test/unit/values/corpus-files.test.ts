/** Both imports and the search of operators read what people type as the operations do (test/contract/typed-values.test.ts). */
import { describe, expect, test } from 'vitest';
import { sha256Bytes } from '../../../src/adapters/node/sha256.ts';
import { readUserLine, type Rules } from '../../../src/user-file/line.ts';
import { readMember } from '../../../src/domain/groups/group-members.ts';
import { readQuery } from '../../../src/domain/operators/customer-query.ts';
import { BAD_EMAILS, TYPED_EMAILS } from '../../corpus/emails.ts';
import { BAD_NAMES, NAMES } from '../../corpus/names.ts';
import { BAD_PHONES, typedPhones } from '../../corpus/phones.ts';
import { tally } from '../../support/tally.ts';

const rulesOf = (callingCode: string): Rules => ({
  applicationId: '000000000000000000000001',
  callingCode,
  hashes: { take: () => ({ problem: 'there is none' }) },
  digest: sha256Bytes,
  now: Date.parse('2026-11-24T00:00:00Z'),
});
const imported = (fields: object, callingCode = '91') => {
  const read = readUserLine(1, { external_id: 'x', ...fields }, rulesOf(callingCode));
  return 'field' in read ? `${read.field} ${read.message}` : read;
};

/** Where a text is read as an identifier → what it is read as; undefined when it is none there. */
const READERS: [
  name: string,
  phone: (typed: string, code: string) => unknown,
  email: (typed: string) => unknown,
][] = [
  [
    'users import',
    (phone_number, code) => valueOf(imported({ phone_number }, code)),
    (email) => valueOf(imported({ email })),
  ],
  [
    'the import of a group',
    (typed, code) => keyOf(readMember([typed], { phone_number: 0 }, code)),
    (typed) => keyOf(readMember([typed], { email: 0 }, '91')),
  ],
  [
    'the search',
    (typed, code) => readQuery(typed, code).phone,
    (typed) => readQuery(typed, '91').email,
  ],
];
const valueOf = (read: ReturnType<typeof imported>) =>
  typeof read === 'string' ? undefined : read.identifiers[0]?.value;
const keyOf = (read: ReturnType<typeof readMember>) => ('key' in read ? read.key.value : undefined);

/** A third of the territories each. */
const phones = [...Map.groupBy(typedPhones(), ({ territory }) => territory).values()];

describe.each(READERS)('%s', (name, readPhone, readEmail) => {
  const part = READERS.findIndex(([one]) => one === name);

  test('reads numbers in every way of writing', () => {
    const own = phones.filter((_, at) => at % READERS.length === part).flat();
    const misread = own.filter(
      ({ typed, callingCode, e164 }) => readPhone(typed, callingCode) !== e164,
    );
    tally('value', own.length);
    expect(misread).toEqual([]);
  });

  test('reads addresses as they are typed, and none that no provider delivers to', () => {
    expect(TYPED_EMAILS.map(([typed]) => readEmail(typed))).toEqual(
      TYPED_EMAILS.map(([, meant]) => meant),
    );
    expect(BAD_EMAILS.filter((typed) => readEmail(typed) !== undefined)).toEqual([]);
    tally('value', TYPED_EMAILS.length + BAD_EMAILS.length);
  });
});

test('users import refuses what the operations refuse', () => {
  const base = { email: 'asha@example.com' };
  const taken = [
    ...BAD_PHONES.filter((one) => typeof one === 'string').map((phone_number) =>
      imported({ ...base, phone_number }),
    ),
    ...BAD_NAMES.filter((name) => !/[\u0000-\u001f\u007f-\u009f]/.test(name)).map((first_name) =>
      imported({ ...base, first_name }),
    ),
  ].filter((read) => typeof read === 'object');
  expect(taken).toEqual([]);
  for (const name of NAMES)
    expect(imported({ ...base, first_name: name })).toMatchObject({ firstName: name });
  tally('value', BAD_PHONES.length + BAD_NAMES.length + NAMES.length);
});

test('the search finds a name of any script by its words', () => {
  for (const name of NAMES) {
    const { words } = readQuery(` ${name.toUpperCase()} `, '91');
    expect([name, words]).toEqual([name, readQuery(name, '91').words]);
    expect(words.length).toBeGreaterThan(0);
  }
  tally('value', NAMES.length);
});
