import type {
  ChallengeRef,
  Effect,
  IdentifierRef,
  Otps,
  Settled,
  Settlement,
} from '../../ports.ts';
import { sameIdentifier } from '../../domain/identifier.ts';
import type { MemoryState, StoredChallenge } from './state.ts';

const isLive = (one: StoredChallenge | undefined, now: number): one is StoredChallenge =>
  one !== undefined && one.consumedAt === undefined && one.expiresAt > now;

/** The challenge without what only this store needs. */
function open({ sealedCode: _, triesBucket: _1, refundOnSuccess: _2, ...rest }: StoredChallenge) {
  return structuredClone(rest);
}

export function memoryOtps(state: MemoryState): Otps {
  return {
    async open(request) {
      const { challenge, limits } = request;
      const limited = state.charge(limits, challenge.id, challenge.createdAt);
      if (!limited) state.keep(request);
      return limited;
    },

    async keep({ id, sealedCode }) {
      const kept = state.challenges.get(id);
      if (kept) kept.sealedCode = sealedCode;
    },

    async cancel(challengeId) {
      state.giveBack(challengeId);
      if (state.challenges.get(challengeId)?.consumedAt === undefined) {
        state.challenges.delete(challengeId);
      }
    },

    async resend({ token, identifier, limits, ref, now }) {
      const found = [...state.challenges.values()].find((one) => one.resendToken === token);
      if (!isLive(found, now) || !sameIdentifier(found.identifier, identifier)) {
        return { state: 'unknown' };
      }
      const limited = state.charge(limits[found.purpose], ref, now);
      if (limited) return { state: 'limited', limited };
      return { state: 'ready', challenge: open(found), sealedCode: found.sealedCode };
    },

    async cancelResend(ref) {
      state.giveBack(ref);
    },

    async attempt({ challenge, registration, nonce, now, rules }) {
      const found =
        'id' in challenge ? state.challenges.get(challenge.id) : newestFor(state, challenge, now);
      if (!isLive(found, now)) return { state: 'unknown' };
      if (found.attempts >= rules.maxTries) return { state: 'exhausted' };
      const tries = [{ ...rules.perIdentifier, bucket: found.triesBucket }];
      const limited = state.charge(tries, nonce, now);
      if (limited) return { state: 'limited', limited };
      found.attempts += 1;
      found.lastTry = nonce;
      const registered = state.registration(registration, now);
      return {
        state: 'judge',
        challenge: open(found),
        sealedCode: found.sealedCode,
        owner: state.owner(found.identifier),
        registration: registered,
        bound: state.user(registered?.userId),
      };
    },

    async settle(settlement): Promise<Settled> {
      const { challenge, nonce, effect, now, readBack, endSession } = settlement;
      const found = state.challenges.get(challenge.id);
      if (!isLive(found, now)) return { state: 'lost' };
      const refused = precondition(state, settlement);
      if (refused) return refused;
      found.consumedAt = now;
      found.consumedBy = nonce;
      state.giveBack(nonce);
      if (found.refundOnSuccess !== undefined) state.giveBack(found.id, found.refundOnSuccess);
      bringAbout(state, effect, found.identifier, now);
      if (endSession) state.ended.add(endSession.handle);
      return { state: 'done', user: state.user(readBack) };
    },

    async unsettle(challengeId, nonce) {
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
  now: number,
): StoredChallenge | undefined {
  const fits = (one: StoredChallenge): boolean =>
    one.purpose === 'login' ||
    (registration === undefined
      ? one.purpose === 'profile' && one.userId === userId
      : one.purpose === 'register' && one.registration === registration);
  return [...state.challenges.values()]
    .filter(({ identifier }) => identifier.kind === 'email' && identifier.value === email)
    .filter((one) => isLive(one, now) && fits(one))
    .toSorted(
      (a, b) =>
        Number(a.purpose === 'login') - Number(b.purpose === 'login') || b.createdAt - a.createdAt,
    )[0];
}

/** What the statements of a batch would refuse. */
function precondition(
  state: MemoryState,
  { effect, challenge, now }: Settlement,
): Settled | undefined {
  const { identifier } = challenge;
  const registration =
    effect.kind === 'create' || effect.kind === 'close'
      ? effect.registration
      : effect.kind === 'verify'
        ? effect.finish
        : undefined;
  if (registration !== undefined) {
    const found = state.registration(registration, now);
    const userId = effect.kind === 'create' ? effect.user.id : 'userId' in effect && effect.userId;
    if (!found || found.finishedAt !== undefined || state.foreign(found, String(userId))) {
      return { state: 'lost' };
    }
  }
  if (effect.kind === 'create') {
    const field = state.conflict(effect.user);
    return field && { state: 'taken', field };
  }
  if (effect.kind !== 'verify') return undefined;
  if (state.others(effect.userId, identifier) >= effect.max) return { state: 'full' };
  const owner = state.owner(identifier);
  return owner && owner.id !== effect.userId
    ? { state: 'taken', field: identifier.kind }
    : undefined;
}

function bringAbout(state: MemoryState, effect: Effect, one: IdentifierRef, now: number): void {
  switch (effect.kind) {
    case 'none':
      return;
    case 'prove': {
      const { registration } = effect;
      const known = state.registrations.get(registration.id) ?? { ...registration, proofs: [] };
      if (registration.userId === undefined) known.proofs.push(one);
      state.registrations.set(registration.id, known);
      return;
    }
    case 'verify':
      state.verify(effect.userId, one, now);
      if (effect.profile) state.edit(effect.userId, effect.profile, now);
      if (effect.finish !== undefined) state.claim(effect.finish, effect.userId, now);
      return;
    case 'delete': {
      const user = state.users.get(effect.userId);
      if (user) Object.assign(user, { deletedAt: now, sessionsValidFrom: now + 1, updatedAt: now });
      for (const [id, link] of state.links) {
        if (link.userId === effect.userId && link.kind !== 'reset') state.links.delete(id);
      }
      return;
    }
    case 'close':
      state.claim(effect.registration, effect.userId, now);
      return;
    case 'create':
      state.claim(effect.registration, effect.user.id, now);
      state.insert(effect.user);
  }
}
