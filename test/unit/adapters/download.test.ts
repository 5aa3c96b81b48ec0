/** Downloads of files that tenants name: where a redirect leads is judged like the address itself. */
import { expect, test } from 'vitest';
import { download } from '../../../src/adapters/outbound/download.ts';
import { isTenantUrl } from '../../../src/values/outbound-url.ts';

const FILE = 'https://files.example/a.csv';

/** Downloads from a host that redirects as listed, each address once; what else is asked for is the file. */
async function downloaded(redirects: Record<string, string>) {
  const asked: string[] = [];
  const result = await download(
    FILE,
    { headers: {}, allows: (url) => isTenantUrl(url, { loopback: false }), idleTimeoutMs: 1000 },
    async (url) => {
      const href = url instanceof Request ? url.url : url.toString();
      asked.push(href);
      const location = redirects[href];
      return location === undefined
        ? new Response('email\n')
        : new Response(null, { status: 302, headers: { location } });
    },
  );
  return { asked, refused: 'refused' in result ? result.refused : undefined };
}

test('a redirect within the host is followed', async () => {
  expect(await downloaded({ [FILE]: '/b.csv' })).toStrictEqual({
    asked: [FILE, 'https://files.example/b.csv'],
    refused: undefined,
  });
});

test.each([
  ['http', 'http://files.example/a.csv'],
  ['a user in the address', 'https://user:secret@files.example/a.csv'],
])('one that leads to %s is refused, and not asked', async (_, target) => {
  expect(await downloaded({ [FILE]: target })).toStrictEqual({
    asked: [FILE],
    refused: 'The address may not be fetched from.',
  });
});

test('so is the second of two', async () => {
  const second = 'https://files.example/b.csv';
  const { asked, refused } = await downloaded({
    [FILE]: second,
    [second]: 'http://files.example/c.csv',
  });
  expect(asked).toStrictEqual([FILE, second]);
  expect(refused).toBe('The address may not be fetched from.');
});

test('and another host is refused, whoever it is', async () => {
  expect(await downloaded({ [FILE]: 'https://other.example/a.csv' })).toStrictEqual({
    asked: [FILE],
    refused: 'The address leads to another host.',
  });
});
