/** The elements of `vestibule/elements` as the one file that a page loads: no other file, no build on the page's side. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const ENTRY = join(import.meta.dirname, '../../src/elements/index.ts');

export interface BuiltElements {
  code: string;
  gzipBytes: number;
  /** Paths of the modules that went in. */
  inputs: string[];
}

/** Bundles them. @throws Error when something would be left outside of the file */
export async function buildElements(): Promise<BuiltElements> {
  const made = await rolldown({
    input: ENTRY,
    platform: 'browser',
    logLevel: 'warn',
    checks: { bundlerTimings: false },
    resolve: { conditionNames: ['browser', 'import', 'default'] },
  });
  const { output } = await made.generate({ format: 'esm', minify: true });
  await made.close();
  const [chunk, ...others] = output;
  if (others.length > 0 || chunk.imports.length > 0 || chunk.dynamicImports.length > 0) {
    throw new Error('the elements are more than one file');
  }
  const { code, moduleIds: inputs } = chunk;
  return { code, gzipBytes: gzipSync(code).length, inputs };
}
