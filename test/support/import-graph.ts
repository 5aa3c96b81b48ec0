/** The import graph of the project as dependency-cruiser sees it, judged by the import rules. */
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { importRules } from './import-rules.ts';

/** @param folder the project's, or one that is laid out like it */
export async function judgeImports(folder: string, roots: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(roots, {
    baseDir: folder,
    ruleSet: importRules,
    validate: true,
    parser: 'swc',
    // Type imports count too: a type is a dependency of the reader, if not of the runtime.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

/** `src/a.ts → src/b.ts (rule)`, one a breach. */
export const breachesOf = (result: ICruiseResult): string[] =>
  result.summary.violations.map(({ from, to, rule }) => `${from} → ${to} (${rule.name})`);
