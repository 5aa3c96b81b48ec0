/** Invented customers. The same index always gives the same person. */
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

export interface Invented {
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

/** @param newest ms; the oldest joined three years before */
export function invent(index: number, newest: number): Invented {
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
