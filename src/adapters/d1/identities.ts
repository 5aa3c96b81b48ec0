import { sql, type SQL } from './sql.ts';
import type { Identities, IdentifierRef, SocialIdentity, User } from '../../ports.ts';
import type { Database } from './database.ts';
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
    async find(identity, proven) {
      const [[linked] = [], owners = []] = await database.read([
        selectUser(byId(applicationId, sql`(${holderOf(identity)})`)),
        selectUser(sql`u.application_id = ${applicationId} AND u.id IN (${ownersOf(proven)})`),
      ]);
      const users = owners.map(readUser).filter((user): user is User => user !== undefined);
      return { linked: readUser(linked), owners: users };
    },

    async signIn({ identity, userId, by, endSession, registration, now }) {
      const mine = sql`(${holderOf(identity)}) = ${userId}`;
      const results = await database.write([
        sql`INSERT INTO social_identities (application_id, provider, subject, user_id, created_at)
            SELECT ${applicationId}, ${identity.provider}, ${identity.subject}, ${userId}, ${now}
            WHERE ${userId} IN (${ownersOf(by)}) ON CONFLICT DO NOTHING RETURNING user_id`,
        ...(endSession
          ? [
              sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
                  SELECT ${applicationId}, ${endSession.userId}, ${endSession.handle}, ${endSession.until}
                  WHERE ${mine} ON CONFLICT DO NOTHING`,
            ]
          : []),
        ...(registration
          ? [
              sql`INSERT INTO registrations (application_id, id, user_id, created_at, expires_at)
                  SELECT ${applicationId}, ${registration.id}, ${userId}, ${registration.createdAt},
                         ${registration.expiresAt} WHERE ${mine}`,
            ]
          : []),
        selectUser(sql`${byId(applicationId, userId)} AND ${mine}`),
      ]);
      const user = readUser(results.at(-1)?.[0]);
      return user && { user, linkedNow: (results[0]?.length ?? 0) > 0 };
    },
  };
}
