/** Invented customers, for trying out lists and searches at size. The same index always gives the same person. */
import { wordsOf } from '../../src/domain/customer-query.ts';

const FIRST =
  `Aarav Aditi Akash Ananya Arjun Asha Chen Dev Diego Divya Elif Fatima Hana Ishaan José Kavya Lakshmi Léa
  Liam Maria Meera Mohammed Neha Nikhil Noah Olga Pooja Priya Rahul Rohan Sana Sofia Tara Usha Vikram Yusuf Zoya`
    .split(/\s+/)
    .filter(Boolean);
const LAST =
  `Agarwal Bose Chatterjee Costa Das Desai Dubois Fernandes García Gupta Iyer Jain Joshi Kapoor Khan Kim Mane
  Mehta Müller Nair Novak Patel Pillai Rao Reddy Rossi Shah Sharma Silva Singh Tanaka Verma Wang Yilmaz`
    .split(/\s+/)
    .filter(Boolean);
const THREE_YEARS = 3 * 365 * 86_400_000;

interface Invented {
  id: string;
  username: string;
  first: string;
  last: string;
  phone: string;
  email: string;
  createdAt: number;
}

/** Numbers spread over the list without a pattern that an eye would see (Knuth's multiplicative hash). */
const spread = (index: number): number => Math.imul(index + 1, 2_654_435_761) >>> 0;

function invent(index: number, newest: number): Invented {
  const chance = spread(index);
  const first = FIRST[chance % FIRST.length] ?? 'Asha';
  const last = LAST[Math.floor(chance / FIRST.length) % LAST.length] ?? 'Rao';
  // As people choose them, so that a search by username meets no word that all of them share.
  const username = [...wordsOf(`${first} ${last}`), index].join('.');
  return {
    // Behind the seconds of 2020 lie the index's own digits: no user of the shop has such an id.
    id: `5e0be100${index.toString(16).padStart(16, '0')}`,
    username,
    first,
    last,
    // 98200 00000 and up are Indian mobile numbers.
    phone: `+9198${String(20_000_000 + index)}`,
    email: `${username}@example.com`,
    createdAt: newest - Math.floor((chance / 2 ** 32) * THREE_YEARS),
  };
}

/** One transaction's worth. */
export const BATCH = 1_000;

/**
 * Writes customers `from` to `from + count - 1` of an application; those that are there stay.
 * @param newest ms; the oldest joined three years before
 */
export async function seedCustomers(
  db: D1Database,
  applicationId: string,
  { from, count, newest }: { from: number; count: number; newest: number },
): Promise<void> {
  const people = Array.from({ length: count }, (_, at) => invent(from + at, newest));
  const list = JSON.stringify(people);
  const words = JSON.stringify(
    people.flatMap(({ id, first, last, username }) =>
      wordsOf(`${first} ${last} ${username}`).map((word) => ({ id, word })),
    ),
  );
  const column = (name: string): string => `j.value ->> '${name}'`;
  const identifier = (kind: string, value: string, callingCode: string): string =>
    `INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, created_at)
     SELECT ?1, ${column('id')}, '${kind}', ${column(value)}, ${callingCode}, 1, 1, ${column('createdAt')}
     FROM json_each(?2) j WHERE TRUE ON CONFLICT DO NOTHING`;
  await db.batch([
    db
      .prepare(
        `INSERT INTO users (application_id, id, username, first_name, last_name, created_at, updated_at)
         SELECT ?1, ${['id', 'username', 'first', 'last', 'createdAt', 'createdAt'].map(column).join(', ')}
         FROM json_each(?2) j WHERE TRUE ON CONFLICT DO NOTHING`,
      )
      .bind(applicationId, list),
    db.prepare(identifier('phone', 'phone', '91')).bind(applicationId, list),
    db.prepare(identifier('email', 'email', 'NULL')).bind(applicationId, list),
    db
      .prepare(
        `INSERT INTO user_words (application_id, word, user_id)
         SELECT ?1, ${column('word')}, ${column('id')} FROM json_each(?2) j WHERE TRUE ON CONFLICT DO NOTHING`,
      )
      .bind(applicationId, words),
  ]);
}
