import { sql, type SQL } from './sql.ts';
import type {
  Identities,
  IdentifierRef,
  LinkedIdentity,
  SocialIdentity,
  User,
} from '../../ports.ts';
import { auditStatement, signInStatements } from './audit.ts';
import { giveBack, limitsJson } from './budget-statements.ts';
import type { Database } from './database.ts';
import { insertRegistration } from './registration-statements.ts';
import { revoke } from './revocation-statements.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

export function d1Identities(database: Database, applicationId: string): Identities {
  /** Ids of whoever owns one of the identifiers, verified: one look-up on the unique index each. */
  function ownersOf(identifiers: readonly IdentifierRef[]): SQL {
    const lookUps = identifiers.map(
      ({ kind, value }) =>
        sql`SELECT user_id FROM identifiers WHERE application_id = ${applicationId} AND kind = ${kind}
            AND value = ${value} AND verified = 1`,
    );
    return lookUps.length > 0
      ? sql.join(lookUps, sql` UNION `)
      : sql`SELECT NULL AS user_id WHERE FALSE`;
  }
  const holderOf = ({ provider, subject }: SocialIdentity): SQL =>
    sql`SELECT user_id FROM social_identities
        WHERE application_id = ${applicationId} AND provider = ${provider} AND subject = ${subject}`;

  return {
    async ofUser(userId) {
      const [rows = []] = await database.read([
        sql`SELECT provider, subject, created_at FROM social_identities
            WHERE application_id = ${applicationId} AND user_id = ${userId}
            ORDER BY created_at, provider, subject`,
      ]);
      return rows.map((row) => ({
        // Written by `signIn` and by the end of a registration only.
        provider: String(row['provider']) as LinkedIdentity['provider'],
        subject: String(row['subject']),
        linkedAt: Number(row['created_at']),
      }));
    },

    async unlink(userId, identity, event) {
      const condition = sql`(${holderOf(identity)}) = ${userId}`;
      const results = await database.write([
        ...revoke(applicationId, 'identity_unlinked', {
          users: sql`(${userId})`,
          now: event.at,
          condition,
        }),
        auditStatement(applicationId, event, condition),
        sql`DELETE FROM social_identities
            WHERE application_id = ${applicationId} AND provider = ${identity.provider}
              AND subject = ${identity.subject} AND user_id = ${userId} RETURNING user_id`,
      ]);
      return (results.at(-1)?.length ?? 0) > 0;
    },

    async find(identity, proven) {
      const [[linked] = [], owners = []] = await database.read([
        selectUser(byId(applicationId, sql`(${holderOf(identity)})`)),
        selectUser(sql`u.application_id = ${applicationId} AND u.id IN (${ownersOf(proven)})`),
      ]);
      const users = owners.map(readUser).filter((user): user is User => user !== undefined);
      return { linked: readUser(linked), owners: users };
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
          : sql`EXISTS (SELECT 1 FROM users WHERE application_id = ${applicationId} AND id = ${userId}
                        AND sessions_valid_from <= ${countsUntil})`;
      const mine = sql`(${holderOf(identity)}) = ${userId} AND ${counts}`;
      const results = await database.write([
        sql`INSERT INTO social_identities (application_id, provider, subject, user_id, created_at)
            SELECT ${applicationId}, ${identity.provider}, ${identity.subject}, ${userId}, ${now}
            WHERE ${userId} IN (${ownersOf(by)}) AND ${counts} ON CONFLICT DO NOTHING RETURNING user_id`,
        ...(signIn ? signInStatements(applicationId, signIn, mine) : []),
        ...(registration ? [insertRegistration(applicationId, registration, mine)] : []),
        ...(charged.length > 0
          ? [giveBack(applicationId, limitsJson(charged), chargedAt, mine)]
          : []),
        selectUser(sql`${byId(applicationId, userId)} AND ${mine}`),
      ]);
      const user = readUser(results.at(-1)?.[0]);
      return user && { user, linkedNow: (results[0]?.length ?? 0) > 0 };
    },
  };
}
