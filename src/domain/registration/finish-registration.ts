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
} from '../../ports/index.ts';
import { bindingHolds, proofOpens } from '../credentials.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { noticeAdopted, noticeSignIn, noticeSocialLinked } from '../notices.ts';
import {
  sendProofs,
  withHash,
  type Binding,
  type OpenRegistrationContext,
  type FinishRegistration,
  type FinishResult,
  type RegistrationContext,
} from './registration-proofs.ts';
import { ok, requiredField, err } from '../../shared/result.ts';
import {
  adoptedBy,
  kindsForRegistration,
  newUser,
  nextStep,
  withFreeUsername,
} from './registration.ts';
import { sendFirstLinks } from '../identifiers/send-link.ts';
import { openSession, prepareSession } from '../login/sign-in.ts';
import { decideSignIn } from '../login/sign-in-outcome.ts';
import { givenProfile } from '../user/profile.ts';

export type { FinishErrorCode, FinishOutcome, FinishRegistration } from './registration-proofs.ts';

const fieldOf = ({ phoneField = 'body.mobile' }: FinishRegistration, kind: IdentifierKind) =>
  kind === 'phone' ? phoneField : 'body.email';

/**
 * Takes the form of a registration. Ends with a session, or with codes sent to what is still to be proven; refuses
 * what FinishErrorCode lists. Throws an Outage.
 */
export async function finishRegistration(
  ports: Ports,
  application: Application,
  request: FinishRegistration,
): FinishResult {
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
  const context = { ports, application, request, registration, form, startedAt };
  if (registration.userId !== undefined) {
    const { bound } = found;
    return bound && bindingHolds(registration, bound)
      ? completeUser(context, bound)
      : err('register_token_invalid');
  }
  if (found.owners.length === 0) return next(context);
  // These identifiers belong to a user by now. An old proof signs in there only if nothing has happened since (see credentials.ts).
  const owner = found.owners.find((user) => signsInto(user, registration));
  return owner && found.owners.length === 1
    ? signInOwner(context, owner)
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
async function next(context: RegistrationContext): FinishResult {
  const { application, request, registration, form } = context;
  if (!application.config.register) return err('registration_closed');
  const demanded = kindsForRegistration(application);
  const to = nextStep(demanded, registration?.proofs ?? [], form.identifiers);
  if (to.kind === 'ask') return requiredField(fieldOf(request, to.missing[0] ?? 'phone'));
  // Without a token nothing is proven yet, so there is nothing to make a user of.
  return to.kind === 'prove' || !registration
    ? sendProofs(context, to.identifiers)
    : create({ ...context, registration }, to.identifiers, to.unverified);
}

/** The stored form, overwritten by the fields that are sent now. */
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
  context: OpenRegistrationContext,
  identifiers: Parameters<typeof newUser>[2],
  unverified: IdentifierRef[],
): FinishResult {
  const { ports, application, request, registration, startedAt } = context;
  if (!application.config.active) return err('application_inactive');
  const form = await withHash(context);
  const { visitor } = request;
  const draw = () => newUser(ports, form, identifiers);
  return withFreeUsername(draw, async (made): Promise<Awaited<FinishResult> | 'username_taken'> => {
    const prepared = await prepare(context, made);
    const settled = await ports.registrations.finish(
      registration.id,
      made,
      prepared.signIn,
      startedAt,
    );
    if (settled.state === 'taken') {
      // A user has registered with a proven identifier meanwhile: the older proof does not open that account.
      return settled.field === 'username' ? 'username_taken' : err('register_token_invalid');
    }
    if (settled.state !== 'done' || !settled.user) return err('registration_finished');
    const { user } = settled;
    const session = await openSession(ports, application, user, visitor, prepared);
    const linkSentTo = await sendFirstLinks(ports, application, user, unverified, visitor.ip);
    return ok({ kind: 'signed_in', user, session, linkSentTo });
  });
}

const prepare = async (
  { ports, application, request, startedAt }: RegistrationContext,
  user: { id: string },
) =>
  prepareSession(
    ports,
    application,
    user.id,
    { method: 'registration', presented: request.presented },
    startedAt,
  );

/** The proof belongs to an existing user: login's outcomes, the form is dropped (D-48). */
async function signInOwner(context: OpenRegistrationContext, owner: User): FinishResult {
  const { registration } = context;
  const adopts = adoptedBy(owner, registration);
  const adoptedKinds = adopts.map(({ kind }) => kind);
  const decision = decideSignIn(context.application, owner, adoptedKinds);
  if (decision.kind === 'refused') return decision.failure;
  if (decision.kind === 'allowed') return closeWithSession(context, owner);
  // No session yet (D-49); of the form only what is to be proven next is kept (D-48).
  const form = { identifiers: context.form.identifiers };
  const provenAt = Math.min(...registration.proofs.map((proof) => proof.provenAt));
  const bound = { userId: owner.id, provenAt, adopts };
  const sent = await sendMissing({ ...context, form }, decision.missing, bound);
  if (sent.ok && adopts.length > 0) {
    const user = await context.ports.users.find(owner.id);
    if (user) noticeAdopted(context.ports, user, adopts);
  }
  return sent;
}

/** A known user who lacked a demanded identifier (D-49). */
async function completeUser(context: OpenRegistrationContext, user: User): FinishResult {
  const decision = decideSignIn(context.application, user);
  if (decision.kind === 'refused') return decision.failure;
  return decision.kind === 'allowed'
    ? closeWithSession(context, user)
    : sendMissing(context, decision.missing);
}

/** The registration ends in a session of a user who has everything. */
async function closeWithSession(context: OpenRegistrationContext, owner: User): FinishResult {
  const { ports, application, registration, request, startedAt } = context;
  const prepared = await prepare(context, owner);
  const adopts = adoptedBy(owner, registration);
  const settled = await ports.registrations.close(
    registration.id,
    owner.id,
    prepared.signIn,
    startedAt,
    adopts,
  );
  if (settled.state !== 'done') return err('register_token_invalid');
  const user = settled.user ?? owner;
  const { identity } = registration;
  if (identity && !registration.linkedTo) noticeSocialLinked(ports, owner, identity);
  const session = await openSession(ports, application, user, request.visitor, prepared);
  noticeSignIn(ports, user);
  noticeAdopted(ports, user, adopts);
  return ok({ kind: 'signed_in', user, session });
}

/** Sends codes to the identifiers of the form that are of the `missing` kinds; asks for the first kind it does not give. */
async function sendMissing(
  context: OpenRegistrationContext,
  missing: readonly IdentifierKind[],
  bound?: Binding,
): FinishResult {
  const given = context.form.identifiers;
  const lacking = missing.find((kind) => !given.some((one) => one.kind === kind));
  if (lacking !== undefined) return requiredField(fieldOf(context.request, lacking));
  const wanted = missing.flatMap((kind) => given.find((one) => one.kind === kind) ?? []);
  return sendProofs(context, wanted, bound);
}
