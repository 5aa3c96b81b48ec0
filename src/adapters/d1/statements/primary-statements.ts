/** Statements that change the primary of a user, and the proof that such a change may need. */
import type { IdentifierRef, NewLink, PrimaryProof } from '../../../ports/index.ts';
import { identifiers, links } from '../schema/index.ts';
import { alias, as, excluded, insertSelect, sql, type SQL, update } from './query.ts';
import { identifierIs, identifiersOf } from './user-statements.ts';

const i = alias(identifiers, 'i');

/**
 * A proof that can be used, of the table `links`: of this user, and of the identifier that has to be proven now. Which one
 * that is, `provenBy` of the domain says in the same order.
 */
export const primaryProofIs = (
  applicationId: string,
  { id, userId, kind }: PrimaryProof,
  now: number,
): SQL => sql`${links.applicationId} = ${applicationId} AND ${links.id} = ${id} AND ${links.linkKind} = 'primary'
  AND ${links.userId} = ${userId} AND ${links.usedAt} IS NULL AND ${links.expiresAt} > ${now}
  AND (${links.kind}, ${links.value}) = (
    SELECT ${i.kind}, ${i.value} FROM ${as(i)}
    WHERE ${i.applicationId} = ${applicationId} AND ${i.userId} = ${userId} AND ${i.verified} = 1
    ORDER BY ${i.kind} = ${kind} DESC, ${i.primary} DESC, ${i.createdAt}, ${i.value} LIMIT 1)`;

/** A proof in the place of an older one of the same session and kind. */
export const insertPrimaryProof = (
  applicationId: string,
  proof: Pick<NewLink, 'id' | 'userId' | 'identifier' | 'createdAt' | 'expiresAt'>,
  condition: SQL,
) => {
  const { identifier, ...rest } = proof;
  const { userId, kind, value, callingCode, createdAt, expiresAt } = links;
  const replaced = { userId, kind, value, callingCode, createdAt, expiresAt };
  return insertSelect(
    links,
    { applicationId, ...rest, linkKind: 'primary', ...identifier },
    sql`WHERE ${condition}`,
  ).onConflictDoUpdate({
    target: [links.applicationId, links.id],
    set: {
      ...Object.fromEntries(
        Object.entries(replaced).map(([key, column]) => [key, excluded(column)]),
      ),
      usedAt: null,
      usedBy: null,
    },
  });
};

/** Uses a proof up. */
export const usePrimaryProof = (
  applicationId: string,
  id: string,
  by: { now: number; nonce: string },
  condition: SQL,
) =>
  update(links)
    .set({ usedAt: by.now, usedBy: by.nonce })
    .where(sql`${links.applicationId} = ${applicationId} AND ${links.id} = ${id} AND ${condition}`);

/** A verified identifier becomes the primary of its kind, when `condition` holds. */
export function changePrimary(
  applicationId: string,
  userId: string,
  one: IdentifierRef,
  condition: SQL,
) {
  const verified = sql`EXISTS (SELECT 1 FROM ${identifiers}
    WHERE ${identifierIs(applicationId, userId, one)} AND ${identifiers.verified} = 1)`;
  return {
    // First the old one steps back: there is never more than one (unique index), nor, after the batch, none.
    stepBack: update(identifiers)
      .set({ primary: false })
      .where(
        sql`${identifiersOf(applicationId, userId)} AND ${identifiers.kind} = ${one.kind}
          AND ${identifiers.primary} = 1 AND ${verified} AND ${condition}`,
      ),
    done: update(identifiers)
      .set({ primary: true })
      .where(
        sql`${identifierIs(applicationId, userId, one)} AND ${identifiers.verified} = 1 AND ${condition}`,
      )
      .returning({ value: identifiers.value }),
  };
}
