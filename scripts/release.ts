/** `npm run release -- VERSION`: one commit that turns what lies here into a release. Nothing is pushed. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWords } from '../src/cli/args.ts';
import type { Document } from '../src/cli/contract/diff.ts';
import { documentText } from './lib/document.ts';
import { checkBreaking, checkVersion, NoRelease, releasedChangelog } from './lib/release.ts';

const USAGE = `
npm run release -- VERSION [--tag] [--dry-run]

Makes the commit "chore(release): VERSION": the version in package.json and package-lock.json, the changelog's "Unreleased"
section under the version and today's date (UTC), docs/openapi.json with the version, and its copy docs/openapi.released.json,
against which later changes are judged. Run .ci/run before it. Nothing is pushed.

  --tag      also makes the annotated tag vVERSION
  --dry-run  checks everything, and changes nothing
`;

const ROOT = join(import.meta.dirname, '..');
const FILES = [
  'package.json',
  'package-lock.json',
  'CHANGELOG.md',
  'docs/openapi.json',
  'docs/openapi.released.json',
] as const;
type File = (typeof FILES)[number];

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
const read = (file: File): string => readFileSync(join(ROOT, file), 'utf8');

interface Lock {
  version: string;
  packages: { '': { version: string } };
}

/** What each file holds after the release. */
function contentsOf(version: string): Record<File, string> {
  // The files are this repository's own; their formats are npm's, and that of src/http/openapi.ts.
  const manifest = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  const released = JSON.parse(read('docs/openapi.released.json')) as Document;
  checkVersion({ next: version, current: manifest.version, released: released.info.version });
  const day = new Date().toISOString().slice(0, 10);
  const changelog = releasedChangelog(read('CHANGELOG.md'), version, day);
  const api = documentText(version);
  checkBreaking(released, JSON.parse(api) as Document);
  lock.packages[''].version = version;
  const asFile = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    'package.json': asFile({ ...manifest, version }),
    'package-lock.json': asFile({ ...lock, version }),
    'CHANGELOG.md': changelog,
    'docs/openapi.json': api,
    'docs/openapi.released.json': api,
  };
}

function checkRepository(tag: string | undefined): void {
  if (git('status', '--porcelain') !== '') {
    throw new NoRelease('There are changes that are not committed.');
  }
  if (tag && git('tag', '--list', tag) !== '') {
    throw new NoRelease(`The tag ${tag} exists already.`);
  }
}

const options = {
  tag: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const;
const { values, words } = readWords(USAGE, options, ['VERSION'], process.argv.slice(2));
const [version = ''] = words;
const tag = values.tag ? `v${version}` : undefined;
const message = `chore(release): ${version}`;

try {
  checkRepository(tag);
  const contents = contentsOf(version);
  if (values['dry-run']) {
    console.log(`${version} can be released: "${message}"${tag ? `, tag ${tag}` : ''}.`);
  } else {
    for (const file of FILES) writeFileSync(join(ROOT, file), contents[file]);
    git('add', ...FILES);
    git('commit', '--quiet', '--message', message);
    if (tag) git('tag', '--annotate', tag, '--message', message);
    console.log(`${message} is committed${tag ? ` and tagged ${tag}` : ''}; nothing is pushed.`);
  }
} catch (error) {
  if (!(error instanceof NoRelease)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
