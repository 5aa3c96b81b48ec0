/** Schemas as tables of fields. A named one is shown once, and linked from everywhere else. */
import { html } from 'hono/html';
import type { Html } from '../ui/layout.ts';
import { nameOf, type Schema } from './document.ts';
import { inline } from './markdown.ts';

/** Where a named schema stands on the page. */
const anchorOf = (name: string): string => `schema-${name}`;

const joined = (parts: readonly Html[], between: string): Html[] =>
  parts.map((part, at) => (at === 0 ? part : html`${between}${part}`));

/** `array of User`, `string or number`, with links. */
function typeOf(schema: Schema): Html {
  const { $ref, type, items, anyOf, oneOf, allOf, additionalProperties: more } = schema;
  if ($ref !== undefined) {
    const name = nameOf($ref);
    return html`<a href="#${anchorOf(name)}">${name}</a>`;
  }
  const either = anyOf ?? oneOf;
  if (either) return html`${joined(either.map(typeOf), ' or ')}`;
  if (allOf) return html`${joined(allOf.map(typeOf), ' and ')}`;
  if (type === 'array') return items ? html`array of ${typeOf(items)}` : html`array`;
  const [named] = type === 'object' ? [more] : [];
  if (named && typeof named === 'object' && Object.keys(named).length > 0) {
    return html`map of ${typeOf(named)}`;
  }
  if (type === undefined) return html`${schema.enum || 'const' in schema ? 'value' : 'any'}`;
  return html`${Array.isArray(type) ? type.join(' or ') : type}`;
}

const MAX_SHOWN_PATTERN = 60;

/** What a value has to be beyond its type. */
function rulesOf(schema: Schema): string[] {
  const {
    enum: values,
    format,
    pattern,
    minLength,
    maxLength,
    minimum,
    maximum,
    maxItems,
  } = schema;
  const only = 'const' in schema ? [schema.const] : values;
  const length =
    minLength !== undefined && minLength === maxLength
      ? `${minLength} characters`
      : [
          minLength !== undefined && minLength > 0 && `at least ${minLength} characters`,
          maxLength !== undefined && `at most ${maxLength} characters`,
        ];
  return [
    only && `one of ${only.map((one) => JSON.stringify(one)).join(', ')}`,
    format,
    ...[length].flat(),
    minimum !== undefined && `from ${minimum}`,
    maximum !== undefined && `up to ${maximum}`,
    maxItems !== undefined && `at most ${maxItems} items`,
    pattern !== undefined && pattern.length <= MAX_SHOWN_PATTERN && `pattern ${pattern}`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ].filter((rule) => typeof rule === 'string');
}

export interface Field {
  name: string;
  /** Where a parameter stands: `path` or `query`. */
  place?: string;
  required: boolean;
  description?: string;
  schema: Schema;
}

function fieldRow({ name, place, required, description, schema }: Field): Html {
  const rules = rulesOf(schema);
  return html`<tr>
    <th scope="row">
      <code>${name}</code> ${required ? html`<span class="needed">required</span>` : ''}
    </th>
    <td>
      <span class="type">${place ? `${place}, ` : ''}${typeOf(schema)}</span>
      ${description ? html`<span class="about-field">${inline(description)}</span>` : ''}
      ${rules.length > 0 ? html`<span class="hint">${rules.join('; ')}</span>` : ''}
    </td>
  </tr>`;
}

/** @param caption what the table is, for screen readers */
export const fieldTable = (fields: readonly Field[], caption: string): Html =>
  html`<table class="fields">
    <caption class="unseen">
      ${caption}
    </caption>
    <tbody>
      ${fields.map(fieldRow)}
    </tbody>
  </table>`;

const fieldsOf = ({ properties = {}, required = [] }: Schema): Field[] =>
  Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    description: schema.description,
    schema,
  }));

/** A schema with its fields; one without any is its type alone. */
export function schemaFields(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  caption: string,
): Html {
  const name = schema.$ref === undefined ? undefined : nameOf(schema.$ref);
  const whole = (name === undefined ? undefined : schemas[name]) ?? schema;
  const fields = fieldsOf(whole);
  const link = name === undefined ? '' : html`<p class="hint">${typeOf(schema)}</p>`;
  const rules = rulesOf(whole).join('; ');
  return html`${link}
  ${
    fields.length > 0
      ? fieldTable(fields, caption)
      : html`<p class="type">${typeOf(whole)} ${rules}</p>`
  }`;
}

/** Every named schema, closed, to be opened by a link to it. */
export const schemaList = (schemas: Readonly<Record<string, Schema>>): Html[] =>
  Object.entries(schemas).map(
    ([name, schema]) =>
      html`<details class="schema" id="${anchorOf(name)}">
        <summary><code>${name}</code></summary>
        ${schema.description ? html`<p>${inline(schema.description)}</p>` : ''}
        ${schemaFields({ ...schema, description: undefined }, schemas, `Fields of ${name}`)}
      </details>`,
  );
