/** A value held to a schema more strictly than any server is, which cuts what it does not know. */
import * as z from 'zod';
import type { Breach } from './strict.ts';

/** Whether a JSON value is an object: neither null nor a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema inside of `optional`, `default` and the like. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const inner = (schema?._zod.def as { innerType?: z.core.$ZodType } | undefined)?.innerType;
  return inner ? bare(inner) : schema;
}

/** Keys that the schema does not name, and null, which only a free map may hold (D-9). */
function* strangers(
  value: unknown,
  given: z.core.$ZodType | undefined,
  path: string,
): Generator<Breach> {
  if (value === null) {
    yield { field: path, message: 'is null; what is not there is left out' };
    return;
  }
  const schema = bare(given);
  if (Array.isArray(value)) {
    const element = schema instanceof z.ZodArray ? schema.element : undefined;
    for (const [at, one] of value.entries()) yield* strangers(one, element, `${path}.${at}`);
    return;
  }
  if (!isObject(value) || !(schema instanceof z.ZodObject)) return;
  const shape = schema.shape as Record<string, z.core.$ZodType>;
  for (const [key, inner] of Object.entries(value)) {
    const known = Object.hasOwn(shape, key);
    if (known) yield* strangers(inner, shape[key], `${path}.${key}`);
    else if (!schema.def.catchall) yield { field: `${path}.${key}`, message: 'is not documented' };
  }
}

/** Every way in which a body is not what its schema says, a place at most once. */
export function shapeBreaches(body: object, schema: z.ZodObject): Breach[] {
  const found = [...strangers(body, schema, 'body')];
  const known = new Set(found.map(({ field }) => field));
  for (const { path, message } of schema.safeParse(body).error?.issues ?? []) {
    const field = ['body', ...path].map(String).join('.');
    if (!known.has(field)) found.push({ field, message });
  }
  return found;
}

/** Whether two JSON values are equal, whatever the order of their keys. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, at) => deepEqual(one, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => deepEqual(a[key], b[key]));
}
