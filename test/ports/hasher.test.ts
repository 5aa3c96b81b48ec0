/** Known answers: by Debian's argon2, Node's crypto and bcryptjs, non-ASCII passwords among them. */
import { describe, expect, test } from 'vitest';
import { argon2Hash } from '../../src/adapters/crypto/argon2.ts';
import { argon2Hasher } from '../../src/adapters/crypto/hasher.ts';
import { importRefusal } from '../../src/adapters/crypto/imported-hashes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const OURS = '$argon2id$v=19$m=19456,t=2,p=1$';

describe('Argon2id', () => {
  test.each([
    [
      'password',
      'somesalt12345678',
      'c29tZXNhbHQxMjM0NTY3OA$DEwLbbIZGUtgBuB4gYok6r6hNvevYZoxkwMQ5/LXSaU',
    ],
    [
      '日本語日本語日本語',
      'saltsaltsaltsalt',
      'c2FsdHNhbHRzYWx0c2FsdA$AmyqeA78Kby0/TUp7ouFLh9tzjKvkds15t617LddgtM',
    ],
    [
      '日本語xxxxxx',
      'saltsaltsaltsalt',
      'c2FsdHNhbHRzYWx0c2FsdA$3MYlaCBQCO4AfXX+NaR0EYYZSI/2qK37zfcgd6yQ3Uk',
    ],
    [
      'pässwörd€😀',
      'saltsaltsaltsalt',
      'c2FsdHNhbHRzYWx0c2FsdA$PRDEK/rrZyzqbdEg3QnzxMTxfJsxTOFvgU3t2GZbOD4',
    ],
    [
      'correct horse battery staple',
      'saltsaltsaltsalt',
      'c2FsdHNhbHRzYWx0c2FsdA$QKHrg5tayLGcN+Y0HVPNaBqykOVLUxlMkZycXE1uWRM',
    ],
  ])('%s has its known hash, which it alone verifies', async (password, salt, expected) => {
    const hash = OURS + expected;
    expect(argon2Hash(bytes(password), bytes(salt))).toBe(hash);
    expect(await argon2Hasher.verify(password, hash)).toBe('right');
    for (const other of [`${password}x`, password.slice(0, -1), '日本語xxxxxxx', '']) {
      expect(await argon2Hasher.verify(other, hash)).toBe('wrong');
    }
  });

  test('a fresh hash has its own salt and verifies, composed or decomposed', async () => {
    const [one, two] = [
      await argon2Hasher.hash('pässwörd 1'),
      await argon2Hasher.hash('pässwörd 1'),
    ];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await argon2Hasher.verify('pässwörd 1'.normalize('NFD'), one)).toBe('right');
  });

  test('other parameters verify as outdated; too much memory is refused', async () => {
    const old =
      '$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$4KTflnFjbt2lvRDd4AgCmY0QhpinVvobUp2RC/+0uoU';
    expect(await argon2Hasher.verify('abcdefgh', old)).toBe('outdated');
    expect(await argon2Hasher.verify('abcdefgi', old)).toBe('wrong');
    await expect(argon2Hasher.verify('x', old.replace('m=8192', 'm=99999999'))).rejects.toThrow(
      'cap',
    );
  });

  test('without a hash every password is wrong, the one behind the dummy too', async () => {
    expect(await argon2Hasher.verify('password', undefined)).toBe('wrong');
    expect(await argon2Hasher.verify('anything', undefined)).toBe('wrong');
  });
});

describe('imported hashes', () => {
  test.each([
    ['bcrypt', '$2b$08$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6'],
    ['PBKDF2', '$pbkdf2-sha256$i=60000$c29tZXNhbHQ=$IrZLM3Yh198N8ft16v5lbSBI+q045nswkbMWdkcflvw='],
    ['scrypt', '$scrypt$ln=14,r=8,p=1$c29tZXNhbHQ=$5jxal7Nx+BRswbKnFDeeryvEuSaDOL7gO6gVdlAhUlA='],
  ])('%s verifies as outdated', async (_, hash) => {
    expect(await argon2Hasher.verify('pässwörd', hash)).toBe('outdated');
    expect(await argon2Hasher.verify('passwörd', hash)).toBe('wrong');
  });

  test('what would fail in production is refused before it runs', () => {
    expect(importRefusal('$pbkdf2-sha256$i=100001$c29tZXNhbHQ=$AAAA')).toContain('PBKDF2');
    expect(importRefusal('$scrypt$ln=18,r=8,p=1$c29tZXNhbHQ=$AAAA')).toContain('scrypt');
    expect(importRefusal(`$2b$14$${'a'.repeat(53)}`)).toContain('bcrypt');
    expect(importRefusal('5f4dcc3b5aa765d61d8327deb882cf99')).toContain('neither');
  });
});
