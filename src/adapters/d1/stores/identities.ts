import type { Identities, IdentifierRef, SocialIdentity } from '../../../ports/index.ts';
import { auditStatement, signInStatements } from './audit.ts';
import { giveBack, limitsJson } from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';
import { insertSelect, remove, select, sql, type SQL } from '../statements/query.ts';
import { insertRegistration } from '../statements/registration-statements.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers as identifierRows, socialIdentities, users } from '../schema/index.ts';
import { byId, readUser, readUsers, selectUser, u } from '../statements/user-rows.ts';
import { userIs } from '../statements/user-statements.ts';

/** The port `Identities` on D1. */
export function d1Identities(database: Database, applicationId: string): Identities {
  /** Ids of the users who own one of the identifiers, verified: one look-up on the unique index each. */
  function ownersOf(identifiers: readonly IdentifierRef[]): SQL {
    const lookUps = identifiers.map(
      ({ kind, value }) =>
        sql`SELECT ${identifierRows.userId} AS user_id FROM ${identifierRows}
            WHERE ${identifierRows.applicationId} = ${applicationId} AND ${identifierRows.kind} = ${kind}
              AND ${identifierRows.value} = ${value} AND ${identifierRows.verified} = 1`,
    );
    return lookUps.length > 0
      ? sql.join(lookUps, sql` UNION `)
      : sql`SELECT NULL AS user_id WHERE FALSE`;
  }
  const holderOf = ({ provider, subject }: SocialIdentity): SQL =>
    sql`SELECT ${socialIdentities.userId} FROM ${socialIdentities}
        WHERE ${socialIdentities.applicationId} = ${applicationId}
          AND ${socialIdentities.provider} = ${provider} AND ${socialIdentities.subject} = ${subject}`;
  const identitiesOf = (userId: string): SQL =>
    sql`${socialIdentities.applicationId} = ${applicationId} AND ${socialIdentities.userId} = ${userId}`;

  return {
    async ofUser(userId) {
      const { provider, subject, createdAt } = socialIdentities;
      const { linked } = await database.read({
        linked: select({ provider, subject, linkedAt: createdAt })
          .from(socialIdentities)
          .where(identitiesOf(userId))
          .orderBy(createdAt, provider, subject),
      });
      return linked;
    },

    async unlink(userId, identity, event) {
      const condition = sql`(${holderOf(identity)}) = ${userId}`;
      const { unlinked } = await database.write({
        revoked: revoke(applicationId, 'identity_unlinked', {
          users: sql`(${userId})`,
          now: event.at,
          condition,
        }),
        event: auditStatement(applicationId, event, condition),
        unlinked: remove(socialIdentities)
          .where(
            sql`${identitiesOf(userId)} AND ${socialIdentities.provider} = ${identity.provider}
              AND ${socialIdentities.subject} = ${identity.subject}`,
          )
          .returning({ userId: socialIdentities.userId }),
      });
      return unlinked.length > 0;
    },

    async find(identity, proven) {
      const { linked, owners } = await database.read({
        linked: selectUser(byId(applicationId, sql`(${holderOf(identity)})`)),
        owners: selectUser(
          sql`${u.applicationId} = ${applicationId} AND ${u.id} IN (${ownersOf(proven)})`,
        ),
      });
      return { linked: readUser(linked[0]), owners: readUsers(owners) };
    },

    async signIn({
      identity,
      userId,
      by,
      countsUntil,
      signIn,
      registration,
      charged,
      chargedAt,
      now,
    }) {
      const counts =
        countsUntil === undefined
          ? sql`TRUE`
          : sql`EXISTS (SELECT 1 FROM ${users} WHERE ${userIs(applicationId, userId)}
                        AND ${users.sessionsValidFrom} <= ${countsUntil})`;
      const mine = sql`(${holderOf(identity)}) = ${userId} AND ${counts}`;
      const { provider, subject } = identity;
      const { linked, found } = await database.write({
        linked: insertSelect(
          socialIdentities,
          { applicationId, provider, subject, userId, createdAt: now },
          sql`WHERE ${userId} IN (${ownersOf(by)}) AND ${counts}`,
        )
          .onConflictDoNothing()
          .returning({ userId: socialIdentities.userId }),
        signIn: signIn ? signInStatements(applicationId, signIn, mine) : [],
        registration: registration && insertRegistration(applicationId, registration, mine),
        giveBack:
          charged.length > 0
            ? giveBack(applicationId, limitsJson(charged), chargedAt, mine)
            : undefined,
        found: selectUser(sql`${byId(applicationId, userId)} AND ${mine}`),
      });
      const user = readUser(found[0]);
      return user && { user, linkedNow: linked.length > 0 };
    },
  };
}
