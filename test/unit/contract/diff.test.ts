/** Changes between two documents: what breaks a client that was right, and what does not. */
import { mayBreak } from '../../../src/cli/contract/diff-command.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changesBetween, type Document, type Schema } from '../../../src/cli/contract/diff.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const base = (request: Schema, answer: Schema): Document => ({
  info: { version: '1.0.0' },
  paths: {
    '/a': {
      post: {
        operationId: 'a',
        parameters: [{ name: 'q', in: 'query', schema: { type: 'string' } }],
        requestBody: { content: { 'application/json': { schema: request } } },
        responses: { 200: { content: { 'application/json': { schema: answer } } }, 404: {} },
      },
    },
  },
});
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});
const text: Schema = { type: 'string' };
const plain = base(object({ one: text }, ['one']), object({ one: text }, ['one']));

const kinds = (from: Document, to: Document): string[] =>
  changesBetween(from, to).map(({ kind, place }) => `${kind} ${place}`);
const changed = (change: (operation: Document['paths'][string][string]) => void): Document => {
  const copy = structuredClone(plain);
  const operation = copy.paths['/a']?.['post'];
  if (operation) change(operation);
  return copy;
};
const requests = (schema: Schema) => base(schema, object({ one: text }, ['one']));
const answers = (schema: Schema) => base(object({ one: text }, ['one']), schema);

describe('a change is', () => {
  test('nothing when nothing has changed', () => {
    expect(changesBetween(plain, structuredClone(plain))).toEqual([]);
  });

  const BREAKING: [string, Document, string][] = [
    ['an operation that is gone', { ...plain, paths: {} }, 'POST /a'],
    ['another name of it', changed((one) => (one.operationId = 'b')), 'POST /a'],
    ['an answer that is gone', changed((one) => delete one.responses?.['200']), 'POST /a 200'],
    [
      'a parameter that must be there now',
      changed(
        (one) => (one.parameters = [{ name: 'q', in: 'query', required: true, schema: text }]),
      ),
      'POST /a query q',
    ],
    [
      'a new parameter that must be there',
      changed((one) => one.parameters?.push({ name: 'r', in: 'query', required: true })),
      'POST /a query r',
    ],
    [
      'a body that must be there now',
      changed((one) => Object.assign(one.requestBody ?? {}, { required: true })),
      'POST /a body',
    ],
    ['a field of an answer that is gone', answers(object({})), 'POST /a 200.one'],
    ['one that may be missing now', answers(object({ one: text })), 'POST /a 200.one'],
    ['another type', answers(object({ one: { type: 'number' } }, ['one'])), 'POST /a 200.one'],
    [
      'another type in a list',
      answers(object({ one: { type: 'array', items: text } }, ['one'])),
      'POST /a 200.one',
    ],
    [
      'a new field of a request that must be there',
      requests(object({ one: text, two: text }, ['one', 'two'])),
      'POST /a body.two',
    ],
    [
      'a narrower list of values in a request',
      requests(object({ one: { ...text, enum: ['a'] } }, ['one'])),
      'POST /a body.one',
    ],
    [
      'a shorter text in a request',
      requests(object({ one: { ...text, maxLength: 5 } }, ['one'])),
      'POST /a body.one',
    ],
    [
      'a pattern for a request',
      requests(object({ one: { ...text, pattern: 'a' } }, ['one'])),
      'POST /a body.one',
    ],
  ];
  test.each(BREAKING)('breaking: %s', (_, to, place) => {
    expect(kinds(plain, to)).toContain(`breaking ${place}`);
  });

  const HARMLESS: [string, Document, string][] = [
    ['a new operation', { ...plain, paths: { ...plain.paths, '/b': { get: {} } } }, 'GET /b'],
    [
      'a new answer',
      changed((one) => Object.assign(one.responses ?? {}, { 409: {} })),
      'POST /a 409',
    ],
    [
      'a new field of an answer',
      answers(object({ one: text, two: text }, ['one'])),
      'POST /a 200.two',
    ],
    [
      'a new field of a request',
      requests(object({ one: text, two: text }, ['one'])),
      'POST /a body.two',
    ],
    [
      'a field of a request that may be missing now',
      requests(object({ one: text })),
      'POST /a body.one',
    ],
    ['one that is gone', requests(object({})), 'POST /a body.one'],
    ['an error that is gone', changed((one) => delete one.responses?.['404']), 'POST /a 404'],
    ['a parameter that is gone', changed((one) => (one.parameters = [])), 'POST /a query q'],
    [
      'a shorter text in an answer',
      answers(object({ one: { ...text, maxLength: 5 } }, ['one'])),
      'POST /a 200.one',
    ],
  ];
  test.each(HARMLESS)('harmless: %s', (_, to, place) => {
    expect(kinds(plain, to)).toEqual([`harmless ${place}`]);
  });

  test('scopes that a scheme offers: a new one is harmless, one that is gone is not', () => {
    const offering = (scopes: Record<string, string>): Document => ({
      ...plain,
      components: {
        securitySchemes: {
          token: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/token', scopes } } },
        },
      },
    });
    const one = offering({ read: 'Read' });
    const two = offering({ read: 'Read all', write: 'Write' });
    expect(kinds(one, two)).toEqual(['harmless security token']);
    expect(kinds(two, one)).toEqual(['breaking security token']);
    const elsewhere = JSON.parse(JSON.stringify(one).replace('/token', '/other')) as Document;
    expect(kinds(one, elsewhere)).toEqual(['breaking security token']);
  });

  test('found behind a name, and in a schema that holds itself', () => {
    const named = (leaf: Schema): Document => ({
      ...base({ $ref: '#/components/schemas/Tree' }, { $ref: '#/components/schemas/Tree' }),
      components: {
        schemas: {
          Tree: object({
            leaf,
            branches: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
          }),
        },
      },
    });
    const renamed = JSON.parse(
      JSON.stringify(named({ type: 'number' })).replaceAll('Tree', 'Bush'),
    ) as Document;
    expect(kinds(named(text), renamed)).toEqual([
      'breaking POST /a 200.leaf',
      'breaking POST /a body.leaf',
    ]);
    expect(kinds(named(text), named({ type: 'number' }))).toEqual([
      'breaking Tree in answers.leaf',
      'breaking Tree in requests.leaf',
    ]);
  });
});

describe('the released document', () => {
  const released = JSON.parse(read('docs/openapi.released.json')) as Document;

  test('is that of the newest release in the CHANGELOG', () => {
    const [, version] = /^## (\d+\.\d+\.\d+)/m.exec(read('CHANGELOG.md')) ?? [];
    expect(released.info.version).toBe(version);
  });

  test('is not broken by what is there now, unless the new version says so', () => {
    const now = JSON.parse(read('docs/openapi.json')) as Document;
    const breaking = changesBetween(released, now).filter(({ kind }) => kind === 'breaking');
    if (!mayBreak(released.info.version, now.info.version)) expect(breaking).toEqual([]);
    expect(mayBreak('0.1.0', '0.1.9')).toBe(false);
    expect(mayBreak('0.1.0', '0.2.0')).toBe(true);
    expect(mayBreak('1.1.0', '1.2.0')).toBe(false);
    expect(mayBreak('1.9.0', '2.0.0')).toBe(true);
  });
});
