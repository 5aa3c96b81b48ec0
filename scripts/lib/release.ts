/** The rules of a release: which version may come next, and what becomes of the changelog. */
import type { Document } from '../../src/cli/contract/diff.ts';
import { changesBetween } from '../../src/cli/contract/diff.ts';
import { mayBreak } from '../../src/cli/contract/diff-command.ts';

/** Says in one sentence why there is no release. */
export class NoRelease extends Error {}

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const HEADING = '## Unreleased\n';

const isHigher = (version: string, than: string): boolean =>
  version.localeCompare(than, 'en', { numeric: true }) > 0;

export interface Versions {
  /** That is to be released. */
  next: string;
  /** Of package.json: what the code calls itself. */
  current: string;
  /** Of the last release. */
  released: string;
}

/** @throws NoRelease for what is no version, or comes before the code's own or not behind the last release */
export function checkVersion({ next, current, released }: Versions): void {
  if (!VERSION.test(next)) {
    throw new NoRelease(`"${next}" is no version such as 0.3.0.`);
  }
  if (!isHigher(next, released)) {
    throw new NoRelease(`${next} is not higher than ${released}, the last release.`);
  }
  if (isHigher(current, next)) {
    throw new NoRelease(`${next} is lower than ${current}, the version of package.json.`);
  }
}

/**
 * The changelog with its unreleased section under the version, and an empty one above it.
 * @param day as 2026-12-31
 * @throws NoRelease when there is nothing to release, or the version has a section already
 */
export function releasedChangelog(changelog: string, version: string, day: string): string {
  if (new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm').test(changelog)) {
    throw new NoRelease(`CHANGELOG.md has a section of ${version} already.`);
  }
  const start = changelog.indexOf(HEADING);
  if (start === -1) throw new NoRelease('CHANGELOG.md has no section "## Unreleased".');
  const rest = changelog.slice(start + HEADING.length);
  const [section = ''] = rest.split(/^## /m);
  if (section.trim() === '') {
    throw new NoRelease('CHANGELOG.md says nothing under "## Unreleased".');
  }
  return `${changelog.slice(0, start)}${HEADING}\n## ${version}, ${day}\n${rest}`;
}

/** @throws NoRelease when clients of `released` may break and the version number does not say so */
export function checkBreaking(released: Document, next: Document): void {
  if (mayBreak(released.info.version, next.info.version)) return;
  const breaking = changesBetween(released, next).filter(({ kind }) => kind === 'breaking');
  const [first] = breaking;
  if (!first) return;
  throw new NoRelease(
    `${next.info.version} must not break clients of ${released.info.version}, ` +
      `and ${breaking.length} changes do, the first: ${first.place} ${first.message}.`,
  );
}
