/** Methods, paths and queries as no client writes them: nothing is found there, or the row says what it always says. */
import { attacks, attempt, ENTRIES, found, watch } from '../support/attacks/attempt.ts';
import { rowsAt } from '../support/attacks/routes.ts';
import {
  aimless,
  fieldsOf,
  headersOf,
  isStorefront,
  partsOf,
  pathOf,
  requestOf,
  wireOf,
  type Wire,
} from '../support/attacks/requests.ts';
import type { World } from '../support/attacks/tenants.ts';
import { tally } from '../support/tally.ts';

/** Of those that workerd takes at all. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'LOCK', 'PURGE'];

async function methods({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ENTRIES) {
    const { path, headers: credentials } = wireOf(entry, aimless(ours));
    const own = rowsAt(path).map(({ method }) => method);
    for (const method of METHODS) {
      if (own.includes(method)) continue;
      if (method === 'OPTIONS' && isStorefront(entry)) continue;
      const answer = await attempt(
        host,
        undefined,
        { method, path, headers: credentials },
        `by ${method}`,
        'method_not_allowed',
      );
      watched.saw(answer);
      const allow = answer.headers.get('allow')?.split(', ') ?? [];
      if (!allow.includes(entry.row.method.toUpperCase()))
        found(host, `${entry.id} by ${method} allows ${allow.join()}`);
    }
    tally('attack');
    const head = await host.send(requestOf({ method: 'HEAD', path, headers: credentials }));
    const status = own.includes('GET') ? head.status < 500 : head.status === 405;
    if (!status || (await head.text()) !== '') found(host, `${entry.id} by HEAD: ${head.status}`);
  }
}

const swapCase = (path: string): string =>
  path.replace('/service', '/Service').replace('user', 'USER');
const TRICKS: Record<string, (path: string) => string> = {
  'a slash at the end': (path) => `${path}/`,
  'two slashes at the end': (path) => `${path}//`,
  'two slashes': (path) => path.replace('/v1.0/', '//v1.0//'),
  'slashes in front': (path) => `//${path}`,
  'a backslash': (path) => path.replace('/v1.0/', '\\v1.0/'),
  'an encoded slash': (path) => path.replace('/v1.0/', '%2Fv1.0/'),
  'a slash encoded twice': (path) => path.replace('/v1.0/', '%252Fv1.0/'),
  'a dot': (path) => path.replace('/v1.0/', '/./v1.0/'),
  'two dots': (path) => path.replace('/v1.0/', '/x/../v1.0/'),
  'two encoded dots': (path) => path.replace('/v1.0/', '/x/%2e%2e/v1.0/'),
  'dots past the root': (path) => `/../../..${path}`,
  'dots and semicolons': (path) => path.replace('/v1.0/', '/x/..;/v1.0/'),
  'another case': swapCase,
  'all capitals': (path) => path.toUpperCase(),
  'an encoded letter': (path) => path.replace('/v1.0/', '/%761.0/'),
  'NUL at the end': (path) => `${path}%00`,
  'NUL in it': (path) => path.replace('/v1.0/', '/v1.0%00/'),
  'a line end': (path) => `${path}%0d%0aset-cookie:x=1`,
  'a blank': (path) => `${path}%20`,
  'a file ending': (path) => `${path}.json`,
  'a matrix parameter': (path) => `${path};jsessionid=1`,
  'a bad escape': (path) => `${path}%`,
  'a byte that is no UTF-8': (path) => `${path}%ff`,
  'another dot': (path) => path.replace('v1.0', 'v1x0'),
  'one more part': (path) => `${path}/x`,
  'one part less': (path) => path.slice(0, path.lastIndexOf('/')),
  'an endless path': (path) => `${path}/${'a/'.repeat(4000)}`,
  'an endless part': (path) => `${path}${'a'.repeat(8000)}`,
  'a wildcard': (path) => path.replace('/v1.0/', '/*/'),
  'a parameter': (path) => path.replace('/v1.0/', '/:version/'),
};

async function paths({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ENTRIES) {
    await host.forgive();
    const wire = wireOf(entry, aimless(ours));
    const [bare = '', search] = wire.path.split('?');
    for (const [what, trick] of Object.entries(TRICKS)) {
      const path = trick(bare) + (search === undefined ? '' : `?${search}`);
      const there = rowsAt(path);
      const row = there.find(({ method }) => method === wire.method)?.entry;
      const code = row ? undefined : there.length > 0 ? 'method_not_allowed' : 'not_found';
      watched.saw(await attempt(host, row, { ...wire, path }, what, code));
    }
    await watched.look(entry.id);
  }
}

const VALUES = [
  '.',
  '..',
  '%2e%2e',
  '%2F',
  '%00',
  '%0a',
  '%0d%0a',
  '%ff',
  '%',
  '%25',
  '*',
  '%20',
  '-1',
  '0',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  '%7Bid%7D',
  "'%20OR%20'1'='1",
  '%F0%9F%92%A9',
  '%E6%9C%AC'.repeat(200),
  'a'.repeat(5000),
  '$ne',
  '[object%20Object]',
];

async function parameters({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ENTRIES) {
    const wire = wireOf(entry, aimless(ours));
    for (const { name } of fieldsOf(entry).filter(({ place }) => place === 'params')) {
      for (const value of VALUES) {
        const marked = pathOf(entry, {
          ...partsOf(entry, aimless(ours)),
          params: { ...partsOf(entry, aimless(ours)).params, [name]: 'MARK' },
        });
        const path = marked.replace('MARK', value);
        const there = rowsAt(path);
        const row = there.find(({ method }) => method === wire.method)?.entry;
        watched.saw(await attempt(host, row, { ...wire, path }, `${name} = ${value.slice(0, 20)}`));
      }
    }
    await watched.look(entry.id);
  }
}

async function queries({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ENTRIES) {
    await host.forgive();
    const wire = wireOf(entry, aimless(ours));
    const [bare = '', search = ''] = wire.path.split('?');
    const names = fieldsOf(entry)
      .filter(({ place }) => place === 'query')
      .map(({ name }) => name);
    const known = [...names, 'platform', '__proto__', 'constructor', 'unknown'];
    const tries = known.flatMap((name) => [
      `${name}=1&${name}=2`,
      `${name}[]=1`,
      `${name}[a]=1`,
      `${name}.a=1`,
      name,
      `${name}=`,
      `${name}=%00`,
      `${name}=%ff`,
      `${name}=%`,
      `${name}=%ed%a0%80`,
      `${name}=${'a'.repeat(9000)}`,
      `${name}=1e999`,
      `${name}=-1`,
      `${name}=9007199254740993`,
      `${name}=true`,
      `${name}=null`,
    ]);
    for (const text of [...tries, '&&==&', '?', '%', 'a=1&'.repeat(2000)]) {
      for (const path of [`${bare}?${text}`, `${bare}?${search}&${text}`]) {
        watched.saw(await attempt(host, entry, { ...wire, path }, `?${text.slice(0, 40)}`));
      }
    }
    await watched.look(entry.id);
  }
}

const HEADERS: Record<string, string>[] = [
  { 'x-http-method-override': 'DELETE' },
  { 'x-original-url': '/healthz', 'x-rewrite-url': '/healthz' },
  {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-for': '127.0.0.1',
    forwarded: 'for=127.0.0.1',
  },
  { 'x-request-id': 'a'.repeat(5000) },
  { 'x-request-id': '{"level":"error"}' },
  { 'x-d1-bookmark': "'; DROP TABLE users" },
  { 'x-d1-bookmark': 'a'.repeat(5000) },
  { 'x-storefront-client-ip': '::ffff:1.2.3.4' },
  { 'cf-connecting-ip': 'not an address' },
  { 'cf-connecting-ip': '203.0.113.7, 127.0.0.1' },
  { 'user-agent': '<script>'.repeat(400) },
  {
    'accept-language': '*;q=x',
    accept: '../../etc/passwd',
    'accept-encoding': 'identity;q=0, *;q=0',
  },
  { range: 'bytes=0-0', 'if-none-match': '*', 'if-modified-since': 'yesterday' },
  { expect: '100-continue', te: 'trailers' },
  { 'content-language': 'x', 'content-disposition': 'form-data; name="../x"' },
];

async function strangeHeaders({ host, ours }: World): Promise<void> {
  const watched = await watch(host);
  for (const entry of ENTRIES) {
    await host.forgive();
    for (const more of HEADERS) {
      const wire: Wire = wireOf(entry, aimless(ours), {
        headers: { ...headersOf(entry, ours), ...more },
      });
      watched.saw(await attempt(host, entry, wire, JSON.stringify(more).slice(0, 60)));
    }
    await watched.look(entry.id);
  }
}

attacks(
  {
    'methods that a path has not': methods,
    'paths that are none': paths,
    'parameters of a path': parameters,
    'queries that repeat, nest and overflow': queries,
    'headers that mean something elsewhere': strangeHeaders,
  },
  ['parameters of a path', 'headers that mean something elsewhere'],
);
