/** `Prefer: dynamic=true`: an invented answer, true to the row and, where that is cheap, to the request. */
import type * as z from 'zod';
import { successOf, type Entry } from '../../src/http/operation.ts';
import { invented } from './invent.ts';
import type { DetailedPerson } from '../people.ts';

type Plain = Record<string, unknown>;
/** A validated request, as handlers get it. */
export type Input = Record<'params' | 'query' | 'body', unknown>;

const isPlain = (value: unknown): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Fields of the request by which the invented customer is known. */
const KNOWN_BY: Readonly<Record<string, keyof DetailedPerson>> = {
  user_id: 'id',
  email: 'email',
  mobile: 'phone',
  phone: 'phone',
  phone_number: 'phone',
  username: 'username',
  first_name: 'first',
  last_name: 'last',
};

function knownOf(given: Plain): Partial<DetailedPerson> {
  const known: Partial<Record<keyof DetailedPerson, string>> = {};
  for (const [name, field] of Object.entries(KNOWN_BY)) {
    const value = given[name];
    if (typeof value === 'string') known[field] = value.replace(/^\+91/, '');
  }
  // Only texts are named above, and texts they are.
  return known as Partial<DetailedPerson>;
}

/** Puts what the request says in the place of what was invented, wherever name and kind are the same. */
function echoed(answer: Plain, given: Plain): Plain {
  const taken = Object.entries(answer).map(([key, value]): [string, unknown] => {
    const said = given[key];
    if (key === 'user' && isPlain(value)) return [key, echoed(value, given)];
    if (isPlain(value)) return [key, isPlain(said) ? echoed(value, said) : value];
    if (Array.isArray(value)) return [key, value.map((one) => echoedInList(one, given))];
    return [key, typeof said === typeof value ? said : value];
  });
  return Object.fromEntries(taken);
}

/** Of a list, all items have what was filtered by. */
function echoedInList(item: unknown, { status, application_id }: Plain): unknown {
  return isPlain(item) && 'file_url' in item ? echoed(item, { status, application_id }) : item;
}

const whole = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

/** The same seed, operation and request give the same answer; only pages of one list belong together. */
export function dynamicAnswer({ id, row }: Entry, input: Input, seed: number): object {
  const parts = [input.query, input.params, input.body].filter(isPlain);
  const given: Plain = Object.assign({}, ...parts) as Plain;
  const { page_no, page_size, ...asked } = given;
  const { schema } = successOf(row);
  const words = [seed, id, JSON.stringify(asked)];
  const page = { current: whole(page_no, 1), size: whole(page_size, 10) };
  const answer = invented({ words, known: knownOf(given), page }, schema);
  return accepted(schema, echoed(answer, asked)) ?? answer;
}

/** The object, unless the request said something that no answer may hold. */
function accepted(schema: z.ZodObject, answer: Plain): Plain | undefined {
  return schema.safeParse(answer).success ? answer : undefined;
}
