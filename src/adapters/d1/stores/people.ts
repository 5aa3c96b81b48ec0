/** One person across all tables and values. What is whose stands in `../person-tables.ts`. */
import { getTableName } from 'drizzle-orm';
import type { AuditEvent, PendingForm, People, StoredRows } from '../../../ports/index.ts';
import { keys, type Key, type Values } from '../../kv/values.ts';
import type { Database } from '../database.ts';
import { purgeStatements, selectKeys } from '../maintenance/purge.ts';
import { PERSON_TABLES, selectPersonal } from '../person-tables.ts';
import {
  budgets,
  identifiers,
  otpChallenges,
  proofs,
  registrations,
  userAttributes,
  userJobs,
  users,
} from '../schema/index.ts';
import {
  alias,
  as,
  columnList,
  remove,
  select,
  selectAll,
  sql,
  update,
} from '../statements/query.ts';
import { byId, u } from '../statements/user-rows.ts';
import { userIs } from '../statements/user-statements.ts';
import { auditStatement } from './audit.ts';

const i = alias(identifiers, 'i');

const EXPORT_ENDED = 'A customer was erased. Start the export again.';

/** The port `People` on D1 and KV. */
export function d1People(database: Database, values: Values, applicationId: string): People {
  const removeAll = async (names: readonly (Key | undefined)[]): Promise<void> =>
    void (await Promise.all(names.map(async (name) => values.remove(name))));

  /** Whoever has the id and is deleted, as rows of (application_id, id). */
  const deleted = (userId: string) =>
    sql`SELECT ${u.applicationId} AS application_id, ${u.id} AS id FROM ${as(u)}
      WHERE ${byId(applicationId, userId)} AND ${u.deletedAt} IS NOT NULL`;

  /** From here on nobody can sign in as the user, and every session of theirs is dead. */
  async function close(userId: string, now: number): Promise<void> {
    await database.write({
      closed: update(users)
        .set({
          deletedAt: sql`COALESCE(${users.deletedAt}, ${now})`,
          sessionsValidFrom: sql`MAX(${users.sessionsValidFrom}, ${now}) + 1`,
        })
        .where(userIs(applicationId, userId)),
    });
  }

  /** Registrations of nobody yet that are about the user's verified identifiers: they end in nothing, and have a form. */
  const selectProving = (userId: string) => {
    const held = sql`SELECT ${columnList([i.value, i.kind, i.applicationId])} FROM ${as(i)}
      WHERE ${i.userId} = ${userId} AND ${i.applicationId} = ${applicationId} AND ${i.verified} = 1`;
    const of = (table: typeof proofs | typeof otpChallenges) =>
      sql`SELECT ${table.registration} FROM ${table}
        WHERE (${columnList([table.value, table.kind, table.applicationId])}) IN (${held})`;
    return select({ id: registrations.id, form: registrations.formId })
      .from(registrations)
      .where(
        sql`${registrations.applicationId} = ${applicationId} AND ${registrations.userId} IS NULL
          AND ${registrations.id} IN (${of(proofs)} UNION ALL ${of(otpChallenges)})`,
      );
  };

  const formOf = ({ form }: { form: string | null }): Key | undefined =>
    form === null ? undefined : keys.form(applicationId, form);

  /**
   * Values before rows: once the rows are gone nothing leads to them.
   * @returns the ids of registrations that go too
   */
  async function removeValues(userId: string, now: number): Promise<string[]> {
    const [listed, found] = await Promise.all([
      values.list(keys.sessionsOf(applicationId, userId)),
      database.read({ ...selectKeys(deleted(userId), now), proving: selectProving(userId) }),
    ]);
    await removeAll([
      ...listed.map(({ key }) => key),
      // KV lists lag, so the newest sessions are known from the audit alone.
      ...found.sessions.map(({ session }) => keys.session(applicationId, userId, session)),
      ...found.challenges.flat().map(({ id }) => keys.otp(applicationId, String(id))),
      ...[...found.registrations, ...found.proving].map(formOf),
    ]);
    return found.proving.map(({ id }) => id);
  }

  async function removeRows(
    userId: string,
    proving: readonly string[],
    event: AuditEvent,
  ): Promise<boolean> {
    const due = deleted(userId);
    const { at } = event;
    const isThere = sql`EXISTS (${due})`;
    const ends = ({
      applicationId: application,
      ...columns
    }: typeof proofs | typeof registrations) =>
      sql`${application} = ${applicationId} AND ${'registration' in columns ? columns.registration : columns.id} IN (
        SELECT value FROM json_each(${JSON.stringify(proving)})) AND ${isThere}`;
    const exports = sql`${userJobs.applicationId} = ${applicationId} AND ${userJobs.kind} = 'users_export' AND ${isThere}`;
    const done = await database.write({
      exports: update(userJobs)
        .set({ fileExpiresAt: at, cleared: false, parts: [] })
        .where(
          sql`${exports} AND ${userJobs.state} = 'success' AND ${userJobs.fileExpiresAt} > ${at}`,
        ),
      // One that is at work may have read the user already.
      openExports: update(userJobs)
        .set({ state: 'failed', failure: EXPORT_ENDED, parts: [], progressedAt: at })
        .where(sql`${exports} AND ${userJobs.state} IN ('pending', 'processing')`),
      exportPlaces: update(userJobs)
        .set({ after: '' })
        .where(sql`${exports} AND (${userJobs.state} = 'failed' OR ${userJobs.after} = ${userId})`),
      // With the id for whoever listens in this transaction; below it loses it, like every other event of the user.
      event: auditStatement(applicationId, event, isThere),
      budgets: remove(budgets).where(
        sql`${budgets.applicationId} = ${applicationId} AND ${budgets.bucket} = ${`user:${userId}`} AND ${isThere}`,
      ),
      provingProofs: remove(proofs).where(ends(proofs)),
      proving: remove(registrations).where(ends(registrations)),
      ...purgeStatements(due, at),
    });
    await removeAll([
      ...done.challenges.flat().map(({ id }) => keys.otp(applicationId, String(id))),
      ...done.registrations.map(formOf),
    ]);
    return done.users.length > 0;
  }

  return {
    async collect(userId) {
      const whose = { applicationId, userId };
      const tables = PERSON_TABLES.filter(({ notExported }) => notExported === undefined);
      const { rows, forms, attributes } = await database.read({
        rows: tables.map((one) => selectPersonal(one, whose)),
        attributes: selectAll(userAttributes).where(
          sql`${userAttributes.applicationId} = ${applicationId} AND ${userAttributes.userId} = ${userId}`,
        ),
        forms: select({ form: registrations.formId })
          .from(registrations)
          .where(
            sql`${registrations.userId} = ${userId} AND ${registrations.applicationId} = ${applicationId}`,
          ),
      });
      const stored: StoredRows = Object.fromEntries(
        tables.map(({ table }, at) => [getTableName(table), rows[at] ?? []]),
      );
      if (stored['users']?.length === 0) return undefined;
      const texts = await Promise.all(
        forms.map(async ({ form }) =>
          form === null ? undefined : values.get(keys.form(applicationId, form)),
        ),
      );
      const read = texts.flatMap((text) => {
        if (text === undefined) return [];
        // Written by the store of registrations.
        const { passwordHash: _, ...form } = JSON.parse(text) as PendingForm;
        return [{ ...form }];
      });
      return {
        rows: { ...stored, registration_forms: read },
        attributes: attributes.map(({ applicationId: _, ...one }) => one),
      };
    },

    async erase(userId, event) {
      await close(userId, event.at);
      const proving = await removeValues(userId, event.at);
      return removeRows(userId, proving, event);
    },
  };
}
