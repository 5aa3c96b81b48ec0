/**
 * Data that is true to a response schema, invented from the schema itself. Built for what rows use; a kind of schema that
 * is new to it throws, and the test over all rows says so.
 */
import * as z from 'zod';
import { inventPerson, type DetailedPerson } from '../people.ts';
import { seeded, type Random } from './random.ts';
import { booleanOf, numberOf, stringOf } from './values.ts';

/** Everything that an answer follows from. */
export interface Scene {
  /** The same words give the same answer. */
  words: readonly (string | number)[];
  /** What the customer is known by already, because the request says so. */
  known: Partial<DetailedPerson>;
  /** Of a list in pages; `item_total` follows from it. */
  page: { current: number; size: number };
}
interface Place {
  random: Random;
  person: DetailedPerson;
  /** Name of the field, of the field that holds it, and its place in a list. */
  key: string;
  within: string;
  index: number;
  /** Whether it is in a list of customers, who may be in any state. */
  listed: boolean;
}

/** Keys that not every customer has; the others are always there, since pages are built on them. */
const SOMETIMES = new Set(['gender', 'dob', 'profile_pic_url', 'external_id', 'last_name', 'meta']);
const MAX_LIST = 3;

/** How many there are of what is listed in pages: several pages of any size. */
const totalOf = ({ words }: Scene): number => seeded('total', ...words).between(120, 2_000);

function arrayOf(scene: Scene, schema: z.ZodArray, place: Place, paged: boolean): unknown[] {
  const { current, size } = scene.page;
  const start = paged ? (current - 1) * size : 0;
  const count = paged
    ? Math.min(size, Math.max(0, totalOf(scene) - start))
    : place.random.between(1, MAX_LIST);
  const peopled = place.key === 'items' || place.key === 'users';
  return Array.from({ length: count }, (_, at) => {
    // By its place in the whole list, so that pages of another size show the same items.
    const words = [...scene.words, place.key, start + at];
    const random = peopled ? seeded('item', ...words) : place.random;
    const person = peopled ? inventPerson(...words) : place.person;
    const inside = { ...place, random, person, index: start + at, listed: peopled };
    return invent(scene, schema.element as z.ZodType, inside);
  });
}

function pageOf(scene: Scene): Record<string, unknown> {
  const { current, size } = scene.page;
  const item_total = totalOf(scene);
  return {
    type: 'number',
    current,
    size,
    total: item_total,
    item_total,
    has_next: current * size < item_total,
  };
}

/** Two spellings of one field (D-5): the second has the value of the first. */
const SAME = [
  ['app_id', 'appId'],
  ['resend_token', 'resendToken'],
  ['user_exists', 'userExists'],
] as const;

/** What one field says about another. */
function settled(invention: Record<string, unknown>): Record<string, unknown> {
  const object = { ...invention };
  for (const [name, other] of SAME) if (other in object) object[other] = object[name];
  const { deleted_on, archive: _, register_token, ...rest } = object;
  if ('phone_numbers' in object && typeof object['status'] === 'string') {
    const { status } = object;
    return {
      ...rest,
      active: status === 'active',
      ...(status === 'archived' && { archive: true }),
      ...(status === 'deleted' && { deleted_on }),
    };
  }
  // A register token is for a user who is not signed in yet.
  return { ...rest, ...('register_token' in object && !('user' in object) && { register_token }) };
}

function objectOf(scene: Scene, schema: z.ZodObject, place: Place): Record<string, unknown> {
  const paged = 'page' in schema.shape;
  const within = place.key;
  const object: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema.shape)) {
    const left = place.random.chance(0.15) && SOMETIMES.has(key);
    if (left && value instanceof z.ZodOptional) continue;
    object[key] = invent(scene, value as z.ZodType, { ...place, key, within }, paged);
  }
  return settled(object);
}

function recordOf({ key, random, ...place }: Place): Record<string, unknown> {
  const name = key === 'cookie' ? 'f.session' : 'tier';
  const value = stringOf(name, { random, ...place });
  return { [name]: name === 'tier' ? random.pick(['gold', 'silver', 'bronze']) : value };
}

function invent(scene: Scene, schema: z.ZodType, place: Place, paged = false): unknown {
  const { key, random } = place;
  if (schema instanceof z.ZodOptional) {
    return invent(scene, schema.unwrap() as z.ZodType, place, paged);
  }
  if (schema instanceof z.ZodObject) {
    return paged && key === 'page' ? pageOf(scene) : objectOf(scene, schema, place);
  }
  if (schema instanceof z.ZodArray) {
    return arrayOf(scene, schema, place, paged && key === 'items');
  }
  if (schema instanceof z.ZodRecord) return recordOf(place);
  // Of several shapes the first is as good as any.
  if (schema instanceof z.ZodUnion) return invent(scene, schema.options[0] as z.ZodType, place);
  if (schema instanceof z.ZodEnum) {
    const [first = '', ...others] = schema.options;
    return place.listed && random.chance(0.3) ? random.pick([first, ...others]) : first;
  }
  if (schema instanceof z.ZodString) return stringOf(key, place);
  if (schema instanceof z.ZodNumber) return numberOf(key, place);
  if (schema instanceof z.ZodBoolean) return booleanOf(key, place);
  throw new Error(`nothing is invented for "${schema.def.type}" yet (${key})`);
}

/** An object that the schema accepts as it is: every key known, none null. */
export function invented(scene: Scene, schema: z.ZodObject): Record<string, unknown> {
  const person = { ...inventPerson(...scene.words), ...scene.known };
  const random = seeded('answer', ...scene.words);
  const place = { random, person, key: '', within: '', index: 0, listed: false };
  return objectOf(scene, schema, place);
}
