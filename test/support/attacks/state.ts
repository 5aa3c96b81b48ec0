/** Everything that a host has at rest, so that a refused request can be shown to have changed nothing. */

/** Table → its rows as text. The text of a row names the application it belongs to. */
export type State = ReadonlyMap<string, readonly string[]>;

/**
 * What a refused request may change, by table: the whole of it, or columns. D1's tables and the maps in memory under one
 * roof. Everything else is untouched until a request is granted.
 */
const MAY_CHANGE: Readonly<Record<string, { columns?: readonly string[]; why: string }>> = {
  budgets: { why: 'a try costs, above all a wrong one' },
  activities: { why: 'refused sign-ins are counted by the hour, for operators' },
  activity_counts: { why: 'the same on D1' },
  otp_challenges: {
    columns: ['attempts', 'device_attempts', 'last_try', 'consumed_at', 'consumed_by'],
    why: 'wrong codes are counted, and a right one is used up even where the account is closed',
  },
  challenges: {
    columns: ['attempts', 'deviceAttempts', 'consumedAt', 'consumedBy'],
    why: 'the same in memory',
  },
};

/** Rows → text, without what may change. */
export function rowsToText(table: string, owner: string, rows: Iterable<unknown>): string[] {
  const { columns, why } = MAY_CHANGE[table] ?? { columns: [] };
  if (why !== undefined && columns === undefined) return [];
  const left = new Set<string>(columns);
  // A wrong try that spends a budget leaves one row that says so.
  const isLock = (row: unknown): boolean =>
    (row as { action?: unknown } | null)?.action === 'sign_in.locked';
  const text = (row: unknown): string =>
    JSON.stringify(row, (key, value: unknown) => {
      if (left.has(key)) return undefined;
      if (value instanceof Map) return [...value];
      return value instanceof Set ? [...value] : value;
    });
  const kept = [...rows].filter((row) => !isLock(row));
  return kept.map((row) => `${owner} ${text(row)}`);
}

/** The rows that are gone or new, as `- table: row` and `+ table: row`; those of one application, or all. */
export function changes(before: State, after: State, application = ''): string[] {
  return [...after].flatMap(([table, rows]) => {
    const old = before.get(table) ?? [];
    if (old.length === rows.length && old.every((row, at) => row === rows[at])) return [];
    const [had, has] = [new Set(old), new Set(rows)];
    return [
      ...old.filter((row) => !has.has(row)).map((row) => `- ${table}: ${row}`),
      ...rows.filter((row) => !had.has(row)).map((row) => `+ ${table}: ${row}`),
    ].filter((line) => line.includes(application));
  });
}
