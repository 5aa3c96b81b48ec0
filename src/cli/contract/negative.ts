/** Wrong requests, made from the row's own schemas: each has to be refused in the documented way. */
import type * as z from 'zod';
import type { Entry } from '../../http/operation.ts';
import type { Ledger } from './ledger.ts';
import { isObject } from './shapes.ts';
import type { Parts, Target } from './target.ts';

type Plain = Record<string, unknown>;

export interface Mistake {
  /** In words: `without body.mobile`. */
  what: string;
  /** `body.mobile`; undefined when several are wrong. */
  field?: string;
  parts: Parts;
}

const schemaOf = (object: z.ZodObject, name: string): z.ZodType => object.shape[name] as z.ZodType;
const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;
const without = (object: Plain, name: string): Plain =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

/** Values of other types than most fields have; the first that the schema refuses is taken. */
const WRONG: readonly unknown[] = [[{ wrong: true }], { wrong: true }, 'wrong', true];
const WRONG_QUERY: readonly string[] = ['wrong', '-1'];
const wrongFor = <V>(schema: z.ZodType, values: readonly V[]): V | undefined =>
  values.find((value) => !schema.safeParse(value).success);

/** An object schema inside of `optional`, if there is one. */
function objectIn(schema: z.ZodType): z.ZodObject | undefined {
  const { innerType } = schema._zod.def as { innerType?: z.ZodType };
  if (innerType) return objectIn(innerType);
  return schema._zod.def.type === 'object' ? (schema as z.ZodObject) : undefined;
}

/** Each required field left out, one level deep too, and each field with a value of a wrong type. */
function* bodyMistakes(schema: z.ZodObject, good: Plain): Generator<Mistake> {
  for (const name of Object.keys(schema.shape)) {
    const field = schemaOf(schema, name);
    const place = `body.${name}`;
    if (isRequired(field)) {
      yield { what: `without ${place}`, field: place, parts: { body: without(good, name) } };
    }
    const wrong = wrongFor(field, WRONG);
    if (wrong !== undefined) {
      const what = `${place} as ${JSON.stringify(wrong)}`;
      yield { what, field: place, parts: { body: { ...good, [name]: wrong } } };
    }
    const inner = objectIn(field);
    const given = good[name];
    if (!inner || !isObject(given)) continue;
    for (const key of Object.keys(inner.shape)) {
      if (!isRequired(schemaOf(inner, key))) continue;
      const deep = `${place}.${key}`;
      const body = { ...good, [name]: without(given, key) };
      yield { what: `without ${deep}`, field: deep, parts: { body } };
    }
  }
}

function* queryMistakes(schema: z.ZodObject, good: Plain): Generator<Mistake> {
  for (const name of Object.keys(schema.shape)) {
    const field = schemaOf(schema, name);
    const place = `query.${name}`;
    if (isRequired(field)) {
      yield { what: `without ${place}`, field: place, parts: { query: without(good, name) } };
    }
    const wrong = wrongFor(field, WRONG_QUERY);
    if (wrong !== undefined) {
      yield {
        what: `${place}=${wrong}`,
        field: place,
        parts: { query: { ...good, [name]: wrong } },
      };
    }
  }
}

/** Bodies are required as documented, also where no field of them is. */
const BODILESS: Mistake = { what: 'without a body', parts: { bodiless: true } };

/** Every request to the operation that its schemas refuse, each for one reason. */
export function mistakesOf({ row }: Entry): Mistake[] {
  const { query, body } = (row.example.request ?? {}) as { query?: Plain; body?: Plain };
  return [
    ...(row.request.body ? [BODILESS, ...bodyMistakes(row.request.body, body ?? {})] : []),
    ...(row.request.query ? queryMistakes(row.request.query, query ?? {}) : []),
  ];
}

/**
 * The same for a server on which nothing may change, however little it looks at requests: each mistake stands alone, so
 * that nothing beside it names anybody.
 */
export function loneMistakesOf({ row }: Entry): Mistake[] {
  const { query, body } = row.request;
  const demands = [query, body].some((schema) => schema?.safeParse({}).success === false);
  const empty = { what: 'without any field', parts: { query: {}, body: {} } };
  return [
    ...(demands ? [empty] : []),
    // A server that reads nothing as `{}` would take it for a change where no field has to be there.
    ...(body?.safeParse({}).success === false ? [BODILESS] : []),
    ...[...(body ? bodyMistakes(body, {}) : [])].filter(({ what }) => !what.startsWith('without')),
    ...[...(query ? queryMistakes(query, {}) : [])].filter(
      ({ what }) => !what.startsWith('without'),
    ),
  ].map((one) => ({ ...one, parts: { query: {}, body: {}, ...one.parts } }));
}

/**
 * Requests without credentials and with foreign ones. Their bodies are empty: on a server that asks nobody for credentials
 * they are to have no effect either.
 */
export async function checkCredentials(
  ledger: Ledger,
  target: Target,
  entry: Entry,
): Promise<void> {
  const calls = [
    ['without credentials', 'none'],
    ['with foreign credentials', 'foreign'],
  ] as const;
  for (const [what, as] of calls) {
    if (isLost(ledger, entry)) return;
    const expected = { kind: 'refusal', what, code: 'unauthorized' } as const;
    await ledger.take(
      target,
      entry,
      { as, body: {}, query: as === 'none' ? {} : undefined },
      expected,
    );
  }
}

/** Without a session, where one is demanded. */
export async function checkSession(ledger: Ledger, visitor: Target, entry: Entry): Promise<void> {
  if (entry.row.security !== 'session' || isLost(ledger, entry)) return;
  const expected = {
    kind: 'refusal',
    what: 'without a session',
    code: 'not_authenticated',
  } as const;
  await ledger.take(visitor, entry, { body: {} }, expected);
}

/** Requests that the row's schemas refuse. */
export async function checkMistakes(
  ledger: Ledger,
  target: Target,
  entry: Entry,
  mistakes: readonly Mistake[],
): Promise<void> {
  for (const { what, field, parts } of mistakes) {
    if (isLost(ledger, entry)) return;
    const expected = { kind: 'refusal', what, code: 'validation_failed', field } as const;
    await ledger.take(target, entry, parts, expected);
  }
}

/** Nothing is there, or the server answers no more: more calls say the same again. */
const isLost = (ledger: Ledger, { id }: Entry): boolean => ledger.unserved.has(id) || ledger.gaveUp;
