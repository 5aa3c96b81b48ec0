/** A live code sent again: judged, charged and read in one batch, which is built once. */
import type { Challenge, IdentifierLimits, Limited, Otps } from '../../../ports/index.ts';
import {
  charge,
  deviceOrLimits,
  limitedOf,
  limitParams,
  overLimit,
  usage,
} from './budget-statements.ts';
import { builtOnce } from './common.ts';
import type { Database } from '../database.ts';
import { challengeIs, readChallenge, selectChallenge } from './otp-attempt.ts';
import { registrationHasRoom, REGISTRATION_LIMIT } from './otp-open.ts';
import { sql, update, type SQL } from './query.ts';
import { otpChallenges } from '../schema/index.ts';
import { smsLimited, smsParams, smsStatements, type WarnSms } from './sms-statements.ts';

type Resending = Parameters<Otps['resend']>[0];

/** What a resend comes to before its code is looked for. */
type Resent =
  | { state: 'unknown' | 'exhausted' }
  | { state: 'limited'; limited: Limited }
  | { state: 'sent'; challenge: Challenge };

/** What is not given is null here: a slot takes nothing undefined. */
function paramsOf(applicationId: string, request: Resending) {
  const { id, nonce, identifier, limits, maxTries, registrationSends, now, sms } = request;
  const each = Object.entries(limits).map(([purpose, own]) => ({ purpose, ...limitParams(own) }));
  /** JSON by purpose. */
  const byPurpose = (name: 'limits' | 'deviceLimits'): string =>
    `{${each.map((one) => `${JSON.stringify(one.purpose)}:${one[name] ?? null}`).join(',')}}`;
  return {
    applicationId,
    id,
    nonce,
    kind: identifier.kind,
    value: identifier.value,
    limits: byPurpose('limits'),
    deviceUserId: each.find((one) => one.deviceUserId !== null)?.deviceUserId ?? null,
    deviceLimits: byPurpose('deviceLimits'),
    maxTries,
    ...registrationSends,
    now,
    ...smsParams(sms),
  };
}

interface Shape extends Record<string, boolean> {
  hasDevice: boolean;
  isGuarded: boolean;
  isForeign: boolean;
}

const resendStatements = builtOnce<ReturnType<typeof paramsOf>>()((given, shape: Shape) => {
  const { applicationId, id, nonce, kind, value, now } = given;
  const here = challengeIs(applicationId, id);
  const live = sql`${here}
    AND ${otpChallenges.purpose} IN (SELECT key FROM json_each(${given.limits}))
    AND ${otpChallenges.kind} = ${kind} AND ${otpChallenges.value} = ${value}
    AND ${otpChallenges.consumedAt} IS NULL AND ${otpChallenges.expiresAt} > ${now}`;
  const ofPurpose = (json: SQL): SQL =>
    sql`json_extract(${json}, '$.' || ${otpChallenges.purpose})`;
  const own = ofPurpose(sql`${given.limits}`);
  const chosen = shape.hasDevice
    ? deviceOrLimits(applicationId, given, {
        limits: own,
        deviceUserId: given.deviceUserId,
        deviceLimits: ofPurpose(sql`${given.deviceLimits}`),
      })
    : own;
  const limits = sql`(SELECT ${chosen} FROM ${otpChallenges} WHERE ${live})`;
  const registrationRoom = registrationHasRoom(applicationId, given, {
    registration: sql`${otpChallenges.registration}`,
    total: given.total,
    perIdentifier: given.perIdentifier,
    identifiersPerKind: given.identifiersPerKind,
  });
  const sent = sql`EXISTS (
    SELECT 1 FROM ${otpChallenges} WHERE ${live} AND ${otpChallenges.lastSend} = ${nonce})`;
  const sms = smsStatements(applicationId, given, shape, sent);
  return {
    used: usage(applicationId, limits, now),
    done: update(otpChallenges)
      .set({ sends: sql`${otpChallenges.sends} + 1`, lastSend: sql`${nonce}` })
      .where(
        sql`${live} AND ${otpChallenges.attempts} < ${given.maxTries}
          AND NOT ${overLimit(applicationId, limits, now)} AND ${sms.room}
          AND (${otpChallenges.registration} IS NULL OR (${registrationRoom}))`,
      )
      .returning({ id: otpChallenges.id }),
    charge: charge(applicationId, limits, now, sent),
    found: selectChallenge(live),
    ...sms.count,
  };
});

/** Charges a resend to the limits of its challenge's purpose, and says whether it may go out. */
export async function resendCode(
  database: Database,
  applicationId: string,
  request: Resending,
  tellSms: WarnSms,
): Promise<Resent> {
  const { limits, maxTries, now, sms } = request;
  const all: IdentifierLimits[] = Object.values(limits);
  const { used, done, found, ...counted } = await database.write(
    resendStatements(paramsOf(applicationId, request), {
      hasDevice: all.some(({ device }) => device !== undefined),
      isGuarded: sms !== undefined,
      isForeign: sms?.foreign !== undefined,
    }),
  );
  const tooDear = smsLimited(sms, counted, tellSms);
  const [row] = found;
  if (!row) return { state: 'unknown' };
  if (done.length > 0) return { state: 'sent', challenge: readChallenge(row) };
  if (row.attempts >= maxTries) return { state: 'exhausted' };
  const retryAfterSeconds = Math.max(1, Math.ceil((row.expiresAt - now) / 1000));
  const limited = limitedOf(used, now) ??
    tooDear ?? { limit: REGISTRATION_LIMIT, retryAfterSeconds };
  return { state: 'limited', limited };
}
