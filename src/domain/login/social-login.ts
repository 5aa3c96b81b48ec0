/** Login with Google, Facebook or Apple (D-48, D-53, D-61). What the body says of the shopper is never an identity. */
import type {
  Application,
  Limit,
  Ports,
  Profile,
  SessionRef,
  SocialPerson,
  SocialProvider,
} from '../../ports/index.ts';
import { readEmail } from '../../values/email.ts';
import { loginByIdentity, type IdentityErrorCode, type IdentityOutcome } from './identity-login.ts';
import { toPlainLine } from '../../values/plain-line.ts';
import { ok, err, rateLimited, type Failure, type Result } from '../../shared/result.ts';
import type { ClientInfo } from './sign-in.ts';
import type { KnownPerson } from './sign-in-outcome.ts';
import { proofFailures } from '../throttle.ts';

export interface SocialLogin {
  provider: SocialProvider;
  token: string;
  /** Apple's `user_identifier`, which the token must name. */
  subject?: string;
  /** Names may come from here, and nothing else. */
  profile?: { first_name?: string; last_name?: string; full_name?: string };
  presented?: readonly SessionRef[];
  visitor: ClientInfo;
}

type SocialErrorCode =
  | Exclude<IdentityErrorCode, 'identifier_taken'>
  | 'social_login_disabled'
  | 'too_many_requests'
  | 'provider_unavailable';

/** One line of a plain name; undefined when nothing is left. */
export const plainName = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : toPlainLine(text.replaceAll(/[<>]+/g, ' '))?.slice(0, 100);

function profileOf(person: SocialPerson, said: SocialLogin['profile'] = {}): Profile {
  const [first, ...rest] = said.full_name?.trim().split(/\s+/) ?? [];
  const { picture } = person;
  const shown = picture?.startsWith('https://') && picture.length <= 2048;
  return {
    firstName: plainName(person.firstName ?? said.first_name ?? first),
    lastName: plainName(person.lastName ?? said.last_name ?? rest.join(' ')),
    profilePicUrl: shown ? picture : undefined,
  };
}

/** A proof that is about to be asked for, charged as if it were refused: whatever fails at once is judged no oftener. */
export interface ChargedProof {
  charged: Limit[];
  chargedAt: number;
}

/** Charges one proof to the address it comes from. Refused when too many have failed. */
export async function chargeProof(
  ports: Ports,
  ip: string,
): Promise<Result<ChargedProof, 'too_many_requests'>> {
  const charged = await proofFailures(ports, ip);
  const chargedAt = ports.clock.now();
  const limited = await ports.budgets.charge(charged, chargedAt);
  return limited ? rateLimited(limited) : ok({ charged, chargedAt });
}

/** The proof was refused: its charge stays. */
export function failedProof(
  ports: Ports,
  method: 'social' | 'token',
  internal: string,
): Failure<'login_failed'> {
  ports.background(ports.audit.count(`sign_in_failed.${method}`, ports.clock.now()));
  return err('login_failed', { message: 'This login could not be verified.', internal });
}

/** The provider did not answer, which is no failed login. */
export async function providerDown(
  ports: Ports,
  { charged, chargedAt }: ChargedProof,
  internal: string,
): Promise<Failure<'provider_unavailable'>> {
  await ports.budgets.giveBack(charged, chargedAt);
  return err('provider_unavailable', { internal });
}

/** Signs in by a token of a provider, which is asked about it. `provider_unavailable` when it does not answer. */
export async function loginBySocial(
  ports: Ports,
  application: Application,
  request: SocialLogin,
): Promise<Result<IdentityOutcome, SocialErrorCode>> {
  const { provider, token, visitor, presented } = request;
  const { config, social } = application;
  const clientIds = [
    config.social_tokens[provider]?.app_id,
    ...(social?.clientIds?.[provider] ?? []),
  ].filter((id): id is string => Boolean(id));
  if (!config.social[provider] || clientIds.length === 0) return err('social_login_disabled');
  const proof = await chargeProof(ports, visitor.ip);
  if (!proof.ok) return proof;
  const sealed = provider === 'facebook' ? social?.facebookSecret : undefined;
  const secret = sealed && (await ports.vault.open('social', sealed));
  const answer = await ports.social.verify(provider, token, { clientIds, secret });
  if (answer.state === 'down') return providerDown(ports, proof.value, answer.reason);
  if (answer.state === 'refused') return failedProof(ports, 'social', answer.reason);
  const person = answer.value;
  const { subject } = person;
  if (request.subject !== undefined && request.subject !== subject) {
    return failedProof(ports, 'social', 'another user_identifier');
  }
  const email = readEmail(person.email ?? '');
  const known: KnownPerson = {
    proven: email && person.emailProven ? [email] : [],
    claimed: email && !person.emailProven ? [email] : [],
    profile: profileOf(person, request.profile),
  };
  const identity = { provider, subject };
  const done = await loginByIdentity(ports, application, {
    ...known,
    ...proof.value,
    identity,
    presented,
    visitor,
  });
  // One email has one owner: it takes two identifiers to match two users.
  return !done.ok && done.code === 'identifier_taken' ? err('login_failed') : done;
}
