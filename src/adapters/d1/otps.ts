/** One-time codes: the exact ledger in D1, the sealed code for a resend in KV. */
import { sql, type SQL } from './sql.ts';
import type {
  IdentifierRef,
  OpenChallenge,
  Otps,
  RegistrationSends,
  ConsumeResult,
} from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';
import { signInStatements } from './audit.ts';
import {
  charge,
  giveBack,
  identifierLimitsJson,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from './budget-statements.ts';
import type { Database } from './database.ts';
import {
  effectStatements,
  fullness,
  identityLost,
  precondition,
  takenField,
} from './otp-effects.ts';
import { attemptCode, readChallenge } from './otp-attempt.ts';
import { judgeSms, smsVerified, uncountSms, type TellSms } from './sms-statements.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

/** Named in `meta.limit` when a registration has caused as many messages as it may. */
const REGISTRATION_LIMIT = 'messages_per_registration';

export function d1Otps(
  database: Database,
  values: Values,
  applicationId: string,
  tellSms: TellSms,
): Otps {
  const challengeIs = (id: string): SQL => sql`application_id = ${applicationId} AND id = ${id}`;
  /** Whether a registration may cause one more message to the identifier. */
  function registrationHasRoom(
    sends: Omit<RegistrationSends, 'registration'>,
    registration: string | SQL,
    { kind, value }: IdentifierRef,
  ): SQL {
    const counted = (what: SQL, which: SQL): SQL =>
      sql`(SELECT ${what} FROM otp_challenges o WHERE o.application_id = ${applicationId}
           AND o.registration = ${registration} AND o.registration IS NOT NULL AND ${which})`;
    const sum = sql`COALESCE(SUM(o.sends), 0)`;
    return sql`${counted(sum, sql`TRUE`)} < ${sends.total}
      AND ${counted(sum, sql`o.kind = ${kind} AND o.value = ${value}`)} < ${sends.perIdentifier}
      AND ${counted(sql`COUNT(DISTINCT o.value)`, sql`o.kind = ${kind} AND o.value <> ${value}`)}
        < ${sends.identifiersPerKind}`;
  }

  const readCode = (id: string) => values.get(keys.otp(applicationId, id));

  return {
    async open({ challenge, limits, refund, triesBuckets, registrationSends, sms }) {
      const { id, identifier, createdAt: now } = challenge;
      const json = identifierLimitsJson(applicationId, identifier, limits);
      const opened = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${challengeIs(id)})`;
      const cost = judgeSms(applicationId, sms, opened, tellSms);
      const registrationRoom = registrationSends
        ? registrationHasRoom(registrationSends, registrationSends.registration, identifier)
        : sql`TRUE`;
      const results = await database.write([
        usage(applicationId, json, now),
        sql`INSERT INTO otp_challenges (application_id, id, purpose, kind, value, calling_code, code_mac, user_id,
                                        registration, tries_buckets, refund, foreign_sms, created_at, expires_at)
            SELECT ${applicationId}, ${id}, ${challenge.purpose}, ${identifier.kind}, ${identifier.value},
                   ${identifier.callingCode ?? null}, ${challenge.codeMac}, ${challenge.userId ?? null},
                   ${challenge.registration ?? null}, ${JSON.stringify(triesBuckets)}, ${limitsJson(refund)},
                   ${sms?.foreign ? 1 : 0}, ${now}, ${challenge.expiresAt}
            WHERE NOT ${overLimit(applicationId, json, now)} AND ${cost.room} AND ${registrationRoom} RETURNING id`,
        charge(applicationId, json, now, opened),
        ...cost.count,
      ]);
      const [used = [], made = []] = results;
      const tooDear = cost.limited(results);
      if (made.length > 0) return undefined;
      const retryAfter = Math.ceil((challenge.expiresAt - now) / 1000);
      return limitedOf(used, now) ?? tooDear ?? { limit: REGISTRATION_LIMIT, retryAfter };
    },

    async keep({ id, sealedCode, expiresAt }) {
      await values.put(keys.otp(applicationId, id), sealedCode, expiresAt);
    },

    async cancel({ challenge, limits, sms }: OpenChallenge) {
      const { id, identifier, createdAt } = challenge;
      const there = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${challengeIs(id)} AND consumed_at IS NULL)`;
      const json = identifierLimitsJson(applicationId, identifier, limits);
      await database.write([
        ...(sms ? [uncountSms(applicationId, sms, there)] : []),
        giveBack(applicationId, json, createdAt, there),
        sql`DELETE FROM otp_challenges WHERE ${challengeIs(id)} AND consumed_at IS NULL`,
      ]);
    },

    async resend({ id, nonce, identifier, limits, maxTries, registrationSends, now, sms }) {
      const live = sql`${challengeIs(id)} AND kind = ${identifier.kind} AND value = ${identifier.value}
        AND consumed_at IS NULL AND expires_at > ${now}`;
      const json = sql`(SELECT CASE purpose
          WHEN 'login' THEN ${identifierLimitsJson(applicationId, identifier, limits.login)}
          WHEN 'profile' THEN ${identifierLimitsJson(applicationId, identifier, limits.profile)}
          ELSE ${identifierLimitsJson(applicationId, identifier, limits.register)} END
        FROM otp_challenges WHERE ${live})`;
      const usable = sql`attempts < ${maxTries}`;
      const registrationRoom = registrationHasRoom(
        registrationSends,
        sql`c.registration`,
        identifier,
      );
      const sent = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${live} AND last_send = ${nonce})`;
      const cost = judgeSms(applicationId, sms, sent, tellSms);
      const results = await database.write([
        usage(applicationId, json, now),
        sql`UPDATE otp_challenges AS c SET sends = sends + 1, last_send = ${nonce}
            WHERE ${live} AND ${usable} AND NOT ${overLimit(applicationId, json, now)}
              AND ${cost.room} AND (c.registration IS NULL OR (${registrationRoom})) RETURNING id`,
        charge(applicationId, json, now, sent),
        sql`SELECT * FROM otp_challenges WHERE ${live}`,
        ...cost.count,
      ]);
      const [used = [], done = [], , [row] = []] = results;
      const tooDear = cost.limited(results);
      if (!row) return { state: 'unknown' };
      if (done.length === 0) {
        if (Number(row['attempts']) >= maxTries) return { state: 'exhausted' };
        const retryAfter = Math.max(1, Math.ceil((Number(row['expires_at']) - now) / 1000));
        const limited = limitedOf(used, now) ??
          tooDear ?? { limit: REGISTRATION_LIMIT, retryAfter };
        return { state: 'limited', limited };
      }
      const challenge = readChallenge(row);
      const reading = readCode(id);
      const sealedCode = await reading.catch(() => undefined);
      if (sealedCode !== undefined) return { state: 'ready', challenge, sealedCode };
      // Neither a stale KV nor one that fails may cost a send.
      const of = { id, nonce, identifier, limits: limits[challenge.purpose], chargedAt: now, sms };
      await this.cancelResend(of);
      await reading;
      return { state: 'not_here_yet' };
    },

    async cancelResend({ id, nonce, identifier, limits, chargedAt, sms }) {
      const json = identifierLimitsJson(applicationId, identifier, limits);
      const resent = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${challengeIs(id)} AND last_send = ${nonce})`;
      await database.write([
        ...(sms ? [uncountSms(applicationId, sms, resent)] : []),
        giveBack(applicationId, json, chargedAt, resent),
        sql`UPDATE otp_challenges SET sends = sends - 1, last_send = NULL
            WHERE ${challengeIs(id)} AND last_send = ${nonce}`,
      ]);
    },

    attempt: async (request) => attemptCode(database, applicationId, request),

    async consume(settlement): Promise<ConsumeResult> {
      const { challenge, nonce, effect, now, readBack, signIn } = settlement;
      const { id, createdAt } = challenge;
      const won = sql`EXISTS (SELECT 1 FROM otp_challenges
                              WHERE ${challengeIs(id)} AND consumed_by = ${nonce})`;
      const refund = sql`(SELECT refund FROM otp_challenges WHERE ${challengeIs(id)})`;
      const statements = [
        sql`SELECT ${fullness(applicationId, settlement)} AS is_full`,
        sql`UPDATE otp_challenges SET consumed_at = ${now}, consumed_by = ${nonce}
            WHERE ${challengeIs(id)} AND consumed_at IS NULL AND expires_at > ${now}
              AND ${precondition(applicationId, settlement)} RETURNING id`,
        giveBack(applicationId, refund, createdAt, won),
        smsVerified(
          applicationId,
          sql`SELECT created_at AS at FROM otp_challenges WHERE ${challengeIs(id)} AND foreign_sms = 1`,
          won,
        ),
        ...effectStatements(applicationId, settlement, won),
        ...(signIn ? signInStatements(applicationId, signIn, won) : []),
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

    async unconsume(challengeId, nonce) {
      await database.write([
        sql`UPDATE otp_challenges SET consumed_at = NULL, consumed_by = NULL
            WHERE ${challengeIs(challengeId)} AND consumed_by = ${nonce}`,
      ]);
    },
  };
}
