/**
 * Login by an identity that someone else vouches for. Known: signed in. Unknown, but with a proven identifier of a user
 * who has it verified: linked and signed in (ruling 26). Else a registration begins, which links it when it ends.
 */
import type {
  Application,
  IdentifierKind,
  IdentifierRef,
  PendingForm,
  Ports,
  Profile,
  SocialIdentity,
  User,
} from '../ports.ts';
import { noticeSocialLinked } from './notices.ts';
import { kindsForSession, newRegistration } from './registration.ts';
import { accept, refuse, type Result } from './result.ts';
import { ENDED_FOR } from './session.ts';
import { openSession, type SessionCookie, type Visitor } from './sign-in.ts';
import { givenProfile, missingKinds, signInRefusal } from './user.ts';

export interface IdentityLogin {
  identity: SocialIdentity;
  /** What the provider has proven, strong enough to link by. */
  proven: IdentifierRef[];
  /** What it only says. */
  claimed: IdentifierRef[];
  profile: Profile;
  presented?: { userId: string; handle: string };
  visitor: Visitor;
}

export type IdentityLoggedIn =
  | { kind: 'signed_in'; user: User; session: SessionCookie }
  /** A known user lacks a required identifier (ruling 17). */
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
  const { identity, proven, presented, visitor } = login;
  const startedAt = ports.clock.now();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { linked, owners } = await ports.identities.find(identity, proven);
    // Two people's identifiers in one login: neither account may get the other's.
    if (!linked && owners.length > 1) {
      return refuse('identifier_taken', { meta: { field: kindOfSecond(proven) } });
    }
    const known = linked ?? owners[0];
    const refused = signInRefusal(known, application);
    if (refused) return refused;
    if (!known) return register(ports, application, login);
    const lacks = missingKinds(kindsForSession(application), known.identifiers).length > 0;
    const fresh = lacks ? await newRegistration(ports, known.id) : undefined;
    const done = await ports.identities.signIn({
      identity,
      userId: known.id,
      by: linked ? [] : proven,
      endSession: lacks ? undefined : presented && { ...presented, until: startedAt + ENDED_FOR },
      registration: fresh?.registration,
      now: startedAt,
    });
    if (!done) continue;
    const { user } = done;
    if (done.linkedNow) noticeSocialLinked(ports, user, identity, proven);
    const refusedNow = signInRefusal(user, application);
    if (refusedNow) return refusedNow;
    if (fresh) return accept({ kind: 'incomplete', user, token: fresh.token });
    const session = await openSession(ports, application, user, visitor, startedAt);
    return accept({ kind: 'signed_in', user, session });
  }
  return refuse('login_failed', { internal: 'the identity keeps changing hands' });
}

const kindOfSecond = (proven: readonly IdentifierRef[]): IdentifierKind =>
  proven[1]?.kind ?? 'phone';

async function register(
  ports: Ports,
  application: Application,
  { identity, proven, claimed, profile }: IdentityLogin,
): Promise<Result<IdentityLoggedIn, 'registration_closed'>> {
  if (!application.config.register) return refuse('registration_closed');
  const { token, registration } = await newRegistration(ports);
  const form: PendingForm = { ...givenProfile(profile), identifiers: claimed };
  await ports.registrations.store({ ...registration, identity }, form, undefined, proven);
  return accept({ kind: 'register', token });
}
