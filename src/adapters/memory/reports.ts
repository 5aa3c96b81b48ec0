/** Figures in memory: counted when they are asked for, whatever the hour. */
import type { Reports } from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

/** The port `Reports` on memory. Failed sign-ins are counted without their time. */
export function memoryReports(state: MemoryState): Reports {
  return {
    async totals(since, until) {
      const totals = new Map<string, number>(state.activities);
      const add = (name: string, count = 1): void =>
        void totals.set(name, (totals.get(name) ?? 0) + count);
      for (const { action, detail, at } of state.audit) {
        if (at < since || at >= until) continue;
        const method = action === 'sign_in' ? detail?.['method'] : undefined;
        add(typeof method === 'string' ? `${action}.${method}` : action);
      }
      for (const { identifier, createdAt, consumedAt, sends } of state.challenges.values()) {
        if (createdAt < since || createdAt >= until) continue;
        add(`code.${identifier.kind}.asked`);
        add(`code.${identifier.kind}.sent`, sends);
        if (consumedAt !== undefined) add(`code.${identifier.kind}.verified`);
      }
      return totals;
    },
  };
}
