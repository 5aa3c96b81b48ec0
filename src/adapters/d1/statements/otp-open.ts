/** A one-time code's row: written when there is room, and charged, in one batch. */
import type {
  IdentifierRef,
  OpenChallenge,
  Otps,
  RegistrationSends,
} from '../../../ports/index.ts';
import {
  charge,
  deviceOrLimits,
  limitedOf,
  limitParams,
  overLimit,
  usage,
} from './budget-statements.ts';
import type { Database } from '../database.ts';
import { challengeIs } from './otp-attempt.ts';
import { alias, as, insertSelect, sql, type Operand, type Operands, type SQL } from './query.ts';
import { otpChallenges } from '../schema/index.ts';
import { smsLimited, smsParams, smsStatements, type WarnSms } from './sms-statements.ts';
import { builtOnce } from './common.ts';
import { activeOwner } from './user-rows.ts';

const o = alias(otpChallenges, 'o');

/** Named in `meta.limit` when a registration has caused as many messages as it may. */
export const REGISTRATION_LIMIT = 'messages_per_registration';

/** Whether a registration may cause one more message to the identifier. */
export function registrationHasRoom(
  applicationId: Operand<string>,
  { kind, value }: Operands<Pick<IdentifierRef, 'kind' | 'value'>>,
  sends: Operands<RegistrationSends>,
): SQL {
  const counted = (what: SQL, which: SQL): SQL =>
    sql`(SELECT ${what} FROM ${as(o)} WHERE ${o.applicationId} = ${applicationId}
         AND ${o.registration} = ${sends.registration} AND ${o.registration} IS NOT NULL AND ${which})`;
  const sum = sql`COALESCE(SUM(${o.sends}), 0)`;
  return sql`${counted(sum, sql`TRUE`)} < ${sends.total}
    AND ${counted(sum, sql`${o.kind} = ${kind} AND ${o.value} = ${value}`)} < ${sends.perIdentifier}
    AND ${counted(sql`COUNT(DISTINCT ${o.value})`, sql`${o.kind} = ${kind} AND ${o.value} <> ${value}`)}
      < ${sends.identifiersPerKind}`;
}

/** What is not given is null here: a slot takes nothing undefined. */
function paramsOf(applicationId: string, opening: OpenChallenge) {
  const { challenge, limits, refund, triesBuckets, registrationSends, sms } = opening;
  const { id, purpose, codeMac, userId, registration, createdAt, expiresAt } = challenge;
  const { kind, value, callingCode } = challenge.identifier;
  return {
    applicationId,
    id,
    purpose,
    kind,
    value,
    callingCode: callingCode ?? null,
    codeMac,
    userId: userId ?? null,
    registration: registration ?? null,
    triesBuckets,
    refund,
    foreignSms: Boolean(sms?.foreign),
    createdAt,
    expiresAt,
    ...limitParams(limits),
    sendsOf: registrationSends?.registration ?? null,
    total: registrationSends?.total ?? null,
    perIdentifier: registrationSends?.perIdentifier ?? null,
    identifiersPerKind: registrationSends?.identifiersPerKind ?? null,
    ...smsParams(sms),
  };
}

interface Shape extends Record<string, boolean> {
  hasDevice: boolean;
  ofRegistration: boolean;
  isGuarded: boolean;
  isForeign: boolean;
  /** The code is the identifier's owner's, who is found in the statement itself. */
  ofOwner: boolean;
}

const openStatements = builtOnce<ReturnType<typeof paramsOf>>()((given, shape: Shape) => {
  const { applicationId, id, createdAt: now, expiresAt } = given;
  const limits = shape.hasDevice
    ? deviceOrLimits(applicationId, given, given)
    : sql`${given.limits}`;
  const opened = sql`EXISTS (SELECT 1 FROM ${otpChallenges} WHERE ${challengeIs(applicationId, id)})`;
  const sms = smsStatements(applicationId, given, shape, opened);
  const registrationRoom = shape.ofRegistration
    ? registrationHasRoom(applicationId, given, {
        registration: given.sendsOf,
        total: given.total,
        perIdentifier: given.perIdentifier,
        identifiersPerKind: given.identifiersPerKind,
      })
    : sql`TRUE`;
  const { purpose, kind, value, callingCode, codeMac, userId, registration } = given;
  const { triesBuckets, refund, foreignSms } = given;
  return {
    used: usage(applicationId, limits, now),
    made: insertSelect(
      otpChallenges,
      {
        applicationId,
        id,
        purpose,
        kind,
        value,
        callingCode,
        codeMac,
        userId: shape.ofOwner ? activeOwner(applicationId, kind, value) : userId,
        registration,
        triesBuckets,
        refund,
        foreignSms,
        createdAt: now,
        expiresAt,
      },
      sql`WHERE NOT ${overLimit(applicationId, limits, now)} AND ${sms.room} AND ${registrationRoom}`,
    ).returning({ userId: otpChallenges.userId }),
    charge: charge(applicationId, limits, now, opened),
    ...sms.count,
  };
});

/** `Otps.open`. */
export async function openCode(
  database: Database,
  applicationId: string,
  opening: OpenChallenge,
  tellSms: WarnSms,
): ReturnType<Otps['open']> {
  const { challenge, limits, registrationSends, sms } = opening;
  const { used, made, ...sent } = await database.write(
    openStatements(paramsOf(applicationId, opening), {
      hasDevice: limits.device !== undefined,
      ofRegistration: registrationSends !== undefined,
      isGuarded: sms !== undefined,
      isForeign: sms?.foreign !== undefined,
      ofOwner: challenge.purpose === 'forgot',
    }),
  );
  const tooDear = smsLimited(sms, sent, tellSms);
  const [row] = made;
  if (row) return { known: challenge.purpose !== 'forgot' || row.userId !== null };
  const { createdAt: now, expiresAt } = challenge;
  const retryAfterSeconds = Math.ceil((expiresAt - now) / 1000);
  const limited = limitedOf(used, now) ??
    tooDear ?? { limit: REGISTRATION_LIMIT, retryAfterSeconds };
  return { limited, known: false };
}
