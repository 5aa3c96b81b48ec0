/**
 * What a right one-time code brings about. It is used up in the same batch as its effect, so of any number of concurrent
 * right answers exactly one succeeds.
 */
import type {
  Application,
  DeviceRef,
  Effect,
  Identifier,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Registration,
  SessionRef,
  Settled,
  Settlement,
  SignInMethod,
  User,
} from '../ports.ts';
import { shopperEvent } from './audit-event.ts';
import { bindingHolds } from './credentials.ts';
import { noticeAdded, noticeSignIn, noticeSocialLinked } from './notices.ts';
import { accept, refuse, type Refused, type Result } from './result.ts';
import {
  kindsForRegistration,
  kindsForSession,
  newRegistration,
  asUser,
  newUser,
  nextStep,
  profileOf,
  USERNAME_TRIES,
} from './registration.ts';
import { sendFirstLinks } from './send-link.ts';
import { openSession, prepareSession, type SessionCookie, type Visitor } from './sign-in.ts';
import { tryCode, type RightCode, type TryRefusal } from './try-code.ts';
import { missingKinds, signInRefusal } from './user.ts';

/** ASVS: bound to its request, purpose and application. Ten identifiers of a kind are the most a profile holds. */
export const MAX_IDENTIFIERS = 10;

export interface VerifyOtp {
  /** By request id, or the newest one of an email. */
  challenge: { id: string } | { email: string };
  otp: string;
  registerToken?: string;
  signedIn?: { user: User };
  /** The session that came with the request, alive or not; a new login ends it (ruling 9). */
  presented?: SessionRef;
  /** The browser has signed this user in before. */
  device?: DeviceRef;
  visitor: Visitor;
}

export type Verified =
  /** `linkSentTo`: an email of the form that nobody demanded got its link. */
  | { kind: 'signed_in'; user: User; session: SessionCookie; linkSentTo?: string }
  /** Proven on the own profile; the session goes on. */
  | { kind: 'added'; user: User }
  /** No session yet: `wanted` must be proven, or the profile form is still to be filled in. */
  | { kind: 'register'; token: string; wanted: IdentifierKind[]; user?: User };

export type VerifyRefusal =
  | TryRefusal
  | 'register_token_invalid'
  | 'registration_finished'
  | 'registration_closed'
  | 'otp_login_disabled'
  | 'identifier_taken'
  | 'identifier_limit'
  | 'account_blocked'
  | 'account_deleted'
  | 'application_inactive';

type Outcome = Promise<Result<Verified, VerifyRefusal>>;

/** What every step below shares. */
interface Try extends RightCode {
  ports: Ports;
  application: Application;
  request: VerifyOtp;
}

export async function verifyOtp(
  ports: Ports,
  application: Application,
  request: VerifyOtp,
): Outcome {
  const { challenge, otp, registerToken, signedIn, device } = request;
  const registration =
    registerToken === undefined ? undefined : await ports.vault.digest(registerToken);
  const userId = signedIn?.user.id;
  const ref = 'email' in challenge ? { ...challenge, userId, registration } : challenge;
  const tried = await tryCode(ports, { challenge: ref, otp, userId, registration, device });
  if (!tried.ok) return tried;
  const at: Try = { ports, application, request, ...tried.value };
  const { found } = at;
  // Whose code it is has been judged with the code: here it is the caller's own.
  if (found.challenge.purpose === 'profile')
    return proveOnProfile(at, found.challenge.userId ?? '');
  if (registration === undefined) return login(at);
  if (!found.registration) return refuse('register_token_invalid');
  if (found.registration.finishedAt !== undefined) return refuse('registration_finished');
  return register(at, found.registration);
}

async function settle(
  at: Try,
  effect: Effect,
  extra: Pick<Settlement, 'readBack' | 'signIn'> = {},
): Promise<Settled> {
  const { ports, found, nonce, now } = at;
  return ports.otps.settle({ challenge: found.challenge, nonce, effect, now, ...extra });
}

function unsettled(
  settled: Exclude<Settled, { state: 'done' }>,
): Refused<'otp_invalid' | 'identifier_taken' | 'identifier_limit'> {
  switch (settled.state) {
    case 'lost':
      return refuse('otp_invalid');
    case 'full':
      return refuse('identifier_limit');
    case 'taken':
      return refuse('identifier_taken', { meta: { field: settled.field } });
  }
}

/** Signs in, unless the user's state forbids it; either way the code is used up. */
async function signIn(at: Try, user: User, effect: Effect, method: SignInMethod): Outcome {
  const { ports, application, request, nonce, now } = at;
  const by = { method, presented: request.presented };
  const prepared = await prepareSession(ports, application, user.id, by, now);
  const settled = await settle(at, effect, { readBack: user.id, signIn: prepared.signIn });
  if (settled.state !== 'done') return unsettled(settled);
  const current = settled.user ?? user;
  const refused = signInRefusal(current, application);
  if (refused) return refused;
  try {
    const session = await openSession(ports, application, current, request.visitor, prepared);
    return accept({ kind: 'signed_in', user: current, session });
  } catch (outage) {
    // Nothing is used up without its effect (ruling 13).
    await ports.otps.unsettle(at.found.challenge.id, nonce);
    throw outage;
  }
}

/** A login code without a register_token. */
async function login(at: Try): Outcome {
  const { ports, application, found } = at;
  const { owner } = found;
  if (owner) return loginOwner(at, owner, undefined);
  const refused = signInRefusal(owner, application);
  if (refused) return useUp(at, refused);
  // Asked after the proof, so that nobody learns who exists (ruling 30).
  if (!application.config.register) return useUp(at, refuse('registration_closed'));
  const { token, registration } = await newRegistration(ports, { origin: 'code' });
  const settled = await settle(at, { kind: 'prove', registration, isNew: true });
  if (settled.state !== 'done') return unsettled(settled);
  const wanted = stillWanted(at, [found.challenge.identifier.kind]);
  return accept({ kind: 'register', token, wanted });
}

/**
 * The code belongs to a user: a session, unless a required identifier is missing (ruling 17).
 * @param registration the one it was verified for, which ends with it (ruling 16)
 */
async function loginOwner(at: Try, owner: User, registration: Registration | undefined): Outcome {
  const { ports, application, request } = at;
  const refused = signInRefusal(owner, application);
  if (refused) return useUp(at, refused);
  // The code alone names the user here, whatever it was sent for. A social login of that user's own goes on.
  if (!application.config.login.otp && registration?.linkedTo !== owner.id) {
    return useUp(at, refuse('otp_login_disabled'));
  }
  const wanted = missingKinds(kindsForSession(application), owner.identifiers);
  if (wanted.length > 0) {
    if (registration) {
      // One registration goes on under its one token, and to its one end.
      const bind: Effect = { kind: 'bind', registration: registration.id, userId: owner.id };
      const bound = await settle(at, bind, { readBack: owner.id });
      if (bound.state !== 'done') return unsettled(bound);
      const token = request.registerToken ?? '';
      return accept({ kind: 'register', token, wanted, user: bound.user });
    }
    const fresh = await newRegistration(ports, { origin: 'code', user: owner });
    const prove: Effect = { kind: 'prove', registration: fresh.registration, isNew: true };
    const settled = await settle(at, prove, { readBack: owner.id });
    if (settled.state !== 'done') return unsettled(settled);
    return accept({ kind: 'register', token: fresh.token, wanted, user: settled.user });
  }
  if (!registration) return signIn(at, owner, { kind: 'none' }, 'otp');
  const close: Effect = { kind: 'close', registration: registration.id, userId: owner.id };
  const ended = await signIn(at, owner, close, 'registration');
  if (!ended.ok || ended.value.kind !== 'signed_in') return ended;
  noticeSignIn(ports, ended.value.user, at.found.challenge.identifier);
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  return ended;
}

function stillWanted(at: Try, proven: readonly IdentifierKind[]): IdentifierKind[] {
  return kindsForRegistration(at.application).filter((kind) => !proven.includes(kind));
}

/** A refusal that was asked for after the proof: the code is used up all the same. */
async function useUp(at: Try, refused: Refused<VerifyRefusal>): Outcome {
  const settled = await settle(at, { kind: 'none' });
  return settled.state === 'done' ? refused : unsettled(settled);
}

/** A code for one's own profile (ruling 12). */
async function proveOnProfile(at: Try, userId: string): Outcome {
  const effect: Effect = { kind: 'verify', userId, max: MAX_IDENTIFIERS };
  const settled = await settle(at, effect, { readBack: userId });
  if (settled.state !== 'done') return unsettled(settled);
  if (!settled.user) return refuse('otp_invalid');
  noticeAdded(at.ports, settled.user, at.found.challenge.identifier);
  return accept({ kind: 'added', user: settled.user });
}

/** A code verified for a live register_token. */
async function register(at: Try, registration: Registration): Outcome {
  const { ports, application, request, found } = at;
  const { owner, bound } = found;
  const token = request.registerToken ?? '';
  // The social login that began it has meanwhile become somebody's, who signs in with it.
  if (registration.linkedTo !== undefined && registration.linkedTo !== owner?.id) {
    return refuse('registration_finished');
  }
  if (registration.userId !== undefined) return complete(at, registration, bound);
  // Ruling 16: the identifier belongs to someone already, so this is a login and the form is dropped.
  if (owner) return loginOwner(at, owner, registration);
  if (!application.config.register) return useUp(at, refuse('registration_closed'));
  const proven = [...registration.proofs, found.challenge.identifier];
  const form = await ports.registrations.form(registration);
  const next = nextStep(kindsForRegistration(application), proven, form?.identifiers ?? []);
  if (form && next.kind === 'create') return create(at, registration.id, form, next);
  const settled = await settle(at, { kind: 'prove', registration, isNew: false });
  if (settled.state !== 'done') return unsettled(settled);
  const wanted = stillWanted(
    at,
    proven.map(({ kind }) => kind),
  );
  return accept({ kind: 'register', token, wanted });
}

/** The last proof is in: the user is made, with a session. */
async function create(
  at: Try,
  registration: string,
  form: PendingForm,
  { identifiers, unverified }: { identifiers: Identifier[]; unverified: IdentifierRef[] },
): Outcome {
  const { ports, application, request } = at;
  // A generated username may meet its twin; nothing is used up then, and the next draw has new digits.
  for (let tries = 1; ; tries += 1) {
    const user = newUser(ports, form, identifiers);
    const event = shopperEvent(ports, 'account.registered', user.id);
    const effect: Effect = { kind: 'create', registration, user, event };
    const ended = await signIn(at, asUser(user), effect, 'registration');
    const taken = ended.ok || ended.code !== 'identifier_taken' ? undefined : ended.meta?.['field'];
    if (taken === 'username' && tries < USERNAME_TRIES) continue;
    // Somebody has registered with an identifier that was proven before that: the older proof opens nothing there.
    if (taken !== undefined && taken !== 'username') return refuse('register_token_invalid');
    if (!ended.ok || ended.value.kind !== 'signed_in') return ended;
    const made = ended.value.user;
    const { ip } = request.visitor;
    const linkSentTo = await sendFirstLinks(ports, application, made, unverified, ip);
    return accept({ ...ended.value, linkSentTo });
  }
}

/** A known user proves an identifier that this shop demands (ruling 17). */
async function complete(at: Try, registration: Registration, bound: User | undefined): Outcome {
  const { ports, application, found, request } = at;
  if (!bound || !bindingHolds(registration, bound)) return refuse('register_token_invalid');
  const refused = signInRefusal(bound, application);
  if (refused) return useUp(at, refused);
  const { identifier } = found.challenge;
  const missing = missingKinds(kindsForSession(application), bound.identifiers);
  const wanted = missing.filter((kind) => kind !== identifier.kind);
  const form = await ports.registrations.form(registration);
  const effect: Effect = {
    kind: 'verify',
    userId: bound.id,
    max: MAX_IDENTIFIERS,
    profile: form && profileOf(form),
    registration: registration.id,
    finish: wanted.length === 0,
  };
  if (wanted.length === 0) {
    const ended = await signIn(at, bound, effect, 'registration');
    if (ended.ok && ended.value.kind === 'signed_in') {
      noticeSignIn(ports, ended.value.user, identifier);
    }
    return ended;
  }
  const settled = await settle(at, effect, { readBack: bound.id });
  if (settled.state !== 'done') return unsettled(settled);
  const token = request.registerToken ?? '';
  return accept({ kind: 'register', token, wanted, user: settled.user });
}
