/** Whether a person is asking (ruling 42). Nobody is asked while no secret is configured, or the shop says so. */
import type { Application, CaptchaAction, Ports } from '../ports.ts';
import { refuse, type Refused } from './result.ts';

/** @param token from the body's `captcha_code`, or the header where the documents have no such field */
export async function robotRefusal(
  ports: Pick<Ports, 'captcha'>,
  application: Application,
  request: { token: string | undefined; ip: string; action: CaptchaAction },
): Promise<Refused<'captcha_failed'> | undefined> {
  if (!ports.captcha || application.config.skip_captcha) return undefined;
  const { token, ip, action } = request;
  if (token === undefined) return refuse('captcha_failed', { message: 'A captcha is required.' });
  const hosts = application.domains;
  const human = await ports.captcha.isHuman({ token, ip, hosts, action });
  return human ? undefined : refuse('captcha_failed');
}
