import { sql, type SQL } from 'drizzle-orm';
import type { IdentifierRef, Registration } from '../../ports.ts';
import type { Row } from './database.ts';

/** A registration that has not expired, with its proofs as one row. */
export function selectRegistration(applicationId: string, id: string, now: number): SQL {
  return sql`
    SELECT r.*,
      (SELECT json_group_array(json_object('kind', p.kind, 'value', p.value, 'callingCode', p.calling_code))
       FROM proofs p WHERE p.application_id = r.application_id AND p.registration = r.id) AS proofs
    FROM registrations r
    WHERE r.application_id = ${applicationId} AND r.id = ${id} AND r.expires_at > ${now}`;
}

export function readRegistration(row: Row | undefined): Registration | undefined {
  if (!row) return undefined;
  // What json_object wrote above is known to have this shape.
  const proofs = JSON.parse(String(row['proofs'])) as (Omit<IdentifierRef, 'callingCode'> & {
    callingCode: number | null;
  })[];
  return {
    id: String(row['id']),
    userId: (row['user_id'] as string | null) ?? undefined,
    finishedAt: (row['finished_at'] as number | null) ?? undefined,
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    proofs: proofs.map(({ callingCode, ...proof }) => ({
      ...proof,
      callingCode: callingCode ?? undefined,
    })),
  };
}
