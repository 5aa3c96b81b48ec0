/** The rows against the documents: facts/*.json is what those say, deviations.ts where and why we differ. */
import { describe, expect, test } from 'vitest';
import { ABOUT } from '../../src/about.ts';
import { openapi } from '../../src/http/openapi.ts';
import type { Json } from '../../src/http/openapi-components.ts';
import { entriesOf, entriesUpTo } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { nameOf, wordFor, wordsFor } from '../support/json-shape.ts';
import { ADDED_OPERATIONS, DEVIATIONS, STATUS, TEXT_DEVIATIONS } from './deviations.ts';
import {
  documentedOperations,
  operationFacts as operations,
  schemaFacts as schemas,
  textFacts,
  type OperationFacts,
} from './facts.ts';

type Words = Record<string, string>;

const document = openapi(table, ABOUT);
const rows = new Map(entriesOf(table).map(({ id, row }) => [id, row]));

/** The documented words of one schema or query with the deviations applied. */
function expected(prefix: string, documented: Words): Words {
  const own = DEVIATIONS.filter(([where]) => where.startsWith(prefix));
  const ours = own.map(([where, , word]): [string, string] => [where.slice(prefix.length), word]);
  return { ...documented, ...Object.fromEntries<string>(ours) };
}

interface Described {
  operationId: string;
  description: string;
  parameters?: {
    name: string;
    in: string;
    required: boolean;
    schema: Json;
    description?: string;
  }[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: Json } } };
  responses: Record<
    string,
    { description: string; content: { 'application/json': { schema: Json } } }
  >;
}
// As `openapi` writes it; its own type leaves operations open.
const describedAt = ({ path, method }: OperationFacts) =>
  document.paths[path]?.[method] as Described | undefined;

test('the documented operations are the rows without the SDK version that brought them', () => {
  const { application, platform } = table;
  const ours = entriesUpTo({ application, platform }).map(({ id }) => id);
  expect(ours.toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
});

test('the documents have 50 operations, and one more of which they show the schemas', () => {
  expect(documentedOperations).toHaveLength(50);
  expect(ADDED_OPERATIONS).toHaveLength(1);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(51);
  expect(Object.keys(schemas)).toHaveLength(100);
  expect(Object.keys(textFacts)).toEqual(documentedOperations.map(({ id }) => id));
});

describe.each(operations)('$id', (facts) => {
  const described = describedAt(facts);

  test('is served at its documented method and path', () => {
    expect(rows.get(facts.id)).toMatchObject({ method: facts.method, path: facts.path });
    expect(described?.operationId).toBe(facts.id);
  });

  test('takes the parameters of its path and the documented query', () => {
    const parameters = described?.parameters ?? [];
    const documented = facts.query ?? {};
    const inPath = [...facts.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const named = (place: string) => parameters.filter((one) => one.in === place);
    expect(named('path').map(({ name }) => name)).toEqual(inPath);
    const query = named('query').map(({ name, required, schema }) => [
      name,
      wordFor(schema, required, documented[name]),
    ]);
    expect(Object.fromEntries(query)).toEqual(expected(`${facts.id}?`, documented));
  });

  test('exchanges the schemas of the documented names', () => {
    const schemaOf = (part?: { content: { 'application/json': { schema: Json } } }) =>
      nameOf(part?.content['application/json'].schema);
    expect(schemaOf(described?.requestBody)).toBe(facts.request);
    expect(schemaOf(described?.responses[STATUS[facts.id] ?? 200])).toBe(facts.response);
    expect(described?.requestBody?.required).toBe(facts.bodyRequired);
  });

  test('says what the documents say of it', () => {
    const said = textFacts[facts.id];
    const texts: [where: string, words: readonly string[], ours: string | undefined][] = [
      ['description', said?.description ?? [], described?.description],
      ['answers', said?.answers ?? [], described?.responses[STATUS[facts.id] ?? 200]?.description],
      ...Object.entries(said?.parameters ?? {}).map(
        ([name, words]): [string, string[], string | undefined] => [
          name,
          words,
          described?.parameters?.find((one) => one.name === name)?.description,
        ],
      ),
    ];
    for (const [where, words, ours = ''] of texts) {
      const missing = words.filter((word) => !ours.toLowerCase().includes(word));
      const known = TEXT_DEVIATIONS.filter(([place]) => place === `${facts.id} ${where}`);
      expect([where, missing]).toEqual([where, known.map(([, word]) => word)]);
    }
  });
});

describe.each(Object.entries(schemas))('%s', (name, documented) => {
  const components = [name, `${name}Input`].flatMap((one) => {
    const component = document.components.schemas[one];
    return component ? [component] : [];
  });

  test('has each documented property with its type and requiredness, and no other', () => {
    expect(components.length).toBeGreaterThan(0);
    for (const component of components) {
      const words = expected(`${name}.`, documented);
      expect(wordsFor(component, words)).toEqual(words);
    }
  });
});

describe('the list of deviations', () => {
  test.each(DEVIATIONS)('%s is documented as "%s", here "%s": %s', (where, documented, ours) => {
    const [id = '', parameter] = where.split('?');
    const [schema = '', property = ''] = where.split('.');
    const said = parameter
      ? operations.find((operation) => operation.id === id)?.query?.[parameter]
      : schemas[schema]?.[property];
    expect(said ?? '').toBe(documented);
    expect(ours).not.toBe(documented);
  });

  test('names no place twice', () => {
    const places = DEVIATIONS.map(([where]) => where);
    expect(new Set(places).size).toBe(places.length);
  });
});

describe('every operation of the table', () => {
  test.each([...rows])(
    '%s says what it answers, and stands under a tag that has a text',
    (_, row) => {
      expect(row.answers).toMatch(/^[A-Z].*\.$/);
      expect(Object.keys(ABOUT.tags)).toContain(row.tag);
    },
  );
});
