/** What of wrangler's output a developer sees. */
import { expect, test } from 'vitest';
import { createSieve } from '../../scripts/lib/dev-output.ts';

/** The lines shown when the text comes in pieces of `size` characters. */
function shown(text: string, size = text.length): string[] {
  const lines: string[] = [];
  const sieve = createSieve((line) => lines.push(line));
  for (let at = 0; at < text.length; at += size) sieve(text.slice(at, at + size));
  return lines;
}

/** As wrangler 4 prints it, at the start and again after a reload; a binding may have no value in parentheses. */
const TABLE = `Your Worker has access to the following bindings:
\u001B[2mBinding\u001B[22m                                Resource                  \u001B[2mMode\u001B[22m
\u001B[37menv.KV\u001B[39m (\u001B[2mvestibule\u001B[22m)                     KV Namespace              local
env.DB (vestibule)                     D1 Database               local
env.ASSETS                             Assets                    local
env.ENVIRONMENT ("development")        Environment Variable      local

[wrangler:info] Ready on http://127.0.0.1:8787
⎔ Local server updated and ready
`;
const LOG = '{"level":"info","path":"/service/application/user/profile"}';

test.each([1, 7, 64, 4096])('the table of bindings is not shown, in pieces of %i', (size) => {
  expect(shown(`${TABLE}${LOG}\n${TABLE}`, size)).toStrictEqual([LOG]);
});

test("the Worker's own lines are shown, one that speaks of env too", () => {
  const text = 'env.ASSETS is not set\nTypeError: env.DB is undefined\n\n  at fetch\n';
  expect(shown(text)).toStrictEqual([
    'env.ASSETS is not set',
    'TypeError: env.DB is undefined',
    '  at fetch',
  ]);
});

test('lines of the inbox page are not shown', () => {
  expect(shown(`{"path":"/_dev/inbox"}\n${LOG}\n`, 5)).toStrictEqual([LOG]);
});

test('half a line waits for its end', () => {
  expect(shown('no end yet')).toStrictEqual([]);
});
