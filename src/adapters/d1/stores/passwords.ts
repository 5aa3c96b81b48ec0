import type { Limit, PasswordAttempt, Passwords } from '../../../ports/index.ts';
import { auditStatement, signInFrom, signInParams, signInStatements } from './audit.ts';
import {
  charge,
  giveBack,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';
import { builtOnce, type Slots } from '../statements/common.ts';
import {
  type Operand,
  type Operands,
  type Query,
  select,
  selectValues,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { insertRegistration } from '../statements/registration-statements.ts';
import { revoke } from '../statements/revocation-statements.ts';
import { identifiers, users } from '../schema/index.ts';
import { byId, readUser, selectUser, u, USER_FIELDS } from '../statements/user-rows.ts';
import { userIs } from '../statements/user-statements.ts';

interface Shape extends Record<string, boolean> {
  byUserId: boolean;
  byUsername: boolean;
  byEmail: boolean;
  hasDevice: boolean;
}

function paramsOf(applicationId: string, { login, limits, account, now }: PasswordAttempt) {
  const { device, unknown, ...limit } = account;
  const identifier = 'identifier' in login ? login.identifier : undefined;
  return {
    applicationId,
    login:
      'userId' in login
        ? login.userId
        : 'username' in login
          ? login.username
          : login.identifier.value,
    kind: identifier?.kind ?? null,
    limits: limitsJson(limits),
    limit: JSON.stringify(limit),
    unknown: JSON.stringify(unknown),
    deviceUserId: device?.userId ?? null,
    deviceBuckets: device ? JSON.stringify([`device:${device.id}`]) : null,
    now,
  };
}
type Given = Slots<ReturnType<typeof paramsOf>>;

/** The id of the user that a login name means, by a verified identifier (D-53) or a username. */
function meant({ applicationId, login, kind }: Given, { byUserId, byUsername }: Shape): SQL {
  if (byUserId) return sql`${login}`;
  if (byUsername) {
    return sql`(SELECT ${users.id} FROM ${users}
                WHERE ${users.applicationId} = ${applicationId} AND ${users.username} = ${login})`;
  }
  return sql`(SELECT ${identifiers.userId} FROM ${identifiers}
              WHERE ${identifiers.applicationId} = ${applicationId} AND ${identifiers.kind} = ${kind}
                AND ${identifiers.value} = ${login} AND ${identifiers.verified} = 1)`;
}

/** The id of the only user who has an email, when that user has not verified it. */
const unverifiedOwner = ({ applicationId, login }: Given): SQL => {
  // Each part by an index of its own: verified ones and unverified copies are found apart.
  const ofEmail = (verified: SQL) => sql`${identifiers.applicationId} = ${applicationId}
    AND ${identifiers.kind} = 'email' AND ${identifiers.value} = ${login} AND ${verified}`;
  const [isVerified, isCopy] = [sql`${identifiers.verified} = 1`, sql`${identifiers.verified} = 0`];
  return sql`(SELECT MAX(${identifiers.userId}) FROM ${identifiers} WHERE ${ofEmail(isCopy)}
              AND NOT EXISTS (SELECT 1 FROM ${identifiers} WHERE ${ofEmail(isVerified)}) HAVING COUNT(*) = 1)`;
};

const selectWithHash = (applicationId: Operand<string>, userId: SQL) =>
  select({ ...USER_FIELDS, passwordHash: u.passwordHash })
    .from(u)
    .where(byId(applicationId, userId));

/** The limits as JSON, the account's own among them; its bucket depends on who is meant. */
function allLimits(given: Given, shape: Shape): SQL {
  const owner = meant(given, shape);
  const known = sql`CASE WHEN ${owner} IS NULL THEN ${given.unknown} ELSE json_array('login:' || ${owner}) END`;
  const buckets = shape.hasDevice
    ? sql`CASE WHEN ${owner} = ${given.deviceUserId} THEN ${given.deviceBuckets} ELSE ${known} END`
    : known;
  return sql`json_insert(${given.limits}, '$[#]',
    json_patch(${given.limit}, json_object('buckets', json(${buckets}))))`;
}

const attemptStatements = builtOnce<ReturnType<typeof paramsOf>>()((given, shape: Shape) => {
  const { applicationId, now } = given;
  const limits = allLimits(given, shape);
  const spent = overLimit(applicationId, limits, now);
  return {
    used: usage(applicationId, limits, now),
    charge: charge(applicationId, limits, now, sql`NOT ${spent}`),
    found: selectWithHash(applicationId, meant(given, shape)),
    unverified: shape.byEmail ? selectWithHash(applicationId, unverifiedOwner(given)) : undefined,
    charged: selectValues({
      // Put together by `allLimits`.
      limits: limits.mapWith((json: string) => JSON.parse(json) as Limit[]),
      spent: spent.mapWith(Boolean),
    }),
  };
});

// A type, since an interface cannot be a batch's values without a signature for all names.
type Succeeding = {
  applicationId: string;
  userId: string;
  hash: string;
  charged: string;
  chargedAt: number;
};

/** @param newHash what replaces the hash, when something does */
function successStatements(
  { applicationId, userId, hash, charged, chargedAt }: Operands<Succeeding>,
  newHash: string | undefined,
  others: (same: SQL) => { signIn: Query[]; registration?: Query },
) {
  const own = userIs(applicationId, userId);
  const same = sql`EXISTS (SELECT 1 FROM ${users} WHERE ${own}
    AND ${users.passwordHash} IN (${hash}, ${newHash ?? hash}))`;
  const { signIn, registration } = others(same);
  return {
    rehash:
      newHash === undefined
        ? undefined
        : update(users)
            .set({ passwordHash: newHash, hasOldPasswordHash: false })
            .where(sql`${own} AND ${users.passwordHash} = ${hash}`),
    giveBack: giveBack(applicationId, charged, chargedAt, same),
    signIn,
    registration,
    user: selectUser(sql`${byId(applicationId, userId)} AND ${same}`),
  };
}

/** Of a login that needs nothing else, as most do. */
const loginStatements = builtOnce<Succeeding & ReturnType<typeof signInParams>>()(
  (given, { hasEnds }: { hasEnds: boolean }) =>
    successStatements(given, undefined, (same) => ({
      signIn: signInFrom(given.applicationId, given, hasEnds, same),
    })),
);

/** The port `Passwords` on D1. */
export function d1Passwords(database: Database, applicationId: string): Passwords {
  return {
    async attempt(attempt) {
      const { login, account, now } = attempt;
      const { used, found, unverified, charged } = await database.write(
        attemptStatements(paramsOf(applicationId, attempt), {
          byUserId: 'userId' in login,
          byUsername: 'username' in login,
          byEmail: 'identifier' in login && login.identifier.kind === 'email',
          hasDevice: account.device !== undefined,
        }),
      );
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
      const params = { applicationId, userId, hash, charged: limitsJson(charged), chargedAt };
      const statements =
        signIn && rehash === undefined && !registration
          ? loginStatements(
              { ...params, ...signInParams(signIn) },
              { hasEnds: signIn.ends.length > 0 },
            )
          : successStatements(params, rehash, (same) => ({
              signIn: signIn ? signInStatements(applicationId, signIn, same) : [],
              registration: registration && insertRegistration(applicationId, registration, same),
            }));
      const { user } = await database.write(statements);
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
