/** The router remembers fixed paths; what it answers is what Hono's own router answers. */
import type { Result } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';
import { describe, expect, test } from 'vitest';
import { FixedPathRouter } from '../../../src/http/fixed-paths.ts';
import { entriesOf } from '../../../src/http/operation.ts';
import { table } from '../../../src/table.ts';

const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');
const filled = (path: string, value: string): string => path.replaceAll(/\{\w+\}/g, value);
const rows = entriesOf(table).map(({ id, row }) => ({ id, ...row }));
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PURGE'];

function fill<R extends FixedPathRouter<string> | TrieRouter<string>>(router: R): R {
  router.add('ALL', '/*', 'everywhere');
  for (const { id, method, path } of rows) router.add(method.toUpperCase(), honoPath(path), id);
  for (const { path } of rows) router.add('ALL', honoPath(path), 'other method');
  return router;
}

/** Handlers in their order, each with its parameters' values. */
const read = ([handlers, stash]: Result<string>) =>
  handlers.map(([handler, params]) => [
    handler,
    Object.fromEntries(
      Object.entries(params).map(([name, at]) => [name, typeof at === 'number' ? stash?.[at] : at]),
    ),
  ]);

describe('the router', () => {
  test('finds for each row and method what the plain router finds, the second time too', () => {
    const [own, plain] = [fill(new FixedPathRouter<string>()), fill(new TrieRouter<string>())];
    for (const value of ['first', 'second', 'first']) {
      for (const { path } of rows) {
        for (const method of METHODS) {
          const asked = filled(path, value);
          expect(read(own.match(method, asked))).toEqual(read(plain.match(method, asked)));
        }
      }
    }
  });

  test('finds no row on a path that is none', () => {
    const own = fill(new FixedPathRouter<string>());
    for (const path of ['/', '/service', '/service/application/user/nothing', '/healthz/x']) {
      expect(read(own.match('GET', path))).toEqual([['everywhere', {}]]);
    }
  });

  test('remembers no path and no method that a caller has made up', () => {
    const own = fill(new FixedPathRouter<string>());
    const fixed = rows.find(({ path }) => !path.includes('{'))?.path ?? '';
    expect(own.match('GET', fixed)).toBe(own.match('GET', fixed));
    for (const [method, path] of [
      ['GET', `${fixed}/x`],
      ['PURGE', fixed],
    ] as const) {
      expect(own.match(method, path)).not.toBe(own.match(method, path));
    }
  });
});
