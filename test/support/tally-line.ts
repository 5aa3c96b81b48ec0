/** What tests count of what they try. Apart from `tally`, because the reporter is loaded where no test can run. */

/** A hostile request; calls that meet each other; a dependency that fails or is slow; a typed text of the corpus. */
export const TRIED = ['attack', 'race', 'fault', 'value'] as const;
export type Tried = (typeof TRIED)[number];
export type Tally = Partial<Record<Tried, number>>;

declare module 'vitest' {
  interface TaskMeta {
    tally?: Tally;
  }
}

/** `1,200 attacks, 3 races, 1 fault tried`; undefined when nothing was. */
export function tallyLine(tallies: readonly (Tally | undefined)[]): string | undefined {
  const parts = TRIED.flatMap((kind) => {
    const count = tallies.reduce((sum, one) => sum + (one?.[kind] ?? 0), 0);
    return count > 0 ? [`${count.toLocaleString('en')} ${kind}${count === 1 ? '' : 's'}`] : [];
  });
  return parts.length > 0 ? `${parts.join(', ')} tried` : undefined;
}
