/** The answer of a sign-in. */
import type { SignInOutcome } from '../domain/login/sign-in-outcome.ts';
import type { IdentityOutcome } from '../domain/login/identity-login.ts';
import type { Application } from '../ports/index.ts';
import { personView, userView } from './user.ts';

/** The documented user, or what is known of a person without an account; a `register_token` where no session began. */
export function signInView(outcome: IdentityOutcome, application: Application) {
  const user =
    outcome.kind === 'registration'
      ? personView(outcome.person)
      : userView(outcome.user, application);
  return { user, register_token: outcome.kind === 'signed_in' ? undefined : outcome.token };
}

/** The options of `reply`: the session cookie, if a session began. */
export const sessionOf = (outcome: SignInOutcome | { kind: 'added' | 'codes_sent' }) =>
  outcome.kind === 'signed_in' ? { session: outcome.session } : undefined;
