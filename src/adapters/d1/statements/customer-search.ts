/**
 * Whom a search text can mean. Every look-up is exact, or a range of an index that is cut: a name that a tenth of all
 * customers bear costs no more than a rare one.
 */
import type { CustomerTerms } from '../../../ports/index.ts';
import { identifiers, users, userWords } from '../schema/index.ts';
import { alias, as, sql, type SQL } from './query.ts';

const w = alias(userWords, 'w');

/** Just behind every text that begins with the word. */
const after = (word: string): string => `${word}\u{10ffff}`;

/** Where a name of several words is borne by so many, those whose names merely begin so are not looked for. */
const MANY = 100;

/** Parts of a union that is not one of more than five: D1 takes no longer ones. */
const together = (parts: readonly SQL[]): SQL =>
  sql`SELECT user_id FROM (${sql.join(parts, sql` UNION ALL `)})`;

/**
 * The ids of users whom a text can mean, each once, at most `max`: those first whom an exact look-up finds, then those who
 * are called exactly so, then those whose names begin so. Of each the newest come first, since ids begin with their time.
 *
 * Of several words, each word's first users are looked at and their other words compared. So a search finds everyone as long as
 * one of its words is borne by few; where all are frequent it finds some, beside those whose whole name it is, and where these
 * are a hundred it finds them alone.
 */
export function selectFound(applicationId: string, terms: CustomerTerms, max: number): SQL {
  const { id, username, email, phone, name, words } = terms;
  const user = (column: typeof users.id | typeof users.username, value: string) =>
    sql`SELECT ${users.id} AS user_id FROM ${users}
        WHERE ${users.applicationId} = ${applicationId} AND ${column} = ${value}`;
  const identifier = (kind: string, value: string) =>
    sql`SELECT user_id FROM (SELECT ${identifiers.userId} AS user_id FROM ${identifiers}
        WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
          AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 1
        UNION ALL SELECT ${identifiers.userId} FROM ${identifiers}
        WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
          AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 0 LIMIT ${max})`;
  const called = (word: string) =>
    sql`SELECT user_id FROM (SELECT ${userWords.userId} AS user_id FROM ${userWords}
        WHERE ${userWords.applicationId} = ${applicationId} AND ${userWords.word} = ${word}
        ORDER BY ${userWords.userId} DESC LIMIT ${max})`;
  const begun = (word: string) =>
    sql`SELECT user_id FROM (SELECT ${userWords.userId} AS user_id FROM ${userWords}
        WHERE ${userWords.applicationId} = ${applicationId} AND ${userWords.word} > ${word}
          AND ${userWords.word} < ${after(word)} LIMIT ${max})`;
  const hasWord = (word: string) =>
    sql`EXISTS (SELECT 1 FROM ${as(w)} WHERE ${w.userId} = f.user_id AND ${w.applicationId} = ${applicationId}
        AND ${w.word} >= ${word} AND ${w.word} < ${after(word)})`;
  // Of several words half as many in all, since each of them is looked up once more for every other word.
  const share = words.length > 1 ? Math.ceil(max / 2 / words.length) : max;
  const isBorneByMany =
    words.length > 1 && name !== undefined
      ? sql`(SELECT COUNT(*) FROM (${called(name)} LIMIT ${MANY})) = ${MANY}`
      : sql`FALSE`;
  const all = words.map((word) => {
    const others = words.filter((other) => other !== word).map(hasWord);
    return sql`SELECT f.user_id AS user_id FROM (${together([called(word), begun(word)])} LIMIT ${share}) f
      WHERE ${sql.join([sql`NOT ${isBorneByMany}`, ...others], sql` AND `)}`;
  });
  const exact = [
    ...(id === undefined ? [] : [user(users.id, id)]),
    ...(username === undefined ? [] : [user(users.username, username)]),
    ...(email === undefined ? [] : [identifier('email', email)]),
    ...(phone === undefined ? [] : [identifier('phone', phone)]),
  ];
  const named = [...(name === undefined ? [] : [called(name)]), ...all];
  const parts = [exact, named].filter((some) => some.length > 0).map(together);
  return parts.length > 0
    ? sql`SELECT DISTINCT user_id FROM (${together(parts)}) LIMIT ${max}`
    : sql`SELECT NULL AS user_id WHERE FALSE`;
}
