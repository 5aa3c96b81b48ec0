import { sql, type SQL } from './sql.ts';
import type {
  IdentifierRef,
  Limit,
  LinkKind,
  Links,
  ConsumeResult,
  SmsGuard,
} from '../../ports.ts';
import { auditOf, signInStatements } from './audit.ts';
import { charge, giveBack, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import { uniqueViolation, type Database } from './database.ts';
import { revoke } from './revocation-statements.ts';
import { judgeSms, smsVerified, uncountSms, type TellSms } from './sms-statements.ts';
import { byId, readUser, selectUser, verifyIdentifier } from './user-statements.ts';

interface Row {
  kind: LinkKind;
  id: string;
  identifier: IdentifierRef;
  createdAt: number;
}

export function d1Links(database: Database, applicationId: string, tellSms: TellSms): Links {
  const linkIs = (id: string): SQL => sql`application_id = ${applicationId} AND id = ${id}`;
  const usable = (id: string, kind: LinkKind, now: number): SQL =>
    sql`${linkIs(id)} AND link_kind = ${kind} AND used_at IS NULL AND expires_at > ${now}`;

  /** Judges and charges, and writes the row when there is room. */
  async function open(
    { kind, id, identifier, createdAt: now }: Row,
    owner: SQL,
    expiresAt: SQL,
    limits: Limit[],
    sms?: SmsGuard,
  ) {
    const json = limitsJson(limits);
    const opened = sql`EXISTS (SELECT 1 FROM links WHERE ${linkIs(id)})`;
    const cost = judgeSms(applicationId, sms, opened, tellSms);
    const results = await database.write([
      usage(applicationId, json, now),
      sql`INSERT INTO links (application_id, id, link_kind, user_id, kind, value, calling_code, foreign_sms, created_at, expires_at)
          SELECT ${applicationId}, ${id}, ${kind}, ${owner}, ${identifier.kind}, ${identifier.value},
                 ${identifier.callingCode ?? null}, ${sms?.foreign ? 1 : 0}, ${now}, ${expiresAt}
          WHERE NOT ${overLimit(applicationId, json, now)} AND ${cost.room} RETURNING user_id`,
      charge(applicationId, json, now, opened),
      ...cost.count,
    ]);
    const [used = [], [row] = []] = results;
    const tooDear = cost.limited(results);
    return {
      limited: row ? undefined : (limitedOf(used, now) ?? tooDear),
      owner: row?.['user_id'],
    };
  }

  /** Uses the link up and brings the effects about, for one caller only. */
  async function use(
    id: string,
    kind: LinkKind,
    now: number,
    userId: SQL,
    effects: (won: SQL) => SQL[],
  ): Promise<ConsumeResult> {
    const nonce = crypto.randomUUID();
    const won = sql`EXISTS (SELECT 1 FROM links WHERE ${linkIs(id)} AND used_by = ${nonce})`;
    const results = await database.write([
      sql`UPDATE links SET used_at = ${now}, used_by = ${nonce}
          WHERE ${usable(id, kind, now)} AND ${kind === 'reset' ? stillVerified(id) : sql`TRUE`} RETURNING id`,
      ...effects(won),
      smsVerified(
        applicationId,
        sql`SELECT created_at AS at FROM links WHERE ${linkIs(id)} AND foreign_sms = 1`,
        won,
      ),
      // Every other link of the same identifier and kind dies with the first that is used (D-56).
      sql`DELETE FROM links WHERE application_id = ${applicationId} AND link_kind = ${kind} AND id <> ${id}
          AND (user_id, value) IN (SELECT l.user_id, l.value FROM links l
                                   WHERE l.application_id = ${applicationId} AND l.id = ${id})
          AND ${won}`,
      selectUser(byId(applicationId, userId)),
    ]);
    if (results[0]?.length === 0) return { state: 'lost' };
    return { state: 'done', user: readUser(results.at(-1)?.[0]) };
  }

  /** A reset link is worth what the address is worth to its user: nothing once it is not verified there any more. */
  const stillVerified = (id: string): SQL => sql`EXISTS (
    SELECT 1 FROM links l CROSS JOIN identifiers i
    ON i.application_id = l.application_id AND i.user_id = l.user_id AND i.kind = l.kind AND i.value = l.value
    WHERE l.application_id = ${applicationId} AND l.id = ${id} AND i.verified = 1)`;

  const ownerOfLink = (id: string): SQL => sql`(SELECT user_id FROM links WHERE ${linkIs(id)})`;

  return {
    async open(link, limits, sms) {
      const owner = sql`${link.userId}`;
      const { limited } = await open(link, owner, sql`${link.expiresAt}`, limits, sms);
      return limited;
    },

    async openReset(link, limits) {
      const { identifier, createdAt, expiresAt } = link;
      const owner = sql`(SELECT u.id FROM identifiers i CROSS JOIN users u
        ON u.application_id = i.application_id AND u.id = i.user_id
        WHERE i.application_id = ${applicationId} AND i.kind = ${identifier.kind} AND i.value = ${identifier.value}
          AND i.verified = 1 AND u.blocked_at IS NULL AND u.archived_at IS NULL AND u.deleted_at IS NULL)`;
      const opened = await open(
        { ...link, kind: 'reset' },
        sql`COALESCE(${owner}, '')`,
        sql`CASE WHEN ${owner} IS NULL THEN ${createdAt} ELSE ${expiresAt} END`,
        limits,
      );
      return { limited: opened.limited, known: Boolean(opened.owner) };
    },

    async cancel({ id, createdAt }, limits, sms) {
      const there = sql`EXISTS (SELECT 1 FROM links WHERE ${linkIs(id)})`;
      await database.write([
        ...(sms ? [uncountSms(applicationId, sms, there)] : []),
        giveBack(applicationId, limitsJson(limits), createdAt, there),
        sql`DELETE FROM links WHERE ${linkIs(id)}`,
      ]);
    },

    async describe(linkId, now) {
      const link = sql`${linkIs(linkId)} AND used_at IS NULL AND expires_at > ${now}
        AND (link_kind <> 'reset' OR ${stillVerified(linkId)})`;
      const [[row] = [], [owner] = []] = await database.read([
        sql`SELECT link_kind, kind, value, calling_code FROM links WHERE ${link}`,
        selectUser(byId(applicationId, sql`(SELECT user_id FROM links WHERE ${link})`)),
      ]);
      const user = readUser(owner);
      if (!row || !user) return undefined;
      const identifier: IdentifierRef = {
        // Written by `open` only.
        kind: String(row['kind']) as IdentifierRef['kind'],
        value: String(row['value']),
        callingCode: (row['calling_code'] as number | null) ?? undefined,
      };
      return { kind: String(row['link_kind']) as LinkKind, identifier, user };
    },

    async findReset(linkId, now) {
      const holder = sql`(SELECT user_id FROM links WHERE ${usable(linkId, 'reset', now)} AND ${stillVerified(linkId)})`;
      const [[row] = []] = await database.read([selectUser(byId(applicationId, holder))]);
      return readUser(row);
    },

    async verify(linkId, kind, now) {
      const [[link] = []] = await database.read([
        sql`SELECT user_id, kind, value, calling_code FROM links WHERE ${usable(linkId, kind, now)}`,
      ]);
      if (!link) return { state: 'lost' };
      const userId = String(link['user_id']);
      const identifier: IdentifierRef = {
        kind: kind === 'verify_email' ? 'email' : 'phone',
        value: String(link['value']),
        callingCode: (link['calling_code'] as number | null) ?? undefined,
      };
      try {
        const settled = await use(linkId, kind, now, sql`${userId}`, (won) =>
          verifyIdentifier(applicationId, userId, identifier, now, won),
        );
        return { ...settled, verified: identifier };
      } catch (error) {
        if (uniqueViolation(error)?.includes('identifiers.value')) {
          return { state: 'taken', field: identifier.kind };
        }
        throw error;
      }
    },

    async reset(linkId, passwordHash, event, signIn) {
      const now = event.at;
      const owner = ownerOfLink(linkId);
      return use(linkId, 'reset', now, owner, (won) => [
        ...revoke(applicationId, 'password_reset', { users: owner, now, condition: won }),
        sql`UPDATE users SET password_hash = ${passwordHash}, has_old_password_hash = 0, updated_at = ${now}
            WHERE application_id = ${applicationId} AND id = ${owner} AND ${won}`,
        auditOf(applicationId, event, owner, won),
        ...(signIn ? signInStatements(applicationId, signIn, won) : []),
      ]);
    },
  };
}
