/** One-time codes: the exact ledger in D1, the sealed code for a resend in KV. */
import { sql, type SQL } from './sql.ts';
import type {
  Attempt,
  AuditEvent,
  Challenge,
  ChallengeRef,
  IdentifierRef,
  OpenChallenge,
  Otps,
  RegistrationSends,
  Settled,
  TryRules,
} from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';
import { auditOf, countActivity, signInStatements } from './audit.ts';
import {
  charge,
  giveBack,
  identifierLimitsJson,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from './budget-statements.ts';
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
    userId: (row['user_id'] as string | null) ?? undefined,
    registration: (row['registration'] as string | null) ?? undefined,
    sends: Number(row['sends']),
    consumedAt: (row['consumed_at'] as number | null) ?? undefined,
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  };
}

const isLive = (row: Row, now: number): boolean =>
  row['consumed_at'] === null && Number(row['expires_at']) > now;

/** Named in `meta.limit` when a registration has caused as many messages as it may. */
const REGISTRATION_LIMIT = 'messages_per_registration';

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

  /** The device's own tries when the browser belongs to the identifier's owner, else everybody's. */
  function triesOf({ maxTries, perIdentifier, device }: TryRules, id: SQL) {
    const limit = (buckets: SQL): SQL =>
      sql`json_array(json_patch(${JSON.stringify(perIdentifier)}, json_object('buckets', json(${buckets}))))`;
    const stored = sql`(SELECT c.tries_buckets FROM otp_challenges c
                        WHERE c.application_id = ${applicationId} AND c.id = ${id})`;
    const own = device
      ? sql`COALESCE((SELECT i.user_id FROM otp_challenges c CROSS JOIN identifiers i
              ON i.application_id = c.application_id AND i.kind = c.kind AND i.value = c.value AND i.verified = 1
              WHERE c.application_id = ${applicationId} AND c.id = ${id}) = ${device.userId}, 0)`
      : sql`0`;
    const limits = device
      ? sql`CASE WHEN ${own} THEN ${limit(sql`${JSON.stringify(device.buckets)}`)} ELSE ${limit(stored)} END`
      : limit(stored);
    return {
      own,
      limits,
      left: sql`CASE WHEN ${own} THEN device_attempts ELSE attempts END < ${maxTries}`,
    };
  }

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

    async attempt(request): Promise<Attempt> {
      const {
        challenge: ref,
        userId,
        registration,
        codeMacs,
        nonce,
        now,
        rules,
        requestId,
      } = request;
      const id = 'id' in ref ? sql`${ref.id}` : newestFor(ref, now);
      const here = sql`application_id = ${applicationId} AND id = ${id}`;
      const tries = triesOf(rules, id);
      const right = sql`(code_mac IN (SELECT value FROM json_each(${JSON.stringify(codeMacs)}))
        AND CASE purpose WHEN 'login' THEN 1 WHEN 'profile' THEN user_id IS ${userId ?? null}
                         ELSE registration IS ${registration ?? null} END)`;
      const wrong = sql`EXISTS (SELECT 1 FROM otp_challenges WHERE ${here} AND last_try = ${nonce})`;
      const owner = sql`SELECT i.user_id FROM otp_challenges c CROSS JOIN identifiers i
        ON i.application_id = c.application_id AND i.kind = c.kind AND i.value = c.value AND i.verified = 1
        WHERE c.application_id = ${applicationId} AND c.id = ${id}`;
      const locked: AuditEvent = {
        action: 'sign_in.locked',
        actor: 'shopper',
        requestId,
        detail: { limit: rules.perIdentifier.name },
        at: now,
      };
      const results = await database.write([
        // Judged and charged in one statement: a wrong code costs a try, however many come at once, and a right one none.
        sql`UPDATE otp_challenges
            SET attempts = attempts + (NOT ${tries.own}), device_attempts = device_attempts + ${tries.own},
                last_try = ${nonce}
            WHERE ${here} AND consumed_at IS NULL AND expires_at > ${now} AND NOT ${right}
              AND ${tries.left} AND NOT ${overLimit(applicationId, tries.limits, now)}`,
        charge(applicationId, tries.limits, now, wrong),
        countActivity(applicationId, 'sign_in_failed.otp', now, wrong),
        auditOf(
          applicationId,
          locked,
          owner,
          sql`${wrong} AND ${overLimit(applicationId, tries.limits, now)}`,
        ),
        sql`SELECT *, ${right} AS is_right, ${tries.left} AS has_tries FROM otp_challenges WHERE ${here}`,
        usage(applicationId, tries.limits, now),
        selectUser(byId(applicationId, sql`(${owner})`)),
        ...(registration === undefined ? [] : registrationStatements(registration, now)),
      ]);
      const [, , , , [row] = [], used = [], [owned] = [], [registered] = [], [bound] = []] =
        results;
      if (!row || !isLive(row, now)) return { state: 'unknown' };
      if (row['last_try'] === nonce) return { state: 'wrong' };
      if (row['has_tries'] !== 1) return { state: 'exhausted' };
      const limited = limitedOf(used, now);
      if (limited) return { state: 'limited', limited };
      if (row['is_right'] !== 1) return { state: 'wrong' };
      return {
        state: 'right',
        challenge: readChallenge(row),
        owner: readUser(owned),
        registration: readRegistration(registered),
        bound: readUser(bound),
      };
    },

    async settle(settlement): Promise<Settled> {
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

    async unsettle(challengeId, nonce) {
      await database.write([
        sql`UPDATE otp_challenges SET consumed_at = NULL, consumed_by = NULL
            WHERE ${challengeIs(challengeId)} AND consumed_by = ${nonce}`,
      ]);
    },
  };
}
