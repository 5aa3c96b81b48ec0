/** Invented people, each of one piece: the name is in the address, the dates follow each other. */
import { DAY_MS } from '../src/shared/time.ts';
import { seeded } from './dynamic/random.ts';

const words = (text: string): [string, ...string[]] => {
  const [first = '', ...others] = text.split(/\s+/).filter(Boolean);
  return [first, ...others];
};
const FIRST = words(`
  Aarav Aditi Akash Ananya Arjun Asha Chen Dev Diego Divya Elif Fatima Hana Ishaan José Kavya Lakshmi Léa
  Liam Maria Meera Mohammed Neha Nikhil Noah Olga Pooja Priya Rahul Rohan Sana Sofia Tara Usha Vikram Yusuf Zoya`);
const LAST = words(`
  Agarwal Bose Chatterjee Costa Das Desai Dubois Fernandes García Gupta Iyer Jain Joshi Kapoor Khan Kim Mane
  Mehta Müller Nair Novak Patel Pillai Rao Reddy Rossi Shah Sharma Silva Singh Tanaka Verma Wang Yilmaz`);

export interface Person {
  id: string;
  first: string;
  last: string;
  username: string;
  email: string;
  /** National digits. */
  phone: string;
  createdAt: number;
}

export interface DetailedPerson extends Person {
  gender: string;
  bornAt: number;
  updatedAt: number;
}

/** A name in the letters of an address: without accents and signs. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();

/** 2020-01-01, so that nothing invented lies in the future. */
const START = Date.UTC(2020, 0, 1);
const BIRTHS_FROM = Date.UTC(1960, 0, 1);

/** The person that belongs to these words: the same words, the same person. */
export function inventPerson(...seed: readonly (string | number)[]): DetailedPerson {
  const random = seeded('person', ...seed);
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  const username = `${plain(first)}.${plain(last)}${random.between(10, 9999)}`;
  const createdAt = START + random.between(0, 2000 * DAY_MS);
  return {
    id: random.hex(24),
    first,
    last,
    gender: random.pick(['female', 'male', 'unisex']),
    username,
    email: `${username}@example.com`,
    // Indian mobile numbers begin with 6 to 9.
    phone: `${random.between(7, 9)}${random.between(100_000_000, 999_999_999)}`,
    bornAt: BIRTHS_FROM + random.between(0, 15_999) * DAY_MS,
    createdAt,
    updatedAt: createdAt + random.between(0, 100 * DAY_MS),
  };
}

const THREE_YEARS_MS = 3 * 365 * DAY_MS;

/** Numbers spread over the list without a pattern that an eye would see (Knuth's multiplicative hash). */
const spread = (index: number): number => Math.imul(index + 1, 2_654_435_761) >>> 0;

/**
 * The customer with this number: the same number, the same person, and no two share an identifier.
 * @param newest milliseconds since 1970; the oldest joined three years before
 */
export function inventCustomer(index: number, newest: number): Person {
  const chance = spread(index);
  const first = FIRST[chance % FIRST.length] ?? FIRST[0];
  const last = LAST[Math.floor(chance / FIRST.length) % LAST.length] ?? LAST[0];
  // As people choose them, so that a search by username meets no word that all of them share.
  const username = `${plain(first)}.${plain(last)}.${index}`;
  return {
    // Behind the seconds of 2020 lie the index's own digits: no user of the shop has such an id.
    id: `5e0be100${index.toString(16).padStart(16, '0')}`,
    username,
    first,
    last,
    // 98200 00000 and up are Indian mobile numbers.
    phone: `98${String(20_000_000 + index)}`,
    email: `${username}@example.com`,
    createdAt: newest - Math.floor((chance / 2 ** 32) * THREE_YEARS_MS),
  };
}
