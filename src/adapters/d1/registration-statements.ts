import { sql, type SQL } from './sql.ts';
import type {
  IdentifierRef,
  NewRegistration,
  Proof,
  Registration,
  RegistrationOrigin,
  SocialIdentity,
} from '../../ports.ts';
import type { Row } from './database.ts';

/** A registration that has not expired, with its proofs as one row. */
export function selectRegistration(applicationId: string, id: string, now: number): SQL {
  return sql`
    SELECT r.*,
      (SELECT json_group_array(json_object('kind', p.kind, 'value', p.value, 'callingCode', p.calling_code,
                                            'provenAt', p.proven_at))
       FROM proofs p WHERE p.application_id = r.application_id AND p.registration = r.id) AS proofs,
      (SELECT json_group_array(DISTINCT json_object('kind', o.kind, 'value', o.value)) FROM otp_challenges o
       WHERE o.application_id = r.application_id AND o.registration = r.id AND o.registration IS NOT NULL) AS sent_to,
      (SELECT s.user_id FROM social_identities s WHERE s.application_id = r.application_id
         AND s.provider = r.provider AND s.subject = r.subject) AS linked_to
    FROM registrations r
    WHERE r.application_id = ${applicationId} AND r.id = ${id} AND r.expires_at > ${now}`;
}

export function readRegistration(row: Row | undefined): Registration | undefined {
  if (!row) return undefined;
  // What json_object wrote above is known to have this shape.
  const proofs = JSON.parse(String(row['proofs'])) as (Omit<Proof, 'callingCode'> & {
    callingCode: number | null;
  })[];
  return {
    id: String(row['id']),
    // Written by this project only, from the closed set.
    origin: String(row['origin']) as RegistrationOrigin,
    userId: (row['user_id'] as string | null) ?? undefined,
    userProvenAt: (row['user_proven_at'] as number | null) ?? undefined,
    formId: (row['form_id'] as string | null) ?? undefined,
    // Undefined keys are left out: most registrations have neither.
    ...(row['provider'] !== null && {
      identity: {
        provider: row['provider'] as SocialIdentity['provider'],
        subject: String(row['subject']),
      },
    }),
    ...(typeof row['linked_to'] === 'string' && { linkedTo: row['linked_to'] }),
    // As above.
    sentTo: (JSON.parse(String(row['sent_to'])) as (IdentifierRef | string)[]).map((one) =>
      typeof one === 'string' ? (JSON.parse(one) as IdentifierRef) : one,
    ),
    finishedAt: (row['finished_at'] as number | null) ?? undefined,
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    proofs: proofs.map(({ callingCode, ...proof }) => ({
      ...proof,
      callingCode: callingCode ?? undefined,
    })),
  };
}

export function insertRegistration(
  applicationId: string,
  next: NewRegistration & { formId?: string },
  condition: SQL = sql`TRUE`,
): SQL {
  const { id, origin, userId, userProvenAt, identity, formId, createdAt, expiresAt } = next;
  return sql`
    INSERT INTO registrations (application_id, id, origin, user_id, user_proven_at, provider, subject, form_id,
                               created_at, expires_at)
    SELECT ${applicationId}, ${id}, ${origin}, ${userId ?? null}, ${userProvenAt ?? null}, ${identity?.provider ?? null},
           ${identity?.subject ?? null}, ${formId ?? null}, ${createdAt}, ${expiresAt}
    WHERE ${condition}`;
}

/** A proof keeps the time it was first given, and ends with its registration. */
export function insertProof(
  applicationId: string,
  { id, expiresAt }: Pick<NewRegistration, 'id' | 'expiresAt'>,
  { kind, value, callingCode, provenAt }: Proof,
  condition: SQL = sql`TRUE`,
): SQL {
  return sql`
    INSERT INTO proofs (application_id, registration, kind, value, calling_code, proven_at, expires_at)
    SELECT ${applicationId}, ${id}, ${kind}, ${value}, ${callingCode ?? null}, ${provenAt}, ${expiresAt}
    WHERE ${condition} ON CONFLICT DO NOTHING`;
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
): SQL {
  return sql`
    INSERT INTO social_identities (application_id, provider, subject, user_id, created_at)
    SELECT r.application_id, r.provider, r.subject, ${userId}, ${now} FROM registrations r
    WHERE r.application_id = ${applicationId} AND r.id = ${registration} AND r.provider IS NOT NULL AND ${won}
      AND NOT EXISTS (SELECT 1 FROM social_identities s WHERE s.application_id = r.application_id
        AND s.provider = r.provider AND s.subject = r.subject AND s.user_id = ${userId})`;
}
