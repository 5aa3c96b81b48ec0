/** One-time codes: the exact ledger in D1, the sealed code in KV. */
import { sql, type SQL } from './sql.ts';
import type {
  Attempt,
  Challenge,
  ChallengeRef,
  IdentifierRef,
  Otps,
  Settled,
  SmsGuard,
} from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';
import { charge, giveBack, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import type { Database, Row } from './database.ts';
import {
  effectStatements,
  fullness,
  identityLost,
  precondition,
  takenField,
} from './otp-effects.ts';
import { readRegistration, selectRegistration } from './registration-statements.ts';
import { judgeSms, smsVerified, uncountSms, type TellSms } from './sms-statements.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

function readChallenge(row: Row): Challenge {
  return {
    id: String(row['id']),
    // Columns with a closed set of values, written by this file only.
    purpose: row['purpose'] as Challenge['purpose'],
    identifier: {
      kind: row['kind'] as IdentifierRef['kind'],
      value: String(row['value']),
      callingCode: (row['calling_code'] as number | null) ?? undefined,
    },
    resendToken: String(row['resend_token']),
    userId: (row['user_id'] as string | null) ?? undefined,
    registration: (row['registration'] as string | null) ?? undefined,
    attempts: Number(row['attempts']),
    consumedAt: (row['consumed_at'] as number | null) ?? undefined,
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  };
}

const isLive = (row: Row, now: number): boolean =>
  row['consumed_at'] === null && Number(row['expires_at']) > now;

export function d1Otps(
  database: Database,
  values: Values,
  applicationId: string,
  tellSms: TellSms,
): Otps {
  const challengeIs = (id: string): SQL => sql`application_id = ${applicationId} AND id = ${id}`;
  /** The newest live challenge of an address that fits the caller; anybody can ask for a login code, so the caller's own comes first. */
  function newestFor(
    { email, userId, registration }: Extract<ChallengeRef, { email: string }>,
    now: number,
  ): SQL {
    const fits =
      registration === undefined
        ? sql`(purpose = 'login' OR (purpose = 'profile' AND user_id = ${userId ?? null}))`
        : sql`(purpose = 'login' OR (purpose = 'register' AND registration = ${registration}))`;
    return sql`(SELECT id FROM otp_challenges
                WHERE application_id = ${applicationId} AND kind = 'email' AND value = ${email}
                  AND consumed_at IS NULL AND expires_at > ${now} AND ${fits}
                ORDER BY purpose = 'login', created_at DESC LIMIT 1)`;
  }

  const registrationStatements = (registration: string, now: number): SQL[] => [
    selectRegistration(applicationId, registration, now),
    selectUser(
      byId(
        applicationId,
        sql`(SELECT r.user_id FROM registrations r
             WHERE r.application_id = ${applicationId} AND r.id = ${registration})`,
      ),
    ),
  ];

  async function uncharge(ref: string, sms?: SmsGuard): Promise<void> {
    const uncount = sms ? [uncountSms(applicationId, sms)] : [];
    await database.write([giveBack(applicationId, ref), ...uncount]);
  }

  const readCode = (id: string) => values.get(keys.otp(applicationId, id));

  return {
    async open({ challenge, limits, triesBucket, refundOnSuccess, sms }) {
      const { id, identifier, createdAt: now } = challenge;
      const json = limitsJson(limits);
      const opened = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${challengeIs(id)})`;
      const cost = judgeSms(applicationId, sms, opened, tellSms);
      const results = await database.write([
        usage(applicationId, json, now),
        sql`INSERT INTO otp_challenges (application_id, id, purpose, kind, value, calling_code, resend_token, user_id,
                                        registration, tries_bucket, refund_bucket, foreign_sms, created_at, expires_at)
            SELECT ${applicationId}, ${id}, ${challenge.purpose}, ${identifier.kind}, ${identifier.value},
                   ${identifier.callingCode ?? null}, ${challenge.resendToken}, ${challenge.userId ?? null},
                   ${challenge.registration ?? null}, ${triesBucket}, ${refundOnSuccess ?? null}, ${sms?.foreign ? 1 : 0},
                   ${now}, ${challenge.expiresAt}
            WHERE NOT ${overLimit(applicationId, json, now)} AND ${cost.room} RETURNING id`,
        charge(applicationId, json, id, now, opened),
        ...cost.count,
      ]);
      const [used = [], made = []] = results;
      const tooDear = cost.limited(results);
      return made.length > 0 ? undefined : (limitedOf(used, now) ?? tooDear);
    },

    async keep({ id, sealedCode, expiresAt }) {
      await values.put(keys.otp(applicationId, id), sealedCode, expiresAt);
    },

    async cancel(challengeId, sms) {
      await database.write([
        ...(sms ? [uncountSms(applicationId, sms)] : []),
        giveBack(applicationId, challengeId),
        sql`DELETE FROM otp_challenges WHERE ${challengeIs(challengeId)} AND consumed_at IS NULL`,
      ]);
    },

    async resend({ token, identifier, limits, ref, now, sms }) {
      const live = sql`application_id = ${applicationId} AND resend_token = ${token} AND kind = ${identifier.kind}
        AND value = ${identifier.value} AND consumed_at IS NULL AND expires_at > ${now}`;
      const json = sql`(SELECT json_extract(${JSON.stringify(limits)}, '$.' || purpose)
                        FROM otp_challenges WHERE ${live})`;
      const charged = sql`EXISTS (SELECT 1 FROM charges WHERE application_id = ${applicationId} AND ref = ${ref})`;
      const cost = judgeSms(applicationId, sms, charged, tellSms);
      const room = sql`NOT ${overLimit(applicationId, json, now)} AND ${cost.room}`;
      const results = await database.write([
        sql`SELECT * FROM otp_challenges WHERE ${live}`,
        usage(applicationId, json, now),
        charge(applicationId, json, ref, now, room),
        ...cost.count,
      ]);
      const [[row] = [], used = []] = results;
      const tooDear = cost.limited(results);
      if (!row) return { state: 'unknown' };
      const limited = limitedOf(used, now) ?? tooDear;
      if (limited) return { state: 'limited', limited };
      const challenge = readChallenge(row);
      const reading = readCode(challenge.id);
      const sealedCode = await reading.catch(() => undefined);
      if (sealedCode !== undefined) return { state: 'ready', challenge, sealedCode };
      // Neither a stale KV nor one that fails may cost a send.
      await uncharge(ref, sms);
      await reading;
      return { state: 'not_here_yet' };
    },

    cancelResend: uncharge,

    async attempt({ challenge: ref, registration, nonce, now, rules }): Promise<Attempt> {
      const { max, windowMs, name } = rules.perIdentifier;
      const id = 'id' in ref ? sql`${ref.id}` : newestFor(ref, now);
      const here = sql`application_id = ${applicationId} AND id = ${id}`;
      const charges = sql`FROM charges h WHERE h.application_id = c.application_id AND h.bucket = c.tries_bucket
                          AND h.at > ${now - windowMs}`;
      // With a request id both reads start at once; by email the id is only known once D1 has answered.
      const early = 'id' in ref ? readCode(ref.id) : undefined;
      const reading = early?.catch(() => undefined);
      const results = await database.write([
        sql`UPDATE otp_challenges AS c SET attempts = attempts + 1, last_try = ${nonce}
            WHERE ${here} AND consumed_at IS NULL AND expires_at > ${now}
              AND attempts < ${rules.maxTries} AND (SELECT COUNT(*) ${charges}) < ${max}`,
        sql`INSERT INTO charges (application_id, bucket, at, ref, expires_at)
            SELECT application_id, tries_bucket, ${now}, ${nonce}, ${now + windowMs} FROM otp_challenges
            WHERE ${here} AND last_try = ${nonce}`,
        sql`SELECT c.*, (SELECT MIN(h.at) ${charges}) AS oldest FROM otp_challenges c WHERE ${here}`,
        selectUser(
          byId(
            applicationId,
            sql`(SELECT i.user_id FROM otp_challenges c CROSS JOIN identifiers i
                 ON i.application_id = c.application_id AND i.kind = c.kind AND i.value = c.value AND i.verified = 1
                 WHERE c.application_id = ${applicationId} AND c.id = ${id})`,
          ),
        ),
        ...(registration === undefined ? [] : registrationStatements(registration, now)),
      ]);
      const [, , [row] = [], [owner] = [], [registered] = [], [bound] = []] = results;
      if (!row || !isLive(row, now)) return { state: 'unknown' };
      if (row['last_try'] !== nonce) {
        if (Number(row['attempts']) >= rules.maxTries) return { state: 'exhausted' };
        const oldest = Number(row['oldest'] ?? now);
        const retryAfter = Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
        return { state: 'limited', limited: { limit: name, retryAfter } };
      }
      const challenge = readChallenge(row);
      const late = early ?? readCode(challenge.id);
      const sealedCode = await (reading ?? late.catch(() => undefined));
      if (sealedCode === undefined) {
        // Neither a stale KV nor one that fails may cost a try: it is given back before anything else happens.
        await database.write([
          giveBack(applicationId, nonce),
          sql`UPDATE otp_challenges SET attempts = attempts - 1
              WHERE ${challengeIs(challenge.id)} AND attempts > 0`,
        ]);
        await late;
        return { state: 'not_here_yet' };
      }
      return {
        state: 'judge',
        challenge,
        sealedCode,
        owner: readUser(owner),
        registration: readRegistration(registered),
        bound: readUser(bound),
      };
    },

    async settle(settlement): Promise<Settled> {
      const { challenge, nonce, effect, now, readBack, endSession } = settlement;
      const { id } = challenge;
      const won = sql`EXISTS (SELECT 1 FROM otp_challenges
                              WHERE ${challengeIs(id)} AND consumed_by = ${nonce})`;
      const statements = [
        sql`SELECT ${fullness(applicationId, settlement)} AS is_full`,
        sql`UPDATE otp_challenges SET consumed_at = ${now}, consumed_by = ${nonce}
            WHERE ${challengeIs(id)} AND consumed_at IS NULL AND expires_at > ${now}
              AND ${precondition(applicationId, settlement)} RETURNING id`,
        giveBack(applicationId, nonce, won),
        giveBack(
          applicationId,
          id,
          sql`bucket = (SELECT refund_bucket FROM otp_challenges WHERE ${challengeIs(id)}) AND ${won}`,
        ),
        smsVerified(
          applicationId,
          sql`SELECT created_at AS at FROM otp_challenges WHERE ${challengeIs(id)} AND foreign_sms = 1`,
          won,
        ),
        ...effectStatements(applicationId, settlement, won),
        ...(endSession
          ? [
              sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
                  SELECT ${applicationId}, ${endSession.userId}, ${endSession.handle}, ${endSession.until} WHERE ${won}
                  ON CONFLICT DO NOTHING`,
            ]
          : []),
        selectUser(readBack === undefined ? sql`FALSE` : byId(applicationId, readBack)),
      ];
      try {
        const results = await database.write(statements);
        if (results[1]?.length === 0) {
          return { state: results[0]?.[0]?.['is_full'] === 1 ? 'full' : 'lost' };
        }
        return { state: 'done', user: readUser(results.at(-1)?.[0]) };
      } catch (error) {
        if (identityLost(error)) return { state: 'lost' };
        const field = takenField(error, effect.kind, challenge.identifier);
        if (field) return { state: 'taken', field };
        throw error;
      }
    },

    async unsettle(challengeId, nonce) {
      await database.write([
        sql`UPDATE otp_challenges SET consumed_at = NULL, consumed_by = NULL
            WHERE ${challengeIs(challengeId)} AND consumed_by = ${nonce}`,
      ]);
    },
  };
}
