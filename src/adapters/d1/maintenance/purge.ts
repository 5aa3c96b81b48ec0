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
import { isSettled } from '../moves/settled.ts';
import type { Step, Steps } from './turns.ts';
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
const l = alias(links, 'l');

/** Users a batch. */
const USERS_PER_BATCH = 100;
/** Applications a statement: they travel as one JSON parameter. */
const CUTOFFS_PER_QUERY = 500;

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

const ofRegistration = (due: SQL, table: typeof otpChallenges | typeof proofs): SQL =>
  sql`(${columnList([table.applicationId, table.registration])}) IN (
      SELECT ${columnList([r.applicationId, r.id])} FROM ${as(r)} WHERE ${r.userId} IS NOT NULL
        AND (${columnList([r.applicationId, r.userId])}) IN (${due}))`;
const ofValue = (due: SQL, table: typeof otpChallenges | typeof proofs, condition?: SQL): SQL =>
  sql`(${columnList([table.applicationId, table.kind, table.value])}) IN (${valuesOf(due, condition)})`;
const ofUsers = (due: SQL, table: OfUsers): SQL =>
  sql`(${columnList([table.applicationId, table.userId])}) IN (${due})`;
const isVerified = sql`${i.verified} = 1`;

/** Codes of the users. Each by an index of its own: one statement with OR between them would read the whole ledger. */
const challengesOf = (due: SQL, now: number): SQL[] => [
  sql`${otpChallenges.userId} IS NOT NULL AND ${ofUsers(due, otpChallenges)}`,
  sql`${otpChallenges.registration} IS NOT NULL AND ${ofRegistration(due, otpChallenges)}`,
  ofValue(due, otpChallenges, isVerified),
  // An unverified copy may be somebody else's address: what is alive there is not touched.
  sql`${otpChallenges.expiresAt} <= ${now} AND ${ofValue(due, otpChallenges)}`,
];

const registrationsOf = (due: SQL): SQL =>
  sql`${registrations.userId} IS NOT NULL AND ${ofUsers(due, registrations)}`;

/** By what their values in KV are named: codes, forms, and sessions that were opened, whether or not KV lists them yet. */
export const selectKeys = (due: SQL, now: number) => ({
  challenges: challengesOf(due, now).map((where) =>
    select({ application: otpChallenges.applicationId, id: otpChallenges.id })
      .from(otpChallenges)
      .where(where),
  ),
  registrations: select({ application: registrations.applicationId, form: registrations.formId })
    .from(registrations)
    .where(registrationsOf(due)),
  sessions: select({
    application: auditEvents.applicationId,
    user: sql<string>`${auditEvents.userId}`,
    session: sql<string>`${auditEvents.session}`,
  })
    .from(auditEvents)
    .where(
      sql`${auditEvents.userId} IS NOT NULL AND ${auditEvents.session} IS NOT NULL AND ${ofUsers(due, auditEvents)}`,
    ),
});

/**
 * One transaction. Identifiers and users go last: they are what the other statements look at.
 * @param due the users that go, as rows of (application_id, id)
 * @param now ms
 */
export function purgeStatements(due: SQL, now: number) {
  const ofUser = (table: OfUsers): SQL => ofUsers(due, table);
  return {
    challenges: challengesOf(due, now).map((where) =>
      remove(otpChallenges)
        .where(where)
        .returning({ application: otpChallenges.applicationId, id: otpChallenges.id }),
    ),
    proofs: [
      remove(proofs).where(ofRegistration(due, proofs)),
      remove(proofs).where(ofValue(due, proofs, isVerified)),
      remove(proofs).where(sql`${proofs.expiresAt} <= ${now} AND ${ofValue(due, proofs)}`),
    ],
    registrations: remove(registrations)
      .where(registrationsOf(due))
      .returning({ application: registrations.applicationId, form: registrations.formId }),
    links: remove(links).where(ofUser(links)),
    // Those without a user were asked for by typing the address (D-54).
    typedLinks: remove(links).where(
      sql`(${columnList([links.id, links.applicationId])}) IN (
        SELECT ${columnList([l.id, l.applicationId])} FROM (${valuesOf(due)}) v CROSS JOIN ${as(l)}
        ON ${l.userId} = '' AND ${l.applicationId} = v.application_id AND ${l.linkKind} IN ('reset', 'forgot')
          AND ${l.value} = v.value AND ${l.kind} = v.kind)`,
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

/** The next users of these applications whose time is over. */
async function nextDue(database: Database, cutoffs: readonly Cutoff[]): Promise<Due[]> {
  const { due } = await database.read({
    due: select({
      application: u.applicationId,
      user: u.id,
      cutoff: sql<number>`a.value ->> 'cutoff'`,
    })
      .from(sql`json_each(${JSON.stringify(cutoffs)}) a`)
      .crossJoin(u)
      .where(
        sql`${u.applicationId} = a.value ->> 'application' AND ${u.deletedAt} <= a.value ->> 'cutoff' AND ${isSettled(u)}`,
      )
      .limit(USERS_PER_BATCH),
  });
  return due;
}

async function removeAll(values: Values, names: readonly (Key | undefined)[]): Promise<void> {
  await Promise.all(names.map((name) => values.remove(name)));
}

/** Harmless to a user who comes back meanwhile: a deleted user has no session left that lives. */
async function removeSessions(values: Values, due: readonly Due[]): Promise<number> {
  const listed = await Promise.all(
    due.map(({ application, user }) => values.list(keys.sessionsOf(application, user))),
  );
  const sessions = listed.flat().map(({ key }) => key);
  await removeAll(values, sessions);
  return sessions.length;
}

/** A batch of users, who are gone when it is done. */
async function purgeBatch(
  database: Database,
  values: Values,
  due: readonly Due[],
  now: number,
): Promise<Step> {
  // Values first: once the rows are gone nothing leads to them.
  const sessions = await removeSessions(values, due);
  const batch = purgeStatements(stillDue(due), now);
  const gone = await database.write(batch);
  const codes = gone.challenges
    .flat()
    .map(({ application, id }) => keys.otp(String(application), String(id)));
  const forms = gone.registrations.flatMap(({ application, form }) =>
    form === null ? [] : [keys.form(application, form)],
  );
  await removeAll(values, [...codes, ...forms]);
  return {
    counts: { users: gone.users.length, sessions },
    // One more ends the events of the batch.
    queries: 2 + Object.values(batch).flat().length,
    calls: due.length + sessions + codes.length + forms.length,
  };
}

/**
 * Purges users batch by batch, until none is due.
 * @param cutoffs of all applications of the database
 * @param now in milliseconds: what has expired by then goes too
 */
export async function* purge(
  database: Database,
  values: Values,
  cutoffs: readonly Cutoff[],
  now: number,
): Steps {
  for (let at = 0; at < cutoffs.length; at += CUTOFFS_PER_QUERY) {
    const slice = cutoffs.slice(at, at + CUTOFFS_PER_QUERY);
    for (let due = await nextDue(database, slice); due.length > 0;) {
      yield await purgeBatch(database, values, due, now);
      due = await nextDue(database, slice);
    }
    yield { counts: { users: 0, sessions: 0 }, queries: 1 };
  }
}
