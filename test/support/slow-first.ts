/**
 * The order of test files. vitest takes the largest first where it knows no better, as in a fresh clone; these are small and slow,
 * and the last of them would run on one core while the other has nothing left to do.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const SLOW = [
  'test/attacks/faults.test.ts',
  'test/attacks/again.test.ts',
  'test/ports/hasher.test.ts',
  'test/server/adding-an-operation.test.ts',
];
const isSlow = ({ moduleId }: TestSpecification): boolean =>
  SLOW.some((file) => moduleId.endsWith(file));

export class SlowFirst extends BaseSequencer {
  /** Puts the slow files of each project before its others. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method, not that of a list
    const sorted = await super.sort(files);
    const projects = Map.groupBy(sorted, ({ project }) => project);
    return [...projects.values()].flatMap((own) => [
      ...own.filter(isSlow),
      ...own.filter((file) => !isSlow(file)),
    ]);
  }
}
