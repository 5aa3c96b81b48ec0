/**
 * Login by an identity that someone else vouches for. Known: signed in. Unknown, but with a proven identifier of a user
 * who has it verified: linked and signed in (D-61). Else a registration begins, which links it when it ends.
 */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  Limit,
  PendingForm,
  Ports,
  Profile,
  SessionRef,
  SocialIdentity,
  User,
} from '../ports.ts';
import { noticeSocialLinked } from './notices.ts';
import { kindsForSession, newRegistration } from './registration.ts';
import { ok, err, type Result } from '../result.ts';
import { tokenCountsUntil } from './credentials.ts';
import { openSession, prepareSession, type SessionCookie, type Visitor } from './sign-in.ts';
import { givenProfile, missingKinds, signInRefusal } from './user.ts';

export interface IdentityLogin {
  identity: SocialIdentity;
  /** What the provider has proven, strong enough to link by. */
  proven: IdentifierRef[];
  /** What it only says. */
  claimed: IdentifierRef[];
  profile: Profile;
  /** When a login token was made, in milliseconds; undefined where that is not known. */
  issuedAt?: number;
  /** Charged before the proof was asked for; given back when it signs in or begins a registration. */
  charged: readonly Limit[];
  chargedAt: number;
  presented?: readonly SessionRef[];
  visitor: Visitor;
}

export type IdentityLoggedIn =
  | { kind: 'signed_in'; user: User; session: SessionCookie }
  /** A known user lacks a required identifier (D-49). */
  | { kind: 'incomplete'; user: User; token: string }
  | { kind: 'register'; token: string };

export type IdentityRefusal =
  | 'login_failed'
  | 'registration_closed'
  | 'identifier_taken'
  | 'account_blocked'
  | 'account_deleted'
  | 'application_inactive';

/** A link may be made by another call in between; then whose it is now decides. */
const TRIES = 3;

export async function loginByIdentity(
  ports: Ports,
  application: Application,
  login: IdentityLogin,
): Promise<Result<IdentityLoggedIn, IdentityRefusal>> {
  const { identity, proven, presented, visitor, charged, chargedAt } = login;
  const method = identity.provider.startsWith('token:') ? 'token' : 'social';
  const startedAt = ports.clock.now();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { linked, owners } = await ports.identities.find(identity, proven);
    // Two people's identifiers in one login: neither account may get the other's.
    if (!linked && owners.length > 1) {
      return err('identifier_taken', { meta: { field: kindOfSecond(proven) } });
    }
    const known = linked ?? owners[0];
    const refused = signInRefusal(known, application);
    if (refused) return refused;
    if (!known) return register(ports, application, login);
    const countsUntil = tokenCountsUntil(login.issuedAt);
    if (countsUntil !== undefined && countsUntil < known.sessionsValidFrom) {
      return err('login_failed', { internal: 'made before a revocation' });
    }
    const lacks = missingKinds(kindsForSession(application), known.identifiers).length > 0;
    const fresh = lacks
      ? await newRegistration(ports, { origin: 'known_social', user: known })
      : undefined;
    const by = { method, presented } as const;
    const prepared = lacks
      ? undefined
      : await prepareSession(ports, application, known.id, by, startedAt);
    const done = await ports.identities.signIn({
      identity,
      userId: known.id,
      by: linked ? [] : proven,
      countsUntil,
      signIn: prepared?.signIn,
      registration: fresh?.registration,
      charged,
      chargedAt,
      now: startedAt,
    });
    if (!done) continue;
    const { user } = done;
    if (done.linkedNow) noticeSocialLinked(ports, user, identity, proven);
    const refusedNow = signInRefusal(user, application);
    if (refusedNow) return refusedNow;
    if (!prepared) return ok({ kind: 'incomplete', user, token: fresh?.token ?? '' });
    const session = await openSession(ports, application, user, visitor, prepared);
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
): Promise<Result<IdentityLoggedIn, 'registration_closed'>> {
  const { identity, proven, claimed, profile, charged, chargedAt } = login;
  await ports.budgets.giveBack(charged, chargedAt);
  if (!application.config.register) return err('registration_closed');
  const origin = identity.provider.startsWith('token:') ? 'login_token' : 'social';
  const { token, registration } = await newRegistration(ports, { origin, identity });
  const form: PendingForm = { ...givenProfile(profile), identifiers: claimed };
  const provenAt = registration.createdAt;
  const proofs = proven.map((one) => ({ ...one, provenAt }));
  await ports.registrations.begin(registration, form, proofs);
  return ok({ kind: 'register', token });
}
