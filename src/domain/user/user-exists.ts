/** Whether somebody is registered. It tells who exists, so a shop has to switch it on, and questions are counted. */
import type { Application, IdentifierRef, Ports } from '../../ports/index.ts';
import { checkCaptcha, type SolvedCaptcha } from '../captcha.ts';
import { err, ok, rateLimited, type Result } from '../../shared/result.ts';
import { existsLimits } from '../throttle.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';

/** An email where there is an `@`, else a phone. @param countryCode of numbers without one */
export function readAsked(text: string, countryCode: string): IdentifierRef | undefined {
  return text.includes('@') ? readEmail(text) : readPhone(text, countryCode);
}

/** On when the application's record says so; without a word of it on in development, off in production. */
function mayAskWhoExists(
  { production }: Pick<Ports, 'production'>,
  application: Application,
): boolean {
  return application.userExists ?? !production;
}

/**
 * Charged before it is looked up. A blocked, archived or deleted account counts until it is purged: its identifier is taken.
 * @returns whether a user has the identifier verified
 */
export async function userExists(
  ports: Ports,
  application: Application,
  identifier: IdentifierRef,
  solved: SolvedCaptcha,
): Promise<Result<boolean, 'user_exists_disabled' | 'captcha_failed' | 'too_many_requests'>> {
  if (!mayAskWhoExists(ports, application)) return err('user_exists_disabled');
  const robot = await checkCaptcha(ports, application, solved);
  if (robot) return robot;
  const limits = await existsLimits(ports, solved.ip);
  const limited = await ports.budgets.charge(limits, ports.clock.now());
  if (limited) return rateLimited(limited);
  return ok(await ports.users.isOwned(identifier));
}
