/** Holds `dist/` against publint and are-the-types-wrong, and against its size. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack } from './pack.ts';

const MAX_BYTES = 3_000_000;
/** ESM only, as MSW is: what `require` and old resolutions make of it is no fault. */
const ESM_ONLY = new Set(['CJSResolvesToESM', 'NoResolution']);

const { tarball, dist } = pack();
const wrong: string[] = [];

const manifest = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8')) as Record<
  string,
  unknown
>;
const { messages } = await publint({ pkgDir: dist, strict: true, pack: false });
wrong.push(...messages.map((one) => `publint: ${formatMessage(one, manifest) ?? one.code}`));

const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
const problems = analysis.types === false ? [] : analysis.problems;
if (analysis.types === false) wrong.push('are-the-types-wrong: no types were found');
for (const problem of problems) {
  const resolution = 'resolutionKind' in problem ? problem.resolutionKind : '';
  const isOld = resolution === 'node10' || resolution === 'node16-cjs';
  if (!(isOld && ESM_ONLY.has(problem.kind))) {
    wrong.push(`are-the-types-wrong: ${JSON.stringify(problem)}`);
  }
}

const files = readdirSync(dist);
const bytes = files
  .map((name) => statSync(join(dist, name)).size)
  .reduce((sum, one) => sum + one, 0);
if (bytes > MAX_BYTES) wrong.push(`${bytes} bytes installed, more than ${MAX_BYTES}`);

for (const line of wrong) console.error(line);
console.log(
  `${files.length} files, ${(bytes / 1e6).toFixed(2)} MB installed, ${wrong.length} faults`,
);
process.exitCode = wrong.length > 0 ? 1 : 0;
