/** Invented customers into a database, for trying out lists and searches at size. */
import { inventCustomer } from '../../mocks/people.ts';
import { searchWordsOf } from '../../src/domain/operators/customer-query.ts';

/** One transaction's worth. */
export const BATCH_CUSTOMERS = 1_000;

/**
 * Writes customers `from` to `from + count - 1` of an application; those that are there stay.
 * @param newest ms; the oldest joined three years before
 */
export async function seedCustomers(
  db: D1Database,
  applicationId: string,
  { from, count, newest }: { from: number; count: number; newest: number },
): Promise<void> {
  const people = Array.from({ length: count }, (_, at) => {
    const person = inventCustomer(from + at, newest);
    return { ...person, phone: `+91${person.phone}` };
  });
  const list = JSON.stringify(people);
  const words = JSON.stringify(
    people.flatMap(({ id, first: firstName, last: lastName, username }) =>
      searchWordsOf({ firstName, lastName, username }).map((word) => ({ id, word })),
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
