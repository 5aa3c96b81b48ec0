import type {
  IdentifierRef,
  Limit,
  LinkKind,
  Links,
  ConsumeResult,
  ResetKind,
  SmsGuard,
} from '../../../ports/index.ts';
import { auditOf, signInStatements } from './audit.ts';
import {
  charge,
  giveBack,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from '../statements/budget-statements.ts';
import { uniqueViolation, type Database } from '../database.ts';
import { builtOnce } from '../statements/common.ts';
import {
  alias,
  as,
  columnList,
  insertSelect,
  type Query,
  remove,
  select,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers, links, users } from '../schema/index.ts';
import {
  smsLimited,
  smsParams,
  smsStatements,
  smsVerified,
  uncountSms,
  type WarnSms,
} from '../statements/sms-statements.ts';
import { activeOwner, byId, readUser, selectUser } from '../statements/user-rows.ts';
import { verifyIdentifier } from '../statements/identifier-statements.ts';
import { primaryProofIs } from '../statements/primary-statements.ts';
import { userIs } from '../statements/user-statements.ts';

const l = alias(links, 'l');
const i = alias(identifiers, 'i');

interface Link {
  kind: LinkKind;
  id: string;
  /** Whose it is; undefined when the owner of the identifier is found in the statement itself. */
  userId?: string;
  identifier: IdentifierRef;
  createdAt: number;
  expiresAt: number;
}

/** What is not given is null here: a slot takes nothing undefined. */
const openParams = (
  applicationId: string,
  { kind: linkKind, id, userId, identifier, createdAt, expiresAt }: Link,
  limits: readonly Limit[],
  sms: SmsGuard | undefined,
) => ({
  applicationId,
  id,
  linkKind,
  userId: userId ?? null,
  kind: identifier.kind,
  value: identifier.value,
  callingCode: identifier.callingCode ?? null,
  foreignSms: Boolean(sms?.foreign),
  createdAt,
  expiresAt,
  limits: limitsJson(limits),
  ...smsParams(sms),
});

interface OpenShape extends Record<string, boolean> {
  ofOwner: boolean;
  isGuarded: boolean;
  isForeign: boolean;
}

/** Judges and charges, and writes the row when there is room. */
const openStatements = builtOnce<ReturnType<typeof openParams>>()((given, shape: OpenShape) => {
  const { applicationId, id, linkKind, userId, kind, value, callingCode, foreignSms } = given;
  const { createdAt: now, expiresAt, limits } = given;
  const owner = activeOwner(applicationId, kind, value);
  const opened = sql`EXISTS (
    SELECT 1 FROM ${links} WHERE ${links.applicationId} = ${applicationId} AND ${links.id} = ${id})`;
  const sms = smsStatements(applicationId, given, shape, opened);
  return {
    used: usage(applicationId, limits, now),
    made: insertSelect(
      links,
      {
        applicationId,
        id,
        linkKind,
        // A link of nobody is there, so that it is charged, and is over at once.
        userId: shape.ofOwner ? sql`COALESCE(${owner}, '')` : userId,
        kind,
        value,
        callingCode,
        foreignSms,
        createdAt: now,
        expiresAt: shape.ofOwner
          ? sql`CASE WHEN ${owner} IS NULL THEN ${now} ELSE ${expiresAt} END`
          : expiresAt,
      },
      sql`WHERE NOT ${overLimit(applicationId, limits, now)} AND ${sms.room}`,
    ).returning({ userId: links.userId }),
    charge: charge(applicationId, limits, now, opened),
    ...sms.count,
  };
});

/** The port `Links` on D1. */
export function d1Links(database: Database, applicationId: string, tellSms: WarnSms): Links {
  const linkIs = (id: string): SQL =>
    sql`${links.applicationId} = ${applicationId} AND ${links.id} = ${id}`;
  const exists = (where: SQL): SQL => sql`EXISTS (SELECT 1 FROM ${links} WHERE ${where})`;
  const usable = (id: string, kind: LinkKind | ResetKind, now: number): SQL =>
    sql`${linkIs(id)} AND ${links.linkKind} = ${kind} AND ${links.usedAt} IS NULL
      AND ${links.expiresAt} > ${now}`;

  async function open(link: Link, limits: readonly Limit[], sms?: SmsGuard) {
    const { used, made, ...sent } = await database.write(
      openStatements(openParams(applicationId, link, limits, sms), {
        ofOwner: link.userId === undefined,
        isGuarded: sms !== undefined,
        isForeign: sms?.foreign !== undefined,
      }),
    );
    const [row] = made;
    const tooDear = smsLimited(sms, sent, tellSms);
    return {
      limited: row ? undefined : (limitedOf(used, link.createdAt) ?? tooDear),
      owner: row?.userId,
    };
  }

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
    open: async (link, limits, sms) => (await open(link, limits, sms)).limited,

    async openReset(link, limits, sms) {
      const { limited, owner } = await open({ ...link, kind: 'reset' }, limits, sms);
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
