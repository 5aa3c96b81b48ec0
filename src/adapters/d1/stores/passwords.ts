import type { Limit, LoginName, PasswordAttempt, Passwords } from '../../../ports/index.ts';
import { auditStatement, signInStatements } from './audit.ts';
import {
  charge,
  giveBack,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';
import { select, selectValues, sql, type SQL, update } from '../statements/query.ts';
import { insertRegistration } from '../statements/registration-statements.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers, users } from '../schema/index.ts';
import { byId, readUser, selectUser, u, USER_FIELDS } from '../statements/user-rows.ts';
import { userIs } from '../statements/user-statements.ts';

/** The port `Passwords` on D1. */
export function d1Passwords(database: Database, applicationId: string): Passwords {
  /** The id of the user that a login name means, by a verified identifier (D-53) or a username. */
  function meant(login: LoginName): SQL {
    if ('userId' in login) return sql`${login.userId}`;
    if ('username' in login) {
      return sql`(SELECT ${users.id} FROM ${users}
                  WHERE ${users.applicationId} = ${applicationId} AND ${users.username} = ${login.username})`;
    }
    const { kind, value } = login.identifier;
    return sql`(SELECT ${identifiers.userId} FROM ${identifiers}
                WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
                  AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 1)`;
  }

  /** The id of the only user who has an email, when that user has not verified it. */
  function unverifiedOwner(login: LoginName): SQL | undefined {
    if (!('identifier' in login) || login.identifier.kind !== 'email') return undefined;
    // Each part by an index of its own: verified ones and unverified copies are found apart.
    const ofEmail = (verified: SQL) => sql`${identifiers.applicationId} = ${applicationId}
      AND ${identifiers.kind} = 'email' AND ${identifiers.value} = ${login.identifier.value} AND ${verified}`;
    const [isVerified, isCopy] = [
      sql`${identifiers.verified} = 1`,
      sql`${identifiers.verified} = 0`,
    ];
    return sql`(SELECT MAX(${identifiers.userId}) FROM ${identifiers} WHERE ${ofEmail(isCopy)}
                AND NOT EXISTS (SELECT 1 FROM ${identifiers} WHERE ${ofEmail(isVerified)}) HAVING COUNT(*) = 1)`;
  }

  const selectWithHash = (userId: SQL) =>
    select({ ...USER_FIELDS, passwordHash: u.passwordHash })
      .from(u)
      .where(byId(applicationId, userId));

  /** The limits as JSON, the account's own among them; its bucket depends on who is meant. */
  function allLimits({ login, limits, account }: PasswordAttempt): SQL {
    const { device, unknown, ...limit } = account;
    const owner = meant(login);
    const known = sql`CASE WHEN ${owner} IS NULL THEN ${JSON.stringify(unknown)}
                           ELSE json_array('login:' || ${owner}) END`;
    const buckets = device
      ? sql`CASE WHEN ${owner} = ${device.userId} THEN ${JSON.stringify([`device:${device.id}`])} ELSE ${known} END`
      : known;
    return sql`json_insert(${limitsJson(limits)}, '$[#]',
      json_patch(${JSON.stringify(limit)}, json_object('buckets', json(${buckets}))))`;
  }

  return {
    async attempt(attempt) {
      const { login, now } = attempt;
      const limits = allLimits(attempt);
      const copy = unverifiedOwner(login);
      const { used, found, unverified, charged } = await database.write({
        used: usage(applicationId, limits, now),
        charge: charge(
          applicationId,
          limits,
          now,
          sql`NOT ${overLimit(applicationId, limits, now)}`,
        ),
        found: selectWithHash(meant(login)),
        unverified: copy && selectWithHash(copy),
        charged: selectValues({
          // Put together by `allLimits`.
          limits: limits.mapWith((json: string) => JSON.parse(json) as Limit[]),
          spent: overLimit(applicationId, limits, now).mapWith(Boolean),
        }),
      });
      const limited = limitedOf(used, now);
      if (limited) return { limited };
      const [user] = found;
      const [other] = unverified;
      const otherUser = readUser(other);
      return {
        user: readUser(user),
        hash: user?.passwordHash ?? undefined,
        ...(otherUser && {
          unverified: { user: otherUser, hash: other?.passwordHash ?? undefined },
        }),
        charged: charged[0]?.limits ?? [],
        spent: charged[0]?.spent === true,
      };
    },

    async succeed({ charged, chargedAt, userId, hash, rehash, signIn, registration }) {
      const own = userIs(applicationId, userId);
      const same = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${own}
        AND ${users.passwordHash} IN (${hash}, ${rehash ?? hash}))`;
      const { user } = await database.write({
        rehash:
          rehash === undefined
            ? undefined
            : update(users)
                .set({ passwordHash: rehash, hasOldPasswordHash: false })
                .where(sql`${own} AND ${users.passwordHash} = ${hash}`),
        giveBack: giveBack(applicationId, limitsJson(charged), chargedAt, same),
        signIn: signIn ? signInStatements(applicationId, signIn, same) : [],
        registration: registration && insertRegistration(applicationId, registration, same),
        user: selectUser(sql`${byId(applicationId, userId)} AND ${same}`),
      });
      return readUser(user[0]);
    },

    async hashOf(userId) {
      const { found } = await database.read({
        found: select({ hash: users.passwordHash })
          .from(users)
          .where(userIs(applicationId, userId)),
      });
      return found[0]?.hash ?? undefined;
    },

    async set(userId, from, to, event) {
      const now = event.at;
      const isFrom = sql`${userIs(applicationId, userId)} AND ${users.passwordHash} IS ${from ?? null}`;
      const unchanged = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${isFrom})`;
      const { changed, user } = await database.write({
        revoked: revoke(applicationId, 'password_changed', {
          users: sql`(${userId})`,
          now,
          condition: unchanged,
        }),
        event: auditStatement(applicationId, event, unchanged),
        changed: update(users)
          .set({ passwordHash: to, hasOldPasswordHash: false, updatedAt: now })
          .where(isFrom)
          .returning({ id: users.id }),
        user: selectUser(byId(applicationId, userId)),
      });
      return changed.length === 0 ? undefined : readUser(user[0]);
    },
  };
}
