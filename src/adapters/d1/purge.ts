/**
 * Deleted users whose time to return is over: every row of theirs, and their values in KV. A run that is cut short leaves
 * each user either whole or gone, and the next one goes on; nothing that happened meanwhile is undone, because every
 * statement looks once more whether the user is still to go.
 */
import { sql, type SQL } from './sql.ts';
import { keys, type Key, type Values } from '../kv/values.ts';
import type { Database, Row } from './database.ts';
import type { Dropped } from './retention.ts';

/** Users a batch: some of its statements go through the whole ledger of the last day, however few users there are. */
const CHUNK = 100;
/** Applications a statement: they travel as one JSON parameter. */
const SLICE = 500;

/** An application on this database; its users deleted at `cutoff` or before are to go. */
export interface Cutoff {
  application: string;
  cutoff: number;
}

interface Due extends Cutoff {
  user: string;
}

/** The keys of those of `users` that are still to go. */
const stillDue = (users: readonly Due[]): SQL =>
  sql`SELECT u.application_id, u.id FROM json_each(${JSON.stringify(users)}) j CROSS JOIN users u
      ON u.application_id = j.value ->> 'application' AND u.id = j.value ->> 'user'
      WHERE u.deleted_at <= j.value ->> 'cutoff'`;

/** Identifiers that the users hold; `verified` ones stay theirs until the purge (D-53). */
const valuesOf = (due: SQL, condition: SQL = sql`TRUE`): SQL =>
  sql`SELECT i.application_id, i.kind, i.value FROM (${due}) d CROSS JOIN identifiers i
      ON i.application_id = d.application_id AND i.user_id = d.id WHERE ${condition}`;

/** One transaction. Identifiers and users go last: they are what the other statements look at. */
function purgeStatements(users: readonly Due[], now: number): SQL[] {
  const due = stillDue(users);
  const ofUser = sql`(application_id, user_id) IN (${due})`;
  const ofRegistration = sql`(application_id, registration) IN
    (SELECT r.application_id, r.id FROM registrations r WHERE (r.application_id, r.user_id) IN (${due}))`;
  // An unverified copy may be somebody else's address: what is alive there is not touched.
  const ofValue = sql`((application_id, kind, value) IN (${valuesOf(due, sql`i.verified = 1`)})
    OR (expires_at <= ${now} AND (application_id, kind, value) IN (${valuesOf(due)})))`;
  return [
    sql`DELETE FROM otp_challenges WHERE (user_id IS NOT NULL AND ${ofUser})
        OR (registration IS NOT NULL AND ${ofRegistration}) OR ${ofValue} RETURNING application_id, id`,
    sql`DELETE FROM proofs WHERE ${ofRegistration} OR ${ofValue}`,
    sql`DELETE FROM registrations WHERE user_id IS NOT NULL AND ${ofUser} RETURNING application_id, form_id AS id`,
    // Links without a user were asked for by typing the address (D-54).
    sql`DELETE FROM links WHERE ${ofUser}
        OR (user_id = '' AND (application_id, kind, value) IN (${valuesOf(due)}))`,
    sql`DELETE FROM ended_sessions WHERE ${ofUser}`,
    sql`DELETE FROM social_identities WHERE ${ofUser}`,
    // What was done stays known for its time; to whom, and the reasons that were typed, does not.
    sql`UPDATE audit_events SET user_id = NULL, reason = NULL, session = NULL
        WHERE user_id IS NOT NULL AND ${ofUser}`,
    sql`DELETE FROM group_members WHERE ${ofUser}`,
    sql`DELETE FROM user_words WHERE ${ofUser}`,
    sql`DELETE FROM identifiers WHERE ${ofUser}`,
    sql`DELETE FROM users WHERE (application_id, id) IN (${due}) RETURNING id`,
  ];
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
    for (let at = 0; at < cutoffs.length; at += SLICE) {
      const slice = cutoffs.slice(at, at + SLICE);
      for (let users = await this.#next(slice); users.length > 0; users = await this.#next(slice)) {
        if (this.#callsLeft <= 0) return { counts, complete: false };
        // Values first: once the rows are gone nothing leads to them.
        counts.sessions += await this.#removeSessions(users);
        counts.users += await this.#removeRows(users, now);
      }
    }
    return { counts, complete: true };
  }

  async #next(slice: readonly Cutoff[]): Promise<Due[]> {
    const [rows = []] = await this.#database.read([
      sql`SELECT u.application_id, u.id, a.value ->> 'cutoff' AS cutoff
          FROM json_each(${JSON.stringify(slice)}) a CROSS JOIN users u
          ON u.application_id = a.value ->> 'application' AND u.deleted_at <= a.value ->> 'cutoff'
          LIMIT ${CHUNK}`,
    ]);
    return rows.map((row) => ({
      application: String(row['application_id']),
      user: String(row['id']),
      cutoff: Number(row['cutoff']),
    }));
  }

  /** Harmless to a user who comes back meanwhile: whoever has been deleted has no session left that lives. */
  async #removeSessions(users: readonly Due[]): Promise<number> {
    const listed = await Promise.all(
      users.map(({ application, user }) => this.#values.list(keys.sessionsOf(application, user))),
    );
    this.#callsLeft -= users.length;
    return this.#remove(listed.flat().map(({ key }) => key));
  }

  async #removeRows(users: readonly Due[], now: number): Promise<number> {
    const results = await this.#database.write(purgeStatements(users, now));
    const [challenges = [], , registrations = []] = results;
    const keyOf = (make: (application: string, id: string) => Key | undefined) => (row: Row) =>
      make(String(row['application_id']), String(row['id']));
    await this.#remove([
      ...challenges.map(keyOf(keys.otp)),
      ...registrations.filter(({ id }) => id !== null).map(keyOf(keys.form)),
    ]);
    return results.at(-1)?.length ?? 0;
  }

  async #remove(names: readonly (Key | undefined)[]): Promise<number> {
    await Promise.all(names.map((name) => this.#values.remove(name)));
    this.#callsLeft -= names.length;
    return names.length;
  }
}
