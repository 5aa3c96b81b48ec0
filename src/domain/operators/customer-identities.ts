/** Social identities of customers in the hands of operators. */
import type { AuditActor, LinkedIdentity, Ports, SocialIdentity } from '../../ports/index.ts';
import { customerNotFound } from './customers.ts';
import { ok, err, type Result } from '../../shared/result.ts';

/** @returns what is linked to the customer, the oldest first */
export async function listIdentities(
  ports: Ports,
  userId: string,
): Promise<Result<LinkedIdentity[], 'not_found'>> {
  const [user, linked] = await Promise.all([
    ports.users.find(userId),
    ports.identities.ofUser(userId),
  ]);
  return user ? ok(linked) : customerNotFound();
}

/** Unlinks an identity and ends whatever its holder may have opened with it. */
export async function unlinkIdentity(
  ports: Ports,
  userId: string,
  identity: { provider: string; subject: string },
  by: AuditActor,
): Promise<Result<undefined, 'not_found'>> {
  const { provider } = identity;
  // The subject is personal data: the audit holds of a person the id alone.
  const event = {
    ...by,
    action: 'identity.unlinked',
    userId,
    detail: { provider },
    at: ports.clock.now(),
  } as const;
  if (!isProvider(provider)) return notLinked();
  const unlinked = await ports.identities.unlink(userId, { ...identity, provider }, event);
  return unlinked ? ok(undefined) : notLinked();
}

const notLinked = () =>
  err('not_found', { message: 'No such identity is linked to this customer.' });

const isProvider = (name: string): name is SocialIdentity['provider'] =>
  ['google', 'facebook', 'apple'].includes(name) || name.startsWith('token:');
