/** What operators do to users: every change with its audit row, all or nothing. */
import type { Customers, Identifier, IdentifierKind } from '../../ports.ts';
import { auditRows, auditStatement } from './audit.ts';
import { revoke } from './revocation-statements.ts';
import { uniqueViolation, type Database } from './database.ts';
import { sql, type SQL } from './sql.ts';
import {
  byId,
  dropCopies,
  insertUser,
  readUser,
  selectUser,
  updateFields,
  writeWords,
} from './user-statements.ts';

type Changes = Pick<Customers, 'create' | 'update' | 'setState' | 'restore'>;

export function customerChanges(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
): Changes {
  const always = sql`TRUE`;
  const userIs = (userId: string): SQL => sql`application_id = ${applicationId} AND id = ${userId}`;

  /** Which of the fields belongs to another user, after a batch has failed on a unique index. */
  async function takenField(
    error: unknown,
    userId: string,
    identifiers: readonly Identifier[],
  ): Promise<IdentifierKind | 'username'> {
    const columns = uniqueViolation(error) ?? '';
    if (columns.includes('users.username')) return 'username';
    if (!columns.includes('identifiers.value')) throw error;
    const [[owned] = []] = await database.read([
      sql`SELECT i.kind FROM json_each(${JSON.stringify(identifiers)}) j CROSS JOIN identifiers i
          ON i.application_id = ${applicationId} AND i.kind = j.value ->> 'kind'
            AND i.value = j.value ->> 'value' AND i.verified = 1
          WHERE i.user_id <> ${userId} LIMIT 1`,
    ]);
    // Its owner may have let go of it meanwhile; the batch was refused all the same.
    return owned?.['kind'] === 'email' ? 'email' : 'phone';
  }

  /** New lists in place of the old ones. What stays keeps its age, which decides who becomes primary later. */
  function replaceIdentifiers(
    userId: string,
    identifiers: readonly Identifier[],
    replaced: readonly IdentifierKind[],
    now: number,
    there: SQL,
  ): SQL[] {
    const list = JSON.stringify(identifiers);
    const kinds = sql`(SELECT value FROM json_each(${JSON.stringify(replaced)}))`;
    const gone = sql`application_id = ${applicationId} AND user_id = ${userId} AND kind IN ${kinds}
      AND (kind, value) NOT IN (SELECT j.value ->> 'kind', j.value ->> 'value' FROM json_each(${list}) j)`;
    const verified = identifiers.filter((one) => one.verified);
    const mine = (which: SQL) => sql`SELECT kind, value FROM identifiers
      WHERE application_id = ${applicationId} AND user_id = ${userId} AND kind IN ${kinds} AND verified = 1 AND ${which}`;
    const removed = mine(sql`${gone}`);
    const unverified = mine(sql`(kind, value) IN (SELECT j.value ->> 'kind', j.value ->> 'value'
      FROM json_each(${list}) j WHERE NOT (j.value ->> 'verified'))`);
    const users = sql`(${userId})`;
    return [
      ...revoke(applicationId, 'identifier_removed', {
        users,
        now,
        condition: sql`EXISTS (${removed})`,
        lost: removed,
      }),
      ...revoke(applicationId, 'identifier_unverified', {
        users,
        now,
        condition: sql`EXISTS (${unverified})`,
        lost: unverified,
      }),
      sql`DELETE FROM links WHERE ${gone}`,
      sql`DELETE FROM identifiers WHERE ${gone}`,
      ...dropCopies(applicationId, userId, verified, there),
      // Never two at a time: the unique index looks after each row.
      sql`UPDATE identifiers SET is_primary = 0
          WHERE application_id = ${applicationId} AND user_id = ${userId} AND kind IN ${kinds}`,
      sql`INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, verified_at,
                                   created_at)
          SELECT ${applicationId}, ${userId}, j.value ->> 'kind', j.value ->> 'value', j.value ->> 'callingCode',
                 j.value ->> 'verified', j.value ->> 'primary', CASE WHEN j.value ->> 'verified' THEN ${now} END, ${now}
          FROM json_each(${list}) j WHERE ${there}
          ON CONFLICT (application_id, user_id, kind, value)
          DO UPDATE SET verified = excluded.verified, is_primary = excluded.is_primary,
            verified_at = CASE WHEN verified AND excluded.verified THEN verified_at ELSE excluded.verified_at END`,
    ];
  }

  return {
    async create(user, event) {
      try {
        const results = await database.write([
          ...insertUser(applicationId, user, always, event),
          selectUser(byId(applicationId, user.id)),
        ]);
        return { state: 'done', user: readUser(results.at(-1)?.[0]) };
      } catch (error) {
        return { state: 'taken', field: await takenField(error, user.id, user.identifiers) };
      }
    },

    async update({ id, username, firstName, lastName }, change, event) {
      const { profile, meta, externalId, identifiers, replaced } = change;
      const now = event.at;
      const renamed = profile.firstName !== undefined || profile.lastName !== undefined;
      const named = { username, firstName, lastName, ...profile };
      // A purge may have come in between: what belongs to nobody must not be written.
      const there = sql`EXISTS (SELECT 1 FROM users WHERE ${userIs(id)})`;
      try {
        const results = await database.write([
          updateFields(applicationId, id, profile, now),
          sql`UPDATE users SET meta = COALESCE(${meta ? JSON.stringify(meta) : null}, meta),
                external_id = COALESCE(${externalId ?? null}, external_id) WHERE ${userIs(id)}`,
          ...(renamed ? writeWords(applicationId, id, named, there) : []),
          ...(replaced.length > 0 ? replaceIdentifiers(id, identifiers, replaced, now, there) : []),
          auditStatement(applicationId, event, there),
          selectUser(byId(applicationId, id)),
        ]);
        return { state: 'done', user: readUser(results.at(-1)?.[0]) };
      } catch (error) {
        return { state: 'taken', field: await takenField(error, id, identifiers) };
      }
    },

    async setState(userIds, change, event) {
      const ids = [...new Set(userIds)];
      const asked = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
      const theirs = sql`application_id = ${applicationId} AND id IN ${asked}`;
      const all = sql`(SELECT COUNT(*) FROM users WHERE ${theirs}) = ${ids.length}`;
      const { at } = event;
      const column = {
        block: sql`blocked_at = COALESCE(blocked_at, ${at})`,
        archive: sql`archived_at = COALESCE(archived_at, ${at})`,
        unblock: sql`blocked_at = NULL`,
      }[change];
      const [missing = []] = await database.write([
        sql`SELECT j.value AS id FROM json_each(${JSON.stringify(ids)}) j
            WHERE NOT EXISTS (SELECT 1 FROM users u WHERE ${byId(applicationId, sql`j.value`)})`,
        auditRows(applicationId, event, ids, all),
        ...(change === 'unblock'
          ? []
          : revoke(applicationId, change === 'block' ? 'blocked' : 'archived', {
              users: asked,
              now: at,
              condition: all,
            })),
        sql`UPDATE users SET ${column}, updated_at = ${at} WHERE ${theirs} AND ${all}`,
      ]);
      return missing.map(({ id }) => String(id));
    },

    async restore(userId, deletedAfter, event) {
      const [[before] = [], restored = []] = await database.write([
        sql`SELECT archived_at, deleted_at FROM users WHERE ${userIs(userId)}`,
        sql`UPDATE users SET archived_at = NULL, deleted_at = NULL, delete_reason = NULL, updated_at = ${event.at}
            WHERE ${userIs(userId)} AND (archived_at IS NOT NULL OR deleted_at IS NOT NULL)
              AND (deleted_at IS NULL OR deleted_at > ${deletedAfter})
            RETURNING id`,
        auditStatement(applicationId, event, sql`changes() = 1`),
      ]);
      if (!before) return 'missing';
      if (restored.length > 0) return 'done';
      return before['deleted_at'] === null ? 'not_deleted' : 'too_late';
    },
  };
}
