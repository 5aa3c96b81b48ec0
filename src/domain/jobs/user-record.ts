/** A user as a record of a file, which an import reads again. */
import type { ExportedUser, User } from '../../ports/index.ts';
import { consentBody, profileBody } from '../user/profile.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

/** @param more what stands beside a user: accounts elsewhere, and the password hash where it may leave */
export function userRecord(
  user: User,
  { social, hash }: { social: readonly object[]; hash?: string },
): ExportedUser {
  const flags = ({ primary, verified }: { primary: boolean; verified: boolean }) => ({
    primary,
    verified,
  });
  const of = (kind: string) => user.identifiers.filter((one) => one.kind === kind);
  return {
    id: user.id,
    external_id: user.externalId,
    rr_id: user.rrId,
    username: user.username,
    ...profileBody(user),
    consent: user.consent && consentBody(user.consent),
    emails: of('email').map((one) => ({ email: one.value, ...flags(one) })),
    phone_numbers: of('phone').map((one) => ({ phone: one.value, ...flags(one) })),
    ...(hash !== undefined && { password_hash: hash }),
    meta: user.meta,
    ...(social.length > 0 && { social }),
    blocked_at: iso(user.blockedAt),
    archived_at: iso(user.archivedAt),
    created_at: iso(user.createdAt),
  };
}

/** The same as a row of a table: the primary email and number stand by themselves too, where people and other programs look. */
export function userRow(record: ExportedUser): ExportedUser {
  // What `userRecord` makes of identifiers.
  const { emails = [], phone_numbers: phones = [] } = record as ExportedUser & {
    emails?: { email: string; primary: boolean }[];
    phone_numbers?: { phone: string; primary: boolean }[];
  };
  return {
    ...record,
    email: emails.find(({ primary }) => primary)?.email,
    phone_number: phones.find(({ primary }) => primary)?.phone,
  };
}
