/** One try of a one-time code: judged and charged in one statement, so that any number of wrong ones at once cost their tries. */
import { PURPOSES_OF_USER } from '../../../domain/otp/otp-effect.ts';
import type { Attempt, Challenge, Otps } from '../../../ports/index.ts';
import { auditOf, countActivity } from '../stores/audit.ts';
import { charge, limitedOf, overLimit, usage } from './budget-statements.ts';
import type { Database } from '../database.ts';
import { alias, as, type RowOf, select, sql, type SQL, update, type Operand } from './query.ts';
import { builtOnce, type Slots } from './common.ts';
import { boundUser, readRegistration, selectRegistration } from './registration-statements.ts';
import { identifiers, otpChallenges } from '../schema/index.ts';
import { byId, readUser, selectUser } from './user-rows.ts';

const c = alias(otpChallenges, 'c');
const i = alias(identifiers, 'i');

/** For `IN`. */
const OF_USER = sql`(SELECT value FROM json_each(${JSON.stringify(PURPOSES_OF_USER)}))`;

/** What `readChallenge` reads. */
const CHALLENGE_FIELDS = {
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

/** Challenges that fulfil a condition, with the fields that the port knows. */
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
export const challengeIs = (applicationId: Operand<string>, id: Operand<string>): SQL =>
  sql`${otpChallenges.applicationId} = ${applicationId} AND ${otpChallenges.id} = ${id}`;

type Attempted = Parameters<Otps['attempt']>[0];

/** What is not given is null here: a slot takes nothing undefined. */
function paramsOf(applicationId: string, request: Attempted) {
  const { challenge, purposes, userId, registration, codeMacs, nonce, now, rules, requestId } =
    request;
  const { maxTries, perIdentifier, device } = rules;
  const byEmail = 'email' in challenge ? challenge : undefined;
  return {
    applicationId,
    id: 'id' in challenge ? challenge.id : null,
    email: byEmail?.email ?? null,
    emailUserId: byEmail?.userId ?? null,
    emailRegistration: byEmail?.registration ?? null,
    userId: userId ?? null,
    registration: registration ?? null,
    purposes: JSON.stringify(purposes),
    codeMacs: JSON.stringify(codeMacs),
    nonce,
    now,
    maxTries,
    limit: JSON.stringify(perIdentifier),
    deviceUserId: device?.userId ?? null,
    deviceBuckets: device ? JSON.stringify(device.buckets) : null,
    requestId: requestId ?? null,
    detail: { limit: perIdentifier.name },
  };
}
type Given = Slots<ReturnType<typeof paramsOf>>;

interface Shape extends Record<string, boolean> {
  /** The challenge is named by its address, not by its id; for a registration, not for a profile. */
  byEmail: boolean;
  emailOfRegistration: boolean;
  hasDevice: boolean;
  ofRegistration: boolean;
}

/** The newest live challenge of an address that fits the caller; anybody can ask for a login code, so the caller's own comes first. */
function newestFor(given: Given, ofRegistration: boolean): SQL {
  const { applicationId, email, now } = given;
  const bound = ofRegistration
    ? sql`${c.purpose} = 'register' AND ${c.registration} = ${given.emailRegistration}`
    : sql`${c.purpose} IN ${OF_USER} AND ${c.userId} = ${given.emailUserId}`;
  return sql`(SELECT ${c.id} FROM ${as(c)}
              WHERE ${c.applicationId} = ${applicationId} AND ${c.kind} = 'email' AND ${c.value} = ${email}
                AND ${c.consumedAt} IS NULL AND ${c.expiresAt} > ${now}
                AND ${c.purpose} IN (SELECT value FROM json_each(${given.purposes}))
                AND (${c.purpose} IN ('login', 'forgot') OR (${bound}))
              ORDER BY ${c.purpose} = 'login', ${c.createdAt} DESC LIMIT 1)`;
}

/** The id of the user who owns the identifier that challenge `id` went to, verified. */
const ownerOf = (applicationId: Operand<string>, id: SQL): SQL =>
  sql`(SELECT ${i.userId} FROM ${as(c)} CROSS JOIN ${as(i)}
       ON ${i.applicationId} = ${c.applicationId} AND ${i.kind} = ${c.kind} AND ${i.value} = ${c.value}
         AND ${i.verified} = 1
       WHERE ${c.applicationId} = ${applicationId} AND ${c.id} = ${id})`;

/** The device's own tries when the browser belongs to the identifier's owner, else everybody's. */
function triesOf(given: Given, id: SQL, hasDevice: boolean) {
  const { applicationId, limit: one, maxTries, deviceUserId, deviceBuckets } = given;
  const limit = (buckets: SQL): SQL =>
    sql`json_array(json_patch(${one}, json_object('buckets', json(${buckets}))))`;
  const stored = sql`(SELECT ${c.triesBuckets} FROM ${as(c)}
                      WHERE ${c.applicationId} = ${applicationId} AND ${c.id} = ${id})`;
  const own = hasDevice
    ? sql`COALESCE(${ownerOf(applicationId, id)} = ${deviceUserId}, 0)`
    : sql`0`;
  return {
    own,
    limits: hasDevice
      ? sql`CASE WHEN ${own} THEN ${limit(sql`${deviceBuckets}`)} ELSE ${limit(stored)} END`
      : limit(stored),
    left: sql`CASE WHEN ${own} THEN ${otpChallenges.deviceAttempts} ELSE ${otpChallenges.attempts} END < ${maxTries}`,
  };
}

const attemptStatements = builtOnce<ReturnType<typeof paramsOf>>()((given, shape: Shape) => {
  const { applicationId, userId, registration, purposes, codeMacs, nonce, now } = given;
  const { requestId, detail } = given;
  const id = shape.byEmail ? newestFor(given, shape.emailOfRegistration) : sql`${given.id}`;
  const here = challengeIs(applicationId, id);
  const tries = triesOf(given, id, shape.hasDevice);
  const owner = ownerOf(applicationId, id);
  const right = sql`(${otpChallenges.codeMac} IN (SELECT value FROM json_each(${codeMacs}))
    AND ${otpChallenges.purpose} IN (SELECT value FROM json_each(${purposes}))
    AND CASE WHEN ${otpChallenges.purpose} IN ${OF_USER} THEN ${otpChallenges.userId} IS ${userId}
             WHEN ${otpChallenges.purpose} = 'register' THEN ${otpChallenges.registration} IS ${registration}
             WHEN ${otpChallenges.purpose} = 'forgot' THEN COALESCE(${otpChallenges.userId} = ${owner}, 0)
             ELSE ${otpChallenges.purpose} = 'login' END)`;
  const wrong = sql`EXISTS (SELECT 1 FROM ${otpChallenges} WHERE ${here} AND ${otpChallenges.lastTry} = ${nonce})`;
  return {
    // Judged and charged in one statement: a wrong code costs a try, however many come at once, and a right one none.
    wrong: update(otpChallenges)
      .set({
        attempts: sql`${otpChallenges.attempts} + (NOT ${tries.own})`,
        deviceAttempts: sql`${otpChallenges.deviceAttempts} + ${tries.own}`,
        lastTry: sql`${nonce}`,
      })
      .where(
        sql`${here} AND ${otpChallenges.consumedAt} IS NULL AND ${otpChallenges.expiresAt} > ${now}
          AND NOT ${right} AND ${tries.left} AND NOT ${overLimit(applicationId, tries.limits, now)}`,
      ),
    charge: charge(applicationId, tries.limits, now, wrong),
    count: countActivity(applicationId, 'sign_in_failed.otp', now, wrong),
    locked: auditOf(
      applicationId,
      { action: 'sign_in.locked', actor: 'shopper', requestId, detail, at: now },
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
    registered: shape.ofRegistration
      ? selectRegistration(applicationId, registration, now)
      : undefined,
    bound: shape.ofRegistration
      ? selectUser(byId(applicationId, boundUser(applicationId, registration)))
      : undefined,
  };
});

/** `Otps.attempt`. */
export async function attemptCode(
  database: Database,
  applicationId: string,
  request: Attempted,
): Promise<Attempt> {
  const { challenge, registration, nonce, now, rules } = request;
  const { found, used, owned, registered, bound } = await database.write(
    attemptStatements(paramsOf(applicationId, request), {
      byEmail: 'email' in challenge,
      emailOfRegistration: 'email' in challenge && challenge.registration !== undefined,
      hasDevice: rules.device !== undefined,
      ofRegistration: registration !== undefined,
    }),
  );
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
