/** Which addresses the Worker calls: those of tenants strictly, the deployer's own on any port. */
import { describe, expect, test } from 'vitest';
import { isDeployerUrl, isTenantUrl } from '../../src/values/outbound-url.ts';

const PUBLIC = [
  'https://files.example/a.csv',
  'https://FILES.Example:443/a.csv',
  'https://cdn.shop.co.in/a.csv?token=1#x',
  'https://xn--bcher-kva.xn--p1ai/',
  'https://bücher.example/',
  'https://a-b_c.shop.com/',
  // These end in a word of the list, and are not below it.
  'https://my-localhost.com/',
  'https://localhost.example/',
  'https://shop.mylan/',
];

const PRIVATE_NAMES = [
  ...['localhost', 'printer.local', 'a.localhost', 'metadata.google.internal', 'nas.lan'],
  ...['router.home.arpa', '1.0.0.127.in-addr.arpa', 'ipv4only.arpa', 'box.localdomain'],
  ...['wiki.corp', 'wiki.intranet', 'nas.home', 'x.private', 'mx.mail', 'facebookcorewwwi.onion'],
  ...['shop.test', 'shop.invalid', 'a.b.c.internal', 'name.alt', 'intranet', 'kubernetes'],
];

/** Whatever the notation, they are addresses and no names. */
const LITERALS = [
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '017700000001', '0x7f000001', '0x7f.1'],
  ...['127.0.0.1.', '10.0.0.1', '192.168.1.1', '169.254.169.254', '8.8.8.8', '0'],
  ...['[::1]', '[::]', '[fd00::1]', '[::ffff:127.0.0.1]', '[2606:4700::1111]', '[fe80::1]'],
  ...['１２７.0.0.1', '127。0。0。1'],
];

const spellings = (name: string): string[] => [
  `https://${name}/`,
  `https://${name.toUpperCase()}/`,
  `https://${name}./`,
  `HTTPS://${name.replace(/^./, (first) => first.toUpperCase())}/`,
];

const REFUSED = [
  ...PRIVATE_NAMES.flatMap(spellings),
  ...LITERALS.map((host) => `https://${host}/`),
  'https://files.example./',
  'https://ｌｏｃａｌｈｏｓｔ/',
  'http://files.example/',
  'ftp://files.example/',
  'file:///etc/passwd',
  'data:text/csv,email',
  'https://user:password@files.example/',
  'https://user@files.example/',
  'https://.example/',
  'https://a..example/',
  'https://shop.123/',
  '//files.example/',
  'files.example',
  '',
];

const LOOPBACK = [
  'http://127.0.0.1:4000/a.csv',
  'http://127.1:4000/',
  'https://127.0.0.1/',
  'http://localhost/',
  'http://LOCALHOST:8080/',
  'http://[::1]:4000/',
];

/** As URLs spell them. */
const LOOPBACK_HOSTS = new Set(['127.0.0.1', '[::1]', 'localhost']);

describe.each([
  ['a tenant', isTenantUrl],
  ['the deployer', isDeployerUrl],
])('an address of %s', (_, isAllowed) => {
  test.each(PUBLIC)('%s is called, with this machine allowed or not', (url) => {
    expect([isAllowed(url, { loopback: false }), isAllowed(url, { loopback: true })]).toEqual([
      true,
      true,
    ]);
  });

  test.each([...REFUSED, ...LOOPBACK])('%s is not called', (url) => {
    expect(isAllowed(url, { loopback: false })).toBe(false);
  });

  test.each(LOOPBACK)('%s is called where this machine may be', (url) => {
    expect(isAllowed(url, { loopback: true })).toBe(true);
  });

  test.each([
    ...REFUSED.filter((url) => !URL.canParse(url) || !LOOPBACK_HOSTS.has(new URL(url).hostname)),
    'ftp://127.0.0.1/',
    'http://user:password@127.0.0.1/',
    'http://127.0.0.2/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
    'http://a.localhost/',
    'http://localhost./',
  ])('%s is not called even then', (url) => {
    expect(isAllowed(url, { loopback: true })).toBe(false);
  });
});

test.each([
  'https://files.example:8443/',
  'https://files.example:80/',
  'https://files.example:22/',
])('%s is for deployers only', (url) => {
  for (const loopback of [false, true]) {
    expect(isTenantUrl(url, { loopback })).toBe(false);
    expect(isDeployerUrl(url, { loopback })).toBe(true);
  }
});
