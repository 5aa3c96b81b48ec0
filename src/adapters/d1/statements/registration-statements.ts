import type { IdentifierRef, NewRegistration, Proof, Registration } from '../../../ports/index.ts';
import {
  alias,
  as,
  insertSelect,
  type Operand,
  type RowOf,
  select,
  sql,
  type SQL,
} from './query.ts';
import { otpChallenges, proofs, registrations, socialIdentities } from '../schema/index.ts';

const r = alias(registrations, 'r');
const p = alias(proofs, 'p');
const o = alias(otpChallenges, 'o');
const s = alias(socialIdentities, 's');

const proofsOf = sql`(
  SELECT json_group_array(json_object('kind', ${p.kind}, 'value', ${p.value}, 'callingCode', ${p.callingCode},
                                      'provenAt', ${p.provenAt}))
  FROM ${as(p)} WHERE ${p.applicationId} = ${r.applicationId} AND ${p.registration} = ${r.id})`.mapWith(
  (json: string) =>
    // What json_object writes above is known to have this shape.
    (JSON.parse(json) as (Omit<Proof, 'callingCode'> & { callingCode: number | null })[]).map(
      ({ callingCode, ...proof }): Proof => ({ ...proof, callingCode: callingCode ?? undefined }),
    ),
);

const sentToOf = sql`(
  SELECT json_group_array(DISTINCT json_object('kind', ${o.kind}, 'value', ${o.value})) FROM ${as(o)}
  WHERE ${o.applicationId} = ${r.applicationId} AND ${o.registration} = ${r.id}
    AND ${o.registration} IS NOT NULL)`.mapWith((json: string) =>
  // As above; DISTINCT makes texts of the objects.
  (JSON.parse(json) as (IdentifierRef | string)[]).map((one) =>
    typeof one === 'string' ? (JSON.parse(one) as IdentifierRef) : one,
  ),
);

const FIELDS = {
  id: r.id,
  origin: r.origin,
  userId: r.userId,
  userProvenAt: r.userProvenAt,
  formId: r.formId,
  provider: r.provider,
  subject: r.subject,
  finishedAt: r.finishedAt,
  createdAt: r.createdAt,
  expiresAt: r.expiresAt,
  proofs: proofsOf,
  sentTo: sentToOf,
  linkedTo: sql<string | null>`(
    SELECT ${s.userId} FROM ${as(s)} WHERE ${s.applicationId} = ${r.applicationId}
      AND ${s.provider} = ${r.provider} AND ${s.subject} = ${r.subject})`,
};

/** A registration that has not expired, with its proofs as one row. */
export const selectRegistration = (
  applicationId: Operand<string>,
  id: Operand<string>,
  now: Operand<number>,
) =>
  select(FIELDS)
    .from(r)
    .where(
      sql`${r.applicationId} = ${applicationId} AND ${r.id} = ${id} AND ${r.expiresAt} > ${now}`,
    );

/** The id of the user that a registration is bound to, as an expression. */
export const boundUser = (applicationId: Operand<string>, id: Operand<string>): SQL =>
  sql`(SELECT ${r.userId} FROM ${as(r)} WHERE ${r.applicationId} = ${applicationId} AND ${r.id} = ${id})`;

/** A row of `selectRegistration` as the port's registration. */
export function readRegistration(
  row: RowOf<ReturnType<typeof selectRegistration>> | undefined,
): Registration | undefined {
  if (!row) return undefined;
  const { provider, subject } = row;
  return {
    id: row.id,
    origin: row.origin,
    userId: row.userId ?? undefined,
    userProvenAt: row.userProvenAt ?? undefined,
    formId: row.formId ?? undefined,
    // Undefined keys are left out: most registrations have neither.
    ...(provider !== null && subject !== null && { identity: { provider, subject } }),
    ...(row.linkedTo !== null && { linkedTo: row.linkedTo }),
    sentTo: row.sentTo,
    finishedAt: row.finishedAt ?? undefined,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    proofs: row.proofs,
  };
}

/** The statement that begins a registration. */
export function insertRegistration(
  applicationId: string,
  next: NewRegistration & { formId?: string },
  condition: SQL = sql`TRUE`,
) {
  const { id, origin, userId, userProvenAt, identity, formId, createdAt, expiresAt } = next;
  const { provider, subject } = identity ?? {};
  return insertSelect(
    registrations,
    {
      applicationId,
      id,
      origin,
      userId,
      userProvenAt,
      provider,
      subject,
      formId,
      createdAt,
      expiresAt,
    },
    sql`WHERE ${condition}`,
  );
}

/** A proof keeps the time it was first given, and ends with its registration. */
export function insertProof(
  applicationId: string,
  { id, expiresAt }: Pick<NewRegistration, 'id' | 'expiresAt'>,
  { kind, value, callingCode, provenAt }: Proof,
  condition: SQL = sql`TRUE`,
) {
  return insertSelect(
    proofs,
    { applicationId, registration: id, kind, value, callingCode, provenAt, expiresAt },
    sql`WHERE ${condition}`,
  ).onConflictDoNothing();
}

/**
 * Links the identity that began a registration to the user it ends in. An identity that has become someone else's
 * meanwhile violates the key, which undoes the whole batch.
 */
export function linkIdentity(
  applicationId: string,
  registration: string,
  userId: string,
  now: number,
  won: SQL,
) {
  return insertSelect(
    socialIdentities,
    {
      applicationId: sql`${r.applicationId}`,
      provider: sql`${r.provider}`,
      subject: sql`${r.subject}`,
      userId,
      createdAt: now,
    },
    sql`FROM ${as(r)}
      WHERE ${r.applicationId} = ${applicationId} AND ${r.id} = ${registration} AND ${r.provider} IS NOT NULL AND ${won}
      AND NOT EXISTS (SELECT 1 FROM ${as(s)} WHERE ${s.applicationId} = ${r.applicationId}
        AND ${s.provider} = ${r.provider} AND ${s.subject} = ${r.subject} AND ${s.userId} = ${userId})`,
  );
}
