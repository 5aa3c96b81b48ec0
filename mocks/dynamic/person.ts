/** An invented customer, of one piece: the name is in the address, the dates follow each other. */
import { seeded } from './random.ts';

const FIRST = [
  'Asha',
  'Bela',
  'Chitra',
  'Dev',
  'Esha',
  'Farid',
  'Gita',
  'Hari',
  'José',
  'Zoë',
] as const;
const LAST = [
  'Acharya',
  'Bhatt',
  'Chauhan',
  'D’Souza',
  'Ghosh',
  'Kulkarni',
  'Menon',
  'Naidu',
  'Øster',
  'Varma',
] as const;
/** 2020-01-01, so that nothing invented lies in the future. */
const START = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;

export interface Person {
  id: string;
  first: string;
  last: string;
  gender: string;
  username: string;
  email: string;
  /** National digits. */
  phone: string;
  bornAt: number;
  createdAt: number;
  updatedAt: number;
}

/** Letters of an address: without accents and signs. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replaceAll('Ø', 'O')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();

/** The same words, the same person. */
export function personOf(...words: readonly (string | number)[]): Person {
  const random = seeded('person', ...words);
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  const username = `${plain(first)}.${plain(last)}${random.between(10, 9999)}`;
  const createdAt = START + random.between(0, 2000 * DAY);
  return {
    id: random.hex(24),
    first,
    last,
    gender: random.pick(['female', 'male', 'unisex']),
    username,
    email: `${username}@example.com`,
    // Indian mobile numbers begin with 6 to 9.
    phone: `${random.between(7, 9)}${random.between(100_000_000, 999_999_999)}`,
    bornAt: Math.floor((Date.UTC(1960, 0, 1) + random.between(0, 16_000 * DAY)) / DAY) * DAY,
    createdAt,
    updatedAt: createdAt + random.between(0, 100 * DAY),
  };
}
