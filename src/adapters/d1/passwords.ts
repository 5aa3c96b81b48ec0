import { sql, type SQL } from './sql.ts';
import type { LoginName, PasswordAttempt, Passwords } from '../../ports.ts';
import { charge, giveBack, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import type { Database } from './database.ts';
import { readUser, selectUser } from './user-statements.ts';

export function d1Passwords(database: Database, applicationId: string): Passwords {
  const userIs = (userId: string): SQL => sql`application_id = ${applicationId} AND id = ${userId}`;

  /** The id of whoever a login name means: a verified identifier or a username (ruling 18), or nobody. */
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
    const { device, unknown, name, max, windowMs } = account;
    const own = sql`'login:' || COALESCE(${meant(login)}, ${unknown})`;
    const bucket = device
      ? sql`CASE WHEN ${meant(login)} = ${device.userId} THEN ${`login:device:${device.id}`} ELSE ${own} END`
      : own;
    return sql`json_insert(${limitsJson(limits)}, '$[#]',
      json_object('name', ${name}, 'bucket', ${bucket}, 'max', ${max}, 'windowMs', ${windowMs}))`;
  }

  return {
    async attempt(attempt) {
      const { login, ref, now } = attempt;
      const limits = allLimits(attempt);
      const [used = [], , [row] = []] = await database.write([
        usage(applicationId, limits, now),
        charge(applicationId, limits, ref, now, sql`NOT ${overLimit(applicationId, limits, now)}`),
        selectUser(sql`u.application_id = ${applicationId} AND u.id = ${meant(login)}`),
      ]);
      const limited = limitedOf(used, now);
      if (limited) return { limited };
      const hash = row?.['password_hash'];
      return { user: readUser(row), hash: typeof hash === 'string' ? hash : undefined };
    },

    async succeed({ ref, userId, rehash, endSession, registration }) {
      await database.write([
        giveBack(applicationId, ref),
        ...(rehash
          ? [
              sql`UPDATE users SET password_hash = ${rehash.to}, has_old_password_hash = 0
                  WHERE ${userIs(userId)} AND password_hash = ${rehash.from}`,
            ]
          : []),
        ...(endSession
          ? [
              sql`INSERT INTO ended_sessions (application_id, user_id, handle, expires_at)
                  VALUES (${applicationId}, ${endSession.userId}, ${endSession.handle}, ${endSession.until})
                  ON CONFLICT DO NOTHING`,
            ]
          : []),
        ...(registration
          ? [
              sql`INSERT INTO registrations (application_id, id, user_id, created_at, expires_at)
                  VALUES (${applicationId}, ${registration.id}, ${registration.userId ?? null},
                          ${registration.createdAt}, ${registration.expiresAt})`,
            ]
          : []),
      ]);
    },

    async hashOf(userId) {
      const [[row] = []] = await database.read([
        sql`SELECT password_hash FROM users WHERE ${userIs(userId)}`,
      ]);
      const hash = row?.['password_hash'];
      return typeof hash === 'string' ? hash : undefined;
    },

    async set(userId, from, to, now) {
      const [done = []] = await database.write([
        sql`UPDATE users SET password_hash = ${to}, has_old_password_hash = 0, sessions_valid_from = ${now},
                             updated_at = ${now}
            WHERE ${userIs(userId)} AND password_hash IS ${from ?? null} RETURNING id`,
      ]);
      return done.length > 0;
    },
  };
}
