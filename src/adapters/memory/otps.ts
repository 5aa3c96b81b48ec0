import { secondsUntil } from '../../shared/time.ts';
import type {
  ChallengeRef,
  IdentifierRef,
  Limited,
  OtpPurpose,
  Otps,
  RegistrationSends,
  ConsumeResult,
} from '../../ports/index.ts';
import { sameIdentifier } from '../../domain/identifiers/identifier.ts';
import { PURPOSES_OF_USER } from '../../domain/otp/otp-effect.ts';
import { statusOf } from '../../domain/user/user.ts';
import { bringAbout, precondition } from './otp-effects.ts';
import type { MemoryState, StoredChallenge } from './state.ts';

const isLive = (one: StoredChallenge | undefined, now: number): one is StoredChallenge =>
  one !== undefined && one.consumedAt === undefined && one.expiresAt > now;

/** The challenge without what only this store needs. */
function open({
  sealedCode: _,
  codeMac: _1,
  triesBuckets: _2,
  refund: _3,
  ...rest
}: StoredChallenge) {
  return structuredClone(rest);
}

const REGISTRATION_LIMIT = 'messages_per_registration';

/** The limit that refuses one more message of the registration. */
function registrationLimited(
  state: MemoryState,
  sends: Omit<RegistrationSends, 'registration'>,
  registration: string,
  identifier: IdentifierRef,
  retryAfterSeconds: number,
): Limited | undefined {
  const codes = state.codesOf(registration);
  const sum = (some: StoredChallenge[]): number => some.reduce((all, one) => all + one.sends, 0);
  const toSame = codes.filter((one) => sameIdentifier(one.identifier, identifier));
  const others = codes.filter(
    (one) => one.identifier.kind === identifier.kind && !toSame.includes(one),
  );
  const different = new Set(others.map((one) => one.identifier.value));
  const room =
    sum(codes) < sends.total &&
    sum(toSame) < sends.perIdentifier &&
    different.size < sends.identifiersPerKind;
  return room ? undefined : { limit: REGISTRATION_LIMIT, retryAfterSeconds };
}

/** The port `Otps` on memory. */
export function memoryOtps(state: MemoryState): Otps {
  const secondsLeft = ({ expiresAt }: { expiresAt: number }, now: number): number =>
    secondsUntil(expiresAt, now);
  return {
    async open(request) {
      const { challenge, limits, registrationSends: sends } = request;
      const { identifier, createdAt: now } = challenge;
      const spent = state.limited(state.limitsOf(identifier, limits), now);
      const tooMany =
        sends &&
        registrationLimited(
          state,
          sends,
          sends.registration,
          identifier,
          secondsLeft(challenge, now),
        );
      const limited = spent ?? tooMany;
      if (limited) return { limited, known: false };
      state.charge(state.limitsOf(identifier, limits), now);
      if (challenge.purpose !== 'forgot') {
        state.keep(request);
        return { known: true };
      }
      const owner = state.owner(identifier);
      const userId = owner && statusOf(owner) === 'active' ? owner.id : undefined;
      state.keep({ ...request, challenge: { ...challenge, userId } });
      return { known: userId !== undefined };
    },

    async keep({ id, sealedCode }) {
      const kept = state.challenges.get(id);
      if (kept) kept.sealedCode = sealedCode;
    },

    async cancel({ challenge, limits }) {
      const found = state.challenges.get(challenge.id);
      if (!found || found.consumedAt !== undefined) return;
      state.giveBack(state.limitsOf(challenge.identifier, limits), challenge.createdAt);
      state.challenges.delete(challenge.id);
    },

    async resend({ id, nonce, identifier, limits, maxTries, registrationSends, now }) {
      const found = state.challenges.get(id);
      const of = found && limits[found.purpose];
      if (!isLive(found, now) || !of || !sameIdentifier(found.identifier, identifier)) {
        return { state: 'unknown' };
      }
      if (found.attempts >= maxTries) return { state: 'exhausted' };
      const own = state.limitsOf(identifier, of);
      const limited =
        state.limited(own, now) ??
        (found.registration === undefined
          ? undefined
          : registrationLimited(
              state,
              registrationSends,
              found.registration,
              identifier,
              secondsLeft(found, now),
            ));
      if (limited) return { state: 'limited', limited };
      state.charge(own, now);
      found.sends += 1;
      found.lastSend = nonce;
      return { state: 'ready', challenge: open(found), sealedCode: found.sealedCode };
    },

    async cancelResend({ id, nonce, identifier, limits, chargedAt }) {
      const found = state.challenges.get(id);
      if (found?.lastSend !== nonce) return;
      found.sends -= 1;
      found.lastSend = undefined;
      state.giveBack(state.limitsOf(identifier, limits), chargedAt);
    },

    async attempt(request) {
      const { challenge, purposes, codeMacs, now, rules, requestId } = request;
      const { userId, registration } = request;
      const found =
        'id' in challenge
          ? state.challenges.get(challenge.id)
          : newestFor(state, challenge, purposes, now);
      if (!isLive(found, now)) return { state: 'unknown' };
      const owner = state.owner(found.identifier);
      const device = rules.device?.userId === owner?.id ? rules.device : undefined;
      if ((device ? found.deviceAttempts : found.attempts) >= rules.maxTries) {
        return { state: 'exhausted' };
      }
      const buckets = device?.buckets ?? found.triesBuckets;
      const tries = [{ ...rules.perIdentifier, buckets }];
      const limited = state.limited(tries, now);
      if (limited) return { state: 'limited', limited };
      const isOfUser = found.userId === userId;
      const own: Record<OtpPurpose, boolean> = {
        login: true,
        profile: isOfUser,
        primary: isOfUser,
        update: isOfUser,
        register: found.registration === registration,
        forgot: owner !== undefined && found.userId === owner.id,
      };
      if (
        !own[found.purpose] ||
        !purposes.includes(found.purpose) ||
        !codeMacs.includes(found.codeMac)
      ) {
        if (device) found.deviceAttempts += 1;
        else found.attempts += 1;
        state.charge(tries, now);
        state.count('sign_in_failed.otp');
        if (owner && state.limited(tries, now)) {
          const detail = { limit: rules.perIdentifier.name };
          const whose = { actor: 'shopper', userId: owner.id, requestId };
          state.audit.push({ action: 'sign_in.locked', ...whose, detail, at: now });
        }
        return { state: 'wrong' };
      }
      const registered = state.registration(registration, now);
      return {
        state: 'right',
        challenge: open(found),
        owner,
        registration: registered,
        bound: state.user(registered?.userId),
      };
    },

    async consume(settlement): Promise<ConsumeResult> {
      const { challenge, nonce, now, readBack, signIn } = settlement;
      const found = state.challenges.get(challenge.id);
      if (!isLive(found, now)) return { state: 'lost' };
      const refused = precondition(state, settlement);
      if (refused) return refused;
      found.consumedAt = now;
      found.consumedBy = nonce;
      state.giveBack(found.refund, found.createdAt);
      bringAbout(state, settlement, found.identifier);
      if (signIn) state.enter(signIn);
      return { state: 'done', user: state.user(readBack) };
    },

    async unconsume(challengeId, nonce) {
      const found = state.challenges.get(challengeId);
      if (found?.consumedBy !== nonce) return;
      found.consumedAt = undefined;
      found.consumedBy = undefined;
    },
  };
}

/** The newest live challenge of an address that fits the caller; anybody can ask for a login code, so the caller's own comes first. */
function newestFor(
  state: MemoryState,
  { email, userId, registration }: Extract<ChallengeRef, { email: string }>,
  purposes: readonly OtpPurpose[],
  now: number,
): StoredChallenge | undefined {
  const fits = (one: StoredChallenge): boolean =>
    purposes.includes(one.purpose) &&
    (one.purpose === 'login' ||
      one.purpose === 'forgot' ||
      (registration === undefined
        ? PURPOSES_OF_USER.includes(one.purpose) && one.userId === userId
        : one.purpose === 'register' && one.registration === registration));
  return [...state.challenges.values()]
    .filter(({ identifier }) => identifier.kind === 'email' && identifier.value === email)
    .filter((one) => isLive(one, now) && fits(one))
    .toSorted(
      (a, b) =>
        Number(a.purpose === 'login') - Number(b.purpose === 'login') || b.createdAt - a.createdAt,
    )[0];
}
