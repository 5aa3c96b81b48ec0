/** A short-lived token that says who is signed in, for services that cannot ask for it (D-111). */
import { MINUTE_MS, SECOND_MS } from '../../shared/time.ts';
import type { Application, IdentifierKind, Ports, Session, User } from '../../ports/index.ts';
import { verifiedOf } from '../identifiers/identifier.ts';

/** What the token says holds this long, whatever is revoked in the meantime. */
const SESSION_TOKEN_LIFE_MS = 5 * MINUTE_MS;

/** The verified values of a kind, the primary one first. */
function valuesOf(user: User, wanted: IdentifierKind): string[] {
  return verifiedOf(user.identifiers)
    .filter(({ kind }) => kind === wanted)
    .toSorted((a, b) => Number(b.primary) - Number(a.primary))
    .map(({ value }) => value);
}

/**
 * A token of the session, which never outlives it.
 * @returns the JWT and the whole seconds that it lives
 */
export async function issueSessionToken(
  { tokens, clock }: Pick<Ports, 'tokens' | 'clock'>,
  application: Application,
  { user, session }: { user: User; session: Session },
): Promise<{ token: string; lifeSeconds: number }> {
  const lifeMs = Math.min(SESSION_TOKEN_LIFE_MS, session.expiresAt - clock.now());
  const lifeSeconds = Math.floor(lifeMs / SECOND_MS);
  const claims = {
    userId: user.id,
    applicationId: application.id,
    session: session.handle,
    emails: valuesOf(user, 'email'),
    phoneNumbers: valuesOf(user, 'phone'),
  };
  return { token: await tokens.issueSession(claims, lifeSeconds), lifeSeconds };
}
