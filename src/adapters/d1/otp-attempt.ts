/** One try of a one-time code: judged and charged in one statement, so that any number of wrong ones at once cost their tries. */
import { sql, type SQL } from './sql.ts';
import type {
  Attempt,
  AuditEvent,
  Challenge,
  ChallengeRef,
  IdentifierRef,
  Otps,
  TryRules,
} from '../../ports.ts';
import { auditOf, countActivity } from './audit.ts';
import { charge, limitedOf, overLimit, usage } from './budget-statements.ts';
import type { Database, Row } from './database.ts';
import { readRegistration, selectRegistration } from './registration-statements.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

export function readChallenge(row: Row): Challenge {
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

/** The newest live challenge of an address that fits the caller; anybody can ask for a login code, so the caller's own comes first. */
function newestFor(
  applicationId: string,
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

const registrationStatements = (
  applicationId: string,
  registration: string,
  now: number,
): SQL[] => [
  selectRegistration(applicationId, registration, now),
  selectUser(
    byId(
      applicationId,
      sql`(SELECT r.user_id FROM registrations r
           WHERE r.application_id = ${applicationId} AND r.id = ${registration})`,
    ),
  ),
];

/** The device's own tries when the browser belongs to the identifier's owner, else everybody's. */
function triesOf(applicationId: string, { maxTries, perIdentifier, device }: TryRules, id: SQL) {
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

export async function attemptCode(
  database: Database,
  applicationId: string,
  request: Parameters<Otps['attempt']>[0],
): Promise<Attempt> {
  const { challenge: ref, userId, registration, codeMacs, nonce, now, rules, requestId } = request;
  const id = 'id' in ref ? sql`${ref.id}` : newestFor(applicationId, ref, now);
  const here = sql`application_id = ${applicationId} AND id = ${id}`;
  const tries = triesOf(applicationId, rules, id);
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
    ...(registration === undefined ? [] : registrationStatements(applicationId, registration, now)),
  ]);
  const [, , , , [row] = [], used = [], [owned] = [], [registered] = [], [bound] = []] = results;
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
}
