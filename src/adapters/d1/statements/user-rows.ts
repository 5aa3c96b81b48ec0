/** Users as rows: how they are selected and read. */
import type { Identifier, User } from '../../../ports/index.ts';
import { eachProfileField, type ProfileField } from '../../../domain/user/profile.ts';
import { alias, as, type Operand, type RowOf, select, sql, type SQL } from './query.ts';
import { identifiers, users } from '../schema/index.ts';

/** Users as `selectUser` reads them: its `where` speaks of this alias. */
export const u = alias(users, 'u');
const i = alias(identifiers, 'i');
/** The rows of a subquery on `identifiers`. */
const ordered = alias(identifiers, 'ordered');

interface IdentifierJson {
  kind: Identifier['kind'];
  value: string;
  callingCode: number | null;
  verified: number;
  primary: number;
  verifiedAt: number | null;
}

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

/** The identifiers of `u` as one JSON list: the primary ones first, then by age. */
const identifiersOfUser = sql`(
  SELECT json_group_array(json_object(
    'kind', ${ordered.kind}, 'value', ${ordered.value}, 'callingCode', ${ordered.callingCode},
    'verified', ${ordered.verified}, 'primary', ${ordered.primary}, 'verifiedAt', ${ordered.verifiedAt}))
  FROM (SELECT * FROM ${identifiers}
        WHERE ${identifiers.applicationId} = ${u.applicationId} AND ${identifiers.userId} = ${u.id}
        ORDER BY ${identifiers.primary} DESC, ${identifiers.createdAt}, ${identifiers.value}) AS ${ordered})`.mapWith(
  // What json_object writes above is known to have this shape.
  (json: string) => (JSON.parse(json) as IdentifierJson[]).map(readIdentifier),
);

/**
 * The fields of a profile and their columns: here the compiler compares the two, so that a field without a column, or a column
 * under another key, does not compile. Statements that write profiles name the columns by the same keys.
 */
const PROFILE_COLUMNS = {
  firstName: u.firstName,
  lastName: u.lastName,
  gender: u.gender,
  dob: u.dob,
  profilePicUrl: u.profilePicUrl,
} as const satisfies { readonly [F in ProfileField]: (typeof u)[F] };

/** What a user is made of; the password hash is read by the password store only. */
export const USER_FIELDS = {
  id: u.id,
  username: u.username,
  ...PROFILE_COLUMNS,
  meta: u.meta,
  externalId: u.externalId,
  rrId: u.rrId,
  consent: u.consent,
  hasOldPasswordHash: u.hasOldPasswordHash,
  identifiers: identifiersOfUser,
  sessionsValidFrom: u.sessionsValidFrom,
  blockedAt: u.blockedAt,
  archivedAt: u.archivedAt,
  deletedAt: u.deletedAt,
  createdAt: u.createdAt,
  updatedAt: u.updatedAt,
};

/** Users with their identifiers, one row each; `where` speaks of `u`. */
export const selectUser = (where: SQL) => select(USER_FIELDS).from(u).where(where);

/** A row of `selectUser`. */
export type UserRow = RowOf<ReturnType<typeof selectUser>>;

/** The condition that names one user of one application. */
export const byId = (applicationId: Operand<string>, userId: Operand<string>): SQL =>
  sql`${u.applicationId} = ${applicationId} AND ${u.id} = ${userId}`;

/** The id of the active user who has the identifier verified; NULL when there is none. */
export const activeOwner = (
  applicationId: Operand<string>,
  kind: Operand<string>,
  value: Operand<string>,
): SQL =>
  sql`(SELECT ${u.id} FROM ${as(i)} CROSS JOIN ${as(u)}
       ON ${u.applicationId} = ${i.applicationId} AND ${u.id} = ${i.userId}
       WHERE ${i.applicationId} = ${applicationId} AND ${i.kind} = ${kind} AND ${i.value} = ${value}
         AND ${i.verified} = 1 AND ${u.blockedAt} IS NULL AND ${u.archivedAt} IS NULL
         AND ${u.deletedAt} IS NULL)`;

/** A row of `selectUser` as the port's user. */
export function readUser(row: UserRow | undefined): User | undefined {
  if (!row) return undefined;
  return {
    id: row.id,
    username: row.username,
    ...eachProfileField((field) => row[field] ?? undefined),
    meta: row.meta ?? undefined,
    externalId: row.externalId ?? undefined,
    rrId: row.rrId ?? undefined,
    consent: row.consent ?? undefined,
    hasOldPasswordHash: row.hasOldPasswordHash,
    identifiers: row.identifiers,
    sessionsValidFrom: row.sessionsValidFrom,
    blockedAt: row.blockedAt ?? undefined,
    archivedAt: row.archivedAt ?? undefined,
    deletedAt: row.deletedAt ?? undefined,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** All rows of `selectUser` as users. */
export const readUsers = (rows: readonly UserRow[]): User[] =>
  rows.map(readUser).filter((user): user is User => user !== undefined);
