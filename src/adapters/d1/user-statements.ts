/** Statements that read and write users, for the batches of several stores. */
import { sql, type SQL } from './sql.ts';
import { wordsOf } from '../../domain/customer-query.ts';
import type { AuditEvent, Identifier, IdentifierRef, NewUser, Profile, User } from '../../ports.ts';
import { auditStatement } from './audit.ts';
import type { Row } from './database.ts';

/** A user with its identifiers as one row; `where` speaks of `u`. */
export function selectUser(where: SQL, extra: SQL = sql``): SQL {
  return sql`
    SELECT u.*,
      (SELECT json_group_array(json_object('kind', kind, 'value', value, 'callingCode', calling_code,
                                           'verified', verified, 'primary', is_primary,
                                           'verifiedAt', verified_at))
       FROM (SELECT * FROM identifiers
             WHERE application_id = u.application_id AND user_id = u.id
             ORDER BY is_primary DESC, created_at, value)) AS identifiers
      ${extra}
    FROM users u WHERE ${where}`;
}

export const byId = (applicationId: string, userId: string | SQL): SQL =>
  sql`u.application_id = ${applicationId} AND u.id = ${userId}`;

interface IdentifierJson {
  kind: Identifier['kind'];
  value: string;
  callingCode: number | null;
  verified: number;
  primary: number;
  verifiedAt: number | null;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
const time = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

function readIdentifier(json: IdentifierJson): Identifier {
  return {
    kind: json.kind,
    value: json.value,
    callingCode: json.callingCode ?? undefined,
    verified: json.verified === 1,
    primary: json.primary === 1,
    ...(json.verifiedAt !== null && { verifiedAt: json.verifiedAt }),
  };
}

/** A row of `selectUser` as the port's user. */
export function readUser(row: Row | undefined): User | undefined {
  if (!row) return undefined;
  // What json_object wrote two lines above is known to have this shape.
  const identifiers = JSON.parse(String(row['identifiers'])) as IdentifierJson[];
  const meta = text(row['meta']);
  return {
    id: String(row['id']),
    username: String(row['username']),
    firstName: text(row['first_name']),
    lastName: text(row['last_name']),
    gender: text(row['gender']),
    dob: text(row['dob']),
    profilePicUrl: text(row['profile_pic_url']),
    meta: meta === undefined ? undefined : (JSON.parse(meta) as Record<string, unknown>),
    externalId: text(row['external_id']),
    hasOldPasswordHash: row['has_old_password_hash'] === 1,
    identifiers: identifiers.map(readIdentifier),
    sessionsValidFrom: Number(row['sessions_valid_from']),
    blockedAt: time(row['blocked_at']),
    archivedAt: time(row['archived_at']),
    deletedAt: time(row['deleted_at']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}

/** Unverified copies on other users go when an identifier is verified, and their links end (D-53). */
export function dropCopies(
  applicationId: string,
  userId: string,
  verified: readonly IdentifierRef[],
  condition: SQL,
): SQL[] {
  const list = JSON.stringify(verified.map(({ kind, value }) => ({ kind, value })));
  const listed = (table: SQL) => sql`EXISTS (
    SELECT 1 FROM json_each(${list}) v
    WHERE v.value ->> 'kind' = ${table}.kind AND v.value ->> 'value' = ${table}.value)`;
  const values = sql`(SELECT v.value ->> 'value' FROM json_each(${list}) v)`;
  return [
    sql`DELETE FROM links WHERE application_id = ${applicationId} AND user_id <> ${userId}
        AND (application_id, user_id, kind, value) IN (
          SELECT i.application_id, i.user_id, i.kind, i.value FROM identifiers i
          WHERE i.application_id = ${applicationId} AND i.kind IN ('email', 'phone')
            AND i.value IN ${values} AND i.verified = 0)
        AND ${listed(sql`links`)} AND ${condition}`,
    sql`DELETE FROM identifiers WHERE application_id = ${applicationId} AND kind IN ('email', 'phone')
        AND value IN ${values} AND verified = 0 AND user_id <> ${userId}
        AND ${listed(sql`identifiers`)} AND ${condition}`,
  ];
}

/** Names and username as search words; what was there before goes. */
export function writeWords(
  applicationId: string,
  userId: string,
  named: Profile & { username: string },
  condition: SQL,
): SQL[] {
  const words = wordsOf([named.firstName, named.lastName, named.username].join(' '));
  return [
    sql`DELETE FROM user_words WHERE application_id = ${applicationId} AND user_id = ${userId} AND ${condition}`,
    sql`INSERT INTO user_words (application_id, word, user_id)
        SELECT ${applicationId}, w.value, ${userId} FROM json_each(${JSON.stringify(words)}) w
        WHERE ${condition}`,
  ];
}

/** A new user with its identifiers, when `condition` holds. A verified identifier of another user fails the batch. */
export function insertUser(
  applicationId: string,
  user: NewUser,
  condition: SQL,
  event: AuditEvent,
): SQL[] {
  const identifiers = JSON.stringify(user.identifiers);
  const verified = user.identifiers.filter((identifier) => identifier.verified);
  return [
    sql`INSERT INTO users (application_id, id, username, first_name, last_name, gender, dob, profile_pic_url,
                           password_hash, meta, external_id, created_at, updated_at)
        SELECT ${applicationId}, ${user.id}, ${user.username}, ${user.firstName ?? null},
               ${user.lastName ?? null}, ${user.gender ?? null}, ${user.dob ?? null},
               ${user.profilePicUrl ?? null}, ${user.passwordHash ?? null},
               ${user.meta ? JSON.stringify(user.meta) : null}, ${user.externalId ?? null},
               ${user.createdAt}, ${user.createdAt}
        WHERE ${condition}`,
    ...dropCopies(applicationId, user.id, verified, condition),
    sql`INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, verified_at,
                                 created_at)
        SELECT ${applicationId}, ${user.id}, i.value ->> 'kind', i.value ->> 'value', i.value ->> 'callingCode',
               i.value ->> 'verified', i.value ->> 'primary',
               CASE WHEN i.value ->> 'verified' THEN ${user.createdAt} END, ${user.createdAt}
        FROM json_each(${identifiers}) i WHERE ${condition}`,
    ...writeWords(applicationId, user.id, user, condition),
    auditStatement(applicationId, event, condition),
  ];
}

/** How many other identifiers of its kind the user has. */
export const otherIdentifiers = (applicationId: string, userId: string, one: IdentifierRef): SQL =>
  sql`(SELECT COUNT(*) FROM identifiers
       WHERE application_id = ${applicationId} AND user_id = ${userId} AND kind = ${one.kind}
         AND value <> ${one.value})`;

/** Verifies an identifier on a user, adding it when it is new; primary when it is the first verified of its kind. */
export function verifyIdentifier(
  applicationId: string,
  userId: string,
  one: IdentifierRef,
  now: number,
  condition: SQL,
): SQL[] {
  const first = sql`NOT EXISTS (
    SELECT 1 FROM identifiers p WHERE p.application_id = ${applicationId} AND p.user_id = ${userId}
      AND p.kind = ${one.kind} AND p.is_primary = 1)`;
  return [
    ...dropCopies(applicationId, userId, [one], condition),
    sql`INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, verified_at,
                                 created_at)
        SELECT ${applicationId}, ${userId}, ${one.kind}, ${one.value}, ${one.callingCode ?? null}, 1, ${first}, ${now}, ${now}
        WHERE ${condition}
        ON CONFLICT (application_id, user_id, kind, value)
        DO UPDATE SET verified = 1, is_primary = MAX(is_primary, excluded.is_primary),
          verified_at = CASE WHEN verified THEN verified_at ELSE excluded.verified_at END`,
    sql`UPDATE users SET updated_at = ${now} WHERE application_id = ${applicationId} AND id = ${userId} AND ${condition}`,
  ];
}

/** An unverified identifier on a user, unless it is there or the user has `max` of its kind. */
export function addIdentifier(
  applicationId: string,
  userId: string,
  one: IdentifierRef,
  max: number,
  now: number,
): SQL {
  return sql`
    INSERT INTO identifiers (application_id, user_id, kind, value, calling_code, verified, is_primary, created_at)
    SELECT ${applicationId}, ${userId}, ${one.kind}, ${one.value}, ${one.callingCode ?? null}, 0, 0, ${now}
    WHERE ${otherIdentifiers(applicationId, userId, one)} < ${max}
    ON CONFLICT (application_id, user_id, kind, value) DO NOTHING`;
}

/** Plain fields; those left out stay as they are. */
export function updateFields(
  applicationId: string,
  userId: string,
  profile: Profile,
  now: number,
  condition: SQL = sql`TRUE`,
): SQL {
  return sql`
    UPDATE users SET first_name = COALESCE(${profile.firstName ?? null}, first_name),
      last_name = COALESCE(${profile.lastName ?? null}, last_name),
      gender = COALESCE(${profile.gender ?? null}, gender), dob = COALESCE(${profile.dob ?? null}, dob),
      profile_pic_url = COALESCE(${profile.profilePicUrl ?? null}, profile_pic_url), updated_at = ${now}
    WHERE application_id = ${applicationId} AND id = ${userId} AND ${condition}`;
}
