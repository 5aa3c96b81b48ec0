/** One try of a one-time code: judged and charged in one statement, so that any number of wrong ones at once cost their tries. */
import type { Attempt, AuditEvent, Challenge, ChallengeRef, Otps, TryRules } from '../../ports.ts';
import { auditOf, countActivity } from './audit.ts';
import { charge, limitedOf, overLimit, usage } from './budget-statements.ts';
import type { Database } from './database.ts';
import { alias, as, select, update, type RowOf } from './query.ts';
import { boundUser, readRegistration, selectRegistration } from './registration-statements.ts';
import { identifiers, otpChallenges } from './schema.ts';
import { sql, type SQL } from './sql.ts';
import { byId, readUser, selectUser } from './user-rows.ts';

const c = alias(otpChallenges, 'c');
const i = alias(identifiers, 'i');

/** What `readChallenge` reads. */
export const CHALLENGE_FIELDS = {
  id: otpChallenges.id,
  purpose: otpChallenges.purpose,
  kind: otpChallenges.kind,
  value: otpChallenges.value,
  callingCode: otpChallenges.callingCode,
  userId: otpChallenges.userId,
  registration: otpChallenges.registration,
  sends: otpChallenges.sends,
  attempts: otpChallenges.attempts,
  consumedAt: otpChallenges.consumedAt,
  createdAt: otpChallenges.createdAt,
  expiresAt: otpChallenges.expiresAt,
};

export const selectChallenge = (where: SQL) =>
  select(CHALLENGE_FIELDS).from(otpChallenges).where(where);

/** A row of `selectChallenge` as the port's challenge. */
export function readChallenge(row: RowOf<ReturnType<typeof selectChallenge>>): Challenge {
  const { id, purpose, kind, value, sends, createdAt, expiresAt } = row;
  return {
    id,
    purpose,
    identifier: { kind, value, callingCode: row.callingCode ?? undefined },
    userId: row.userId ?? undefined,
    registration: row.registration ?? undefined,
    sends,
    consumedAt: row.consumedAt ?? undefined,
    createdAt,
    expiresAt,
  };
}

/** The challenge itself, for statements that change it. */
export const challengeIs = (applicationId: string, id: string | SQL): SQL =>
  sql`${otpChallenges.applicationId} = ${applicationId} AND ${otpChallenges.id} = ${id}`;

/** The newest live challenge of an address that fits the caller; anybody can ask for a login code, so the caller's own comes first. */
function newestFor(
  applicationId: string,
  { email, userId, registration }: Extract<ChallengeRef, { email: string }>,
  now: number,
): SQL {
  const bound =
    registration === undefined
      ? sql`${c.purpose} = 'profile' AND ${c.userId} = ${userId ?? null}`
      : sql`${c.purpose} = 'register' AND ${c.registration} = ${registration}`;
  return sql`(SELECT ${c.id} FROM ${as(c)}
              WHERE ${c.applicationId} = ${applicationId} AND ${c.kind} = 'email' AND ${c.value} = ${email}
                AND ${c.consumedAt} IS NULL AND ${c.expiresAt} > ${now}
                AND (${c.purpose} = 'login' OR (${bound}))
              ORDER BY ${c.purpose} = 'login', ${c.createdAt} DESC LIMIT 1)`;
}

/** The id of the user who owns the identifier that challenge `id` went to, verified. */
const ownerOf = (applicationId: string, id: SQL): SQL =>
  sql`(SELECT ${i.userId} FROM ${as(c)} CROSS JOIN ${as(i)}
       ON ${i.applicationId} = ${c.applicationId} AND ${i.kind} = ${c.kind} AND ${i.value} = ${c.value}
         AND ${i.verified} = 1
       WHERE ${c.applicationId} = ${applicationId} AND ${c.id} = ${id})`;

/** The device's own tries when the browser belongs to the identifier's owner, else everybody's. */
function triesOf(applicationId: string, { maxTries, perIdentifier, device }: TryRules, id: SQL) {
  const limit = (buckets: SQL): SQL =>
    sql`json_array(json_patch(${JSON.stringify(perIdentifier)}, json_object('buckets', json(${buckets}))))`;
  const stored = sql`(SELECT ${c.triesBuckets} FROM ${as(c)}
                      WHERE ${c.applicationId} = ${applicationId} AND ${c.id} = ${id})`;
  const own = device ? sql`COALESCE(${ownerOf(applicationId, id)} = ${device.userId}, 0)` : sql`0`;
  const limits = device
    ? sql`CASE WHEN ${own} THEN ${limit(sql`${JSON.stringify(device.buckets)}`)} ELSE ${limit(stored)} END`
    : limit(stored);
  return {
    own,
    limits,
    left: sql`CASE WHEN ${own} THEN ${otpChallenges.deviceAttempts} ELSE ${otpChallenges.attempts} END < ${maxTries}`,
  };
}

export async function attemptCode(
  database: Database,
  applicationId: string,
  request: Parameters<Otps['attempt']>[0],
): Promise<Attempt> {
  const { challenge: ref, userId, registration, codeMacs, nonce, now, rules, requestId } = request;
  const id = 'id' in ref ? sql`${ref.id}` : newestFor(applicationId, ref, now);
  const here = challengeIs(applicationId, id);
  const tries = triesOf(applicationId, rules, id);
  const right = sql`(${otpChallenges.codeMac} IN (SELECT value FROM json_each(${JSON.stringify(codeMacs)}))
    AND CASE ${otpChallenges.purpose} WHEN 'login' THEN 1
             WHEN 'profile' THEN ${otpChallenges.userId} IS ${userId ?? null}
             ELSE ${otpChallenges.registration} IS ${registration ?? null} END)`;
  const wrong = sql`EXISTS (SELECT 1 FROM ${otpChallenges} WHERE ${here} AND ${otpChallenges.lastTry} = ${nonce})`;
  const owner = ownerOf(applicationId, id);
  const locked: AuditEvent = {
    action: 'sign_in.locked',
    actor: 'shopper',
    requestId,
    detail: { limit: rules.perIdentifier.name },
    at: now,
  };
  const { found, used, owned, registered, bound } = await database.write({
    // Judged and charged in one statement: a wrong code costs a try, however many come at once, and a right one none.
    wrong: update(otpChallenges)
      .set({
        attempts: sql`${otpChallenges.attempts} + (NOT ${tries.own})`,
        deviceAttempts: sql`${otpChallenges.deviceAttempts} + ${tries.own}`,
        lastTry: nonce,
      })
      .where(
        sql`${here} AND ${otpChallenges.consumedAt} IS NULL AND ${otpChallenges.expiresAt} > ${now}
          AND NOT ${right} AND ${tries.left} AND NOT ${overLimit(applicationId, tries.limits, now)}`,
      ),
    charge: charge(applicationId, tries.limits, now, wrong),
    count: countActivity(applicationId, 'sign_in_failed.otp', now, wrong),
    locked: auditOf(
      applicationId,
      locked,
      owner,
      sql`${wrong} AND ${overLimit(applicationId, tries.limits, now)}`,
    ),
    found: select({
      ...CHALLENGE_FIELDS,
      lastTry: otpChallenges.lastTry,
      isRight: right.mapWith(Boolean),
      hasTries: tries.left.mapWith(Boolean),
    })
      .from(otpChallenges)
      .where(here),
    used: usage(applicationId, tries.limits, now),
    owned: selectUser(byId(applicationId, owner)),
    registered:
      registration === undefined ? undefined : selectRegistration(applicationId, registration, now),
    bound:
      registration === undefined
        ? undefined
        : selectUser(byId(applicationId, boundUser(applicationId, registration))),
  });
  const [row] = found;
  if (!row || row.consumedAt !== null || row.expiresAt <= now) return { state: 'unknown' };
  if (row.lastTry === nonce) return { state: 'wrong' };
  if (!row.hasTries) return { state: 'exhausted' };
  const limited = limitedOf(used, now);
  if (limited) return { state: 'limited', limited };
  if (!row.isRight) return { state: 'wrong' };
  return {
    state: 'right',
    challenge: readChallenge(row),
    owner: readUser(owned[0]),
    registration: readRegistration(registered[0]),
    bound: readUser(bound[0]),
  };
}
