/** What the import takes of password hashes, and what it then makes each login cost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHashPolicy } from '../../../src/cli/admin/application-flags.ts';
import { HashIntake } from '../../../src/domain/password/hash-intake.ts';
import { hashCounts, importedWork } from '../../../src/domain/password/imported-hash.ts';
import {
  costMs,
  memoryBytes,
  parseHash,
  workClass,
} from '../../../src/domain/password/password-hash.ts';
import type { ImportedHashes } from '../../../src/ports/index.ts';
import { CORNERS, UNUSABLE } from '../../support/known-hashes.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const bcrypt = (cost: number) => `$2b$${String(cost).padStart(2, '0')}$${'a'.repeat(53)}`;
const OURS = `$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$${'A'.repeat(43)}`;
const policy = (more: Partial<ImportedHashes> = {}): ImportedHashes => ({
  until: NOW + DAY,
  ...more,
});
/** The classes that a file brings, or its first problem. */
function bring(hashes: readonly string[], given?: ImportedHashes) {
  const intake = new HashIntake(given, NOW);
  const taken = hashes.map((hash) => intake.take(hash));
  const refused = taken.find((one) => 'problem' in one);
  const record = intake.changed();
  return {
    problem: refused && 'problem' in refused ? refused.problem : undefined,
    record,
    work: importedWork(record, NOW).map(workClass),
  };
}

describe('a hash from elsewhere', () => {
  test.each(UNUSABLE)('%s is refused, with a reason that does not repeat it', (hash, reason) => {
    const parsed = parseHash(hash);
    expect(parsed).toEqual({ ok: false, reason: expect.stringMatching(reason) });
    const taken = new HashIntake(undefined, NOW).take(hash);
    expect(taken).toEqual({ problem: expect.stringMatching(reason) });
    expect(hash.length > 30 && JSON.stringify(taken).includes(hash.slice(-30))).toBe(false);
  });

  test.each(CORNERS)('%s is read whole', (hash) => {
    const parsed = parseHash(hash);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { parameters, salt, digest } = parsed.value;
    expect(salt.length).toBeGreaterThanOrEqual(8);
    expect(digest.length).toBeGreaterThanOrEqual(16);
    expect(memoryBytes(parameters)).toBeLessThanOrEqual(64.2 * 1024 * 1024);
    if (parameters.kind !== 'bcrypt') expect(costMs(parameters)).toBeLessThanOrEqual(500);
  });

  test('is never thrown at, whatever it is', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...CORNERS), fc.nat(120), fc.nat(2), fc.string({ maxLength: 3 }))
      .map(([hash, at, drop, put]) => hash.slice(0, at) + put + hash.slice(at + drop));
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.string(),
          mutated.map((hash) => hash.repeat(2)),
        ),
        (hash) => {
          const parsed = parseHash(hash);
          if (!parsed.ok) return parsed.reason.length > 0;
          const { parameters, salt, digest } = parsed.value;
          return (
            salt.length >= 8 &&
            digest.length >= 16 &&
            digest.length <= 64 &&
            Object.values(parameters).every((one) => typeof one === 'string' || one >= 1) &&
            costMs(parameters) <= 1_024
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('which hashes count', () => {
  test('ours always, others by the policy alone', () => {
    const ours = [OURS, undefined];
    for (const hash of ours) expect(hashCounts(hash, undefined, NOW)).toBe(true);
    for (const hash of CORNERS.filter((one) => !one.includes('$11$') && !one.includes('$12$'))) {
      expect([hash, hashCounts(hash, undefined, NOW)]).toEqual([hash, false]);
      expect([hash, hashCounts(hash, policy(), NOW)]).toEqual([hash, true]);
      expect([hash, hashCounts(hash, policy({ until: NOW }), NOW)]).toEqual([hash, false]);
      expect([hash, hashCounts(hash, policy({ kinds: [] }), NOW)]).toEqual([hash, false]);
    }
    for (const [cost, maxBcryptCost, counts] of [
      [10, undefined, true],
      [11, undefined, false],
      [11, 11, true],
      [12, 11, false],
      [12, 12, true],
    ] as const) {
      expect(hashCounts(bcrypt(cost), policy({ maxBcryptCost }), NOW)).toBe(counts);
    }
  });
});

describe('what the import keeps in the record', () => {
  test('90 days and the parameters, when nobody has said; nothing for hashes of ours', () => {
    expect(bring([OURS])).toEqual({ problem: undefined, record: undefined, work: [] });
    const { record, work } = bring([bcrypt(10), bcrypt(8), bcrypt(10), OURS]);
    expect(record?.until).toBe(NOW + 90 * DAY);
    expect(work).toEqual(['bcrypt 10', 'bcrypt 8']);
  });

  test('what stands there stays, and the same parameters change nothing', () => {
    const first = bring([bcrypt(10)], policy({ kinds: ['bcrypt'] })).record;
    expect(first).toMatchObject({ kinds: ['bcrypt'], until: NOW + DAY });
    expect(bring([bcrypt(10)], first).record).toBeUndefined();
  });

  test('bcrypt over 10 needs the flag, and others do work of 10 for it', () => {
    expect(bring([bcrypt(12)]).problem).toMatch(/cost over 10/);
    expect(bring([bcrypt(12), bcrypt(11)], policy({ maxBcryptCost: 12 }))).toMatchObject({
      problem: undefined,
      work: ['bcrypt 10'],
    });
  });

  test('parameters that would make each login too dear together are refused, those already there are not', () => {
    const dear = CORNERS.filter((hash) => /m=62500|ln=16,r=8,p=2/.test(hash));
    const { problem, work } = bring([...dear, bcrypt(4), ...dear]);
    expect(work).toHaveLength(2);
    expect(problem).toMatch(/1000 ms/);
  });

  test('a kind that is not counted, or a time that is over, refuses', () => {
    expect(bring([bcrypt(10)], policy({ kinds: ['scrypt'] })).problem).toMatch(/of a kind/);
    expect(bring([bcrypt(10)], policy({ until: NOW })).problem).toMatch(/last day/);
  });

  test('work is done only for what still counts', () => {
    const { record } = bring([...CORNERS.slice(0, 2), bcrypt(10)], policy());
    if (!record) throw new Error('no record');
    expect(importedWork(record, NOW)).toHaveLength(2);
    expect(importedWork({ ...record, kinds: ['bcrypt'] }, NOW).map(workClass)).toEqual([
      'bcrypt 10',
    ]);
    expect(importedWork(record, NOW + DAY)).toEqual([]);
    expect(importedWork(undefined, NOW)).toEqual([]);
  });
});

describe('application set', () => {
  test('changes what is given of the policy and keeps the rest; 90 days when no end was ever said', () => {
    const brought = [{ kind: 'bcrypt' as const, cost: 10 }];
    const old = { kinds: ['bcrypt' as const], until: NOW + DAY, brought };
    expect(readHashPolicy({ kinds: 'all' }, old, NOW)).toEqual({ until: NOW + DAY, brought });
    expect(readHashPolicy({ kinds: 'none' }, old, NOW)).toEqual({ ...old, kinds: [] });
    const later = readHashPolicy({ until: '2026-12-31', bcryptCost: '12' }, old, NOW);
    expect(later).toEqual({ ...old, until: Date.UTC(2027, 0, 1), maxBcryptCost: 12 });
    expect(readHashPolicy({ kinds: 'argon2id,scrypt' }, undefined, NOW)).toEqual({
      kinds: ['scrypt', 'argon2id'],
      until: NOW + 90 * DAY,
    });
    expect(() => readHashPolicy({ until: 'never' }, old, NOW)).toThrow(/not a date/);
    expect(() => readHashPolicy({ bcryptCost: '9' }, old, NOW)).toThrow(/not one of 10, 11, 12/);
  });
});
