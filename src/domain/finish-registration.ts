/**
 * The form that begins or ends a registration (rulings 14–17): `registerWithForm`, and `updateProfile` with a
 * register_token and no session. Nothing of it reaches D1 before the demanded proofs are in.
 */
import type {
  Application,
  DeviceRef,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Profile,
  Registration,
  SessionRef,
  User,
} from '../ports.ts';
import { permitByCaptcha, permitInRegistration, type SolvedCaptcha } from './captcha.ts';
import { bindingHolds, proofOpens } from './credentials.ts';
import { sameIdentifier } from './identifier.ts';
import { noticeSignIn, noticeSocialLinked } from './notices.ts';
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
import { openSession, prepareSession, type SessionCookie, type Visitor } from './sign-in.ts';
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
  presented?: SessionRef;
  device?: DeviceRef;
  /** `captcha_code` or its header, if one came. */
  captcha: string | undefined;
  visitor: Visitor;
  androidHash?: string;
}

export interface WantedProof extends SentOtp {
  identifier: IdentifierRef;
}

export type Finished =
  | { kind: 'signed_in'; user: User; session: SessionCookie; linkSentTo?: string }
  /** Codes went out; the registration goes on under its one token. */
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
  | 'captcha_failed'
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
    const { bound } = found;
    return bound && bindingHolds(registration, bound)
      ? completeUser(step, bound)
      : refuse('register_token_invalid');
  }
  if (found.owners.length === 0) return next(step);
  // Somebody has these identifiers by now. An old proof signs in there only if nothing has happened since (see credentials.ts).
  const owner = found.owners.find((user) => signsInto(user, registration));
  return owner && found.owners.length === 1
    ? signInOwner(step, owner)
    : refuse('register_token_invalid');
}

/** Whether one of the registration's proofs is still good for the account that owns the identifier by now. */
function signsInto(user: User, { proofs }: Registration): boolean {
  return proofs.some((proof) => {
    const owned = user.identifiers.find((one) => one.verified && sameIdentifier(one, proof));
    return owned !== undefined && proofOpens(proof.provenAt, user, owned);
  });
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

/** Sends the demanded codes; a form without a register_token begins a registration. */
async function sendProofs(
  step: Step,
  wanted: IdentifierRef[],
  bound?: { userId: string; provenAt: number },
): Outcome {
  const { ports, application, request, registration } = step;
  const refused = countryRefusal(ports, application, wanted);
  if (refused) return refused;
  const { device, visitor, captcha } = request;
  const solved: SolvedCaptcha = { token: captcha, ip: visitor.ip, action: 'register' };
  const permitted = registration
    ? await permitInRegistration(ports, application, registration, wanted, solved)
    : await permitByCaptcha(ports, application, solved);
  if (!permitted.ok) return permitted;
  const permit = permitted.value;
  const userId = bound?.userId ?? registration?.userId;
  const limited = await roomForAll(
    ports,
    wanted.map(async (identifier) => {
      const send = { identifier, purpose: 'register', ip: visitor.ip, userId } as const;
      return (await otpBudget(ports, send)).limits.limits;
    }),
    // Before the first send a password is hashed and the form is kept: a refusal must leave nothing behind.
    true,
  );
  if (limited) return tooMany(limited);
  const form = await withHash(step);
  // Before the codes go out: whoever has a code finds the form it completes.
  const begun = registration
    ? { token: request.registerToken ?? '', registration }
    : await newRegistration(ports, { origin: permit.origin });
  if (registration) {
    const kept = await ports.registrations.keep(registration, form, step.startedAt, bound);
    if (!kept) return refuse('register_token_invalid');
  } else {
    await ports.registrations.begin(begun.registration, form);
  }
  const proofs: WantedProof[] = [];
  for (const identifier of wanted) {
    // One after the other: the second is not sent when the first is over its budget.
    const sent = await sendOtp(ports, application, {
      identifier,
      purpose: 'register',
      permit,
      userId,
      registration: begun.registration,
      device,
      ip: visitor.ip,
      androidHash: request.androidHash,
    });
    if (!sent.ok) return sent;
    proofs.push({ ...sent.value, identifier });
  }
  return accept({ kind: 'register', token: begun.token, proofs });
}

async function create(
  step: Begun,
  identifiers: Parameters<typeof newUser>[2],
  unverified: IdentifierRef[],
): Outcome {
  const { ports, application, request, registration, startedAt } = step;
  if (!application.config.active) return refuse('application_inactive');
  const form = await withHash(step);
  const { visitor } = request;
  for (let tries = 0; tries < USERNAME_TRIES; tries += 1) {
    const made = newUser(ports, form, identifiers);
    const prepared = await prepare(step, made);
    const settled = await ports.registrations.finish(
      registration.id,
      made,
      prepared.signIn,
      startedAt,
    );
    if (settled.state === 'lost') return refuse('registration_finished');
    if (settled.state === 'done' && settled.user) {
      const { user } = settled;
      const session = await openSession(ports, application, user, visitor, prepared);
      const linkSentTo = await sendFirstLinks(ports, application, user, unverified, visitor.ip);
      return accept({ kind: 'signed_in', user, session, linkSentTo });
    }
    // Somebody has registered with a proven identifier meanwhile: the older proof opens nothing there.
    if (settled.state === 'taken' && settled.field !== 'username') {
      return refuse('register_token_invalid');
    }
  }
  throw new Error('no free username after several tries');
}

const prepare = async ({ ports, application, request, startedAt }: Step, user: { id: string }) =>
  prepareSession(
    ports,
    application,
    user.id,
    { method: 'registration', presented: request.presented },
    startedAt,
  );

/** The proof belongs to an existing user: login's outcomes, the form is dropped (ruling 16). */
async function signInOwner(step: Begun, owner: User): Outcome {
  const { ports, application, registration, request, startedAt } = step;
  const refused: Refused<FinishRefusal> | undefined = signInRefusal(owner, application);
  if (refused) return refused;
  if (missingKinds(kindsForSession(application), owner.identifiers).length > 0) {
    // No session yet (ruling 17); of the form only what is to be proven next is kept (ruling 16).
    const form = { identifiers: step.form.identifiers };
    const provenAt = Math.min(...registration.proofs.map((proof) => proof.provenAt));
    return completeUser({ ...step, form }, owner, { userId: owner.id, provenAt });
  }
  const prepared = await prepare(step, owner);
  const settled = await ports.registrations.close(
    registration.id,
    owner.id,
    prepared.signIn,
    startedAt,
  );
  if (settled.state !== 'done') return refuse('register_token_invalid');
  const user = settled.user ?? owner;
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  const session = await openSession(ports, application, user, request.visitor, prepared);
  noticeSignIn(ports, user);
  return accept({ kind: 'signed_in', user, session });
}

/** A known user who lacked a demanded identifier (ruling 17). */
async function completeUser(
  step: Begun,
  user: User,
  bound?: { userId: string; provenAt: number },
): Outcome {
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
  return sendProofs(step, wanted, bound);
}
