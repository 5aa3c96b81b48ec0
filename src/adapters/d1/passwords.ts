import { sql, type SQL } from './sql.ts';
import type { Limit, LoginName, PasswordAttempt, Passwords } from '../../ports.ts';
import { auditStatement, signInStatements } from './audit.ts';
import { charge, giveBack, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import type { Database } from './database.ts';
import { insertRegistration } from './registration-statements.ts';
import { revoke } from './revocation-statements.ts';
import { byId, readUser, selectUser } from './user-statements.ts';

export function d1Passwords(database: Database, applicationId: string): Passwords {
  const userIs = (userId: string): SQL => sql`application_id = ${applicationId} AND id = ${userId}`;

  /** The id of the user that a login name means, by a verified identifier (D-53) or a username. */
  function meant(login: LoginName): SQL {
    if ('userId' in login) return sql`${login.userId}`;
    if ('username' in login) {
      return sql`(SELECT id FROM users
                  WHERE application_id = ${applicationId} AND username = ${login.username})`;
    }
    const { kind, value } = login.identifier;
    return sql`(SELECT user_id FROM identifiers
                WHERE application_id = ${applicationId} AND kind = ${kind} AND value = ${value} AND verified = 1)`;
  }

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
      const [used = [], , [row] = [], [charged] = []] = await database.write([
        usage(applicationId, limits, now),
        charge(applicationId, limits, now, sql`NOT ${overLimit(applicationId, limits, now)}`),
        selectUser(sql`u.application_id = ${applicationId} AND u.id = ${meant(login)}`),
        sql`SELECT ${limits} AS limits, ${overLimit(applicationId, limits, now)} AS spent`,
      ]);
      const limited = limitedOf(used, now);
      if (limited) return { limited };
      const hash = row?.['password_hash'];
      return {
        user: readUser(row),
        hash: typeof hash === 'string' ? hash : undefined,
        // Put together two statements above.
        charged: JSON.parse(String(charged?.['limits'])) as Limit[],
        spent: charged?.['spent'] === 1,
      };
    },

    async succeed({ charged, chargedAt, userId, hash, rehash, signIn, registration }) {
      const same = sql`EXISTS (SELECT 1 FROM users WHERE ${userIs(userId)} AND password_hash IN (${hash}, ${rehash ?? hash}))`;
      const results = await database.write([
        ...(rehash === undefined
          ? []
          : [
              sql`UPDATE users SET password_hash = ${rehash}, has_old_password_hash = 0
                  WHERE ${userIs(userId)} AND password_hash = ${hash}`,
            ]),
        giveBack(applicationId, limitsJson(charged), chargedAt, same),
        ...(signIn ? signInStatements(applicationId, signIn, same) : []),
        ...(registration ? [insertRegistration(applicationId, registration, same)] : []),
        selectUser(sql`${byId(applicationId, userId)} AND ${same}`),
      ]);
      return readUser(results.at(-1)?.[0]);
    },

    async hashOf(userId) {
      const [[row] = []] = await database.read([
        sql`SELECT password_hash FROM users WHERE ${userIs(userId)}`,
      ]);
      const hash = row?.['password_hash'];
      return typeof hash === 'string' ? hash : undefined;
    },

    async set(userId, from, to, event) {
      const now = event.at;
      const unchanged = sql`EXISTS (SELECT 1 FROM users WHERE ${userIs(userId)} AND password_hash IS ${from ?? null})`;
      const results = await database.write([
        ...revoke(applicationId, 'password_changed', {
          users: sql`(${userId})`,
          now,
          condition: unchanged,
        }),
        auditStatement(applicationId, event, unchanged),
        sql`UPDATE users SET password_hash = ${to}, has_old_password_hash = 0, updated_at = ${now}
            WHERE ${userIs(userId)} AND password_hash IS ${from ?? null} RETURNING id`,
        selectUser(byId(applicationId, userId)),
      ]);
      return results.at(-2)?.length === 0 ? undefined : readUser(results.at(-1)?.[0]);
    },
  };
}
