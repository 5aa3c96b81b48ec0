/** What a field holds, judged by its name. A name that is not listed gets a few words, a small number, or a coin's toss. */
import type { DetailedPerson } from '../people.ts';
import type { Random } from './random.ts';

/** What the value of a field may follow from. */
export interface Setting {
  random: Random;
  /** The customer whom the object is about. */
  person: DetailedPerson;
  /** Key of the object that the field is in. */
  within: string;
  /** Place in the list that the object is in, from 0. */
  index: number;
}
type Maker<T> = (setting: Setting) => T;

const iso = (at: number): string => new Date(at).toISOString();
const WORDS = ['amber', 'basil', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'harbour'] as const;
const words: Maker<string> = ({ random }) => `${random.pick(WORDS)} ${random.pick(WORDS)}`;
const uuid: Maker<string> = ({ random }) =>
  `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-a${random.hex(3)}-${random.hex(12)}`;
const id: Maker<string> = ({ random }) => random.hex(24);
const own: Maker<string> = ({ person }) => person.id;
const sessionId: Maker<string> = ({ random }) => `sess:${random.hex(32)}`;
const colour: Maker<string> = ({ random }) => `#${random.hex(6)}`;

const TYPES: Readonly<Record<string, string>> = { page: 'number', session_config: 'Days' };

/** By name, or by name within the object of another (`page.type`). */
const STRINGS: Readonly<Record<string, Maker<string>>> = {
  _id: own,
  id: own,
  user_id: own,
  application_id: () => '000000000000000000000001',
  external_id: ({ random }) => String(random.between(100_000, 999_999)),
  reason_id: id,
  request_id: ({ random }) => random.hex(32),
  session_id: sessionId,
  session_ids: sessionId,
  sessions: ({ random }) => random.hex(32),
  items: sessionId,
  register_token: uuid,
  resend_token: uuid,
  resendToken: uuid,
  resend_email_token: uuid,
  access_token: ({ random }) => `mock-${random.hex(32)}`,
  token_type: () => 'Bearer',
  'f.session': ({ random }) => `s%3A${random.hex(32)}.${random.hex(43)}`,
  first_name: ({ person }) => person.first,
  last_name: ({ person }) => person.last,
  username: ({ person }) => person.username,
  gender: ({ person }) => person.gender,
  email: ({ person, index }) => (index === 0 ? person.email : `${index}.${person.email}`),
  phone: ({ person, index }) => String(Number(person.phone) + index),
  mobile: ({ person }) => person.phone,
  country_code: () => '91',
  dob: ({ person }) => iso(person.bornAt),
  created_at: ({ person }) => iso(person.createdAt),
  updated_at: ({ person }) => iso(person.updatedAt),
  modified_at: ({ person }) => iso(person.updatedAt),
  delete_on: ({ person }) => iso(person.updatedAt),
  deleted_on: ({ person }) => iso(person.updatedAt),
  date: ({ person }) => iso(person.updatedAt),
  account_type: () => 'user',
  roles: ({ index }) => ['Test-Role', 'staff', 'vip'][index] ?? `role-${index}`,
  type: ({ within }) => TYPES[within] ?? 'user',
  status: ({ random }) => random.pick(['pending', 'success', 'failed']),
  level: ({ random }) => random.pick(['soft', 'hard']),
  name: ({ random }) => `${random.pick(['Loyal', 'New', 'Weekly', 'Local'])} ${random.pick(WORDS)}`,
  domain: () => 'shop.example.com',
  platform: () => '000000000000000000000001',
  source: () => 'deadlock',
  ip: ({ random }) => `203.0.113.${random.between(1, 254)}`,
  user_agent: () => 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
  expire_in: ({ random }) => String(random.between(60, 2_592_000)),
  app_id: ({ random }) => String(random.between(100_000_000, 999_999_999)),
  appId: ({ random }) => String(random.between(100_000_000, 999_999_999)),
  card_position: ({ random }) => random.pick(['left', 'center', 'right']),
  message: ({ within }) => (within === 'errors' ? 'names no customer' : 'Done'),
  scope: () => 'customers:read config:read',
};

export function stringOf(key: string, setting: Setting): string {
  const known = STRINGS[key];
  if (known) return known(setting);
  if (/_(url|image|uri)$/.test(key)) return `https://files.example.com/${setting.random.hex(8)}`;
  if (key.endsWith('color')) return colour(setting);
  return words(setting);
}

const NUMBERS: Readonly<Record<string, Maker<number>>> = {
  country_code: () => 91,
  resend_timer: () => 30,
  __v: () => 0,
  uid: ({ index }) => index + 1,
  duration: ({ random }) => random.between(1, 30),
  delete_account_day: ({ random }) => random.between(1, 30),
  max_age: ({ random }) => random.between(60, 2_592_000),
  expires_in: () => 3600,
  line: ({ index, random }) => 2 + index * 10 + random.between(0, 9),
  rows: ({ random }) => random.between(60, 100),
  users: ({ random }) => random.between(1, 50),
  failed: ({ random }) => random.between(0, 3),
};

export const numberOf = (key: string, setting: Setting): number =>
  NUMBERS[key]?.(setting) ?? setting.random.between(1, 100);

/** What says that something went well, is always so: a failure is another answer. */
const SURE = /^(success|logout|verify_.+|secure|http_only|visible|is_active)$/;

export function booleanOf(key: string, { random, within, index }: Setting): boolean {
  if (SURE.test(key)) return true;
  if (key === 'primary') return index === 0;
  // The primary identifier is a verified one.
  if (key === 'verified' || key === 'active') return index === 0 || random.chance(0.7);
  return within === 'register_required_fields' || random.chance(0.5);
}
