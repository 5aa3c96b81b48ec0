/**
 * The form that begins or ends a registration (D-46 to D-50): `registerWithForm`, and `updateProfile` with a
 * register_token and no session. Nothing of it reaches D1 before the demanded proofs are in.
 */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Registration,
  User,
} from '../ports.ts';
import { bindingHolds, proofOpens } from './credentials.ts';
import { sameIdentifier } from './identifier.ts';
import { noticeSignIn, noticeSocialLinked } from './notices.ts';
import {
  sendProofs,
  withHash,
  type Begun,
  type FinishRefusal,
  type FinishRegistration,
  type Outcome,
  type Step,
} from './registration-proofs.ts';
import { ok, requiredField, err, type Failure } from '../result.ts';
import {
  kindsForRegistration,
  kindsForSession,
  newUser,
  nextStep,
  USERNAME_TRIES,
} from './registration.ts';
import { sendFirstLinks } from './send-link.ts';
import { openSession, prepareSession } from './sign-in.ts';
import { givenProfile, missingKinds, signInRefusal } from './user.ts';

export type { FinishRefusal, Finished, FinishRegistration } from './registration-proofs.ts';

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
  if (!registration || registration.expiresAt <= startedAt) return err('register_token_invalid');
  if (registration.finishedAt !== undefined) return err('registration_finished');
  const form = merge(found.form, request);
  const step = { ports, application, request, registration, form, startedAt };
  if (registration.userId !== undefined) {
    const { bound } = found;
    return bound && bindingHolds(registration, bound)
      ? completeUser(step, bound)
      : err('register_token_invalid');
  }
  if (found.owners.length === 0) return next(step);
  // These identifiers belong to a user by now. An old proof signs in there only if nothing has happened since (see credentials.ts).
  const owner = found.owners.find((user) => signsInto(user, registration));
  return owner && found.owners.length === 1
    ? signInOwner(step, owner)
    : err('register_token_invalid');
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
  if (!application.config.register) return err('registration_closed');
  const demanded = kindsForRegistration(application);
  const to = nextStep(demanded, registration?.proofs ?? [], form.identifiers);
  if (to.kind === 'ask') return requiredField(fieldOf(request, to.missing[0] ?? 'phone'));
  // Without a token nothing is proven yet, so there is nothing to make a user of.
  return to.kind === 'prove' || !registration
    ? sendProofs(step, to.identifiers)
    : create({ ...step, registration }, to.identifiers, to.unverified);
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

async function create(
  step: Begun,
  identifiers: Parameters<typeof newUser>[2],
  unverified: IdentifierRef[],
): Outcome {
  const { ports, application, request, registration, startedAt } = step;
  if (!application.config.active) return err('application_inactive');
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
    if (settled.state === 'lost') return err('registration_finished');
    if (settled.state === 'done' && settled.user) {
      const { user } = settled;
      const session = await openSession(ports, application, user, visitor, prepared);
      const linkSentTo = await sendFirstLinks(ports, application, user, unverified, visitor.ip);
      return ok({ kind: 'signed_in', user, session, linkSentTo });
    }
    // A user has registered with a proven identifier meanwhile: the older proof does not open that account.
    if (settled.state === 'taken' && settled.field !== 'username') {
      return err('register_token_invalid');
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

/** The proof belongs to an existing user: login's outcomes, the form is dropped (D-48). */
async function signInOwner(step: Begun, owner: User): Outcome {
  const { ports, application, registration, request, startedAt } = step;
  const refused: Failure<FinishRefusal> | undefined = signInRefusal(owner, application);
  if (refused) return refused;
  if (missingKinds(kindsForSession(application), owner.identifiers).length > 0) {
    // No session yet (D-49); of the form only what is to be proven next is kept (D-48).
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
  if (settled.state !== 'done') return err('register_token_invalid');
  const user = settled.user ?? owner;
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  const session = await openSession(ports, application, user, request.visitor, prepared);
  noticeSignIn(ports, user);
  return ok({ kind: 'signed_in', user, session });
}

/** A known user who lacked a demanded identifier (D-49). */
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
    return requiredField(fieldOf(step.request, lacking));
  }
  return sendProofs(step, wanted, bound);
}
