import type { IdentifierChange, IdentifierRef, Users } from '../../../ports/index.ts';
import type { Database } from '../database.ts';
import { alias, as, remove, select, sql, type SQL, update } from '../statements/query.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers, users } from '../schema/index.ts';
import { byId, readUser, selectUser, type UserRow } from '../statements/user-rows.ts';
import { addIdentifier } from '../statements/identifier-statements.ts';
import { changePrimary } from '../statements/primary-statements.ts';
import {
  changeProfile,
  identifierIs,
  identifiersOf,
  userIs,
  withNames,
} from '../statements/user-statements.ts';

const o = alias(identifiers, 'o');

/** The port `Users` on D1. */
export function d1Users(database: Database, applicationId: string): Users {
  /** The statements decide; this only names what they met. */
  function changed(
    found: { verified: boolean } | undefined,
    done: boolean,
    user: UserRow | undefined,
  ): IdentifierChange {
    if (!found) return { state: 'missing' };
    if (!done) return { state: found.verified ? 'last' : 'unverified' };
    return { state: 'done', user: readUser(user) };
  }

  const selectVerified = (userId: string, one: IdentifierRef) =>
    select({ verified: identifiers.verified })
      .from(identifiers)
      .where(identifierIs(applicationId, userId, one));
  const ofKind = (userId: string, one: IdentifierRef): SQL =>
    sql`${identifiersOf(applicationId, userId)} AND ${identifiers.kind} = ${one.kind}`;
  /** Right behind the statement that changes something: what is refused leaves the user as it is. */
  const touch = (userId: string, now: number) =>
    update(users)
      .set({ updatedAt: now })
      .where(sql`${userIs(applicationId, userId)} AND changes() > 0`);

  return {
    async find(userId) {
      const { user } = await database.read({ user: selectUser(byId(applicationId, userId)) });
      return readUser(user[0]);
    },

    async isOwned({ kind, value }) {
      const { found } = await database.read({
        found: select({ userId: identifiers.userId })
          .from(identifiers)
          .where(
            sql`${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
              AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 1`,
          ),
      });
      return found.length > 0;
    },

    async update(user, { profile, add, max, now }) {
      const { id } = user;
      const { updated } = await withNames(
        database,
        userIs(applicationId, id),
        user,
        async (names) =>
          database.write({
            profile: changeProfile(applicationId, id, { change: profile, names }, now),
            added: add.map((one) => addIdentifier(applicationId, id, one, max, now)),
            updated: selectUser(byId(applicationId, id)),
          }),
      );
      return readUser(updated[0]);
    },

    async setPrimary(userId, one, now) {
      const { found, done, user } = await database.write({
        found: selectVerified(userId, one),
        ...changePrimary(applicationId, userId, one, sql`TRUE`),
        touch: touch(userId, now),
        user: selectUser(byId(applicationId, userId)),
      });
      return changed(found[0], done.length > 0, user[0]);
    },

    async remove(userId, one, { demanded }, now) {
      const others = (kind: SQL) =>
        sql`(SELECT COUNT(*) FROM ${as(o)} WHERE ${o.applicationId} = ${applicationId} AND ${o.userId} = ${userId}
             AND ${o.verified} = 1 AND NOT (${o.kind} = ${one.kind} AND ${o.value} = ${one.value}) ${kind})`;
      const spare = sql`${others(sql``)} > 0`;
      const spareOfKind = demanded
        ? sql`${others(sql`AND ${o.kind} = ${one.kind}`)} > 0`
        : sql`TRUE`;
      const removable = sql`${identifierIs(applicationId, userId, one)}
        AND (${identifiers.verified} = 0 OR (${spare} AND ${spareOfKind}))`;
      const oldest = sql`(SELECT ${identifiers.value} FROM ${identifiers}
        WHERE ${ofKind(userId, one)} AND ${identifiers.verified} = 1
        ORDER BY ${identifiers.createdAt}, ${identifiers.value} LIMIT 1)`;
      const { found, done, user } = await database.write({
        found: selectVerified(userId, one),
        revoked: revoke(applicationId, 'identifier_removed', {
          users: sql`(${userId})`,
          now,
          condition: sql`EXISTS (SELECT 1 FROM ${identifiers} WHERE ${removable})`,
          lost: sql`SELECT ${one.kind}, ${one.value}`,
        }),
        done: remove(identifiers).where(removable).returning({ value: identifiers.value }),
        touch: touch(userId, now),
        nextPrimary: update(identifiers)
          .set({ primary: true })
          .where(
            sql`${ofKind(userId, one)} AND ${identifiers.value} = ${oldest} AND NOT EXISTS (
              SELECT 1 FROM ${identifiers} WHERE ${ofKind(userId, one)} AND ${identifiers.primary} = 1)`,
          ),
        user: selectUser(byId(applicationId, userId)),
      });
      return changed(found[0], done.length > 0, user[0]);
    },
  };
}
