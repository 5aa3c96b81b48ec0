/**
 * Login by an identity that another system has verified. Known: signed in. Unknown, but with a proven identifier of a user
 * who has it verified: linked and signed in (D-61). Else a registration begins, which links it when it ends.
 */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  Limit,
  PendingForm,
  Ports,
  SessionRef,
  SocialIdentity,
} from '../../ports/index.ts';
import { noticeSocialLinked } from '../notices.ts';
import { kindsForRegistration, newRegistration } from '../registration/registration.ts';
import { ok, err, type Result } from '../../shared/result.ts';
import { tokenCountsUntil } from '../credentials.ts';
import { openSession, prepareSession, type ClientInfo } from './sign-in.ts';
import {
  checkSignIn,
  decideSignIn,
  type KnownPerson,
  type OpenRegistration,
  type SignInErrorCode,
  type SignInOutcome,
} from './sign-in-outcome.ts';
import { givenProfile } from '../user/profile.ts';

export interface IdentityLogin extends KnownPerson {
  identity: SocialIdentity;
  /** When a login token was made, in milliseconds; undefined where that is not known. */
  issuedAt?: number;
  /** Charged before the proof was asked for; given back when it signs in or begins a registration. */
  charged: readonly Limit[];
  chargedAt: number;
  presented?: readonly SessionRef[];
  visitor: ClientInfo;
}

export type IdentityOutcome =
  | Exclude<SignInOutcome, OpenRegistration>
  | (OpenRegistration & { person: KnownPerson });

export type IdentityErrorCode =
  | SignInErrorCode
  | 'login_failed'
  | 'registration_closed'
  | 'identifier_taken';

/** A link may be made by another call in between; then whose it is now decides. */
const MAX_ATTEMPTS = 3;

/** Signs in by an identity whose proof has been verified. Throws an Outage. */
export async function loginByIdentity(
  ports: Ports,
  application: Application,
  login: IdentityLogin,
): Promise<Result<IdentityOutcome, IdentityErrorCode>> {
  const { identity, proven, presented, visitor, charged, chargedAt } = login;
  const method = identity.provider.startsWith('token:') ? 'token' : 'social';
  const startedAt = ports.clock.now();
  for (let tries = 0; tries < MAX_ATTEMPTS; tries += 1) {
    const { linked, owners } = await ports.identities.find(identity, proven);
    // Two people's identifiers in one login: neither account may get the other's.
    if (!linked && owners.length > 1) {
      return err('identifier_taken', { meta: { field: kindOfSecond(proven) } });
    }
    const known = linked ?? owners[0];
    if (!known) {
      return checkSignIn(undefined, application) ?? register(ports, application, login);
    }
    const decision = decideSignIn(application, known);
    if (decision.kind === 'refused') return decision.failure;
    const countsUntil = tokenCountsUntil(login.issuedAt);
    if (countsUntil !== undefined && countsUntil < known.sessionsValidFrom) {
      return err('login_failed', { internal: 'made before a revocation' });
    }
    const by = { method, presented } as const;
    const begun =
      decision.kind === 'incomplete'
        ? {
            missing: decision.missing,
            fresh: await newRegistration(ports, { origin: 'known_social', user: known }),
          }
        : { prepared: await prepareSession(ports, application, known.id, by, startedAt) };
    const done = await ports.identities.signIn({
      identity,
      userId: known.id,
      by: linked ? [] : proven,
      countsUntil,
      signIn: begun.prepared?.signIn,
      registration: begun.fresh?.registration,
      charged,
      chargedAt,
      now: startedAt,
    });
    if (!done) continue;
    const { user } = done;
    if (done.linkedNow) noticeSocialLinked(ports, user, identity, proven);
    const refusedNow = checkSignIn(user, application);
    if (refusedNow) return refusedNow;
    if (begun.fresh) {
      const { fresh, missing } = begun;
      return ok({ kind: 'incomplete', user, token: fresh.token, missing });
    }
    const session = await openSession(ports, application, user, visitor, begun.prepared);
    return ok({ kind: 'signed_in', user, session });
  }
  return err('login_failed', { internal: 'the identity keeps changing hands' });
}

const kindOfSecond = (proven: readonly IdentifierRef[]): IdentifierKind =>
  proven[1]?.kind ?? 'phone';

async function register(
  ports: Ports,
  application: Application,
  login: IdentityLogin,
): Promise<Result<IdentityOutcome, 'registration_closed'>> {
  const { identity, proven, claimed, profile, charged, chargedAt } = login;
  await ports.budgets.giveBack(charged, chargedAt);
  if (!application.config.register) return err('registration_closed');
  const origin = identity.provider.startsWith('token:') ? 'login_token' : 'social';
  const { token, registration } = await newRegistration(ports, { origin, identity });
  const form: PendingForm = { ...givenProfile(profile), identifiers: claimed };
  const provenAt = registration.createdAt;
  const proofs = proven.map((one) => ({ ...one, provenAt }));
  await ports.registrations.begin(registration, form, proofs);
  const missing = kindsForRegistration(application).filter(
    (kind) => !proven.some((one) => one.kind === kind),
  );
  return ok({ kind: 'registration', token, missing, person: { proven, claimed, profile } });
}
