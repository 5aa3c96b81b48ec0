/** Registrations: state and proofs in D1, what the shopper filled in in KV. */
import { sql, type SQL } from './sql.ts';
import type { Clock, NewUser, PendingForm, Registrations, Settled, User } from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';
import type { Database } from './database.ts';
import { identityLost, takenField } from './otp-effects.ts';
import { linkIdentity, readRegistration, selectRegistration } from './registration-statements.ts';
import { byId, insertUser, readUser, selectUser } from './user-statements.ts';

export function d1Registrations(
  database: Database,
  values: Values,
  applicationId: string,
  clock: Clock,
): Registrations {
  const registrationIs = (id: string): SQL => sql`application_id = ${applicationId} AND id = ${id}`;

  async function form(id: string): Promise<PendingForm | undefined> {
    const text = await values.get(keys.form(applicationId, id));
    // Written by `store` only.
    return text === undefined ? undefined : (JSON.parse(text) as PendingForm);
  }

  /** Finishes the registration for a user, when no other call has; `effects` take hold with it. */
  async function claim(
    id: string,
    userId: string,
    now: number,
    effects: (won: SQL) => SQL[],
  ): Promise<Settled> {
    // Tells this call from every other one that tries to end the same registration.
    const nonce = crypto.randomUUID();
    const won = sql`EXISTS (SELECT 1 FROM registrations WHERE ${registrationIs(id)} AND finished_by = ${nonce})`;
    try {
      const results = await database.write([
        sql`UPDATE registrations SET finished_at = ${now}, finished_by = ${nonce}, user_id = ${userId}
            WHERE ${registrationIs(id)} AND finished_at IS NULL AND expires_at > ${now} RETURNING id`,
        ...effects(won),
        linkIdentity(applicationId, id, userId, now, won),
        selectUser(byId(applicationId, userId)),
      ]);
      if (results[0]?.length === 0) return { state: 'lost' };
      return { state: 'done', user: readUser(results.at(-1)?.[0]) };
    } catch (error) {
      if (identityLost(error)) return { state: 'lost' };
      throw error;
    }
  }

  return {
    form,

    async find(id) {
      const now = clock.now();
      const [pending, [[row] = [], owners = [], [bound] = []]] = await Promise.all([
        form(id),
        database.read([
          selectRegistration(applicationId, id, now),
          selectUser(
            byId(
              applicationId,
              sql`(SELECT i.user_id FROM proofs p CROSS JOIN identifiers i
                   ON i.application_id = p.application_id AND i.kind = p.kind AND i.value = p.value AND i.verified = 1
                   WHERE p.application_id = ${applicationId} AND p.registration = ${id} LIMIT 1)`,
            ),
          ),
          selectUser(
            byId(
              applicationId,
              sql`(SELECT r.user_id FROM registrations r
                   WHERE r.application_id = ${applicationId} AND r.id = ${id})`,
            ),
          ),
        ]),
      ]);
      const found = owners.map(readUser).filter((user): user is User => user !== undefined);
      const registration = readRegistration(row);
      return { registration, form: pending, owners: found, bound: readUser(bound) };
    },

    async store(next, pending, from, proven = []) {
      const { identity } = next;
      const inherited = (column: SQL) =>
        sql`(SELECT ${column} FROM registrations WHERE ${registrationIs(from ?? '')})`;
      await Promise.all([
        values.put(keys.form(applicationId, next.id), JSON.stringify(pending), next.expiresAt),
        database.write([
          sql`INSERT INTO registrations (application_id, id, user_id, provider, subject, created_at, expires_at)
              VALUES (${applicationId}, ${next.id}, ${next.userId ?? null},
                      COALESCE(${identity?.provider ?? null}, ${inherited(sql`provider`)}),
                      COALESCE(${identity?.subject ?? null}, ${inherited(sql`subject`)}),
                      ${next.createdAt}, ${next.expiresAt})`,
          sql`INSERT INTO proofs (application_id, registration, kind, value, calling_code, expires_at)
              SELECT application_id, ${next.id}, kind, value, calling_code, ${next.expiresAt} FROM proofs
              WHERE application_id = ${applicationId} AND registration = ${from ?? null}`,
          ...proven.map(
            ({ kind, value, callingCode }) =>
              sql`INSERT INTO proofs (application_id, registration, kind, value, calling_code, expires_at)
                  VALUES (${applicationId}, ${next.id}, ${kind}, ${value}, ${callingCode ?? null}, ${next.expiresAt})
                  ON CONFLICT DO NOTHING`,
          ),
        ]),
      ]);
    },

    async finish(id: string, user: NewUser, now: number) {
      try {
        return await claim(id, user.id, now, (won) => insertUser(applicationId, user, won));
      } catch (error) {
        const field = takenField(
          error,
          'create',
          user.identifiers.find((one) => one.verified),
        );
        if (field) return { state: 'taken', field };
        throw error;
      }
    },

    async close(id, userId, now) {
      return claim(id, userId, now, () => []);
    },
  };
}
