/** zod schemas → `components.schemas`, under the names that the schemas carry in `.meta({ id })`. */
import * as z from 'zod';

/** Schemas as components. One schema can have two shapes, for requests and for answers: defaults and coercions. */
export type Io = 'input' | 'output';
export type Json = Record<string, unknown>;
/** A schema together with the direction in which the document uses it. */
export interface Use {
  schema: z.ZodType;
  io: Io;
}

const REF = '#/$defs/';
const COMPONENT = '#/components/schemas/';

function convert({ schema, io }: Use): { root: Json; defs: Record<string, Json> } {
  const json = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      // Answers drop unknown keys today; saying `additionalProperties: false` would forbid us to add one tomorrow.
      if (zodSchema instanceof z.ZodObject && !zodSchema.def.catchall) {
        delete jsonSchema.additionalProperties;
      }
      // Bounds of a safe integer say how JavaScript counts, nothing about the field.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  // `~standard` is not enumerable, so that spreading leaves it behind.
  const { $schema: _, $defs = {}, ...root } = json;
  return { root, defs: $defs };
}

const textOf = (json: Json | undefined): string => JSON.stringify(json);

function refsOf(json: Json): string[] {
  const found: string[] = [];
  JSON.stringify(json, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') found.push(value.slice(REF.length));
    return value;
  });
  return found;
}

/** Names whose two directions differ, in themselves or in something they refer to. */
function directionalSchemas(defs: Record<Io, Map<string, Json>>): Set<string> {
  const both = [...defs.input.keys()].filter((name) => defs.output.has(name));
  const differing = new Set(
    both.filter((name) => textOf(defs.input.get(name)) !== textOf(defs.output.get(name))),
  );
  for (let before = -1; before !== differing.size;) {
    before = differing.size;
    for (const name of both) {
      if (refsOf(defs.input.get(name) ?? {}).some((ref) => differing.has(ref))) differing.add(name);
    }
  }
  return differing;
}

export interface Components {
  /** Sorted by name. */
  schemas: Record<string, Json>;
  /** The schema for use in the document: a reference when it is named, else itself. */
  jsonOf(use: Use): Json;
}

/**
 * Collects the named schemas of all uses. A name keeps its documented form for answers; where requests differ, theirs
 * is called `<name>Input`. Throws when two different schemas claim one name.
 */
export function collectComponents(uses: readonly Use[]): Components {
  const defs = { input: new Map<string, Json>(), output: new Map<string, Json>() };
  for (const use of uses) {
    for (const [name, json] of Object.entries(convert(use).defs)) {
      const known = defs[use.io].get(name);
      if (known && textOf(known) !== textOf(json)) {
        throw new Error(`Two different schemas are named ${name}.`);
      }
      defs[use.io].set(name, json);
    }
  }
  const differing = directionalSchemas(defs);
  const nameOf = (name: string, io: Io): string =>
    io === 'input' && differing.has(name) ? `${name}Input` : name;
  const rewrite = (json: Json, io: Io): Json =>
    JSON.parse(textOf(json), (key, value: unknown) =>
      key === '$ref' && typeof value === 'string'
        ? COMPONENT + nameOf(value.slice(REF.length), io)
        : value,
    ) as Json; // an object went in, the same object without `$defs` references comes out

  const named = new Map<string, Json>();
  for (const io of ['output', 'input'] as const) {
    for (const [name, json] of defs[io]) {
      const published = nameOf(name, io);
      const own = rewrite(json, io);
      if (named.has(published) && textOf(named.get(published)) !== textOf(own)) {
        throw new Error(`Two different schemas are named ${published}.`);
      }
      named.set(published, own);
    }
  }
  return {
    schemas: Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    jsonOf: (use) => rewrite(convert(use).root, use.io),
  };
}
