/** A code that ends a registration: in a new user, or in the known user whom its register_token stands for. */
import type {
  Effect,
  Identifier,
  IdentifierRef,
  PendingForm,
  Registration,
  User,
} from '../ports.ts';
import { shopperEvent } from './audit-event.ts';
import { bindingHolds } from './credentials.ts';
import { noticeSignIn } from './notices.ts';
import { accept, refuse } from './result.ts';
import { profileOf } from './profile.ts';
import { asUser, kindsForSession, newUser, USERNAME_TRIES } from './registration.ts';
import { sendFirstLinks } from './send-link.ts';
import { missingKinds, signInRefusal } from './user.ts';
import {
  MAX_IDENTIFIERS,
  settle,
  signIn,
  unsettled,
  useUp,
  type Outcome,
  type Try,
} from './verify-steps.ts';

/** The last proof is in: the user is made, with a session. */
export async function create(
  at: Try,
  registration: string,
  form: PendingForm,
  { identifiers, unverified }: { identifiers: Identifier[]; unverified: IdentifierRef[] },
): Outcome {
  const { ports, application, request } = at;
  // A generated username may meet its twin; nothing is used up then, and the next draw has new digits.
  for (let tries = 1; ; tries += 1) {
    const user = newUser(ports, form, identifiers);
    const event = shopperEvent(ports, 'account.registered', user.id);
    const effect: Effect = { kind: 'create', registration, user, event };
    const ended = await signIn(at, asUser(user), effect, 'registration');
    const taken = ended.ok || ended.code !== 'identifier_taken' ? undefined : ended.meta?.['field'];
    if (taken === 'username' && tries < USERNAME_TRIES) continue;
    // A new account has verified a proven identifier meanwhile: the older proof does not open that account.
    if (taken !== undefined && taken !== 'username') return refuse('register_token_invalid');
    if (!ended.ok || ended.value.kind !== 'signed_in') return ended;
    const made = ended.value.user;
    const { ip } = request.visitor;
    const linkSentTo = await sendFirstLinks(ports, application, made, unverified, ip);
    return accept({ ...ended.value, linkSentTo });
  }
}

/** A known user proves an identifier that this shop demands (D-49). */
export async function complete(
  at: Try,
  registration: Registration,
  bound: User | undefined,
): Outcome {
  const { ports, application, found, request } = at;
  if (!bound || !bindingHolds(registration, bound)) return refuse('register_token_invalid');
  const refused = signInRefusal(bound, application);
  if (refused) return useUp(at, refused);
  const { identifier } = found.challenge;
  const missing = missingKinds(kindsForSession(application), bound.identifiers);
  const wanted = missing.filter((kind) => kind !== identifier.kind);
  const form = await ports.registrations.form(registration);
  const effect: Effect = {
    kind: 'verify',
    userId: bound.id,
    max: MAX_IDENTIFIERS,
    profile: form && profileOf(form),
    registration: registration.id,
    finish: wanted.length === 0,
  };
  if (wanted.length === 0) {
    const ended = await signIn(at, bound, effect, 'registration');
    if (ended.ok && ended.value.kind === 'signed_in') {
      noticeSignIn(ports, ended.value.user, identifier);
    }
    return ended;
  }
  const settled = await settle(at, effect, { readBack: bound.id });
  if (settled.state !== 'done') return unsettled(settled);
  const token = request.registerToken ?? '';
  return accept({ kind: 'register', token, wanted, user: settled.user });
}
