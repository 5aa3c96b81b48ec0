/**
 * The form that begins or ends a registration (rulings 14–17): `registerWithForm`, and `updateProfile` with a
 * register_token and no session. Nothing of it reaches D1 before the demanded proofs are in.
 */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Profile,
  Registration,
  User,
} from '../ports.ts';
import { noticeSocialLinked } from './notices.ts';
import { accept, missingField, refuse, tooMany, type Refused, type Result } from './result.ts';
import {
  kindsForRegistration,
  kindsForSession,
  newRegistration,
  newUser,
  nextStep,
  USERNAME_TRIES,
} from './registration.ts';
import { sendFirstLinks } from './send-link.ts';
import { sendOtp, type SentOtp } from './send-otp.ts';
import { ENDED_FOR } from './session.ts';
import { openSession, type SessionCookie, type Visitor } from './sign-in.ts';
import { countryRefusal } from './sms-guard.ts';
import { otpBudget, roomForAll } from './throttle.ts';
import { givenProfile, missingKinds, signInRefusal } from './user.ts';

export interface FinishRegistration {
  /** Left out when the form begins the registration. */
  registerToken?: string;
  profile: Profile;
  /** Judged already (`passwordRefusal`). */
  password?: string;
  /** Identifiers of the body, already read. */
  given: IdentifierRef[];
  /** Where a phone stands in the body, to name it when it is missing; `body.mobile` if left out. */
  phoneField?: string;
  presented?: { userId: string; handle: string };
  visitor: Visitor;
  androidHash?: string;
}

export interface WantedProof extends SentOtp {
  identifier: IdentifierRef;
}

export type Finished =
  | { kind: 'signed_in'; user: User; session: SessionCookie; linkSentTo?: string }
  /** Codes went out; the fresh token has taken over the proofs. */
  | { kind: 'register'; token: string; proofs: WantedProof[] };

export type FinishRefusal =
  | 'register_token_invalid'
  | 'registration_finished'
  | 'registration_closed'
  | 'required_field_missing'
  | 'account_blocked'
  | 'account_deleted'
  | 'application_inactive'
  | 'validation_failed'
  | 'too_many_requests';

type Outcome = Promise<Result<Finished, FinishRefusal>>;

interface Step {
  ports: Ports;
  application: Application;
  request: FinishRegistration;
  /** What a token has proven; undefined when the form begins the registration. */
  registration: Registration | undefined;
  form: PendingForm;
  startedAt: number;
}

type Begun = Step & { registration: Registration };

const fieldOf = ({ phoneField = 'body.mobile' }: FinishRegistration, kind: IdentifierKind) =>
  kind === 'phone' ? phoneField : 'body.email';

export async function finishRegistration(
  ports: Ports,
  application: Application,
  request: FinishRegistration,
): Outcome {
  const startedAt = ports.clock.now();
  if (request.registerToken === undefined) {
    const form = merge(undefined, request);
    return next({ ports, application, request, registration: undefined, form, startedAt });
  }
  const id = await ports.vault.digest(request.registerToken);
  const found = await ports.registrations.find(id);
  const { registration } = found;
  if (!registration || registration.expiresAt <= startedAt) return refuse('register_token_invalid');
  if (registration.finishedAt !== undefined) return refuse('registration_finished');
  const form = merge(found.form, request);
  const step = { ports, application, request, registration, form, startedAt };
  if (registration.userId !== undefined) {
    return found.bound ? completeUser(step, found.bound) : refuse('register_token_invalid');
  }
  const [owner] = found.owners;
  return owner ? signInOwner(step, owner) : next(step);
}

/** Asks, sends codes or makes the user, as the proofs at hand demand. */
async function next(step: Step): Outcome {
  const { application, request, registration, form } = step;
  if (!application.config.register) return refuse('registration_closed');
  const demanded = kindsForRegistration(application);
  const to = nextStep(demanded, registration?.proofs ?? [], form.identifiers);
  if (to.kind === 'ask') return missingField(fieldOf(request, to.missing[0] ?? 'phone'));
  // Without a token nothing is proven yet, so there is nothing to make a user of.
  return to.kind === 'prove' || !registration
    ? sendProofs(step, to.identifiers)
    : create({ ...step, registration }, to.identifiers, to.unverified);
}

/** The form with the password as a hash: it waits in KV, and a password must never lie there. */
async function withHash({ ports, form, request }: Step): Promise<PendingForm> {
  if (request.password === undefined) return form;
  return { ...form, passwordHash: await ports.hasher.hash(request.password) };
}

/** What was filled in before, overwritten by what is sent now. */
function merge(stored: PendingForm | undefined, request: FinishRegistration): PendingForm {
  const kinds = request.given.map(({ kind }) => kind);
  const kept = (stored?.identifiers ?? []).filter(({ kind }) => !kinds.includes(kind));
  return {
    ...stored,
    ...givenProfile(request.profile),
    identifiers: [...request.given, ...kept],
  };
}

/** Sends the demanded codes under a fresh token that takes over the proofs (ruling 15). */
async function sendProofs(step: Step, wanted: IdentifierRef[]): Outcome {
  const { ports, application, request, registration } = step;
  const refused = countryRefusal(ports, application, wanted);
  if (refused) return refused;
  const limited = await roomForAll(
    ports,
    wanted.map(async (one) => {
      const { vault, limits } = ports;
      return (await otpBudget(vault, limits, one, 'register', request.visitor.ip)).limits;
    }),
    request.password !== undefined,
  );
  if (limited) return tooMany(limited);
  const form = await withHash(step);
  const { token, registration: fresh } = await newRegistration(ports, registration?.userId);
  // Before the codes go out, and as a copy: a spent budget must not cost the shopper the proofs of the old token.
  await ports.registrations.store(fresh, form, registration?.id);
  const proofs: WantedProof[] = [];
  for (const identifier of wanted) {
    // One after the other: the second is not sent when the first is over its budget.
    const sent = await sendOtp(ports, application, {
      identifier,
      purpose: 'register',
      registration: fresh.id,
      ip: request.visitor.ip,
      androidHash: request.androidHash,
    });
    if (!sent.ok) return sent;
    proofs.push({ ...sent.value, identifier });
  }
  return accept({ kind: 'register', token, proofs });
}

async function create(
  step: Begun,
  identifiers: Parameters<typeof newUser>[2],
  unverified: IdentifierRef[],
): Outcome {
  const { ports, application, request, registration } = step;
  if (!application.config.active) return refuse('application_inactive');
  const form = await withHash(step);
  for (let tries = 0; tries < USERNAME_TRIES; tries += 1) {
    const made = newUser(ports, form, identifiers);
    const settled = await ports.registrations.finish(registration.id, made, step.startedAt);
    if (settled.state === 'lost') return refuse('registration_finished');
    if (settled.state === 'done' && settled.user) {
      const { user } = settled;
      const session = await signIn(step, user);
      const linkSentTo = await sendFirstLinks(
        ports,
        application,
        user,
        unverified,
        request.visitor.ip,
      );
      return accept({ kind: 'signed_in', user, session, linkSentTo });
    }
    if (settled.state === 'taken' && settled.field !== 'username') {
      // Someone registered the proven identifier meanwhile: it is the same person, who is signed in (ruling 16).
      const { owners } = await ports.registrations.find(registration.id);
      return owners[0] ? signInOwner(step, owners[0]) : refuse('registration_finished');
    }
  }
  throw new Error('no free username after several tries');
}

async function signIn(step: Step, user: User): Promise<SessionCookie> {
  const { ports, application, request, startedAt } = step;
  const { presented } = request;
  if (presented) {
    await ports.sessions.end(presented.userId, [presented.handle], startedAt + ENDED_FOR);
  }
  return openSession(ports, application, user, request.visitor, startedAt);
}

/** The proof belongs to an existing user: login's outcomes, the form is dropped (ruling 16). */
async function signInOwner(step: Begun, owner: User): Outcome {
  const { ports, registration, startedAt } = step;
  const refused: Refused<FinishRefusal> | undefined = signInRefusal(owner, step.application);
  if (refused) return refused;
  if (missingKinds(kindsForSession(step.application), owner.identifiers).length > 0) {
    // No session yet (ruling 17); of the form only what is to be proven next is kept (ruling 16).
    const form = { identifiers: step.form.identifiers };
    return completeUser(
      { ...step, form, registration: { ...registration, userId: owner.id } },
      owner,
    );
  }
  const settled = await ports.registrations.close(registration.id, owner.id, startedAt);
  if (settled.state !== 'done') return refuse('registration_finished');
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  const user = settled.user ?? owner;
  return accept({ kind: 'signed_in', user, session: await signIn(step, user) });
}

/** A known user who lacked a demanded identifier (ruling 17). */
async function completeUser(step: Begun, user: User): Outcome {
  const { application, form } = step;
  const refused = signInRefusal(user, application);
  if (refused) return refused;
  const missing = missingKinds(kindsForSession(application), user.identifiers);
  const [first] = missing;
  if (first === undefined) return signInOwner(step, user);
  const wanted = missing.flatMap((kind) => form.identifiers.find((one) => one.kind === kind) ?? []);
  if (wanted.length < missing.length) {
    const lacking = missing.find((kind) => !wanted.some((one) => one.kind === kind)) ?? first;
    return missingField(fieldOf(step.request, lacking));
  }
  return sendProofs(step, wanted);
}
