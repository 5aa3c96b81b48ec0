/** Known answers: by Debian's argon2, Node's crypto and bcryptjs, non-ASCII passwords among them. */
import { genSaltSync, hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import { argon2id } from '../../src/adapters/crypto/argon2.ts';
import { argon2Hasher, computeDigest, createHasher } from '../../src/adapters/crypto/hasher.ts';
import { importedWork } from '../../src/domain/password/imported-hash.ts';
import { ARGON2, isOwn, workClass } from '../../src/domain/password/password-hash.ts';
import type { HashParameters } from '../../src/ports/index.ts';
import { CORNERS, UNUSABLE } from '../support/known-hashes.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const OURS = '$argon2id$v=19$m=19456,t=2,p=1$';

const base64 = (data: Uint8Array) => btoa(String.fromCharCode(...data)).replace(/=+$/, '');

type Made =
  | { kind: 'argon2id'; memoryKib: number; passes: number; lanes: number }
  | { kind: 'bcrypt'; cost: number }
  | { kind: 'pbkdf2'; hash: string; iterations: number }
  | { kind: 'scrypt'; logN: number; r: number; p: number };

/** A hash as another system would write it; parameters that cannot be computed get a digest of zeros. */
function hashOf(made: Made, salt: Uint8Array, length: number, password: Uint8Array): string {
  const digest = (compute: () => Uint8Array) => {
    try {
      return base64(compute());
    } catch {
      return base64(new Uint8Array(length));
    }
  };
  const texts = (compute: () => Uint8Array) => `${base64(salt)}$${digest(compute)}`;
  switch (made.kind) {
    case 'argon2id': {
      const { memoryKib, passes, lanes } = made;
      const text = texts(() => argon2id(password, salt, made, length));
      return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${text}`;
    }
    case 'bcrypt': {
      const cost = String(made.cost).padStart(2, '0');
      const hash = hashSync(new TextDecoder().decode(password), genSaltSync(4));
      if (made.cost < 4) return hash.replace('$04$', `$${cost}$`);
      return hashSync(
        new TextDecoder().decode(password),
        hash.slice(0, 29).replace('$04$', `$${cost}$`),
      );
    }
    case 'pbkdf2': {
      const { hash, iterations } = made;
      const text = texts(() => pbkdf2Sync(password, salt, iterations, length, `sha${hash}`));
      return `$pbkdf2-sha${hash}$i=${iterations}$${text}`;
    }
    case 'scrypt': {
      const { logN, r, p } = made;
      const text = texts(() => scryptSync(password, salt, length, { N: 2 ** logN, r, p }));
      return `$scrypt$ln=${logN},r=${r},p=${p}$${text}`;
    }
  }
}

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
    const digest = argon2id(bytes(password), bytes(salt), ARGON2, 32);
    expect(`${base64(bytes(salt))}$${base64(digest)}`).toBe(expected);
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

  test('other parameters verify as outdated', async () => {
    const old =
      '$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$4KTflnFjbt2lvRDd4AgCmY0QhpinVvobUp2RC/+0uoU';
    expect(await argon2Hasher.verify('abcdefgh', old)).toBe('outdated');
    expect(await argon2Hasher.verify('abcdefgi', old)).toBe('wrong');
  });

  test('without a hash every password is wrong, the empty one too', async () => {
    for (const password of ['password', 'anything', '']) {
      expect(await argon2Hasher.verify(password, undefined)).toBe('wrong');
    }
  });
});

/** Hashes of ours are left out where only those of elsewhere matter: they take most of the time. */
const cheapHasher = createHasher(async (password, salt, parameters, length) =>
  isOwn(parameters) ? new Uint8Array(length) : computeDigest(password, salt, parameters, length),
);

describe('imported hashes', () => {
  test.each(CORNERS)('%s is computed here', async (hash) => {
    expect(await cheapHasher.verify('pässwörd', hash)).toBe('outdated');
    expect(await cheapHasher.verify('pässwörd'.normalize('NFD'), hash)).toBe('outdated');
    expect(await cheapHasher.verify('passwörd', hash)).toBe('wrong');
  });

  test('what the import refuses is unusable here, and throws nothing', async () => {
    for (const [hash, reason] of UNUSABLE) {
      const verdict = await cheapHasher.verify('pässwörd', hash);
      expect([hash, verdict]).toEqual([hash, { unusable: expect.stringMatching(reason) }]);
      expect(hash.length > 30 && JSON.stringify(verdict).includes(hash.slice(-30))).toBe(false);
    }
  });

  test('what cannot be computed after all is unusable, or wrong for nobody', async () => {
    const broken = createHasher(async () => {
      throw new Error('out of memory');
    });
    for (const hash of [CORNERS[0], undefined]) {
      const verdict = await broken.verify('x', hash);
      expect(verdict).toEqual({ unusable: expect.stringContaining('out of memory') });
    }
  });

  test('whatever the import accepts, the login verifies: right, and wrong', async () => {
    const hashes = fc.record({
      parameters: fc.oneof(
        fc.record({
          kind: fc.constant('argon2id' as const),
          memoryKib: fc.integer({ min: 1, max: 256 }),
          passes: fc.nat(3),
          lanes: fc.nat(18),
        }),
        fc.record({ kind: fc.constant('bcrypt' as const), cost: fc.integer({ min: 2, max: 5 }) }),
        fc.record({
          kind: fc.constant('pbkdf2' as const),
          hash: fc.constantFrom('1', '256', '512'),
          iterations: fc.nat(50),
        }),
        fc.record({
          kind: fc.constant('scrypt' as const),
          logN: fc.nat(8),
          r: fc.nat(34),
          p: fc.nat(18),
        }),
      ),
      salt: fc.uint8Array({ minLength: 6, maxLength: 40 }),
      length: fc.integer({ min: 14, max: 66 }),
      password: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(hashes, async ({ parameters, salt, length, password }) => {
        const hash = hashOf(parameters, salt, length, bytes(password.normalize('NFC')));
        const taken = 'imported' in new HashIntake(undefined, Date.now()).take(hash);
        const right = await cheapHasher.verify(password, hash);
        const wrong = await cheapHasher.verify(`${password}x`, hash);
        if (taken) accepted += 1;
        const unusable = { unusable: expect.any(String) };
        expect([right, wrong]).toEqual(taken ? ['outdated', 'wrong'] : [unusable, unusable]);
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test('changed in one place it is refused at the import and unusable, or the login judges it', async () => {
    const cheap = CORNERS.filter((hash) => /m=8,t=1,|ln=1,r=1,|i=1\$|\$04\$/.test(hash));
    const changed = fc
      .tuple(
        fc.constantFrom(...cheap),
        fc.nat(100),
        fc.nat(1),
        fc.constantFrom('0', '$', '=', ',', '.', '/', '+', '-', '_', 'a', 'Z', ' ', '\n', '€'),
      )
      .map(([hash, at, drop, put]) => hash.slice(0, at) + put + hash.slice(at + drop));
    await fc.assert(
      fc.asyncProperty(changed, async (hash) => {
        const taken = 'imported' in new HashIntake(undefined, Date.now()).take(hash);
        const verdict = await cheapHasher.verify('pässwörd', hash);
        expect([hash, typeof verdict]).toEqual([hash, taken ? 'string' : 'object']);
      }),
      { numRuns: 400 },
    );
  });

  test('a password over 72 bytes is right to bcrypt, which cuts it, and leaves its hash', async () => {
    const hash = hashSync(`${'x'.repeat(72)}TAIL-A`, genSaltSync(4));
    const cut = 'x'.repeat(72);
    expect(await cheapHasher.verify(`${cut}TAIL-A`, hash)).toBe('right');
    expect(await cheapHasher.verify(`${cut}ANOTHER-TAIL`, hash)).toBe('right');
    expect(await cheapHasher.verify(cut, hash)).toBe('outdated');
    expect(await cheapHasher.verify(`y${cut}`, hash)).toBe('wrong');
    // Bytes are counted, not letters: 24 of three bytes are 72, and decomposed ones are composed first.
    const three = '한'.repeat(24);
    const other = hashSync(three, genSaltSync(4));
    expect(await cheapHasher.verify(three.normalize('NFD'), other)).toBe('outdated');
    expect(await cheapHasher.verify(`${three}한`, other)).toBe('right');
  });

  test('a mark of byte order at the beginning is part of the password', async () => {
    const hash = hashSync('\uFEFFpassword', genSaltSync(4));
    expect(await cheapHasher.verify('\uFEFFpassword', hash)).toBe('outdated');
    expect(await cheapHasher.verify('password', hash)).toBe('wrong');
  });
});

describe('the work of a login', () => {
  const OURS_CLASS = 'argon2id m=19456,t=2,p=1';
  const ours = `${OURS}c29tZXNhbHQxMjM0NTY3OA$DEwLbbIZGUtgBuB4gYok6r6hNvevYZoxkwMQ5/LXSaU`;
  const find = (start: string) => CORNERS.find((hash) => hash.startsWith(start)) ?? '';
  /** What is computed for one password: classes, and lengths of digests that cost a block each. */
  async function workFor(hash: string | undefined, beside: HashParameters[]) {
    const work: string[] = [];
    const counting = createHasher(async (_password, _salt, parameters, length) => {
      const blocks = parameters.kind === 'pbkdf2' ? [Math.ceil(length / 20)] : [];
      work.push([workClass(parameters), ...blocks].join(' '));
      return new Uint8Array(length);
    });
    await counting.verify('x', hash, beside);
    return work.toSorted();
  }
  const beside = (hashes: readonly string[]) => {
    const intake = new HashIntake({ until: 2, maxBcryptCost: 12 }, 1);
    for (const hash of hashes) intake.take(hash);
    return importedWork(intake.changed(), 1);
  };

  test('is one hash of ours where nothing was imported', async () => {
    for (const hash of [undefined, ours, 'garbage']) {
      expect(await workFor(hash, [])).toEqual([OURS_CLASS]);
    }
  });

  test('is the same for nobody, for a hash of ours, for an unusable one and for each that was imported', async () => {
    const brought = [
      '$2b$10',
      '$2y$04',
      '$pbkdf2-sha1$i=100000',
      '$scrypt$ln=14,r=8',
      '$argon2id$v=19$m=128,t=1,p=16',
    ].map(find);
    const work = beside(brought);
    const expected = await workFor(undefined, work);
    expect(expected).toHaveLength(6);
    for (const hash of [ours, 'garbage', `$2b$13$${'a'.repeat(53)}`, ...brought]) {
      expect([hash, await workFor(hash, work)]).toEqual([hash, expected]);
    }
    expect(await workFor(undefined, beside([find('$2b$10')]))).toEqual([OURS_CLASS, 'bcrypt 10']);
  });

  test('of bcrypt over 10 is 10 for all others, which the flag for them says', async () => {
    const work = beside([find('$2b$12')]);
    expect(await workFor(undefined, work)).toEqual([OURS_CLASS, 'bcrypt 10']);
    expect(await workFor(find('$2b$12'), work)).toEqual([OURS_CLASS, 'bcrypt 12']);
  });
});
