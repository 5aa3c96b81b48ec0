/** docs/SECURITY.md names files, functions, tests and numbers: all of them are there, as it says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import {
  CREDENTIAL_KINDS,
  FORGOT_TOKEN_LIFE_MS,
  ENDED_BY,
  LOGIN_TOKEN_LIFE_MS,
  OTP_LIFE_MS,
  PRIMARY_PROOF_LIFE_MS,
  REGISTRATION_LIFE_MS,
  RESET_LINK_LIFE_MS,
  REVOCATIONS,
  VERIFY_LINK_LIFE_MS,
} from '../../src/domain/credentials.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const SECURITY = read('docs/SECURITY.md');
const quoted = [...SECURITY.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);

const tests = quoted.filter((text) => text.includes(' › ') && text !== 'file › title');
const FILE = /^[\w./-]+\.(?:ts|json|md|txt)(?:#\w+)?$/;
const files = quoted.filter((text) => FILE.test(text));

/** As the document has them: of code below `src`, everything else from the top. */
const pathOf = (file: string): string =>
  existsSync(join(ROOT, 'src', file)) ? join('src', file) : file;

/** Whether a title stands in a test file: after `test(`, as a case's name, or as the key of an attack. */
function isTitled(source: string, title: string): boolean {
  const literal = [`'${title}'`, `"${title}"`, `\`${title}\``];
  const ends = (at: string): boolean => source.includes(`${at},`) || source.includes(`${at}:`);
  return literal.some(ends);
}

describe('docs/SECURITY.md', () => {
  test('was really looked at', () => {
    expect(tests.length).toBeGreaterThan(60);
    expect(files.length).toBeGreaterThan(60);
  });

  test.each(files)('%s is there', (named) => {
    const [file = '', declared] = named.split('#');
    const path = pathOf(file);
    expect(existsSync(join(ROOT, path)), path).toBe(true);
    // A function, a constant, or a method.
    const name = new RegExp(
      `\\b(?:function|const) ${declared}\\b|^ +(?:async )?${declared}\\(`,
      'm',
    );
    if (declared !== undefined) expect(read(path)).toMatch(name);
  });

  test.each(tests)('%s is a test', (named) => {
    const [file = '', title = ''] = named.split(' › ');
    expect(isTitled(read(join('test', file)), title)).toBe(true);
  });

  test.each(Object.entries(DEFAULT_LIMITS))('says that %s is %d', (name, value) => {
    expect(SECURITY).toContain(`\`${name}\` ${value}`);
  });

  test('says how long credentials live', () => {
    const minutes = (ms: number): string => `${ms / 60_000} minutes`;
    expect(RESET_LINK_LIFE_MS).toBe(REGISTRATION_LIFE_MS);
    expect(SECURITY.replaceAll(/\s+/g, ' ')).toContain(
      `a code ${minutes(OTP_LIFE_MS)}, a forgot_token ${minutes(FORGOT_TOKEN_LIFE_MS)}, the proof of an old primary ${minutes(PRIMARY_PROOF_LIFE_MS)}, a registration and a reset link ${minutes(REGISTRATION_LIFE_MS)}, ` +
        `a verify link ${VERIFY_LINK_LIFE_MS / 3_600_000} hours, a login token ${minutes(LOGIN_TOKEN_LIFE_MS)}`,
    );
  });

  test.each(CREDENTIAL_KINDS)('says what ends a %s', (kind) => {
    const [, sessions, identifier] =
      new RegExp(`^\\| \`${kind}\` +\\| (.+?) +\\| (.+?) +\\|$`, 'm').exec(SECURITY) ?? [];
    const word = { all: 'ends', identifier: 'ends, of that identifier', none: 'stays' };
    const isIdentifier = (name: string): boolean => name.startsWith('identifier_');
    for (const revocation of REVOCATIONS) {
      const said = isIdentifier(revocation) ? identifier : sessions;
      expect([revocation, said]).toEqual([revocation, word[ENDED_BY[kind][revocation]]]);
    }
  });
});

test('what runs in the Worker is pinned', () => {
  const { dependencies } = JSON.parse(read('package.json')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies)).toHaveLength(12);
  for (const [name, version] of Object.entries(dependencies)) {
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  }
});
