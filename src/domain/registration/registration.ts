/** The demands of a registration, and the user it ends in. Pure. */
import type {
  Application,
  Identifier,
  IdentifierKind,
  IdentifierRef,
  NewRegistration,
  NewUser,
  PendingForm,
  Ports,
  Registration,
  RegistrationOrigin,
  RequiredFields,
  SocialIdentity,
  User,
} from '../../ports/index.ts';
import { err, type Failure } from '../../shared/result.ts';
import { REGISTRATION_LIFE_MS } from '../credentials.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { newObjectId } from '../object-id.ts';
import { profileOf } from '../user/profile.ts';
import { newUsername, withPrimaries } from '../user/user.ts';

const demandedKinds = (fields: RequiredFields): IdentifierKind[] => {
  const demands = ({ is_required, level }: RequiredFields['email']) =>
    is_required && level === 'hard';
  const kinds: IdentifierKind[] = [];
  if (demands(fields.mobile)) kinds.push('phone');
  if (demands(fields.email)) kinds.push('email');
  return kinds;
};

/** Kinds that a signed-in user must have verified (D-49). */
export function kindsForSession({ config }: Application): IdentifierKind[] {
  return demandedKinds(config.required_fields);
}

/** Kinds that a new user must have verified: demanded by either list at level `hard` (D-46). */
export function kindsForRegistration({ config }: Application): IdentifierKind[] {
  const both = [
    ...demandedKinds(config.register_required_fields),
    ...demandedKinds(config.required_fields),
  ];
  return [...new Set(both)];
}

/**
 * A fresh register_token and the row that its hash names.
 * @param from what began it: nothing ever moves its end
 */
export async function newRegistration(
  ports: Pick<Ports, 'clock' | 'random' | 'vault'>,
  from: { origin: RegistrationOrigin; user?: User; identity?: SocialIdentity },
): Promise<{ token: string; registration: NewRegistration }> {
  const { origin, user, identity } = from;
  const token = ports.random.uuid();
  const id = await ports.vault.digest(token);
  const createdAt = ports.clock.now();
  // A binding that is made right behind a revocation, as after a reset, must be no older than it.
  const userProvenAt = user && Math.max(createdAt, user.sessionsValidFrom);
  const expiresAt = createdAt + REGISTRATION_LIFE_MS;
  const bound = user && { userId: user.id, userProvenAt };
  return { token, registration: { id, origin, ...bound, identity, createdAt, expiresAt } };
}

/** The registration of a register_token that is still good for a proof, or undefined. */
export async function openRegistration(
  ports: Pick<Ports, 'clock' | 'vault' | 'registrations'>,
  token: string,
): Promise<Registration | undefined> {
  const { registration } = await ports.registrations.find(await ports.vault.digest(token));
  const open = registration?.finishedAt === undefined && registration;
  return open && open.expiresAt > ports.clock.now() ? open : undefined;
}

/**
 * What the holder of a register_token has proven beside the identifier of the user in whom the registration ends. One person
 * has proven both, so it is verified on that user when it is free: else it would be asked for again, for ever.
 */
export function adoptedBy(user: User, { proofs }: Pick<Registration, 'proofs'>): IdentifierRef[] {
  return proofs
    .filter((proof) => !user.identifiers.some((one) => one.verified && sameIdentifier(one, proof)))
    .map(({ kind, value, callingCode }) => ({ kind, value, callingCode }));
}

export type NextStep =
  /** All demanded proofs are in. `unverified` get a link once the user exists. */
  | { kind: 'create'; identifiers: Identifier[]; unverified: IdentifierRef[] }
  /** These need their code first. */
  | { kind: 'prove'; identifiers: IdentifierRef[] }
  /** The shopper has not given these. */
  | { kind: 'ask'; missing: IdentifierKind[] };

/**
 * The next step of a registration, by what is proven and what was given. A demanded kind needs a proof; if none is
 * demanded the first identifier needs one, because a user without a verified identifier could never come back.
 */
export function nextStep(
  demanded: readonly IdentifierKind[],
  proven: readonly IdentifierRef[],
  given: readonly IdentifierRef[],
): NextStep {
  const unproven = given.filter((one) => !proven.some((proof) => sameIdentifier(proof, one)));
  const open = demanded.filter((kind) => !proven.some((proof) => proof.kind === kind));
  const missing = open.filter((kind) => !unproven.some((one) => one.kind === kind));
  if (missing.length > 0) return { kind: 'ask', missing };
  const wanted = open.flatMap((kind) => unproven.find((one) => one.kind === kind) ?? []);
  if (wanted.length > 0) return { kind: 'prove', identifiers: wanted };
  if (proven.length === 0) {
    const [first] = unproven;
    return first ? { kind: 'prove', identifiers: [first] } : { kind: 'ask', missing: ['phone'] };
  }
  const identifiers = withPrimaries([
    ...proven.map((proof) => ({ ...proof, verified: true })),
    ...unproven.map((one) => ({ ...one, verified: false })),
  ]);
  return { kind: 'create', identifiers, unverified: unproven };
}

/** The user a registration ends in; id and username are fresh with every call. */
export function newUser(
  ports: Pick<Ports, 'clock' | 'random'>,
  profile: Omit<PendingForm, 'identifiers'>,
  identifiers: Identifier[],
): NewUser {
  const createdAt = ports.clock.now();
  const [first] = identifiers;
  if (!first) throw new Error('a user needs an identifier');
  return {
    ...profileOf(profile),
    passwordHash: profile.passwordHash,
    id: newObjectId(createdAt, ports.random.bytes(8)),
    username: newUsername(first, ports.random.bytes(4)),
    identifiers,
    createdAt,
  };
}

/** A new user as it will be read back. */
export function userOf({ passwordHash: _, ...user }: NewUser): User {
  const { createdAt } = user;
  return { ...user, hasOldPasswordHash: false, sessionsValidFrom: 0, updatedAt: createdAt };
}

/** Draws of a username before the registration is answered with `unavailable`. */
const MAX_USERNAME_DRAWS = 4;

/**
 * Makes the user of a form. The digits of a generated username may be taken: then nothing is used up, and the next
 * attempt has new ones.
 * @param attempt makes the user it is given, and answers `username_taken` where its name is another user's
 * @returns what `attempt` returned; `unavailable` when no drawn name was free
 */
export async function withFreeUsername<T>(
  draw: () => NewUser,
  attempt: (user: NewUser) => Promise<T | 'username_taken'>,
): Promise<T | Failure<'unavailable'>> {
  for (let draws = 0; draws < MAX_USERNAME_DRAWS; draws += 1) {
    const done = await attempt(draw());
    if (done !== 'username_taken') return done;
  }
  return err('unavailable', { internal: `no free username in ${MAX_USERNAME_DRAWS} draws` });
}
