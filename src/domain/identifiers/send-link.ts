/** Sending a link that proves an identifier of a profile (D-56). */
import type { Application, IdentifierRef, Ports, User } from '../../ports/index.ts';
import { VERIFY_LINK_LIFE_MS } from '../credentials.ts';
import { masked } from './identifier.ts';
import { ok, rateLimited, type Result } from '../../shared/result.ts';
import { hex } from '../hex.ts';
import { checkCountry, smsGuard } from '../otp/sms-guard.ts';
import { linkLimits } from '../throttle.ts';

/** How mails and pages name an account without giving it away: its primary email or phone, masked, else its username. */
export function accountName({ identifiers, username }: Pick<User, 'identifiers' | 'username'>) {
  const primary = identifiers.find((one) => one.primary);
  return primary ? masked(primary) : username;
}

/** Each send makes a new code of 128 bits, of which only the hash is kept; older ones stay valid until one is used. */
export async function sendVerifyLink(
  ports: Ports,
  application: Application,
  user: Pick<User, 'id' | 'identifiers' | 'username'>,
  identifier: IdentifierRef,
  ip: string,
): Promise<Result<undefined, 'too_many_requests' | 'validation_failed'>> {
  const refused = checkCountry(ports, application, [identifier]);
  if (refused) return refused;
  const now = ports.clock.now();
  const code = hex(ports.random.bytes(16));
  const kind = identifier.kind === 'email' ? 'verify_email' : 'verify_mobile';
  const [id, limits] = await Promise.all([
    ports.vault.digest(code),
    linkLimits(ports, identifier, kind, user.id, ip),
  ]);
  const sms = smsGuard(ports, application, identifier, now);
  const expiresAt = now + VERIFY_LINK_LIFE_MS;
  const link = { kind, id, userId: user.id, identifier, createdAt: now, expiresAt } as const;
  const limited = await ports.links.open(link, limits, sms);
  if (limited) return rateLimited(limited);
  const page = kind === 'verify_email' ? 'verify-email' : 'verify-mobile';
  try {
    await ports.notifier.send({
      id: id.slice(0, 32),
      channel: identifier.kind === 'email' ? 'email' : 'sms',
      to: identifier.value,
      content: {
        template: 'verify_link',
        link: `${application.storefrontUrl}/auth/${page}?code=${code}`,
        code,
        account: accountName(user),
      },
      createdAt: now,
    });
  } catch (outage) {
    await ports.links.cancel(link, limits, sms);
    throw outage;
  }
  return ok(undefined);
}

/**
 * Links for what was given without being demanded. Best effort: the user exists by now, and can ask for the link again.
 * @returns the email a link went to
 */
export async function sendFirstLinks(
  ports: Ports,
  application: Application,
  user: User,
  identifiers: IdentifierRef[],
  ip: string,
): Promise<string | undefined> {
  let sentTo: string | undefined;
  for (const identifier of identifiers) {
    const sent = await sendVerifyLink(ports, application, user, identifier, ip).catch(
      (outage: unknown) => {
        ports.background(Promise.reject(outage));
        return undefined;
      },
    );
    if (sent?.ok && identifier.kind === 'email') sentTo = identifier.value;
  }
  return sentTo;
}
