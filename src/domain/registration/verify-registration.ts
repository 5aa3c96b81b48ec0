/** A code that ends a registration: in a new user, or in the known user whom its register_token stands for. */
import { MAX_IDENTIFIERS } from '../../shared/bounds.ts';
import type {
  Effect,
  Identifier,
  IdentifierRef,
  PendingForm,
  Registration,
  User,
} from '../../ports/index.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import { bindingHolds } from '../credentials.ts';
import { noticeSignIn } from '../notices.ts';
import { ok, err } from '../../shared/result.ts';
import { givenProfile } from '../user/profile.ts';
import { userOf, newUser, withFreeUsername } from './registration.ts';
import { sendFirstLinks } from '../identifiers/send-link.ts';
import { decideSignIn } from '../login/sign-in-outcome.ts';
import {
  consume,
  signIn,
  consumeError,
  useUp,
  type VerifyResult,
  type VerificationAttempt,
} from '../otp/verify-steps.ts';

/** The last proof is in: the user is made, with a session. */
export async function create(
  attempt: VerificationAttempt,
  registration: string,
  form: PendingForm,
  { identifiers, unverified }: { identifiers: Identifier[]; unverified: IdentifierRef[] },
): VerifyResult {
  const { ports, application, request } = attempt;
  const draw = () => newUser(ports, form, identifiers);
  const ended = await withFreeUsername(draw, async (user) => {
    const event = shopperEvent(ports, 'account.registered', user.id);
    const effect: Effect = { kind: 'create', registration, user, event };
    const tried = await signIn(attempt, userOf(user), effect, 'registration');
    if (tried.ok || tried.code !== 'identifier_taken') return tried;
    if (tried.meta?.['field'] === 'username') return 'username_taken';
    // A new account has verified a proven identifier meanwhile: the older proof does not open that account.
    return err('register_token_invalid');
  });
  if (!ended.ok) return ended;
  const { user } = ended.value;
  const linkSentTo = await sendFirstLinks(ports, application, user, unverified, request.visitor.ip);
  return ok({ ...ended.value, linkSentTo });
}

/** A known user proves an identifier that this shop demands (D-49). */
export async function complete(
  attempt: VerificationAttempt,
  registration: Registration,
  bound: User | undefined,
): VerifyResult {
  const { ports, application, found, request } = attempt;
  if (!bound || !bindingHolds(registration, bound)) return err('register_token_invalid');
  const { identifier } = found.challenge;
  const decision = decideSignIn(application, bound, [identifier.kind]);
  if (decision.kind === 'refused') return useUp(attempt, decision.failure);
  const form = await ports.registrations.form(registration);
  const effect: Effect = {
    kind: 'verify',
    userId: bound.id,
    max: MAX_IDENTIFIERS,
    profile: form && { change: givenProfile(form), names: bound },
    registration: registration.id,
    finish: decision.kind === 'allowed',
  };
  if (decision.kind === 'allowed') {
    const ended = await signIn(attempt, bound, effect, 'registration');
    if (ended.ok) noticeSignIn(ports, ended.value.user, identifier);
    return ended;
  }
  const settled = await consume(attempt, effect, { readBack: bound.id });
  if (settled.state !== 'done') return consumeError(settled);
  const token = request.registerToken ?? '';
  const { missing } = decision;
  return ok({ kind: 'incomplete', token, missing, user: settled.user ?? bound });
}
