import { sql, type SQL } from './sql.ts';
import type { IdentifierChange, IdentifierRef, Users } from '../../ports.ts';
import type { Database, Row } from './database.ts';
import { revoke } from './revocation-statements.ts';
import {
  addIdentifier,
  byId,
  readUser,
  selectUser,
  updateFields,
  writeWords,
} from './user-statements.ts';

export function d1Users(database: Database, applicationId: string): Users {
  /** The statements decide; this only names what they met. */
  function changed(found: Row | undefined, done: boolean, user: Row | undefined): IdentifierChange {
    if (!found) return { state: 'missing' };
    if (!done) return { state: found['verified'] === 1 ? 'last' : 'unverified' };
    return { state: 'done', user: readUser(user) };
  }

  const identifierIs = (userId: string, one: IdentifierRef): SQL =>
    sql`application_id = ${applicationId} AND user_id = ${userId} AND kind = ${one.kind} AND value = ${one.value}`;
  const ofKind = (userId: string, one: IdentifierRef): SQL =>
    sql`application_id = ${applicationId} AND user_id = ${userId} AND kind = ${one.kind}`;
  /** Right behind the statement that changes something: what is refused leaves the user as it is. */
  const touch = (userId: string, now: number): SQL =>
    sql`UPDATE users SET updated_at = ${now} WHERE application_id = ${applicationId} AND id = ${userId} AND changes() > 0`;

  return {
    async find(userId) {
      const [[row] = []] = await database.read([selectUser(byId(applicationId, userId))]);
      return readUser(row);
    },

    async update(user, { profile, add, max, now }) {
      const renamed = profile.firstName !== undefined || profile.lastName !== undefined;
      const named = { ...user, ...profile };
      const results = await database.write([
        updateFields(applicationId, user.id, profile, now),
        ...(renamed ? writeWords(applicationId, user.id, named, sql`TRUE`) : []),
        ...add.map((one) => addIdentifier(applicationId, user.id, one, max, now)),
        selectUser(byId(applicationId, user.id)),
      ]);
      return readUser(results.at(-1)?.[0]);
    },

    async setPrimary(userId, one, now) {
      const verified = sql`EXISTS (SELECT 1 FROM identifiers WHERE ${identifierIs(userId, one)} AND verified = 1)`;
      const [[found] = [], , done = [], , [user] = []] = await database.write([
        sql`SELECT verified FROM identifiers WHERE ${identifierIs(userId, one)}`,
        // First the old one steps back: there is never more than one (unique index), nor, after the batch, none.
        sql`UPDATE identifiers SET is_primary = 0 WHERE ${ofKind(userId, one)} AND is_primary = 1 AND ${verified}`,
        sql`UPDATE identifiers SET is_primary = 1 WHERE ${identifierIs(userId, one)} AND verified = 1
            RETURNING value`,
        touch(userId, now),
        selectUser(byId(applicationId, userId)),
      ]);
      return changed(found, done.length > 0, user);
    },

    async remove(userId, one, { demanded }, now) {
      const others = (kind: SQL) =>
        sql`(SELECT COUNT(*) FROM identifiers o WHERE o.application_id = ${applicationId} AND o.user_id = ${userId}
             AND o.verified = 1 AND NOT (o.kind = ${one.kind} AND o.value = ${one.value}) ${kind})`;
      const spare = sql`${others(sql``)} > 0`;
      const spareOfKind = demanded ? sql`${others(sql`AND o.kind = ${one.kind}`)} > 0` : sql`TRUE`;
      const removable = sql`(verified = 0 OR (${spare} AND ${spareOfKind}))`;
      const results = await database.write([
        sql`SELECT verified FROM identifiers WHERE ${identifierIs(userId, one)}`,
        ...revoke(applicationId, 'identifier_removed', {
          users: sql`(${userId})`,
          now,
          condition: sql`EXISTS (SELECT 1 FROM identifiers WHERE ${identifierIs(userId, one)} AND ${removable})`,
          lost: sql`SELECT ${one.kind}, ${one.value}`,
        }),
        sql`DELETE FROM identifiers WHERE ${identifierIs(userId, one)} AND ${removable} RETURNING value`,
        touch(userId, now),
        sql`UPDATE identifiers SET is_primary = 1
            WHERE rowid = (SELECT rowid FROM identifiers WHERE ${ofKind(userId, one)} AND verified = 1
                           ORDER BY created_at, value LIMIT 1)
              AND NOT EXISTS (SELECT 1 FROM identifiers WHERE ${ofKind(userId, one)} AND is_primary = 1)`,
        selectUser(byId(applicationId, userId)),
      ]);
      const done = results.at(-4) ?? [];
      return changed(results[0]?.[0], done.length > 0, results.at(-1)?.[0]);
    },
  };
}
