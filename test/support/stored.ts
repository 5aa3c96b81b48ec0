/** What port tests store: rows as the domain would make them, with only what a test cares about named. */
import type {
  AuditEvent,
  NewRegistration,
  Ports,
  Session,
  SessionRef,
  ConsumeResult,
  SignIn,
  NewUser,
} from '../../src/ports/index.ts';

export const eventOf = (
  action: AuditEvent['action'],
  userId: string | undefined,
  at: number,
): AuditEvent => ({ action, actor: 'test', userId, requestId: 'test', at });

export const registrationOf = (
  id: string,
  now: number,
  change: Partial<NewRegistration> = {},
): NewRegistration => ({
  id,
  origin: 'form',
  createdAt: now,
  expiresAt: now + 1_800_000,
  ...change,
});

/** A sign-in with a session of its own, which ends those that came with it. */
export function signInOf(userId: string, at: number, ends: readonly SessionRef[] = []): SignIn {
  const handle = crypto.randomUUID().replaceAll('-', '');
  const event = { ...eventOf('sign_in', userId, at), session: handle };
  return { userId, handle, event, aliveSince: 0, ends };
}

export const sessionOf = (
  userId: string,
  createdAt: number,
  handle: string,
  change: Partial<Session> = {},
): Session => ({
  userId,
  handle,
  createdAt,
  validFrom: 0,
  renewedAt: createdAt,
  expiresAt: createdAt + 86_400_000,
  userAgent: 'Mozilla/5.0 '.repeat(16).slice(0, 200),
  ip: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  domain: 'shop.example',
  ...change,
});

/** Makes a user through a registration, as a shopper would. */
export async function registerUser(
  ports: Ports,
  user: NewUser,
  change: Partial<NewRegistration> = {},
): Promise<{ id: string; settled: ConsumeResult }> {
  const now = ports.clock.now();
  const id = crypto.randomUUID();
  await ports.registrations.begin(registrationOf(id, now, change), { identifiers: [] });
  return { id, settled: await ports.registrations.finish(id, user, signInOf(user.id, now), now) };
}
