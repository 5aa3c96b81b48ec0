/**
 * Deleted users whose time to return is over: every row of theirs, and their values in KV. A run that is cut short leaves
 * each user either whole or gone, and the next one goes on; nothing that happened meanwhile is undone, because every
 * statement looks once more whether the user is still to go.
 */
import { keys, type Key, type Values } from '../../kv/values.ts';
import type { Database } from '../database.ts';
import {
  alias,
  as,
  columnList,
  remove,
  select,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import type { Dropped } from './retention.ts';
import {
  attributeKeys,
  auditEvents,
  endedSessions,
  groupChanges,
  groupMembers,
  identifiers,
  links,
  otpChallenges,
  proofs,
  registrations,
  socialIdentities,
  userAttributes,
  users,
  userWords,
} from '../schema/index.ts';

const u = alias(users, 'u');
const i = alias(identifiers, 'i');
const r = alias(registrations, 'r');

/** Users a batch: some of its statements go through the whole ledger of the last day, however few users there are. */
const USERS_PER_BATCH = 100;
/** Applications a statement: they travel as one JSON parameter. */
const ROWS_PER_DELETE = 500;

/** An application on this database; its users deleted at `cutoff` or before are to go. */
export interface Cutoff {
  application: string;
  cutoff: number;
}

interface Due extends Cutoff {
  user: string;
}

/** The keys of those of `users` that are still to go. */
const stillDue = (due: readonly Due[]): SQL =>
  sql`SELECT ${u.applicationId} AS application_id, ${u.id} AS id FROM json_each(${JSON.stringify(due)}) j CROSS JOIN ${as(u)}
      ON ${u.applicationId} = j.value ->> 'application' AND ${u.id} = j.value ->> 'user'
      WHERE ${u.deletedAt} <= j.value ->> 'cutoff'`;

/** Identifiers that the users hold; `verified` ones stay theirs until the purge (D-53). */
const valuesOf = (due: SQL, condition: SQL = sql`TRUE`): SQL =>
  sql`SELECT ${columnList([i.applicationId, i.kind, i.value])} FROM (${due}) d CROSS JOIN ${as(i)}
      ON ${i.applicationId} = d.application_id AND ${i.userId} = d.id WHERE ${condition}`;

type OfUsers =
  | typeof otpChallenges
  | typeof registrations
  | typeof links
  | typeof endedSessions
  | typeof socialIdentities
  | typeof auditEvents
  | typeof groupMembers
  | typeof groupChanges
  | typeof userWords
  | typeof userAttributes
  | typeof attributeKeys
  | typeof identifiers;

/** One transaction. Identifiers and users go last: they are what the other statements look at. */
function purgeStatements(gone: readonly Due[], now: number) {
  const due = stillDue(gone);
  const ofUser = (table: OfUsers): SQL =>
    sql`(${columnList([table.applicationId, table.userId])}) IN (${due})`;
  const ofRegistration = (table: typeof otpChallenges | typeof proofs): SQL =>
    sql`(${columnList([table.applicationId, table.registration])}) IN (
      SELECT ${columnList([r.applicationId, r.id])} FROM ${as(r)}
      WHERE (${columnList([r.applicationId, r.userId])}) IN (${due}))`;
  // An unverified copy may be somebody else's address: what is alive there is not touched.
  const ofValue = (table: typeof otpChallenges | typeof proofs): SQL => {
    const key = columnList([table.applicationId, table.kind, table.value]);
    return sql`((${key}) IN (${valuesOf(due, sql`${i.verified} = 1`)})
      OR (${table.expiresAt} <= ${now} AND (${key}) IN (${valuesOf(due)})))`;
  };
  return {
    challenges: remove(otpChallenges)
      .where(
        sql`(${otpChallenges.userId} IS NOT NULL AND ${ofUser(otpChallenges)})
          OR (${otpChallenges.registration} IS NOT NULL AND ${ofRegistration(otpChallenges)})
          OR ${ofValue(otpChallenges)}`,
      )
      .returning({ application: otpChallenges.applicationId, id: otpChallenges.id }),
    proofs: remove(proofs).where(sql`${ofRegistration(proofs)} OR ${ofValue(proofs)}`),
    registrations: remove(registrations)
      .where(sql`${registrations.userId} IS NOT NULL AND ${ofUser(registrations)}`)
      .returning({ application: registrations.applicationId, form: registrations.formId }),
    // Links without a user were asked for by typing the address (D-54).
    links: remove(links).where(
      sql`${ofUser(links)} OR (${links.userId} = ''
        AND (${columnList([links.applicationId, links.kind, links.value])}) IN (${valuesOf(due)}))`,
    ),
    endedSessions: remove(endedSessions).where(ofUser(endedSessions)),
    socialIdentities: remove(socialIdentities).where(ofUser(socialIdentities)),
    // What was done stays known for its time; to whom, and the reasons that were typed, does not.
    auditEvents: update(auditEvents)
      .set({ userId: null, reason: null, session: null })
      .where(sql`${auditEvents.userId} IS NOT NULL AND ${ofUser(auditEvents)}`),
    groupMembers: remove(groupMembers).where(ofUser(groupMembers)),
    groupChanges: remove(groupChanges).where(ofUser(groupChanges)),
    userWords: remove(userWords).where(ofUser(userWords)),
    attributeKeys: remove(attributeKeys).where(ofUser(attributeKeys)),
    userAttributes: remove(userAttributes).where(ofUser(userAttributes)),
    identifiers: remove(identifiers).where(ofUser(identifiers)),
    users: remove(users)
      .where(sql`(${columnList([users.applicationId, users.id])}) IN (${due})`)
      .returning({ id: users.id }),
  };
}

export class Purge {
  readonly #database: Database;
  readonly #values: Values;
  #callsLeft: number;

  /** @param maxCalls calls to KV after which the rest is left for the next run */
  constructor(database: Database, values: Values, maxCalls: number) {
    this.#database = database;
    this.#values = values;
    this.#callsLeft = maxCalls;
  }

  async run(cutoffs: readonly Cutoff[], now: number): Promise<Dropped> {
    const counts = { users: 0, sessions: 0 };
    for (let at = 0; at < cutoffs.length; at += ROWS_PER_DELETE) {
      const slice = cutoffs.slice(at, at + ROWS_PER_DELETE);
      for (let due = await this.#next(slice); due.length > 0; due = await this.#next(slice)) {
        if (this.#callsLeft <= 0) return { counts, complete: false };
        // Values first: once the rows are gone nothing leads to them.
        counts.sessions += await this.#removeSessions(due);
        counts.users += await this.#removeRows(due, now);
      }
    }
    return { counts, complete: true };
  }

  async #next(slice: readonly Cutoff[]): Promise<Due[]> {
    const { due } = await this.#database.read({
      due: select({
        application: u.applicationId,
        user: u.id,
        cutoff: sql<number>`a.value ->> 'cutoff'`,
      })
        .from(sql`json_each(${JSON.stringify(slice)}) a`)
        .crossJoin(u)
        .where(
          sql`${u.applicationId} = a.value ->> 'application' AND ${u.deletedAt} <= a.value ->> 'cutoff'`,
        )
        .limit(USERS_PER_BATCH),
    });
    return due;
  }

  /** Harmless to a user who is restored meanwhile: a deleted user has no live session. */
  async #removeSessions(due: readonly Due[]): Promise<number> {
    const listed = await Promise.all(
      due.map(({ application, user }) => this.#values.list(keys.sessionsOf(application, user))),
    );
    this.#callsLeft -= due.length;
    return this.#remove(listed.flat().map(({ key }) => key));
  }

  async #removeRows(due: readonly Due[], now: number): Promise<number> {
    const gone = await this.#database.write(purgeStatements(due, now));
    await this.#remove([
      ...gone.challenges.map(({ application, id }) => keys.otp(application, id)),
      ...gone.registrations.flatMap(({ application, form }) =>
        form === null ? [] : [keys.form(application, form)],
      ),
    ]);
    return gone.users.length;
  }

  async #remove(names: readonly (Key | undefined)[]): Promise<number> {
    await Promise.all(names.map((name) => this.#values.remove(name)));
    this.#callsLeft -= names.length;
    return names.length;
  }
}
