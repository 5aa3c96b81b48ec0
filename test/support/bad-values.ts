/** Values that a row's schemas must refuse, made from these schemas: for each field what its type, bounds and kind exclude. */
import * as z from 'zod';
import type { Entry } from '../../src/http/operation.ts';
import {
  birthDate,
  callingCode,
  email,
  fileAddress,
  gender,
  imageAddress,
  name as personName,
  newPassword,
  phone,
  redirectAddress,
  shownName,
  username,
  webAddress,
} from '../../src/schemas/typed.ts';
import { BAD_EMAILS } from '../corpus/emails.ts';
import { BAD_NAMES } from '../corpus/names.ts';
import { BAD_CALLING_CODES, BAD_PHONES } from '../corpus/phones.ts';
import {
  BAD_DATES,
  BAD_FILE_ADDRESSES,
  BAD_GENDERS,
  BAD_NEW_PASSWORDS,
  BAD_REDIRECTS,
  BAD_USERNAMES,
  BAD_WEB_ADDRESSES,
} from '../corpus/texts.ts';

/** A request with one mistake in it. */
export interface BadValue {
  /** `body.mobile`, as the answer has to name it. */
  path: string;
  what: string;
  query?: string;
  /** As JSON text. */
  body?: string;
}

type Plain = Record<string, unknown>;
type Schema = z.ZodType;
interface Def {
  innerType?: Schema;
  in?: Schema;
  out?: Schema;
}

const ABSENT = Symbol('absent');
const isObject = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What reads the raw value: the schema below all that makes it optional, described or read further. */
export function innermost(schema: Schema): Schema {
  const def = schema.def as Def;
  // A preprocess begins with a transform; what it says of its input stands behind it.
  const next = def.innerType ?? (def.in?.def.type === 'transform' ? def.out : def.in);
  return next ? innermost(next) : schema;
}

interface Kind {
  good: unknown;
  bad: readonly unknown[];
}
/** The kinds of value, by the schema that reads them. */
export const KINDS: ReadonlyMap<string, [schema: Schema, kind: Kind]> = new Map([
  ['email', [email, { good: 'asha@example.com', bad: BAD_EMAILS }]],
  ['phone', [phone, { good: '8652523958', bad: BAD_PHONES }]],
  ['calling code', [callingCode, { good: '91', bad: BAD_CALLING_CODES }]],
  ['name', [personName, { good: 'Asha', bad: BAD_NAMES }]],
  // Angle brackets are no harm in the name of a group.
  [
    'shown name',
    [shownName, { good: 'Loyal', bad: BAD_NAMES.filter((one) => !one.includes('<')) }],
  ],
  ['gender', [gender, { good: 'female', bad: BAD_GENDERS }]],
  ['date of birth', [birthDate, { good: '1990-05-06', bad: BAD_DATES }]],
  ['web address', [webAddress, { good: 'https://a.example/b.png', bad: BAD_WEB_ADDRESSES }]],
  ['image', [imageAddress, { good: 'https://a.example/b.png', bad: BAD_WEB_ADDRESSES }]],
  ['redirect', [redirectAddress, { good: 'https://a.example/', bad: BAD_REDIRECTS }]],
  ['file address', [fileAddress, { good: 'https://a.example/b.csv', bad: BAD_FILE_ADDRESSES }]],
  ['username', [username, { good: 'asha', bad: BAD_USERNAMES }]],
  ['new password', [newPassword, { good: 'a-long-passphrase', bad: BAD_NEW_PASSWORDS }]],
]);

/** A schema and those that it was copied from, by what describes or bounds it further. */
function* lineage(schema: Schema): Generator<Schema> {
  for (let one: z.core.$ZodType | undefined = schema; one; one = one._zod.parent) {
    yield one as Schema;
  }
}

/** The name of the kind of a field, if it is of one. */
export function kindNameOf(schema: Schema): string | undefined {
  const own = [...lineage(innermost(schema))];
  return [...KINDS].find(([, [one]]) => own.includes(innermost(one)))?.[0];
}

const kindOf = (schema: Schema): Kind | undefined => KINDS.get(kindNameOf(schema) ?? '')?.[1];

interface Json {
  type?: string;
  anyOf?: Json[];
  enum?: unknown[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  /** Types that are read beside the documented one. */
  'x-also-accepts'?: string[];
}
const jsonOf = (schema: Schema): Json => z.toJSONSchema(schema, { io: 'input' }) as Json;

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

/** What no field takes, and what this one does not take by its type and bounds. */
function badOf(schema: Schema): [what: string, value: unknown][] {
  const json = jsonOf(schema);
  const forms = json.anyOf ?? [json];
  const takes = (type: string): boolean =>
    forms.some((one) => one.type === type) ||
    (json['x-also-accepts'] ?? []).includes(type) ||
    (type === 'object' && innermost(schema) instanceof z.ZodObject);
  const values: [string, unknown, boolean?][] = [
    ['null', null, !schema.safeParse(undefined).success],
    ['nothing', ABSENT, !schema.safeParse(undefined).success],
    ['a list', [], !takes('array')],
    ['a list of objects', [{ wrong: true }]],
    ['an object', { wrong: true }, !takes('object')],
    ['an endless object', deep(30)],
    ['a fraction', 1.5, !takes('number')],
    ['a whole number', 7, !takes('number') && !takes('integer')],
    ['a boolean', true, !takes('boolean')],
    ['a control character', 'a\u0007b'],
    ['half a character', '\ud800'],
    ['a word', 'x', !takes('string') && json.enum === undefined],
    ['another word', 'x', json.enum !== undefined],
  ];
  for (const { maxLength, minimum, maximum, exclusiveMinimum } of forms) {
    if (maxLength !== undefined) values.push(['a long text', 'a'.repeat(maxLength + 1)]);
    if (minimum !== undefined && minimum > -1e9) values.push(['a small number', minimum - 1]);
    if (exclusiveMinimum !== undefined) values.push(['zero', exclusiveMinimum]);
    if (maximum !== undefined && maximum < 1e9) values.push(['a large number', maximum + 1]);
  }
  return [
    ...values.flatMap(([what, value, bad = true]): [string, unknown][] =>
      bad ? [[what, value]] : [],
    ),
    ...(kindOf(schema)?.bad ?? []).map((value): [string, unknown] => [
      JSON.stringify(value),
      value,
    ]),
  ];
}

export interface Field {
  path: (string | number)[];
  schema: Schema;
}

/** Every field of a schema, those of nested objects and lists too. */
export function fieldsOf(schema: Schema, path: Field['path'] = []): Field[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return fieldsOf(schema.unwrap() as Schema, path).map((one) =>
      one.path.length === path.length ? { ...one, schema } : one,
    );
  }
  if (schema instanceof z.ZodObject) {
    const inner = Object.entries(schema.shape).flatMap(([key, one]) =>
      fieldsOf(one as Schema, [...path, key]),
    );
    return path.length > 0 ? [{ path, schema }, ...inner] : inner;
  }
  if (schema instanceof z.ZodArray) {
    return [{ path, schema }, ...fieldsOf(schema.element as Schema, [...path, 0])];
  }
  return [{ path, schema }];
}

/** A value that the schema takes: objects with their required fields only. */
function goodOf(schema: Schema): unknown {
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) {
    const required = Object.entries(inner.shape).filter(
      ([, one]) => !(one as Schema).safeParse(undefined).success,
    );
    return Object.fromEntries(required.map(([key, one]) => [key, goodOf(one as Schema)]));
  }
  if (inner instanceof z.ZodArray) return [goodOf(inner.element as Schema)];
  const kind = kindOf(schema);
  if (kind) return kind.good;
  return ['a', true, 1].find((value) => schema.safeParse(value).success);
}

/** The object with a value at the path; what is missing on the way is made from the schema. */
function withValue(root: Plain, schema: Schema, path: Field['path'], value: unknown): Plain {
  const [key = '', ...rest] = path;
  const inner = innermost(schema);
  const field = (
    inner instanceof z.ZodObject ? inner.shape[key] : (inner as z.ZodArray).element
  ) as Schema;
  const copy: Plain = Array.isArray(root)
    ? ([...(root as unknown[])] as unknown as Plain)
    : { ...root };
  if (rest.length > 0) {
    const below = copy[key];
    const base = isObject(below) || Array.isArray(below) ? below : goodOf(field);
    copy[key] = withValue(base as Plain, field, rest, value);
  } else if (value === ABSENT) delete copy[key];
  else copy[key] = value;
  return copy;
}

const exampleOf = ({ row }: Entry): { query?: Plain; body?: Plain } => row.example.request ?? {};

/** A row's own request with another value at a place. */
export function withField(
  entry: Entry,
  place: 'query' | 'body',
  path: Field['path'],
  value: unknown,
): { query?: Plain; body?: Plain } {
  const shown = exampleOf(entry);
  const schema = entry.row.request[place];
  return schema ? { ...shown, [place]: withValue(shown[place] ?? {}, schema, path, value) } : shown;
}

const queryText = (query: Plain): string =>
  new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();

/** What other languages and older code take for a number. */
const NO_NUMBERS = ['1e2', '0x2', '0b10', '1.5', '1,5', '1 2', 'NaN', 'Infinity', '٣x'];
const isNumeric = (schema: Schema): boolean => {
  const { type } = jsonOf(schema);
  return type === 'integer' || type === 'number';
};

function badQueries(entry: Entry, schema: z.ZodObject): BadValue[] {
  const good = exampleOf(entry).query ?? {};
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const path = `query.${name}`;
    const others = Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
    const rest = queryText(others);
    const texts = badOf(field as Schema).flatMap(([what, value]): BadValue[] => {
      if (value === ABSENT) return [{ path, what, query: rest }];
      if (typeof value === 'string' && value !== '\ud800') {
        return [{ path, what, query: queryText({ ...others, [name]: value }) }];
      }
      return typeof value === 'number' && isNumeric(field as Schema)
        ? [{ path, what, query: queryText({ ...others, [name]: value }) }]
        : [];
    });
    return [
      ...texts,
      ...(isNumeric(field as Schema) ? NO_NUMBERS : []).map((value) => ({
        path,
        what: value,
        query: queryText({ ...others, [name]: value }),
      })),
      { path, what: 'an object of the SDK', query: `${rest}&${name}=[object+Object]` },
      { path, what: 'two values', query: `${rest}&${name}=a&${name}=b` },
      { path, what: 'an object', query: `${rest}&${name}[a]=b` },
      { path, what: 'a list', query: `${rest}&${name}[]=b` },
    ];
  });
}

function badBodies(entry: Entry, schema: z.ZodObject): BadValue[] {
  const good = exampleOf(entry).body ?? {};
  return fieldsOf(schema).flatMap(({ path, schema: field }) =>
    badOf(field).map(([what, value]) => ({
      path: ['body', ...path].join('.'),
      what,
      body: JSON.stringify(withValue(good, schema, path, value)),
    })),
  );
}

/** The mistakes of a row, one a request. */
export function badValuesOf(entry: Entry): BadValue[] {
  const { query, body } = entry.row.request;
  const { body: good } = exampleOf(entry);
  const inQuery = query ? badQueries(entry, query) : [];
  return [
    ...inQuery.map((one) => (body ? { ...one, body: JSON.stringify(good ?? {}) } : one)),
    ...(body ? badBodies(entry, body) : []),
  ];
}
