/** One-time codes: the exact ledger in D1, the sealed code for a resend in KV. */
import type { OpenChallenge, Otps, ConsumeResult, Settlement } from '../../../ports/index.ts';
import { keys, type Values } from '../../kv/values.ts';
import { signInFrom, signInParams, signInStatements } from './audit.ts';
import { giveBack, identifierLimitsJson } from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';
import {
  effectStatements,
  fullness,
  identityLost,
  isProven,
  precondition,
  takenField,
} from '../statements/otp-effects.ts';
import { attemptCode, challengeIs } from '../statements/otp-attempt.ts';
import { builtOnce } from '../statements/common.ts';
import {
  type Operand,
  type Operands,
  type Query,
  remove,
  selectValues,
  sql,
  type SQL,
  update,
} from '../statements/query.ts';
import { otpChallenges } from '../schema/index.ts';
import { openCode } from '../statements/otp-open.ts';
import { resendCode } from '../statements/otp-resend.ts';
import { smsVerified, uncountSms, type WarnSms } from '../statements/sms-statements.ts';
import { byId, readUser, selectUser } from '../statements/user-rows.ts';
import { userIs, withNames } from '../statements/user-statements.ts';

type Consuming = Pick<Settlement['challenge'], 'id' | 'createdAt'> & { nonce: string; now: number };

/** What one use of a code adds to the statements that every use has; `won` is true when this try used it up. */
interface Uses {
  /** What may stand in the way, read before anything is changed; none where nothing does. */
  before: Record<'isFull' | 'isProven', SQL> | undefined;
  holds: SQL;
  effects(won: SQL): Query[];
  signIn(won: SQL): Query[];
  user: ReturnType<typeof selectUser> | undefined;
}

function consumeStatements(
  applicationId: Operand<string>,
  { id, nonce, createdAt, now }: Operands<Consuming>,
  uses: Uses,
) {
  const isOne = challengeIs(applicationId, id);
  const won = sql`EXISTS (
    SELECT 1 FROM ${otpChallenges} WHERE ${isOne} AND ${otpChallenges.consumedBy} = ${nonce})`;
  const refund = sql`(SELECT ${otpChallenges.refund} FROM ${otpChallenges} WHERE ${isOne})`;
  const foreignSentAt = sql`SELECT ${otpChallenges.createdAt} AS at FROM ${otpChallenges}
    WHERE ${isOne} AND ${otpChallenges.foreignSms} = 1`;
  return {
    before:
      uses.before &&
      selectValues({
        isFull: uses.before.isFull.mapWith(Boolean),
        isProven: uses.before.isProven.mapWith(Boolean),
      }),
    consumed: update(otpChallenges)
      .set({ consumedAt: sql`${now}`, consumedBy: sql`${nonce}` })
      .where(
        sql`${isOne} AND ${otpChallenges.consumedAt} IS NULL AND ${otpChallenges.expiresAt} > ${now}
          AND ${uses.holds}`,
      )
      .returning({ id: otpChallenges.id }),
    giveBack: giveBack(applicationId, refund, createdAt, won),
    sms: smsVerified(applicationId, foreignSentAt, won),
    effects: uses.effects(won),
    signIn: uses.signIn(won),
    user: uses.user,
  };
}

type Login = Consuming & { applicationId: string; readBack: string } & ReturnType<
    typeof signInParams
  >;

/** Of a code that signs a known user in, which is what most codes do. */
const loginStatements = builtOnce<Login>()((given, { hasEnds }: { hasEnds: boolean }) =>
  consumeStatements(given.applicationId, given, {
    before: undefined,
    holds: sql`TRUE`,
    effects: () => [],
    signIn: (won) => signInFrom(given.applicationId, given, hasEnds, won),
    user: selectUser(byId(given.applicationId, given.readBack)),
  }),
);

/** The port `Otps` on D1 and KV. */
export function d1Otps(
  database: Database,
  values: Values,
  applicationId: string,
  tellSms: WarnSms,
): Otps {
  const isOne = (id: string): SQL => challengeIs(applicationId, id);
  const exists = (where: SQL): SQL => sql`EXISTS (SELECT 1 FROM ${otpChallenges} WHERE ${where})`;
  const readCode = (id: string) => values.get(keys.otp(applicationId, id));

  /** An effect that changes names is tried again with those stored when they have changed since they were read. */
  async function withEffectNames<T>(
    settlement: Settlement,
    write: (of: Settlement) => Promise<T>,
  ): Promise<T> {
    const { effect } = settlement;
    if (effect.kind !== 'verify' || !effect.profile) return write(settlement);
    const { change, names: read } = effect.profile;
    return withNames(database, userIs(applicationId, effect.userId), read, async (names) =>
      write({ ...settlement, effect: { ...effect, profile: { change, names } } }),
    );
  }

  return {
    open: async (opening) => openCode(database, applicationId, opening, tellSms),

    async keep({ id, sealedCode, expiresAt }) {
      await values.put(keys.otp(applicationId, id), sealedCode, expiresAt);
    },

    async cancel({ challenge, limits, sms }: OpenChallenge) {
      const { id, identifier, createdAt } = challenge;
      const open = sql`${isOne(id)} AND ${otpChallenges.consumedAt} IS NULL`;
      const there = exists(open);
      const json = identifierLimitsJson(applicationId, identifier, limits);
      await database.write({
        sms: sms && uncountSms(applicationId, sms, there),
        giveBack: giveBack(applicationId, json, createdAt, there),
        removed: remove(otpChallenges).where(open),
      });
    },

    async resend(request) {
      const sent = await resendCode(database, applicationId, request, tellSms);
      if (sent.state !== 'sent') return sent;
      const { id, nonce, identifier, limits, now, sms } = request;
      const { challenge } = sent;
      const reading = readCode(id);
      const sealedCode = await reading.catch(() => undefined);
      if (sealedCode !== undefined) return { state: 'ready', challenge, sealedCode };
      // Neither a stale KV nor one that fails may cost a send.
      const charged = limits[challenge.purpose];
      if (charged) {
        await this.cancelResend({ id, nonce, identifier, limits: charged, chargedAt: now, sms });
      }
      await reading;
      return { state: 'not_here_yet' };
    },

    async cancelResend({ id, nonce, identifier, limits, chargedAt, sms }) {
      const json = identifierLimitsJson(applicationId, identifier, limits);
      const mine = sql`${isOne(id)} AND ${otpChallenges.lastSend} = ${nonce}`;
      await database.write({
        sms: sms && uncountSms(applicationId, sms, exists(mine)),
        giveBack: giveBack(applicationId, json, chargedAt, exists(mine)),
        undone: update(otpChallenges)
          .set({ sends: sql`${otpChallenges.sends} - 1`, lastSend: null })
          .where(mine),
      });
    },

    attempt: async (request) => attemptCode(database, applicationId, request),

    async consume(settlement): Promise<ConsumeResult> {
      const { challenge, nonce, effect, now, readBack, signIn } = settlement;
      const { id, createdAt } = challenge;
      const params = { id, nonce, createdAt, now };
      async function write(of: Settlement) {
        if (effect.kind === 'none' && signIn && readBack !== undefined) {
          const given = { applicationId, ...params, readBack, ...signInParams(signIn) };
          return database.write(loginStatements(given, { hasEnds: signIn.ends.length > 0 }));
        }
        return database.write(
          consumeStatements(applicationId, params, {
            before: {
              isFull: fullness(applicationId, of),
              isProven: isProven(applicationId, of),
            },
            holds: precondition(applicationId, of),
            effects: (won) => effectStatements(applicationId, of, won),
            signIn: (won) => (signIn ? signInStatements(applicationId, signIn, won) : []),
            user: readBack === undefined ? undefined : selectUser(byId(applicationId, readBack)),
          }),
        );
      }
      try {
        const { before, consumed, user } = await withEffectNames(settlement, write);
        if (consumed.length === 0) {
          if (before[0]?.isFull) return { state: 'full' };
          return { state: 'lost', ...(before[0]?.isProven === false && { unproven: true }) };
        }
        return { state: 'done', user: readUser(user[0]) };
      } catch (error) {
        if (identityLost(error)) return { state: 'lost' };
        const field = takenField(error, effect.kind, challenge.identifier);
        if (field) return { state: 'taken', field };
        throw error;
      }
    },

    async unconsume(challengeId, nonce) {
      await database.write({
        unconsumed: update(otpChallenges)
          .set({ consumedAt: null, consumedBy: null })
          .where(sql`${isOne(challengeId)} AND ${otpChallenges.consumedBy} = ${nonce}`),
      });
    },
  };
}
