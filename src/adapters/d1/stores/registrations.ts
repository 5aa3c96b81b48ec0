/** Registrations: state and proofs in D1, what the shopper filled in in KV. */
import type {
  Clock,
  PendingForm,
  Random,
  Registration,
  Registrations,
  ConsumeResult,
  SignIn,
} from '../../../ports/index.ts';
import { keys, type Values } from '../../kv/values.ts';
import { signInStatements } from './audit.ts';
import type { Database } from '../database.ts';
import { identityLost, takenField } from '../statements/otp-effects.ts';
import { alias, as, type Query, sql, type SQL, update } from '../statements/query.ts';
import {
  boundUser,
  insertProof,
  insertRegistration,
  linkIdentity,
  readRegistration,
  selectRegistration,
} from '../statements/registration-statements.ts';
import { identifiers, proofs, registrations, users } from '../schema/index.ts';
import { byId, readUser, readUsers, selectUser, u } from '../statements/user-rows.ts';
import { adoptIdentifiers } from '../statements/identifier-statements.ts';
import { insertUser } from '../statements/user-statements.ts';

const p = alias(proofs, 'p');
const i = alias(identifiers, 'i');
const owner = alias(users, 'owner');

/** The port `Registrations`: rows in D1, forms in KV. */
export function d1Registrations(
  database: Database,
  values: Values,
  applicationId: string,
  clock: Clock,
  random: Pick<Random, 'uuid'>,
): Registrations {
  const registrationIs = (id: string): SQL =>
    sql`${registrations.applicationId} = ${applicationId} AND ${registrations.id} = ${id}`;
  const open = (id: string, now: number): SQL =>
    sql`${registrationIs(id)} AND ${registrations.finishedAt} IS NULL AND ${registrations.expiresAt} > ${now}`;

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
    effects: (won: SQL) => Query[],
  ): Promise<ConsumeResult> {
    // Tells this call from every other one that tries to end the same registration.
    const nonce = random.uuid();
    const won = sql`EXISTS (SELECT 1 FROM ${registrations}
      WHERE ${registrationIs(id)} AND ${registrations.finishedBy} = ${nonce})`;
    try {
      const { finished, user } = await database.write({
        finished: update(registrations)
          .set({ finishedAt: now, finishedBy: nonce, userId })
          .where(sql`${open(id, now)} AND ${holds}`)
          .returning({ id: registrations.id }),
        // Before a new user is there, so that it is no change of the user.
        identity: linkIdentity(applicationId, id, userId, now, won),
        effects: effects(won),
        signIn: signInStatements(applicationId, signIn, won),
        user: selectUser(byId(applicationId, userId)),
      });
      if (finished.length === 0) return { state: 'lost' };
      return { state: 'done', user: readUser(user[0]) };
    } catch (error) {
      if (identityLost(error)) return { state: 'lost' };
      throw error;
    }
  }

  return {
    form,

    async find(id) {
      const now = clock.now();
      const { found, owners, bound } = await database.read({
        found: selectRegistration(applicationId, id, now),
        owners: selectUser(
          sql`${u.applicationId} = ${applicationId} AND ${u.id} IN (
            SELECT ${i.userId} FROM ${as(p)} CROSS JOIN ${as(i)}
            ON ${i.applicationId} = ${p.applicationId} AND ${i.kind} = ${p.kind} AND ${i.value} = ${p.value}
              AND ${i.verified} = 1
            WHERE ${p.applicationId} = ${applicationId} AND ${p.registration} = ${id})`,
        ),
        bound: selectUser(byId(applicationId, boundUser(applicationId, id))),
      });
      const registration = readRegistration(found[0]);
      return {
        registration,
        form: await form(registration),
        owners: readUsers(owners),
        bound: readUser(bound[0]),
      };
    },

    async begin(next, pending, proven = []) {
      const formId = random.uuid();
      await Promise.all([
        putForm(formId, pending, next.expiresAt),
        database.write({
          registration: insertRegistration(applicationId, { ...next, formId }),
          proofs: proven.map((proof) => insertProof(applicationId, next, proof)),
        }),
      ]);
    },

    async keep({ id, expiresAt }, pending, now, bound) {
      const formId = random.uuid();
      await putForm(formId, pending, expiresAt);
      const binds = bound && { userId: bound.userId, userProvenAt: bound.provenAt };
      const done = sql`EXISTS (SELECT 1 FROM ${registrations}
        WHERE ${registrationIs(id)} AND ${registrations.formId} = ${formId})`;
      const { kept } = await database.write({
        kept: update(registrations)
          .set({ formId, ...binds })
          .where(open(id, now))
          .returning({ id: registrations.id }),
        adopted: bound
          ? adoptIdentifiers(applicationId, bound.userId, bound.adopts, now, done)
          : [],
      });
      return kept.length > 0;
    },

    async finish(id, user, signIn, now) {
      const holds = sql`${registrations.userId} IS NULL`;
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

    async close(id, userId, signIn, now, adopts) {
      // Once more in the statement itself: a revocation may have come since the registration was read.
      const holds = sql`EXISTS (
        SELECT 1 FROM ${as(owner)}
        WHERE ${owner.applicationId} = ${registrations.applicationId} AND ${owner.id} = ${userId}
          AND ((${owner.id} = ${registrations.userId}
                AND ${registrations.userProvenAt} >= ${owner.sessionsValidFrom})
            OR (${registrations.userId} IS NULL AND EXISTS (
              SELECT 1 FROM ${as(p)} CROSS JOIN ${as(i)}
              ON ${i.applicationId} = ${p.applicationId} AND ${i.kind} = ${p.kind} AND ${i.value} = ${p.value}
              WHERE ${p.applicationId} = ${registrations.applicationId} AND ${p.registration} = ${registrations.id}
                AND ${i.userId} = ${owner.id} AND ${i.verified} = 1
                AND ${p.provenAt} >= MAX(${owner.sessionsValidFrom}, ${owner.createdAt},
                                         COALESCE(${i.verifiedAt}, 0))))))`;
      return end({ id, userId, now, holds }, signIn, (won) =>
        adoptIdentifiers(applicationId, userId, adopts, now, won),
      );
    },
  };
}
