import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/cli/contract/diff.ts';
import { checkBreaking, checkVersion, releasedChangelog } from '../../scripts/lib/release.ts';

const DAY = '2026-12-31';
const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- A thing.\n\n## 0.1.0, first light\n\n- All.\n';

describe('the version of a release', () => {
  const current = '0.2.0';
  const released = '0.1.0';
  test.each(['0.2.0', '0.2.1', '0.10.0', '1.0.0'])('may be %s', (next) => {
    expect(() => {
      checkVersion({ next, current, released });
    }).not.toThrow();
  });

  test.each([
    ['0.1.0', '0.1.0 is not higher than 0.1.0, the last release.'],
    ['0.0.9', '0.0.9 is not higher than 0.1.0, the last release.'],
    ['0.1.9', '0.1.9 is lower than 0.2.0, the version of package.json.'],
    ['v0.3.0', '"v0.3.0" is no version such as 0.3.0.'],
    ['0.3', '"0.3" is no version such as 0.3.0.'],
    ['0.3.0-rc.1', '"0.3.0-rc.1" is no version such as 0.3.0.'],
  ])('may not be %s', (next, reason) => {
    expect(() => {
      checkVersion({ next, current, released });
    }).toThrow(reason);
  });
});

describe('the changelog of a release', () => {
  test('has the version and the day over what was unreleased, and room for what comes', () => {
    expect(releasedChangelog(CHANGELOG, '0.2.0', DAY)).toBe(
      CHANGELOG.replace('## Unreleased\n', `## Unreleased\n\n## 0.2.0, ${DAY}\n`),
    );
  });

  test.each([
    ['nothing is unreleased', CHANGELOG.replace('- A thing.\n\n', ''), 'says nothing'],
    ['nothing else is there', '## Unreleased\n', 'says nothing'],
    ['there is no such section', CHANGELOG.replace('Unreleased', 'Next'), 'no section'],
    ['the version is there', CHANGELOG.replace('0.1.0', '0.2.0'), 'has a section of 0.2.0 already'],
  ])('is refused when %s', (_, changelog, reason) => {
    expect(() => releasedChangelog(changelog, '0.2.0', DAY)).toThrow(reason);
  });
});

describe('a release whose documents break clients', () => {
  const documentOf = (version: string, paths: Document['paths']): Document => ({
    info: { version },
    paths,
  });
  const before = documentOf('1.1.0', { '/a': { get: { responses: { 200: {} } } } });

  test('must say so by its number', () => {
    expect(() => {
      checkBreaking(before, documentOf('1.2.0', {}));
    }).toThrow(
      '1.2.0 must not break clients of 1.1.0, and 1 changes do, the first: GET /a is gone.',
    );
    expect(() => {
      checkBreaking(before, documentOf('2.0.0', {}));
    }).not.toThrow();
    expect(() => {
      checkBreaking(before, { ...before, info: { version: '1.1.1' } });
    }).not.toThrow();
  });
});
