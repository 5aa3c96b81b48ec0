/** A schema as what may be sent: one shape for each type that it allows, `allOf` joined and references followed. */
import { nameOf, resolve, type Document, type Json, type Schema } from './document.ts';

export interface Property {
  /** All of them hold. */
  schemas: Schema[];
  /** The component that names it, when it is only one. */
  origin?: string;
}

/** One type, and what holds for its values. */
export interface Shape {
  type: string;
  properties: Map<string, Property>;
  /** Key → the component that demands it, when one does. */
  required: Map<string, string | undefined>;
  /** False: no other keys. */
  others: boolean | Schema;
  names?: Schema;
  items?: Schema;
  values?: unknown[];
  /** A bound and whether it is itself left out. */
  lower?: [number, boolean];
  upper?: [number, boolean];
  limits: Partial<Record<Limit, number>>;
  multipleOf?: number;
  formats: string[];
  patterns: string[];
  unique: boolean;
  /** Keywords that this comparison does not understand. */
  rest: Json;
}

export const LIMITS = {
  minLength: 'string',
  maxLength: 'string',
  minItems: 'array',
  maxItems: 'array',
  minProperties: 'object',
  maxProperties: 'object',
} as const;
export type Limit = keyof typeof LIMITS;

const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const UNDERSTOOD = new Set(
  (
    '$ref $defs type properties required items enum const allOf anyOf oneOf ' +
    'additionalProperties propertyNames nullable default format pattern multipleOf minimum maximum exclusiveMinimum ' +
    'exclusiveMaximum uniqueItems title description example examples deprecated externalDocs $comment xml ' +
    'readOnly writeOnly discriminator contentEncoding contentMediaType'
  )
    .split(' ')
    .concat(Object.keys(LIMITS)),
);

interface Part {
  schema: Schema;
  origin?: string;
}

/** A schema and all that it joins by `allOf`, each once. */
function partsOf(document: Document, given: readonly Part[]): Part[] {
  return given.flatMap(({ schema, origin }) => {
    const own = nameOf(schema.$ref) ?? origin;
    const { allOf = [], ...rest } = resolve(document, schema);
    const inner = allOf.map((one): Part => ({ schema: one, origin: own }));
    return [{ schema: rest, origin: own }, ...partsOf(document, inner)];
  });
}

/** Every way to take one of the choices of each part. */
function choices(document: Document, parts: readonly Part[]): Part[][] {
  let all: Part[][] = [[]];
  for (const part of parts) {
    const { anyOf, oneOf, ...rest } = part.schema;
    const options = anyOf ?? oneOf;
    const own: Part = { ...part, schema: rest };
    const ways = options
      ? options.flatMap((one) =>
          choices(document, partsOf(document, [{ schema: one, origin: part.origin }])).map(
            (way) => [own, ...way],
          ),
        )
      : [[own]];
    all = all.flatMap((before) => ways.map((way) => [...before, ...way]));
  }
  return all;
}

function typesOf({ type, nullable, enum: values, const: only }: Schema): string[] {
  const said = type === undefined ? undefined : [type].flat();
  const all =
    said ?? (values ?? (only === undefined ? undefined : [only]))?.map(typeOfValue) ?? TYPES;
  return nullable && said ? [...all, 'null'] : all;
}
function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Whether values of a type may be of another: whole numbers are numbers. */
const isOf = (type: string, other: string): boolean =>
  type === other || (type === 'integer' && other === 'number');

const meet = (a: readonly string[], b: readonly string[]): string[] => [
  ...new Set([
    ...a.filter((one) => b.some((other) => isOf(one, other))),
    ...b.filter((one) => a.some((other) => isOf(one, other))),
  ]),
];

type Bound = [number, boolean];
const tighter = (a: Bound | undefined, b: Bound | undefined, up: boolean): Bound | undefined => {
  if (!a || !b) return a ?? b;
  if (a[0] === b[0]) return a[1] ? a : b;
  return a[0] < b[0] === up ? a : b;
};

/** Both notations of an exclusive bound: 3.1 writes the number, 3.0 a word beside the inclusive one. */
function boundOf(
  inclusive: number | undefined,
  exclusive: number | boolean | undefined,
  up: boolean,
) {
  if (typeof exclusive === 'number') {
    const own: Bound | undefined = inclusive === undefined ? undefined : [inclusive, false];
    return tighter(own, [exclusive, true], up);
  }
  return inclusive === undefined ? undefined : ([inclusive, exclusive === true] as Bound);
}

/** Of whole numbers each bound is an inclusive one. */
function wholeBound(bound: Bound | undefined, up: boolean): Bound | undefined {
  if (!bound) return undefined;
  const [value, exclusive] = bound;
  if (!exclusive) return [up ? Math.floor(value) : Math.ceil(value), false];
  return [up ? Math.ceil(value) - 1 : Math.floor(value) + 1, false];
}

function shapeOf(type: string, parts: readonly Part[]): Shape {
  const shape: Shape = {
    type,
    properties: new Map(),
    required: new Map(),
    others: true,
    limits: {},
    formats: [],
    patterns: [],
    unique: false,
    rest: {},
  };
  for (const { schema, origin } of parts) addTo(shape, schema, origin);
  if (type === 'integer') {
    shape.lower = wholeBound(shape.lower, false);
    shape.upper = wholeBound(shape.upper, true);
  }
  return shape;
}

function addTo(shape: Shape, schema: Schema, origin: string | undefined): void {
  const { type, limits } = shape;
  const known = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  const values = known?.filter((one) => isOf(typeOfValue(one), type));
  const texts = (list: unknown[]): string[] => list.map((one) => JSON.stringify(one));
  if (values) {
    const allowed = texts(values);
    shape.values = shape.values?.filter((one) => allowed.includes(JSON.stringify(one))) ?? values;
  }
  if (type === 'object') {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const before = shape.properties.get(name);
      const schemas = [...(before?.schemas ?? []), property];
      shape.properties.set(name, { schemas, origin: before ? undefined : origin });
    }
    for (const name of schema.required ?? []) shape.required.set(name, origin);
    if (schema.additionalProperties !== undefined && shape.others !== false) {
      shape.others = schema.additionalProperties;
    }
    shape.names ??= schema.propertyNames;
  }
  if (type === 'array') {
    shape.items ??= schema.items;
    shape.unique ||= schema.uniqueItems === true;
  }
  if (type === 'number' || type === 'integer') {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    shape.lower = tighter(shape.lower, boundOf(minimum, exclusiveMinimum, false), false);
    shape.upper = tighter(shape.upper, boundOf(maximum, exclusiveMaximum, true), true);
    shape.multipleOf ??= schema.multipleOf;
  }
  for (const [limit, of] of Object.entries(LIMITS) as [Limit, string][]) {
    const value = schema[limit];
    if (of !== type || value === undefined) continue;
    const choose = limit.startsWith('min') ? Math.max : Math.min;
    limits[limit] = limits[limit] === undefined ? value : choose(limits[limit], value);
  }
  const isText = type === 'string' || type === 'number' || type === 'integer';
  if (schema.format !== undefined && isText) shape.formats.push(schema.format);
  if (schema.pattern !== undefined && type === 'string') shape.patterns.push(schema.pattern);
  for (const [key, value] of Object.entries(schema)) {
    if (!UNDERSTOOD.has(key) && !key.startsWith('x-')) shape.rest[key] = value;
  }
}

/** What may be sent, as shapes of one type each; a type can have several. `integer` is left out where `number` is there. */
export function shapesOf(document: Document, schemas: readonly Schema[]): Shape[] {
  const parts = partsOf(
    document,
    schemas.map((schema) => ({ schema })),
  );
  return choices(document, parts).flatMap((way) => {
    let types = TYPES;
    for (const { schema } of way) types = meet(types, typesOf(schema));
    const narrow = types.filter((type) => type !== 'integer' || !types.includes('number'));
    return narrow.map((type) => shapeOf(type, way));
  });
}
