/**
 * The effects of a right one-time code. It is used up in the same batch as its effect, so of any number of concurrent
 * right answers exactly one succeeds.
 */
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';
import type { Application, Effect, Ports, Registration, User } from '../../ports/index.ts';
import { noticeAdded, noticeAdopted, noticeSignIn, noticeSocialLinked } from '../notices.ts';
import { ok, err } from '../../shared/result.ts';
import {
  adoptedBy,
  kindsForRegistration,
  newRegistration,
  nextStep,
} from '../registration/registration.ts';
import { DOCUMENTED_PURPOSES } from './send-otp.ts';
import { tryCode } from './try-code.ts';
import { checkSignIn, decideSignIn } from '../login/sign-in-outcome.ts';
import { complete, create } from '../registration/verify-registration.ts';
import {
  consume,
  signIn,
  stillMissing,
  consumeError,
  useUp,
  type VerifyResult,
  type VerificationAttempt,
  type VerifyOtp,
} from './verify-steps.ts';

export type { VerifyOtp, VerifyOutcome } from './verify-steps.ts';

/**
 * Verifies a one-time code and brings about what it was sent for. Refuses what VerifyErrorCode lists; throws an
 * Outage, after which the code is not used up.
 */
export async function verifyOtp(
  ports: Ports,
  application: Application,
  request: VerifyOtp,
): VerifyResult {
  const { challenge, otp, registerToken, signedIn, device } = request;
  const registration =
    registerToken === undefined ? undefined : await ports.vault.digest(registerToken);
  const userId = signedIn?.user.id;
  const ref = 'email' in challenge ? { ...challenge, userId, registration } : challenge;
  const tried = await tryCode(ports, {
    challenge: ref,
    purposes: DOCUMENTED_PURPOSES,
    otp,
    userId,
    registration,
    device,
  });
  if (!tried.ok) return tried;
  const attempt: VerificationAttempt = { ports, application, request, ...tried.value };
  const { found } = attempt;
  // Whose code it is has been judged with the code: here it is the caller's own.
  if (found.challenge.purpose === 'profile')
    return proveOnProfile(attempt, found.challenge.userId ?? '');
  if (registration === undefined) return login(attempt);
  if (!found.registration) return err('register_token_invalid');
  if (found.registration.finishedAt !== undefined) return err('registration_finished');
  return register(attempt, found.registration);
}

/** A login code without a register_token. */
async function login(attempt: VerificationAttempt): VerifyResult {
  const { ports, application, found } = attempt;
  const { owner } = found;
  if (owner) return loginOwner(attempt, owner, undefined);
  const failure = checkSignIn(undefined, application);
  if (failure) return useUp(attempt, failure);
  // Checked after the proof, so that strangers do not learn who exists.
  if (!application.config.register) return useUp(attempt, err('registration_closed'));
  const { token, registration } = await newRegistration(ports, { origin: 'code' });
  const settled = await consume(attempt, { kind: 'prove', registration, isNew: true });
  if (settled.state !== 'done') return consumeError(settled);
  const missing = stillMissing(attempt, [found.challenge.identifier.kind]);
  return ok({ kind: 'registration', token, missing });
}

/**
 * The code belongs to a user: a session, unless a required identifier is missing (D-49).
 * @param registration the one it was verified for, which ends with it (D-48)
 */
async function loginOwner(
  attempt: VerificationAttempt,
  owner: User,
  registration: Registration | undefined,
): VerifyResult {
  const { ports, application, request } = attempt;
  const adopts = registration ? adoptedBy(owner, registration) : [];
  const adoptedKinds = adopts.map(({ kind }) => kind);
  const decision = decideSignIn(application, owner, adoptedKinds);
  if (decision.kind === 'refused') return useUp(attempt, decision.failure);
  // The code alone names the user here, whatever it was sent for. A social login of that user's own goes on.
  if (!application.config.login.otp && registration?.linkedTo !== owner.id) {
    return useUp(attempt, err('otp_login_disabled'));
  }
  if (decision.kind === 'incomplete') {
    const { missing } = decision;
    if (registration) {
      // One registration goes on under its one token, and to its one end.
      const to = { registration: registration.id, userId: owner.id, adopts };
      const bound = await consume(attempt, { kind: 'bind', ...to }, { readBack: owner.id });
      if (bound.state !== 'done') return consumeError(bound);
      const user = bound.user ?? owner;
      noticeAdopted(ports, user, adopts);
      return ok({ kind: 'incomplete', token: request.registerToken ?? '', missing, user });
    }
    const fresh = await newRegistration(ports, { origin: 'code', user: owner });
    const prove: Effect = { kind: 'prove', registration: fresh.registration, isNew: true };
    const settled = await consume(attempt, prove, { readBack: owner.id });
    if (settled.state !== 'done') return consumeError(settled);
    const { token } = fresh;
    return ok({ kind: 'incomplete', token, missing, user: settled.user ?? owner });
  }
  if (!registration) return signIn(attempt, owner, { kind: 'none' }, 'otp');
  const to = { registration: registration.id, userId: owner.id, adopts };
  const ended = await signIn(attempt, owner, { kind: 'close', ...to }, 'registration');
  if (!ended.ok) return ended;
  noticeAdopted(ports, ended.value.user, adopts);
  noticeSignIn(ports, ended.value.user, attempt.found.challenge.identifier);
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  return ended;
}

/** A code for one's own profile (D-41). */
async function proveOnProfile(attempt: VerificationAttempt, userId: string): VerifyResult {
  const effect: Effect = { kind: 'verify', userId, max: MAX_IDENTIFIERS };
  const settled = await consume(attempt, effect, { readBack: userId });
  if (settled.state !== 'done') return consumeError(settled);
  if (!settled.user) return err('otp_invalid');
  noticeAdded(attempt.ports, settled.user, attempt.found.challenge.identifier);
  return ok({ kind: 'added', user: settled.user });
}

/** A code verified for a live register_token. */
async function register(attempt: VerificationAttempt, registration: Registration): VerifyResult {
  const { ports, application, request, found } = attempt;
  const { owner, bound } = found;
  const token = request.registerToken ?? '';
  // The social login that began it was linked to another user meanwhile.
  if (registration.linkedTo !== undefined && registration.linkedTo !== owner?.id) {
    return err('registration_finished');
  }
  if (registration.userId !== undefined) return complete(attempt, registration, bound);
  // The identifier belongs to someone already, so this is a login and the form is dropped (D-48).
  if (owner) return loginOwner(attempt, owner, registration);
  if (!application.config.register) return useUp(attempt, err('registration_closed'));
  const proven = [...registration.proofs, found.challenge.identifier];
  const form = await ports.registrations.form(registration);
  const next = nextStep(kindsForRegistration(application), proven, form?.identifiers ?? []);
  if (form && next.kind === 'create') return create(attempt, registration.id, form, next);
  const settled = await consume(attempt, { kind: 'prove', registration, isNew: false });
  if (settled.state !== 'done') return consumeError(settled);
  const missing = stillMissing(
    attempt,
    proven.map(({ kind }) => kind),
  );
  return ok({ kind: 'registration', token, missing });
}
