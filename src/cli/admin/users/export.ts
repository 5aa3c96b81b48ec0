/** Users of an application as records that `users import` reads again. */
import type { Database } from '../../../adapters/d1/database.ts';
import { alias, as, type RowOf, select, sql } from '../../../adapters/d1/statements/query.ts';
import { socialIdentities } from '../../../adapters/d1/schema/index.ts';
import { readUser, u, USER_FIELDS } from '../../../adapters/d1/statements/user-rows.ts';
import { consentBody, profileBody } from '../../../domain/user/profile.ts';

const PAGE_USERS = 1_000;

export interface ExportOptions {
  withHashes: boolean;
  /** Those too who have deleted their account and are not purged yet. */
  deleted: boolean;
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

const s = alias(socialIdentities, 's');

/** A page of users behind `after`, with what an export needs besides. */
const selectPage = (applicationId: string, after: string, deleted: boolean) =>
  select({
    ...USER_FIELDS,
    passwordHash: u.passwordHash,
    social: sql`(
      SELECT json_group_array(json_object('provider', ${s.provider}, 'subject', ${s.subject}))
      FROM ${as(s)} WHERE ${s.applicationId} = ${u.applicationId} AND ${s.userId} = ${u.id})`.mapWith(
      // What json_object writes above.
      (json: string) => JSON.parse(json) as object[],
    ),
  })
    .from(u)
    .where(
      sql`${u.applicationId} = ${applicationId} AND ${u.id} > ${after}
        AND ${deleted ? sql`TRUE` : sql`${u.deletedAt} IS NULL`}`,
    )
    .orderBy(u.id)
    .limit(PAGE_USERS);

type Exported = RowOf<ReturnType<typeof selectPage>>;

function recordOf(row: Exported, { withHashes }: ExportOptions): object {
  const user = readUser(row);
  if (!user) throw new Error('a row without a user');
  const { social, passwordHash: hash } = row;
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
    ...(withHashes && hash !== null && { password_hash: hash }),
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
  for (let after = ''; ;) {
    const { rows } = await database.read({
      rows: selectPage(applicationId, after, options.deleted),
    });
    if (rows.length > 0) yield rows.map((row) => recordOf(row, options));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_USERS) return;
    after = last.id;
  }
}
