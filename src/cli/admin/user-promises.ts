/**
 * What the stores promise of each row of the users' databases. Tables are read through by their keys, a slice at a time, so
 * that a check of millions of rows holds up nobody for longer than a slice takes.
 */
import type { Database } from '../../adapters/d1/database.ts';
import {
  alias,
  as,
  columnList,
  select,
  sql,
  type Row,
  type SQL,
  type SQLiteColumn,
} from '../../adapters/d1/statements/query.ts';
import {
  counters,
  groupImports,
  groupMembers,
  identifiers,
  socialIdentities,
  userGroups,
  users,
  userStretches,
  userWords,
} from '../../adapters/d1/schema/index.ts';

/** Of one promise; more of them say nothing new. */
export const MAX_BREACHES_SHOWN = 20;
/** Longer than any slice takes, whatever else the database does; as long as D1 lets a statement run. */
export const SLICE_TIMEOUT_MS = 30_000;
const SLICE_ROWS = 10_000;

const u = alias(users, 'u');
const i = alias(identifiers, 'i');
const o = alias(identifiers, 'o');
const c = alias(counters, 'c');
const w = alias(userWords, 'w');
const s = alias(socialIdentities, 's');
const m = alias(groupMembers, 'm');
const g = alias(userGroups, 'g');
const t = alias(userStretches, 't');
const n = alias(userStretches, 'n');
/** The newest import of a group, and the one that its members come from. */
const newest = alias(groupImports, 'newest');
const source = alias(groupImports, 'source');

interface Promised {
  name: string;
  table: typeof u | typeof i | typeof c | typeof w | typeof s | typeof m | typeof g | typeof t;
  /** By which the table is read through: its primary key. */
  key: readonly SQLiteColumn[];
  /** Of a row that breaks it. */
  isBroken: SQL;
  /** What names the culprit, beside the application. */
  shown: Record<string, SQLiteColumn | SQL>;
  /** Where each row is compared with many others. */
  sliceRows?: number;
}

const isUser = (of: { applicationId: SQLiteColumn; userId: SQLiteColumn }): SQL =>
  sql`EXISTS (SELECT 1 FROM ${as(users)} WHERE ${users.applicationId} = ${of.applicationId} AND ${users.id} = ${of.userId})`;
/** The user's identifiers of the kind of `i`. */
const ofKind = (which: SQL): SQL =>
  sql`(SELECT COUNT(*) FROM ${as(o)} WHERE ${o.userId} = ${i.userId} AND ${o.applicationId} = ${i.applicationId}
       AND ${o.kind} = ${i.kind} AND ${which})`;
const identifierKey = [i.userId, i.applicationId, i.kind, i.value];
/** The users of a stretch, up to where the next one begins. */
const inStretch = sql`(SELECT COUNT(*) FROM ${as(users)} WHERE ${users.applicationId} = ${t.applicationId}
  AND (${users.createdAt}, ${users.id}) >= (${t.createdAt}, ${t.id})
  AND (${users.createdAt}, ${users.id}) < (
    SELECT ${n.createdAt}, ${n.id} FROM ${as(n)}
    WHERE ${n.applicationId} = ${t.applicationId} AND (${n.createdAt}, ${n.id}) > (${t.createdAt}, ${t.id})
    UNION ALL SELECT 9007199254740991, '~' ORDER BY 1, 2 LIMIT 1))`;

/** Each is checked of every row of a table. */
export const PROMISES: readonly Promised[] = [
  {
    name: 'a verified identifier has one owner',
    table: i,
    key: identifierKey,
    isBroken: sql`${i.verified} = 1 AND EXISTS (
      SELECT 1 FROM ${as(o)} WHERE ${o.value} = ${i.value} AND ${o.kind} = ${i.kind}
        AND ${o.applicationId} = ${i.applicationId} AND ${o.verified} = 1 AND ${o.userId} <> ${i.userId})`,
    shown: { kind: i.kind, value: i.value },
  },
  {
    name: 'a user has one primary of each kind that is verified, and it is verified',
    table: i,
    key: identifierKey,
    isBroken: sql`${ofKind(sql`${o.primary} = 1`)} > 1 OR (${i.primary} AND NOT ${i.verified})
      OR (${i.verified} AND ${ofKind(sql`${o.primary} = 1`)} = 0)`,
    shown: { user_id: i.userId, kind: i.kind },
  },
  {
    name: 'an identifier belongs to a user',
    table: i,
    key: identifierKey,
    isBroken: sql`NOT ${isUser(i)}`,
    shown: { user_id: i.userId, kind: i.kind },
  },
  {
    name: 'a username has one owner',
    table: u,
    key: [u.applicationId, u.id],
    isBroken: sql`EXISTS (SELECT 1 FROM ${as(users)} WHERE ${users.applicationId} = ${u.applicationId}
      AND ${users.username} = ${u.username} AND ${users.id} <> ${u.id})`,
    shown: { user_id: u.id },
  },
  {
    name: 'a word belongs to a user',
    table: w,
    key: [w.applicationId, w.word, w.userId],
    isBroken: sql`NOT ${isUser(w)}`,
    shown: { user_id: w.userId },
  },
  {
    name: 'a social identity belongs to a user',
    table: s,
    key: [s.subject, s.provider, s.applicationId],
    isBroken: sql`NOT ${isUser(s)}`,
    shown: { user_id: s.userId, provider: s.provider },
  },
  {
    name: 'a member of a group is a user',
    table: m,
    key: [m.importId, m.applicationId, m.userId],
    isBroken: sql`NOT ${isUser(m)}`,
    shown: { import_id: m.importId, user_id: m.userId },
  },
  {
    name: 'a group has its import, and its members come from one that succeeded',
    table: g,
    key: [g.applicationId, g.id],
    isBroken: sql`NOT EXISTS (SELECT 1 FROM ${as(newest)} WHERE ${newest.applicationId} = ${g.applicationId}
        AND ${newest.id} = ${g.importId} AND ${newest.groupId} = ${g.id})
      OR (${g.membersOf} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${as(source)}
        WHERE ${source.applicationId} = ${g.applicationId} AND ${source.id} = ${g.membersOf} AND ${source.state} = 'success'))`,
    shown: { group_id: g.id },
  },
  {
    name: 'the stretches of the list of users count who is in them',
    table: t,
    key: [t.applicationId, t.createdAt, t.id],
    isBroken: sql`${t.users} <> ${inStretch} OR ${t.users} > 500`,
    shown: { from: t.id, counted: t.users },
    sliceRows: 20,
  },
];

const list = (values: readonly unknown[]): SQL =>
  sql.join(
    // Of keys: texts and whole numbers.
    values.map((value) => sql`${value as string | number}`),
    sql`, `,
  );

/**
 * Rows that break a promise, at most one more than are shown.
 * @param application NULL for all
 */
export async function findBreaches(
  database: Database,
  { table, key, isBroken, shown, sliceRows = SLICE_ROWS }: Promised,
  application: SQL,
): Promise<Row[]> {
  const columns = columnList(key);
  const fields = Object.fromEntries(key.map((column, at) => [`k${at}`, sql`${column}`]));
  const breaches: Row[] = [];
  for (let after: unknown[] = key.map(() => ''); breaches.length <= MAX_BREACHES_SHOWN;) {
    const behind = sql`(${columns}) > (${list(after)})`;
    const slice = sql`(SELECT * FROM ${as(table)} WHERE ${behind} ORDER BY ${columns} LIMIT ${sliceRows}) AS ${table}`;
    const { found, ends } = await database.read({
      found: select({ application_id: sql`${table.applicationId}`, ...shown })
        .from(slice)
        .where(
          sql`${table.applicationId} = COALESCE(${application}, ${table.applicationId}) AND (${isBroken})`,
        )
        .limit(MAX_BREACHES_SHOWN + 1),
      ends: select(fields)
        .from(table)
        .where(behind)
        .orderBy(...key)
        .limit(1)
        .offset(sliceRows - 1),
    });
    breaches.push(...found);
    const [end] = ends;
    if (!end) break;
    after = Object.values(end);
  }
  return breaches;
}

/** Of each application as a whole: a statement of its own, since a counter and what it counts must be read at once. */
export const COUNTED = {
  name: 'the counter of users is their number',
  breaches: (application: SQL): SQL => {
    const at = ({ applicationId }: typeof u | typeof c): SQL =>
      sql`${applicationId} = COALESCE(${application}, ${applicationId})`;
    return sql`
      SELECT n.application_id, n.users, COALESCE(${c.value}, 0) AS counter
      FROM (SELECT ${u.applicationId}, COUNT(*) AS users FROM ${as(u)} WHERE ${at(u)} GROUP BY 1
            UNION SELECT ${c.applicationId}, 0 FROM ${as(c)} WHERE ${at(c)} AND NOT EXISTS
              (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${c.applicationId})) n
      LEFT JOIN ${as(c)} ON ${c.applicationId} = n.application_id AND ${c.name} = 'users'
      WHERE n.users <> COALESCE(${c.value}, 0)`;
  },
};
