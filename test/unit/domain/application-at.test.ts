import { expect, test } from 'vitest';
import { demoApplication } from '../../../mocks/demo.ts';
import { applicationAt } from '../../../src/domain/hosted-pages/application-at.ts';

const shop = (id: string, storefrontUrl: string) => ({ ...demoApplication(), id, storefrontUrl });
const at = (shops: ReturnType<typeof shop>[], url: string) => applicationAt(shops, url)?.id;

test('a host shows the only application that lists it, or the one whose storefront it is, or none', () => {
  const [a, b, c] = [
    shop('a', 'http://localhost:8787'),
    shop('b', 'http://localhost:3000'),
    shop('c', 'https://shop.example'),
  ];
  expect(at([], 'http://localhost/')).toBeUndefined();
  expect(at([c], 'http://localhost/')).toBe('c');
  expect(at([a, b, c], 'http://localhost:3000/auth/login')).toBe('b');
  expect(at([a, c], 'http://localhost:1/')).toBe('a');
  expect(at([a, b], 'http://localhost:1/')).toBeUndefined();
  expect(at([a, { ...a, id: 'd' }], 'http://localhost:8787/')).toBeUndefined();
});
