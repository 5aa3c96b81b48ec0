import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openapi } from '../../../src/http/openapi.ts';
import { operation } from '../../../src/http/operation.ts';

const info = { title: 'Test', version: '1' };
const facts = { summary: 's', description: 'd', security: 'none', always: [], errors: [] } as const;

const Leaf = z.object({ size: z.number().default(1) }).meta({ id: 'Leaf' });
const Branch = z.object({ leaf: Leaf }).meta({ id: 'Branch' });
const Same = z.object({ text: z.string() }).meta({ id: 'Same' });
const exchange = operation({
  ...facts,
  method: 'post',
  path: '/x/{id}',
  request: {
    params: z.object({ id: z.string() }),
    query: z.object({
      needed: z.string().meta({ description: 'why' }),
      page: z.coerce.number().default(1),
    }),
    body: z.object({ branch: Branch, same: Same }),
  },
  response: { 201: z.object({ branch: Branch, same: Same }) },
  example: {
    request: { query: { needed: 'yes' }, body: { branch: { leaf: {} }, same: { text: 'a' } } },
    response: { branch: { leaf: { size: 1 } }, same: { text: 'a' } },
  },
});
const document = openapi({ a: { exchange } }, info);
const post = document.paths['/x/{id}']?.['post'];

describe('a schema used in requests and in answers', () => {
  const { schemas } = document.components;
  test('is one component when both are the same', () => {
    expect(schemas).toHaveProperty('Same');
    expect(schemas).not.toHaveProperty('SameInput');
  });
  test('is two when a default makes them differ, and the answer keeps the documented name', () => {
    expect(schemas['Leaf']).toMatchObject({ required: ['size'] });
    expect(schemas['LeafInput']).not.toHaveProperty('required');
  });
  test('is two when something inside it differs', () => {
    const leafOf = (name: string) => schemas[name]?.['properties'];
    expect(leafOf('Branch')).toStrictEqual({ leaf: { $ref: '#/components/schemas/Leaf' } });
    expect(leafOf('BranchInput')).toStrictEqual({
      leaf: { $ref: '#/components/schemas/LeafInput' },
    });
  });
});

test('parameters say where they are and whether they are needed', () => {
  expect(post?.['parameters']).toStrictEqual([
    { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    {
      name: 'needed',
      in: 'query',
      description: 'why',
      required: true,
      schema: { type: 'string' },
      example: 'yes',
    },
    { name: 'page', in: 'query', required: false, schema: { default: 1, type: 'number' } },
  ]);
});

test('request and answer show the examples of the row', () => {
  expect(post?.['requestBody']).toMatchObject({
    required: true,
    content: { 'application/json': { example: { same: { text: 'a' } } } },
  });
  expect(post?.['responses']).toMatchObject({
    201: { content: { 'application/json': { example: exchange.example.response } } },
  });
});

test('two different schemas under one name are refused', () => {
  const other = operation({
    ...facts,
    method: 'get',
    path: '/y',
    request: {},
    response: { 200: z.object({ same: z.object({ n: z.number() }).meta({ id: 'Same' }) }) },
    example: { response: { same: { n: 1 } } },
  });
  expect(() => openapi({ a: { exchange, other } }, info)).toThrow('named Same');
});

test('each kind of caller is shown with its credentials', () => {
  const row = { ...facts, request: {}, response: { 200: z.object({}) }, example: { response: {} } };
  const rows = {
    application: operation({ ...row, method: 'get', path: '/1', security: 'application' }),
    session: operation({ ...row, method: 'get', path: '/2', security: 'session' }),
    either: operation({ ...row, method: 'get', path: '/3', security: 'session?' }),
    platform: operation({
      ...row,
      method: 'get',
      path: '/4',
      security: 'platform',
      scope: 'groups:read',
    }),
    none: operation({ ...row, method: 'get', path: '/5' }),
  };
  const { paths, components } = openapi({ a: rows }, info);
  const security = Object.values(paths).map((item) => item['get']?.['security']);
  expect(security).toStrictEqual([
    [{ applicationToken: [] }],
    [{ applicationToken: [], session: [] }],
    [{ applicationToken: [] }, { applicationToken: [], session: [] }],
    [{ accessToken: ['groups:read'] }],
    [],
  ]);
  expect(components.securitySchemes['session']).toMatchObject({ in: 'cookie', name: 'f.session' });
});

test('operationIds carry the client only where several are shown', () => {
  const table = { a: { exchange }, b: { other: { ...exchange, path: '/z/{id}' } } };
  const idsOf = (groups?: string[]) =>
    Object.values(openapi(table, { ...info, groups }).paths).map(
      (item) => item['post']?.['operationId'],
    );
  expect(idsOf()).toStrictEqual(['a.exchange', 'b.other']);
  expect(idsOf(['b'])).toStrictEqual(['other']);
});
