/** JSON Schema in a word or two, as test/contract/facts writes it: `string`, `UserSchema`, `Email[]`, `number!`. */
import type { Json } from '../../src/http/openapi-components.ts';

const COMPONENT = '#/components/schemas/';

interface Schema {
  type?: string;
  $ref?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  items?: Schema;
}

function typeOf(schema: Schema): string {
  const [only] = schema.allOf ?? [];
  const ref = schema.$ref ?? only?.$ref;
  // Where requests differ from answers their component is `<name>Input`; it is the documented schema all the same.
  if (ref) return ref.slice(COMPONENT.length).replace(/Input$/, '');
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join('|');
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]`;
  if (schema.type === 'integer') return 'number';
  return schema.type ?? 'anything';
}

/**
 * `type`, with `!` when it is required.
 * @param documented when the schema reads this type among others, they are not mentioned: a request may accept more
 */
export function wordFor(schema: Json, required: boolean, documented = ''): string {
  const type = typeOf(schema);
  const asked = documented.replace('!', '');
  return (type.split('|').includes(asked) ? asked : type) + (required ? '!' : '');
}

/** The name of a component that is referred to. */
export const nameOf = (schema: Json | undefined): string | undefined => schema && typeOf(schema);

/** property → word. */
export function wordsFor(schema: Json, documented: Record<string, string>): Record<string, string> {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      wordFor(property, required.includes(name), documented[name]),
    ]),
  );
}
