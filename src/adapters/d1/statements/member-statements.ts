/** Statements on the members of groups, for the batches of both stores of groups. */
import type { GroupImports, LineError, MemberChange } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import {
  groupChanges,
  groupImportErrors,
  groupMembers,
  identifiers,
  userGroups,
  users,
} from '../schema/index.ts';
import { alias, as, insertSelect, remove, select, sql, type SQL, update } from './query.ts';

const u = alias(users, 'u');
const i = alias(identifiers, 'i');
const c = alias(groupChanges, 'c');

/** `GroupImports.resolve`. */
export async function resolveMembers(
  database: Pick<Database, 'read'>,
  applicationId: string,
  members: Parameters<GroupImports['resolve']>[0],
): ReturnType<GroupImports['resolve']> {
  const { rows } = await database.read({
    rows: select({
      at: sql<number>`j.key`,
      userId: sql<string | null>`CASE j.value ->> 'by'
        WHEN 'id' THEN (SELECT ${u.id} FROM ${as(u)}
          WHERE ${u.applicationId} = ${applicationId} AND ${u.id} = j.value ->> 'value')
        ELSE (SELECT ${i.userId} FROM ${as(i)}
          WHERE ${i.applicationId} = ${applicationId} AND ${i.kind} = j.value ->> 'by'
            AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 1) END`,
    }).from(sql`json_each(${JSON.stringify(members)}) j`),
  });
  const found = new Map(rows.map(({ at, userId }) => [at, userId ?? undefined]));
  return members.map((_, at) => found.get(at));
}

/** Lines that name no customer. */
export const insertErrors = (
  applicationId: string,
  importId: string,
  errors: readonly LineError[],
  condition: SQL,
) =>
  insertSelect(
    groupImportErrors,
    {
      applicationId,
      importId,
      line: sql`j.value ->> 'line'`,
      message: sql`j.value ->> 'message'`,
    },
    sql`FROM json_each(${JSON.stringify(errors)}) j WHERE ${condition}`,
  ).onConflictDoNothing();

/** What is to become of customers; those of whom something is said already are left to `correctChanges`. */
export const insertChanges = (
  applicationId: string,
  importId: string,
  changes: readonly MemberChange[],
  condition: SQL,
) =>
  insertSelect(
    groupChanges,
    {
      applicationId,
      importId,
      userId: sql`j.value ->> 'userId'`,
      removes: sql`j.value ->> 'removes'`,
    },
    sql`FROM json_each(${JSON.stringify(changes)}) j WHERE ${condition}`,
  ).onConflictDoNothing();

/** A later line on the same customer counts instead of an earlier one. */
export const correctChanges = (
  applicationId: string,
  importId: string,
  changes: readonly MemberChange[],
  condition: SQL,
) =>
  update(groupChanges)
    .set({
      removes: sql`(SELECT j.value ->> 'removes' FROM json_each(${JSON.stringify(changes)}) j
        WHERE j.value ->> 'userId' = ${groupChanges.userId})`,
    })
    .where(
      sql`${groupChanges.applicationId} = ${applicationId} AND ${groupChanges.importId} = ${importId}
        AND ${groupChanges.userId} IN (SELECT j.value ->> 'userId' FROM json_each(${JSON.stringify(changes)}) j)
        AND ${condition}`,
    );

/** The next `most` changes, written into the members of the group whose newest import this is; then they are forgotten. */
export function applyStatements(
  applicationId: string,
  importId: string,
  most: number,
  condition: SQL,
) {
  const next = sql`SELECT ${c.userId} FROM ${as(c)}
    WHERE ${c.applicationId} = ${applicationId} AND ${c.importId} = ${importId}
    ORDER BY ${c.userId} LIMIT ${most}`;
  // A group without members gets those of this very import.
  const base = sql`COALESCE((SELECT ${userGroups.membersOf} FROM ${userGroups}
    WHERE ${userGroups.applicationId} = ${applicationId} AND ${userGroups.importId} = ${importId}), ${importId})`;
  const those = sql`${groupChanges.applicationId} = ${applicationId} AND ${groupChanges.importId} = ${importId}
    AND ${groupChanges.userId} IN (${next})`;
  return {
    // Once more through the users: one may have been purged since it was found.
    added: insertSelect(
      groupMembers,
      { applicationId, importId: base, userId: sql`${u.id}` },
      sql`FROM ${groupChanges} CROSS JOIN ${as(u)}
        ON ${u.applicationId} = ${applicationId} AND ${u.id} = ${groupChanges.userId}
        WHERE ${those} AND ${groupChanges.removes} = 0 AND ${condition}`,
    ).onConflictDoNothing(),
    removed: remove(groupMembers).where(
      sql`${groupMembers.applicationId} = ${applicationId} AND ${groupMembers.importId} = ${base}
        AND ${groupMembers.userId} IN (SELECT ${groupChanges.userId} FROM ${groupChanges}
          WHERE ${those} AND ${groupChanges.removes} = 1)
        AND ${condition}`,
    ),
    applied: remove(groupChanges).where(sql`${those} AND ${condition}`),
  };
}

/** Whether anything is left to be written into the members. */
export const changesLeft = (applicationId: string, importId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${as(c)} WHERE ${c.applicationId} = ${applicationId} AND ${c.importId} = ${importId})`;
