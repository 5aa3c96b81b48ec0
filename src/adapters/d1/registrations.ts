/** Registrations: state and proofs in D1, what the shopper filled in in KV. */
import { sql, type SQL } from './sql.ts';
import type {
  Clock,
  PendingForm,
  Random,
  Registration,
  Registrations,
  ConsumeResult,
  SignIn,
  User,
} from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';
import { signInStatements } from './audit.ts';
import type { Database } from './database.ts';
import { identityLost, takenField } from './otp-effects.ts';
import {
  insertProof,
  insertRegistration,
  linkIdentity,
  readRegistration,
  selectRegistration,
} from './registration-statements.ts';
import { byId, insertUser, readUser, selectUser } from './user-statements.ts';

export function d1Registrations(
  database: Database,
  values: Values,
  applicationId: string,
  clock: Clock,
  random: Pick<Random, 'uuid'>,
): Registrations {
  const registrationIs = (id: string): SQL => sql`application_id = ${applicationId} AND id = ${id}`;
  const open = (id: string, now: number): SQL =>
    sql`${registrationIs(id)} AND finished_at IS NULL AND expires_at > ${now}`;

  async function form(registration: Registration | undefined): Promise<PendingForm | undefined> {
    if (registration?.formId === undefined) return undefined;
    const text = await values.get(keys.form(applicationId, registration.formId));
    // Written by `putForm` only.
    return text === undefined ? undefined : (JSON.parse(text) as PendingForm);
  }

  /** Each form is a value of its own: another location may see the old one of a changed value for a minute. */
  async function putForm(formId: string, pending: PendingForm, expiresAt: number): Promise<void> {
    await values.put(keys.form(applicationId, formId), JSON.stringify(pending), expiresAt);
  }

  /** Ends the registration in a user, when it is still open and `holds`; `effects` take hold with it. */
  async function end(
    { id, userId, now, holds }: { id: string; userId: string; now: number; holds: SQL },
    signIn: SignIn,
    effects: (won: SQL) => SQL[],
  ): Promise<ConsumeResult> {
    // Tells this call from every other one that tries to end the same registration.
    const nonce = random.uuid();
    const won = sql`EXISTS (SELECT 1 FROM registrations WHERE ${registrationIs(id)} AND finished_by = ${nonce})`;
    try {
      const results = await database.write([
        sql`UPDATE registrations AS r SET finished_at = ${now}, finished_by = ${nonce}, user_id = ${userId}
            WHERE ${open(id, now)} AND ${holds} RETURNING id`,
        ...effects(won),
        linkIdentity(applicationId, id, userId, now, won),
        ...signInStatements(applicationId, signIn, won),
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
      const [[row] = [], owners = [], [bound] = []] = await database.read([
        selectRegistration(applicationId, id, now),
        selectUser(
          sql`u.application_id = ${applicationId} AND u.id IN (
                SELECT i.user_id FROM proofs p CROSS JOIN identifiers i
                ON i.application_id = p.application_id AND i.kind = p.kind AND i.value = p.value AND i.verified = 1
                WHERE p.application_id = ${applicationId} AND p.registration = ${id})`,
        ),
        selectUser(
          byId(
            applicationId,
            sql`(SELECT r.user_id FROM registrations r
                 WHERE r.application_id = ${applicationId} AND r.id = ${id})`,
          ),
        ),
      ]);
      const registration = readRegistration(row);
      const found = owners.map(readUser).filter((user): user is User => user !== undefined);
      return {
        registration,
        form: await form(registration),
        owners: found,
        bound: readUser(bound),
      };
    },

    async begin(next, pending, proven = []) {
      const formId = random.uuid();
      await Promise.all([
        putForm(formId, pending, next.expiresAt),
        database.write([
          insertRegistration(applicationId, { ...next, formId }),
          ...proven.map((proof) => insertProof(applicationId, next, proof)),
        ]),
      ]);
    },

    async keep({ id, expiresAt }, pending, now, bound) {
      const formId = random.uuid();
      await putForm(formId, pending, expiresAt);
      const binds = bound
        ? sql`, user_id = ${bound.userId}, user_proven_at = ${bound.provenAt}`
        : sql``;
      const [kept = []] = await database.write([
        sql`UPDATE registrations SET form_id = ${formId} ${binds} WHERE ${open(id, now)} RETURNING id`,
      ]);
      return kept.length > 0;
    },

    async finish(id, user, signIn, now) {
      const holds = sql`r.user_id IS NULL`;
      const event = { ...signIn.event, action: 'account.registered' as const, session: undefined };
      try {
        return await end({ id, userId: user.id, now, holds }, signIn, (won) =>
          insertUser(applicationId, user, won, event),
        );
      } catch (error) {
        const first = user.identifiers.find((one) => one.verified);
        const field = takenField(error, 'create', first);
        if (field) return { state: 'taken', field };
        throw error;
      }
    },

    async close(id, userId, signIn, now) {
      // Once more in the statement itself: a revocation may have come since the registration was read.
      const holds = sql`EXISTS (
        SELECT 1 FROM users u WHERE u.application_id = r.application_id AND u.id = ${userId}
          AND ((u.id = r.user_id AND r.user_proven_at >= u.sessions_valid_from)
            OR (r.user_id IS NULL AND EXISTS (
              SELECT 1 FROM proofs p CROSS JOIN identifiers i
              ON i.application_id = p.application_id AND i.kind = p.kind AND i.value = p.value
              WHERE p.application_id = r.application_id AND p.registration = r.id AND i.user_id = u.id
                AND i.verified = 1 AND p.proven_at >= MAX(u.sessions_valid_from, u.created_at,
                                                          COALESCE(i.verified_at, 0))))))`;
      return end({ id, userId, now, holds }, signIn, () => []);
    },
  };
}
