import type {
  IdentifierRef,
  LinkKind,
  Links,
  ConsumeResult,
  ResetKind,
} from '../../../ports/index.ts';
import { auditOf, signInStatements } from './audit.ts';
import { giveBack, limitsJson } from '../statements/budget-statements.ts';
import { uniqueViolation, type Database } from '../database.ts';
import { openLink } from '../statements/link-open.ts';
import {
  alias,
  as,
  columnList,
  type Query,
  remove,
  select,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers, links, users } from '../schema/index.ts';
import { smsVerified, uncountSms, type WarnSms } from '../statements/sms-statements.ts';
import { byId, readUser, selectUser } from '../statements/user-rows.ts';
import { verifyIdentifier } from '../statements/identifier-statements.ts';
import { primaryProofIs } from '../statements/primary-statements.ts';
import { userIs } from '../statements/user-statements.ts';

const l = alias(links, 'l');
const i = alias(identifiers, 'i');

/** The port `Links` on D1. */
export function d1Links(database: Database, applicationId: string, tellSms: WarnSms): Links {
  const linkIs = (id: string): SQL =>
    sql`${links.applicationId} = ${applicationId} AND ${links.id} = ${id}`;
  const exists = (where: SQL): SQL => sql`EXISTS (SELECT 1 FROM ${links} WHERE ${where})`;
  const usable = (id: string, kind: LinkKind | ResetKind, now: number): SQL =>
    sql`${linkIs(id)} AND ${links.linkKind} = ${kind} AND ${links.usedAt} IS NULL
      AND ${links.expiresAt} > ${now}`;

  /** Uses the link up and brings the effects about, for one caller only. */
  async function use(
    id: string,
    kind: LinkKind | ResetKind,
    now: number,
    userId: SQL,
    effects: (won: SQL) => Query[],
  ): Promise<ConsumeResult> {
    const nonce = crypto.randomUUID();
    const won = exists(sql`${linkIs(id)} AND ${links.usedBy} = ${nonce}`);
    const { used, user } = await database.write({
      used: update(links)
        .set({ usedAt: now, usedBy: nonce })
        .where(
          sql`${usable(id, kind, now)} AND ${kind === 'reset' || kind === 'forgot' ? stillVerified(id) : sql`TRUE`}`,
        )
        .returning({ id: links.id }),
      effects: effects(won),
      sms: smsVerified(
        applicationId,
        sql`SELECT ${links.createdAt} AS at FROM ${links} WHERE ${linkIs(id)} AND ${links.foreignSms} = 1`,
        won,
      ),
      // Every other link of the same identifier and kind dies with the first that is used (D-56).
      others: remove(links).where(
        sql`${links.applicationId} = ${applicationId} AND ${links.linkKind} = ${kind} AND ${links.id} <> ${id}
          AND (${columnList([links.userId, links.value])}) IN (
            SELECT ${columnList([l.userId, l.value])} FROM ${as(l)}
            WHERE ${l.applicationId} = ${applicationId} AND ${l.id} = ${id})
          AND ${won}`,
      ),
      user: selectUser(byId(applicationId, userId)),
    });
    if (used.length === 0) return { state: 'lost' };
    return { state: 'done', user: readUser(user[0]) };
  }

  /** A reset is worth what the address is worth to its user: nothing once it is not verified there any more. */
  const stillVerified = (id: string): SQL => sql`EXISTS (
    SELECT 1 FROM ${as(l)} CROSS JOIN ${as(i)}
    ON ${i.applicationId} = ${l.applicationId} AND ${i.userId} = ${l.userId} AND ${i.kind} = ${l.kind}
      AND ${i.value} = ${l.value}
    WHERE ${l.applicationId} = ${applicationId} AND ${l.id} = ${id} AND ${i.verified} = 1)`;

  const ownerOfLink = (id: string): SQL =>
    sql`(SELECT ${links.userId} FROM ${links} WHERE ${linkIs(id)})`;

  return {
    open: async (link, limits, sms) =>
      (await openLink(database, applicationId, { link, limits, sms }, tellSms)).limited,

    async openReset(link, limits, sms) {
      const opening = { link: { ...link, kind: 'reset' }, limits, sms } as const;
      const { limited, owner } = await openLink(database, applicationId, opening, tellSms);
      return { limited, known: Boolean(owner) };
    },

    async cancel({ id, createdAt }, limits, sms) {
      const there = exists(linkIs(id));
      await database.write({
        sms: sms && uncountSms(applicationId, sms, there),
        giveBack: giveBack(applicationId, limitsJson(limits), createdAt, there),
        removed: remove(links).where(linkIs(id)),
      });
    },

    async describe(linkId, now) {
      const link = sql`${linkIs(linkId)} AND ${links.linkKind} IN ('reset', 'verify_email', 'verify_mobile') AND ${links.usedAt} IS NULL
        AND ${links.expiresAt} > ${now}
        AND (${links.linkKind} <> 'reset' OR ${stillVerified(linkId)})`;
      const { described, owners } = await database.read({
        described: select({
          linkKind: links.linkKind,
          kind: links.kind,
          value: links.value,
          callingCode: links.callingCode,
        })
          .from(links)
          .where(link),
        owners: selectUser(
          byId(applicationId, sql`(SELECT ${links.userId} FROM ${links} WHERE ${link})`),
        ),
      });
      const [row] = described;
      const user = readUser(owners[0]);
      if (!row || row.linkKind === 'forgot' || row.linkKind === 'primary' || !user)
        return undefined;
      const identifier: IdentifierRef = {
        kind: row.kind,
        value: row.value,
        callingCode: row.callingCode ?? undefined,
      };
      return { kind: row.linkKind, identifier, user };
    },

    async findPrimaryProof(proof, now) {
      const { found } = await database.read({
        found: select({ expiresAt: links.expiresAt })
          .from(links)
          .where(primaryProofIs(applicationId, proof, now)),
      });
      return found[0]?.expiresAt;
    },

    async findReset(linkId, kind, now) {
      const holder = sql`(SELECT ${links.userId} FROM ${links}
        WHERE ${usable(linkId, kind, now)} AND ${stillVerified(linkId)})`;
      const { user } = await database.read({ user: selectUser(byId(applicationId, holder)) });
      return readUser(user[0]);
    },

    async wasResetSince(linkId, since) {
      const { used } = await database.read({
        used: select({ usedAt: links.usedAt })
          .from(links)
          .where(
            sql`${linkIs(linkId)} AND ${links.linkKind} = 'reset' AND ${links.usedAt} > ${since}`,
          ),
      });
      return used.length > 0;
    },

    async verify(linkId, kind, now) {
      const { found } = await database.read({
        found: select({
          userId: links.userId,
          value: links.value,
          callingCode: links.callingCode,
        })
          .from(links)
          .where(usable(linkId, kind, now)),
      });
      const [link] = found;
      if (!link) return { state: 'lost' };
      const { userId, value } = link;
      const identifier: IdentifierRef = {
        kind: kind === 'verify_email' ? 'email' : 'phone',
        value,
        callingCode: link.callingCode ?? undefined,
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

    async reset(linkId, kind, passwordHash, event, signIn) {
      const now = event.at;
      const owner = ownerOfLink(linkId);
      return use(linkId, kind, now, owner, (won) => [
        ...revoke(applicationId, 'password_reset', { users: owner, now, condition: won }),
        update(users)
          .set({ passwordHash, hasOldPasswordHash: false, updatedAt: now })
          .where(sql`${userIs(applicationId, owner)} AND ${won}`),
        auditOf(applicationId, event, owner, won),
        ...(signIn ? signInStatements(applicationId, signIn, won) : []),
      ]);
    },
  };
}
