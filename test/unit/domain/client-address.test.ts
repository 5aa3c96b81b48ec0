import fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressBlock, isLoopback, readAddress } from '../../../src/domain/client-address.ts';

describe('an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7', '203.0.113.7', 'public'],
    ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.7', 'public'],
    ['::FFFF:cb00:7107', '203.0.113.7', '203.0.113.7', 'public'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7', '203.0.113.7', 'public'],
    ['2001:DB8:0:00ff::1', '2001:db8:0:ff:0:0:0:1', '2001:db8:0:ff', 'public'],
    ['2001:db8::', '2001:db8:0:0:0:0:0:0', '2001:db8:0:0', 'public'],
    ['64:ff9b::1.2.3.4', '64:ff9b:0:0:0:0:102:304', '64:ff9b:0:0', 'public'],
    ['0.0.0.0', '0.0.0.0', '0.0.0.0', 'unspecified'],
    ['::', '0:0:0:0:0:0:0:0', '0:0:0:0', 'unspecified'],
    ['127.8.9.1', '127.8.9.1', '127.8.9.1', 'loopback'],
    ['::1', '0:0:0:0:0:0:0:1', '0:0:0:0', 'loopback'],
    ['::ffff:127.0.0.1', '127.0.0.1', '127.0.0.1', 'loopback'],
    ['10.255.0.1', '10.255.0.1', '10.255.0.1', 'private'],
    ['172.31.0.1', '172.31.0.1', '172.31.0.1', 'private'],
    ['172.32.0.1', '172.32.0.1', '172.32.0.1', 'public'],
    ['192.168.1.1', '192.168.1.1', '192.168.1.1', 'private'],
    ['::ffff:192.168.1.1', '192.168.1.1', '192.168.1.1', 'private'],
    ['fd00::1', 'fd00:0:0:0:0:0:0:1', 'fd00:0:0:0', 'private'],
    ['169.254.169.254', '169.254.169.254', '169.254.169.254', 'link-local'],
    ['fe80::1', 'fe80:0:0:0:0:0:0:1', 'fe80:0:0:0', 'link-local'],
    ['100.64.0.1', '100.64.0.1', '100.64.0.1', 'shared'],
    ['100.128.0.1', '100.128.0.1', '100.128.0.1', 'public'],
    ['239.1.2.3', '239.1.2.3', '239.1.2.3', 'reserved'],
    ['ff02::1', 'ff02:0:0:0:0:0:0:1', 'ff02:0:0:0', 'reserved'],
    ['::203.0.113.7', '0:0:0:0:0:0:cb00:7107', '0:0:0:0', 'reserved'],
  ])('%s is %s, counted as %s, and %s', (text, canonical, block, kind) => {
    expect(readAddress(text)).toEqual({ text: canonical, block, kind });
  });

  test.each([
    ...[
      '',
      'x',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '0x7f.1.1.1',
      '2130706433',
      '1.2.3.4 ',
    ],
    ...[
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '12345::',
    ],
    ...['fe80::1%eth0', '[::1]', '1.2.3.4:80', '::g', '1.2.3.4::', '::1.2.3', ':1:2:3:4:5:6:7:8'],
    ...['dead.beef.1', '::ffff:1.2.3.4.5', '::1.2.3.4:5', 'ffff:'.repeat(20)],
  ])('"%s" is none', (text) => {
    expect(readAddress(text)).toBeUndefined();
    expect(addressBlock(text)).toBe(text);
  });

  test('is read exactly where Node reads one, zones and leading zeros aside', () => {
    const part = fc.stringMatching(/^[0-9a-fA-F]{0,4}$/);
    const number = fc.integer({ min: 0, max: 300 }).map(String);
    const dotted = fc.array(number, { minLength: 3, maxLength: 5 }).map((all) => all.join('.'));
    const colons = fc.array(fc.oneof({ weight: 9, arbitrary: part }, dotted), { maxLength: 9 });
    const text = fc.oneof(
      dotted,
      colons.map((all) => all.join(':')),
      fc.ipV4(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(text, (one) => {
        expect([one, readAddress(one) !== undefined]).toEqual([one, isIPv4(one) || isIPv6(one)]);
      }),
      { numRuns: 5_000 },
    );
  });

  test('has one canonical text, whose value is its own', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (one) => {
        const read = readAddress(one);
        expect(readAddress(read?.text ?? '')).toEqual(read);
      }),
    );
  });
});

test.each([
  ['', true],
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['x', false],
])('"%s" is of this machine: %s', (ip, local) => {
  expect(isLoopback(ip)).toBe(local);
});
