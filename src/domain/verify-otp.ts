/**
 * Judging a one-time code. The try is charged before the code is looked at, and the code is used up in the same batch as
 * its effect, so of any number of concurrent right answers exactly one succeeds.
 */
import type {
  Application,
  Effect,
  Identifier,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Settled,
  Settlement,
  User,
} from '../ports.ts';
import { noticeAdded, noticeSocialLinked } from './notices.ts';
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
import { ENDED_FOR } from './session.ts';
import { openSession, type SessionCookie, type Visitor } from './sign-in.ts';
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
  presented?: { userId: string; handle: string };
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
  const { challenge, otp, registerToken, signedIn } = request;
  const registration =
    registerToken === undefined ? undefined : await ports.vault.digest(registerToken);
  const ref =
    'email' in challenge ? { ...challenge, userId: signedIn?.user.id, registration } : challenge;
  const tried = await tryCode(ports, { challenge: ref, otp, registration });
  if (!tried.ok) return tried;
  return judge({ ports, application, request, ...tried.value }, registration);
}

async function judge(at: Try, registration: string | undefined): Outcome {
  const { request, found } = at;
  const { challenge } = found;
  // One body for wrong and foreign: a code says nothing to whoever it was not made for (ruling 4).
  if (challenge.purpose === 'profile') {
    const own = request.signedIn?.user.id === challenge.userId;
    return own ? proveOnProfile(at, challenge.userId ?? '') : refuse('otp_invalid');
  }
  if (challenge.purpose === 'register' && challenge.registration !== registration) {
    return refuse('otp_invalid');
  }
  if (registration === undefined) return login(at);
  if (!found.registration) return refuse('register_token_invalid');
  if (found.registration.finishedAt !== undefined) return refuse('registration_finished');
  return register(at);
}

async function settle(
  at: Try,
  effect: Effect,
  extra: Pick<Settlement, 'readBack' | 'endSession'> = {},
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
async function signIn(at: Try, user: User, effect: Effect): Outcome {
  const { ports, application, request, nonce, now } = at;
  const { presented } = request;
  const endSession = presented && { ...presented, until: now + ENDED_FOR };
  const settled = await settle(at, effect, { readBack: user.id, endSession });
  if (settled.state !== 'done') return unsettled(settled);
  const current = settled.user ?? user;
  const refused = signInRefusal(current, application);
  if (refused) return refused;
  try {
    const session = await openSession(ports, application, current, request.visitor, now);
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
  if (owner) return loginOwner(at, owner, { kind: 'none' });
  const refused = signInRefusal(owner, application);
  if (refused) return useUp(at, refused);
  // Asked after the proof, so that nobody learns who exists (ruling 30).
  if (!application.config.register) return useUp(at, refuse('registration_closed'));
  const { token, registration } = await newRegistration(ports);
  const settled = await settle(at, { kind: 'prove', registration });
  if (settled.state !== 'done') return unsettled(settled);
  const wanted = stillWanted(at, [found.challenge.identifier.kind]);
  return accept({ kind: 'register', token, wanted });
}

/** The proof belongs to a user: a session, unless a required identifier is missing (ruling 17). */
async function loginOwner(at: Try, owner: User, effect: Effect): Outcome {
  const { ports, application } = at;
  const refused = signInRefusal(owner, application);
  if (refused) return useUp(at, refused);
  const wanted = missingKinds(kindsForSession(application), owner.identifiers);
  if (wanted.length === 0) return signIn(at, owner, effect);
  const { token, registration } = await newRegistration(ports, owner.id);
  const settled = await settle(at, { kind: 'prove', registration }, { readBack: owner.id });
  if (settled.state !== 'done') return unsettled(settled);
  return accept({ kind: 'register', token, wanted, user: settled.user });
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
async function register(at: Try): Outcome {
  const { ports, application, request, found } = at;
  const { owner, bound } = found;
  const registration = found.registration;
  const token = request.registerToken;
  if (!registration || token === undefined) return refuse('register_token_invalid');
  const { identity } = registration;
  // The social login that began it has meanwhile become somebody's, who signs in with it.
  if (registration.linkedTo !== undefined && registration.linkedTo !== owner?.id) {
    return refuse('registration_finished');
  }
  if (registration.userId !== undefined) return complete(at, registration.id, bound);
  // Ruling 16: the identifier belongs to someone already, so this is a login and the form is dropped.
  if (owner) {
    const ended = await loginOwner(at, owner, {
      kind: 'close',
      registration: registration.id,
      userId: owner.id,
    });
    const signedIn = ended.ok && ended.value.kind === 'signed_in';
    if (signedIn && identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
    return ended;
  }
  if (!application.config.register) return useUp(at, refuse('registration_closed'));
  const proven = [...registration.proofs, found.challenge.identifier];
  const form = await ports.registrations.form(registration.id);
  const next = nextStep(kindsForRegistration(application), proven, form?.identifiers ?? []);
  if (form && next.kind === 'create') return create(at, registration.id, form, next);
  const settled = await settle(at, { kind: 'prove', registration });
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
  // A generated username may meet its twin; nothing is used up then, and the next draw has new digits.
  for (let tries = 1; ; tries += 1) {
    const user = newUser(at.ports, form, identifiers);
    const ended = await signIn(at, asUser(user), { kind: 'create', registration, user });
    const twin =
      !ended.ok && ended.code === 'identifier_taken' && ended.meta?.['field'] === 'username';
    if (twin && tries < USERNAME_TRIES) continue;
    if (!ended.ok || ended.value.kind !== 'signed_in') return ended;
    const { ports, application, request } = at;
    const made = ended.value.user;
    const linkSentTo = await sendFirstLinks(
      ports,
      application,
      made,
      unverified,
      request.visitor.ip,
    );
    return accept({ ...ended.value, linkSentTo });
  }
}

/** A known user proves an identifier that this shop demands (ruling 17). */
async function complete(at: Try, registration: string, bound: User | undefined): Outcome {
  const { ports, application, found, request } = at;
  if (!bound) return refuse('register_token_invalid');
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
    finish: wanted.length === 0 ? registration : undefined,
  };
  if (wanted.length === 0) return signIn(at, bound, effect);
  const settled = await settle(at, effect, { readBack: bound.id });
  if (settled.state !== 'done') return unsettled(settled);
  return accept({
    kind: 'register',
    token: request.registerToken ?? '',
    wanted,
    user: settled.user,
  });
}
