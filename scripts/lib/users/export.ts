/** Users of an application as records that `users import` reads again. */
import type { Database, Row } from '../../../src/adapters/d1/database.ts';
import { sql } from '../../../src/adapters/d1/sql.ts';
import { readUser, selectUser } from '../../../src/adapters/d1/user-statements.ts';

const PAGE_USERS = 1_000;

export interface ExportOptions {
  withHashes: boolean;
  /** Those too who have deleted their account and are not purged yet. */
  deleted: boolean;
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

function recordOf(row: Row, { withHashes }: ExportOptions): object {
  const user = readUser(row);
  if (!user) throw new Error('a row without a user');
  const social = JSON.parse(String(row['social'])) as object[];
  const hash = row['password_hash'];
  const flags = ({ primary, verified }: { primary: boolean; verified: boolean }) => ({
    primary,
    verified,
  });
  const of = (kind: string) => user.identifiers.filter((one) => one.kind === kind);
  return {
    id: user.id,
    external_id: user.externalId,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    gender: user.gender,
    dob: user.dob,
    profile_pic_url: user.profilePicUrl,
    emails: of('email').map((one) => ({ email: one.value, ...flags(one) })),
    phone_numbers: of('phone').map((one) => ({ phone: one.value, ...flags(one) })),
    ...(withHashes && typeof hash === 'string' && { password_hash: hash }),
    meta: user.meta,
    ...(social.length > 0 && { social }),
    blocked_at: iso(user.blockedAt),
    archived_at: iso(user.archivedAt),
    created_at: iso(user.createdAt),
  };
}

/** Page by page along the key, so that a million users take no more memory than a thousand. */
export async function* exportUsers(
  database: Database,
  applicationId: string,
  options: ExportOptions,
): AsyncGenerator<object[]> {
  const social = sql`, (SELECT json_group_array(json_object('provider', s.provider, 'subject', s.subject))
    FROM social_identities s WHERE s.application_id = u.application_id AND s.user_id = u.id) AS social`;
  const alive = options.deleted ? sql`TRUE` : sql`u.deleted_at IS NULL`;
  for (let after = ''; ;) {
    const where = sql`u.application_id = ${applicationId} AND u.id > ${after} AND ${alive}`;
    const [rows = []] = await database.read([
      sql`${selectUser(where, social)} ORDER BY u.id LIMIT ${PAGE_USERS}`,
    ]);
    if (rows.length > 0) yield rows.map((row) => recordOf(row, options));
    if (rows.length < PAGE_USERS) return;
    after = String(rows.at(-1)?.['id']);
  }
}
