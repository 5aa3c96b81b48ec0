/** `return_to` leads to the application's own origins, whatever is tried. */
import { describe, expect, test } from 'vitest';
import { returnTarget, type OwnOrigins } from '../../../src/domain/hosted-pages/return-target.ts';

const SHOP: OwnOrigins = {
  domains: ['shop.example', 'www.shop.example', 'auth.shop.example', 'localhost'],
  storefrontUrl: 'https://shop.example',
  pageOrigin: 'https://auth.shop.example',
};

describe('an address of the shop is taken, written out', () => {
  test.each([
    ['/', 'https://shop.example/'],
    ['/cart?step=2#pay', 'https://shop.example/cart?step=2#pay'],
    ['https://shop.example/cart', 'https://shop.example/cart'],
    ['HTTPS://WWW.SHOP.EXAMPLE/', 'https://www.shop.example/'],
    ['https://shop.example:443/', 'https://shop.example/'],
    ['https://auth.shop.example/auth/account', 'https://auth.shop.example/auth/account'],
    // Paths that look like more; they stay where they are, since the whole address is written.
    ['/%2F%2Fevil.example', 'https://shop.example/%2F%2Fevil.example'],
    ['/%5Cevil.example', 'https://shop.example/%5Cevil.example'],
    ['/..//evil.example', 'https://shop.example//evil.example'],
    ['/?next=https://evil.example', 'https://shop.example/?next=https://evil.example'],
    ['/@evil.example', 'https://shop.example/@evil.example'],
  ])('%j', (text, expected) => {
    expect(returnTarget(text, SHOP)).toBe(expected);
  });
});

test.each([
  '',
  ' ',
  'cart',
  '?next=1',
  '#top',
  '//evil.example',
  '///evil.example',
  '////evil.example/cart',
  '/\\evil.example',
  '\\evil.example',
  '\\\\evil.example',
  'https:\\\\evil.example',
  'https://shop.example\\@evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  'java\nscript:alert(1)',
  'javascript:alert(1)',
  'JavaScript://shop.example/%0aalert(1)',
  'data:text/html,hello',
  'vbscript:x',
  'blob:https://shop.example/1',
  'file:///etc/passwd',
  'ftp://shop.example/',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  'https://evil.example/',
  'https://evil.example/https://shop.example',
  'https://evil.example#shop.example',
  'https://evil.example?shop.example',
  'https://shop.example.evil.example/',
  'https://evilshop.example/',
  'https://other.shop.example/',
  'https://shop.example./',
  'https://shop.example%2eevil.example/',
  'https://shop.example%00.evil.example/',
  'https://shop.example%2F@evil.example/',
  'https://shop.example@evil.example/',
  'https://shop.example:443@evil.example/',
  'https://user@shop.example/',
  'https://user:pass@shop.example/',
  'https://:pass@shop.example/',
  'https://shop.example:8443/',
  'https://shop.example:80/',
  'https://auth.shop.example:444/',
  'http://shop.example/',
  'http://auth.shop.example/',
  'http://localhost:3000/',
  'http://localhost/',
  'https://shop。example/',
  'https://ѕhop.example/',
  'https://shop.example/\u202e',
  'https://[::1]/',
  'https://shop.example:99999/',
  `/${'a'.repeat(2000)}`,
])('%j is refused', (text) => {
  expect(returnTarget(text, SHOP)).toBeUndefined();
});

test('on a developer’s machine the storefront may be on another port, and nowhere else', () => {
  const own = { domains: ['localhost'], storefrontUrl: 'http://localhost:8787' };
  const here: OwnOrigins = { ...own, pageOrigin: 'http://localhost:8787' };
  expect(returnTarget('http://localhost:5173/cart', here)).toBe('http://localhost:5173/cart');
  expect(returnTarget('http://127.0.0.1:5173/', here)).toBeUndefined();
  expect(returnTarget('http://user@localhost:5173/', here)).toBeUndefined();
  expect(returnTarget('http://evil.example:5173/', here)).toBeUndefined();
});
