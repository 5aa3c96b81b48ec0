/**
 * A crowd of customers, written by SQL, with a ledger in proportion: what an operation reads must not depend on its size.
 * Two first and two last names are shared by all, so that each pair is borne by more customers than any search looks at.
 */
import { env } from 'cloudflare:workers';
import { wordsOf } from '../../src/domain/operators/customer-query.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';

const DAY_MS = 86_400_000;
const FIRST = ['Asha', 'Sana'] as const;
const LAST = ['Rao', 'Khan'] as const;

/** Customer number `n` of the crowd. */
export function crowdMember(n: number) {
  const [first = '', last = ''] = [FIRST[n % 2], LAST[Math.floor(n / 2) % 2]];
  return {
    id: `5e0be100${n.toString(16).padStart(16, '0')}`,
    username: `member.${n}`,
    first,
    last,
    email: `member${n}@example.com`,
    phone: `+9197${20_000_000 + n}`,
  };
}

/** The same in SQL, of the row `n`. */
const ID = "printf('5e0be100%016x', i)";
const of = (names: readonly string[], at: string): string =>
  `CASE ${at} ${names.map((name, index) => `WHEN ${index} THEN '${name}'`).join(' ')} END`;
const FIRST_OF = of(FIRST, 'i % 2');
const LAST_OF = of(LAST, '(i / 2) % 2');
const WHOLE = `'=' || CASE WHEN lower(${FIRST_OF}) < lower(${LAST_OF})
  THEN lower(${FIRST_OF}) || ' ' || lower(${LAST_OF}) ELSE lower(${LAST_OF}) || ' ' || lower(${FIRST_OF}) END`;

/** Each table's rows of customer `i`: its columns, and what they hold. `?1` is the application, `?3` the present. */
const ROWS: [table: string, every: number, row: Record<string, string>][] = [
  [
    'users',
    1,
    {
      id: ID,
      username: "'member.' || i",
      first_name: FIRST_OF,
      last_name: LAST_OF,
      created_at: `?3 - ${1_000 * DAY_MS} + i * 1000`,
      updated_at: '?3',
    },
  ],
  [
    'identifiers',
    1,
    {
      user_id: ID,
      kind: "'email'",
      value: "'member' || i || '@example.com'",
      verified: '1',
      is_primary: '1',
      created_at: '0',
    },
  ],
  [
    'identifiers',
    1,
    {
      user_id: ID,
      kind: "'phone'",
      value: "'+9197' || (20000000 + i)",
      calling_code: '91',
      verified: '1',
      is_primary: '1',
      created_at: '0',
    },
  ],
  ...[`lower(${FIRST_OF})`, `lower(${LAST_OF})`, "'member'", 'CAST(i AS TEXT)', WHOLE].map(
    (word): (typeof ROWS)[number] => ['user_words', 1, { user_id: ID, word }],
  ),
  [
    'audit_events',
    1,
    {
      retention: "'security'",
      at: '?3 - i',
      id: ID,
      action: "'sign_in'",
      user_id: ID,
      session: "'s' || i",
      detail: "'{}'",
    },
  ],
  ['ended_sessions', 2, { user_id: ID, handle: "'s' || i", expires_at: `?3 + ${DAY_MS} + i` }],
  [
    'social_identities',
    4,
    { provider: "'google'", subject: "'g' || i", user_id: ID, created_at: '0' },
  ],
  ['group_members', 1, { import_id: "'crowd'", user_id: ID }],
  [
    'otp_challenges',
    4,
    {
      id: "'o' || i",
      purpose: "'login'",
      kind: "'phone'",
      value: "'+9197' || (20000000 + i)",
      code_mac: "'m'",
      user_id: ID,
      registration: "'r' || i",
      tries_buckets: "'[]'",
      refund: "'[]'",
      created_at: '?3 - i',
      expires_at: '?3 + i',
    },
  ],
  ['budgets', 2, { bucket: "'identifier:' || i", counts: "'{}'", expires_at: '?3 + i' }],
  ['deliveries', 4, { id: "'d' || i", state: "'sent'", claimed_at: '?3', expires_at: '?3 + i' }],
  [
    'registrations',
    8,
    { id: "'r' || i", user_id: ID, origin: "'code'", created_at: '?3', expires_at: '?3 + i' },
  ],
  [
    'proofs',
    8,
    {
      registration: "'r' || i",
      kind: "'phone'",
      value: "'+9197' || (20000000 + i)",
      proven_at: '?3',
      expires_at: '?3 + i',
    },
  ],
  [
    'links',
    8,
    {
      id: "'l' || i",
      link_kind: "'reset'",
      user_id: ID,
      kind: "'email'",
      value: "'member' || i || '@example.com'",
      created_at: '?3',
      expires_at: '?3 + i',
    },
  ],
];

/** Writes customers 0 to `count - 1` into the demo application. */
export async function fillCrowd(count: number, now: number): Promise<void> {
  const { first, last } = crowdMember(0);
  if (wordsOf(`${first} ${last}`).join(' ') !== `${first} ${last}`.toLowerCase()) {
    throw new Error('the words of the crowd are not those of the domain');
  }
  for (const [table, every, row] of ROWS) {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + ${every} FROM n WHERE i + ${every} < ?2)
       INSERT INTO ${table} (application_id, ${Object.keys(row).join(', ')})
       SELECT ?1, ${Object.values(row).join(', ')} FROM n WHERE ?3 > 0`,
    )
      .bind(DEMO.applicationId, count, now)
      .run();
  }
}
