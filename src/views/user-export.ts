/** All that is stored of a person, as it is sent. Pure. */
import type { PersonExport } from '../domain/operators/people.ts';

/** Times as people read them; what is not set is left out. */
function rowView(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
      if (value === null || value === undefined) return [];
      const isTime = typeof value === 'number' && /(^at|_at|_from)$/.test(name);
      return [[name, isTime ? new Date(value).toISOString() : value]];
    }),
  );
}

/** Tables without a row are left out. Times are ISO 8601. */
export function userExportView({ userId, exportedAt, stored }: PersonExport) {
  const filled = Object.entries(stored).filter(([, rows]) => rows.length > 0);
  return {
    user_id: userId,
    exported_at: new Date(exportedAt).toISOString(),
    stored: Object.fromEntries(filled.map(([name, rows]) => [name, rows.map(rowView)])),
  };
}
