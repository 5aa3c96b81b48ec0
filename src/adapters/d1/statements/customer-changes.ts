/** What operators do to users: every change with its audit row, all or nothing. */
import type { Customers, Identifier, IdentifierKind } from '../../../ports/index.ts';
import { auditRows, auditStatement } from '../stores/audit.ts';
import { revoke } from './revocation-statements.ts';
import { uniqueViolation, type Database } from '../database.ts';
import {
  alias,
  as,
  columnList,
  excluded,
  insertSelect,
  type Query,
  remove,
  select,
  sql,
  type SQL,
  update,
} from './query.ts';
import { identifiers as identifierRows, links, users } from '../schema/index.ts';
import { byId, readUser, selectUser, u } from './user-rows.ts';
import {
  changeProfile,
  dropCopies,
  IDENTIFIER_KEY,
  identifierOfJson,
  identifiersOf,
  insertUser,
  userIs,
  withNames,
} from './user-statements.ts';

const i = alias(identifierRows, 'i');

type Changes = Pick<Customers, 'create' | 'update' | 'setState' | 'restore'>;

/** Changes by operators, each one batch with its audit row. */
export function customerChanges(
  database: Pick<Database, 'read' | 'write'>,
  applicationId: string,
): Changes {
  const always = sql`TRUE`;

  /** Which of the fields belongs to another user, after a batch has failed on a unique index. */
  async function takenField(
    error: unknown,
    userId: string,
    identifiers: readonly Identifier[],
  ): Promise<IdentifierKind | 'username'> {
    const columns = uniqueViolation(error) ?? '';
    if (columns.includes('users.username')) return 'username';
    if (!columns.includes('identifiers.value')) throw error;
    const { owned } = await database.read({
      owned: select({ kind: i.kind })
        .from(sql`json_each(${JSON.stringify(identifiers)}) j`)
        .crossJoin(i)
        .where(
          sql`${i.applicationId} = ${applicationId} AND ${i.kind} = j.value ->> 'kind'
            AND ${i.value} = j.value ->> 'value' AND ${i.verified} = 1 AND ${i.userId} <> ${userId}`,
        )
        .limit(1),
    });
    // Its owner may have let go of it meanwhile; the batch was refused all the same.
    return owned[0]?.kind === 'email' ? 'email' : 'phone';
  }

  /** New lists in place of the old ones. What stays keeps its age, which decides who becomes primary later. */
  function replaceIdentifiers(
    userId: string,
    identifiers: readonly Identifier[],
    replaced: readonly IdentifierKind[],
    now: number,
    there: SQL,
  ): Query[] {
    const list = JSON.stringify(identifiers);
    const kinds = sql`(SELECT value FROM json_each(${JSON.stringify(replaced)}))`;
    const goneFrom = ({
      applicationId: application,
      userId: user,
      kind,
      value,
    }: typeof identifierRows | typeof links) =>
      sql`${application} = ${applicationId} AND ${user} = ${userId} AND ${kind} IN ${kinds}
        AND (${columnList([kind, value])}) NOT IN (
          SELECT j.value ->> 'kind', j.value ->> 'value' FROM json_each(${list}) j)`;
    const ofKinds = sql`${identifiersOf(applicationId, userId)} AND ${identifierRows.kind} IN ${kinds}`;
    const key = columnList([identifierRows.kind, identifierRows.value]);
    const mine = (which: SQL) => sql`SELECT ${key} FROM ${identifierRows}
      WHERE ${ofKinds} AND ${identifierRows.verified} = 1 AND ${which}`;
    const verified = identifiers.filter((one) => one.verified);
    const removed = mine(goneFrom(identifierRows));
    const unverified = mine(sql`(${key}) IN (SELECT j.value ->> 'kind', j.value ->> 'value'
      FROM json_each(${list}) j WHERE NOT (j.value ->> 'verified'))`);
    const ids = sql`(${userId})`;
    return [
      ...revoke(applicationId, 'identifier_removed', {
        users: ids,
        now,
        condition: sql`EXISTS (${removed})`,
        lost: removed,
      }),
      ...revoke(applicationId, 'identifier_unverified', {
        users: ids,
        now,
        condition: sql`EXISTS (${unverified})`,
        lost: unverified,
      }),
      remove(links).where(goneFrom(links)),
      remove(identifierRows).where(goneFrom(identifierRows)),
      ...dropCopies(applicationId, userId, verified, there),
      // Never two at a time: the unique index looks after each row.
      update(identifierRows).set({ primary: false }).where(ofKinds),
      insertSelect(
        identifierRows,
        identifierOfJson(applicationId, userId, now),
        sql`FROM json_each(${list}) j WHERE ${there}`,
      ).onConflictDoUpdate({
        target: IDENTIFIER_KEY,
        set: {
          verified: excluded(identifierRows.verified),
          primary: excluded(identifierRows.primary),
          verifiedAt: sql`CASE WHEN ${identifierRows.verified} AND ${excluded(identifierRows.verified)}
            THEN ${identifierRows.verifiedAt} ELSE ${excluded(identifierRows.verifiedAt)} END`,
        },
      }),
    ];
  }

  return {
    async create(user, event) {
      try {
        const { created } = await database.write({
          insert: insertUser(applicationId, user, always, event),
          created: selectUser(byId(applicationId, user.id)),
        });
        return { state: 'done', user: readUser(created[0]) };
      } catch (error) {
        return { state: 'taken', field: await takenField(error, user.id, user.identifiers) };
      }
    },

    async update(found, change, event) {
      const { profile, meta, externalId, rrId, identifiers, replaced } = change;
      const { id } = found;
      const now = event.at;
      // A purge may have come in between: what belongs to nobody must not be written.
      const there = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${userIs(applicationId, id)})`;
      try {
        const { user } = await withNames(
          database,
          userIs(applicationId, id),
          found,
          async (names) =>
            database.write({
              profile: changeProfile(applicationId, id, { change: profile, names }, now),
              more:
                meta === undefined && externalId === undefined && rrId === undefined
                  ? undefined
                  : update(users).set({ meta, externalId, rrId }).where(userIs(applicationId, id)),
              identifiers:
                replaced.length > 0
                  ? replaceIdentifiers(id, identifiers, replaced, now, there)
                  : [],
              event: auditStatement(applicationId, event, there),
              user: selectUser(byId(applicationId, id)),
            }),
        );
        return { state: 'done', user: readUser(user[0]) };
      } catch (error) {
        return { state: 'taken', field: await takenField(error, id, identifiers) };
      }
    },

    async setState(userIds, change, event) {
      const ids = [...new Set(userIds)];
      const asked = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
      const theirs = sql`${users.applicationId} = ${applicationId} AND ${users.id} IN ${asked}`;
      const all = sql`(SELECT COUNT(*) FROM ${users} WHERE ${theirs}) = ${ids.length}`;
      const { at } = event;
      const columns = {
        block: { blockedAt: sql`COALESCE(${users.blockedAt}, ${at})` },
        archive: { archivedAt: sql`COALESCE(${users.archivedAt}, ${at})` },
        unblock: { blockedAt: null },
      }[change];
      const isNews = {
        block: sql`${u.blockedAt} IS NULL`,
        archive: sql`${u.archivedAt} IS NULL`,
        unblock: sql`${u.blockedAt} IS NOT NULL`,
      }[change];
      const { missing } = await database.write({
        missing: select({ id: sql<string>`j.value` })
          .from(sql`json_each(${JSON.stringify(ids)}) j`)
          .where(
            sql`NOT EXISTS (SELECT 1 FROM ${as(u)} WHERE ${byId(applicationId, sql`j.value`)})`,
          ),
        // Nothing is said of those whom the change finds as they are.
        events: auditRows(
          applicationId,
          event,
          ids,
          sql`${all} AND EXISTS (SELECT 1 FROM ${as(u)} WHERE ${byId(applicationId, sql`j.value`)} AND ${isNews})`,
        ),
        revoked:
          change === 'unblock'
            ? []
            : revoke(applicationId, change === 'block' ? 'blocked' : 'archived', {
                users: asked,
                now: at,
                condition: all,
              }),
        changed: update(users)
          .set({ ...columns, updatedAt: at })
          .where(sql`${theirs} AND ${all}`),
      });
      return missing.map(({ id }) => id);
    },

    async restore(userId, deletedAfter, event) {
      const own = userIs(applicationId, userId);
      const { before, restored } = await database.write({
        before: select({ deletedAt: users.deletedAt }).from(users).where(own),
        restored: update(users)
          .set({ archivedAt: null, deletedAt: null, deleteReason: null, updatedAt: event.at })
          .where(
            sql`${own} AND (${users.archivedAt} IS NOT NULL OR ${users.deletedAt} IS NOT NULL)
              AND (${users.deletedAt} IS NULL OR ${users.deletedAt} > ${deletedAfter})`,
          )
          .returning({ id: users.id }),
        event: auditStatement(applicationId, event, sql`changes() = 1`),
      });
      const [was] = before;
      if (!was) return 'missing';
      if (restored.length > 0) return 'done';
      return was.deletedAt === null ? 'not_deleted' : 'too_late';
    },
  };
}
