/**
 * Whether a person is asking (D-30). It is asked by effect, not by operation: nothing sends a message to an identifier
 * without a `SendPermit`, and only these functions make one.
 */
import type {
  Application,
  CaptchaAction,
  IdentifierRef,
  Ports,
  Registration,
  RegistrationOrigin,
} from '../ports/index.ts';
import { sameIdentifier } from './identifiers/identifier.ts';
import { ok, err, type Failure, type Result } from '../shared/result.ts';

declare const permitted: unique symbol;

/** Allows messages to identifiers that the caller has not proven. */
export interface SendPermit {
  readonly [permitted]: true;
  /** The origin of a registration that this permit begins. */
  readonly origin: RegistrationOrigin;
}

// The brand exists in the type alone.
const permit = (origin: RegistrationOrigin): SendPermit => ({ origin }) as SendPermit;

export interface SolvedCaptcha {
  /** From the body's `captcha_code` or the header `x-captcha-code`. */
  token: string | undefined;
  ip: string;
  action: CaptchaAction;
}

type CaptchaPorts = Pick<Ports, 'captcha'>;

const isAsked = ({ captcha }: CaptchaPorts, { config }: Application): boolean =>
  captcha !== undefined && !config.skip_captcha;

/** No captcha is asked while no secret is configured, or when the shop has switched it off. */
export async function checkCaptcha(
  ports: CaptchaPorts,
  application: Application,
  { token, ip, action }: SolvedCaptcha,
): Promise<Failure<'captcha_failed'> | undefined> {
  if (!ports.captcha || !isAsked(ports, application)) return undefined;
  if (token === undefined) return err('captcha_failed', { message: 'A captcha is required.' });
  const hosts = application.domains;
  const human = await ports.captcha.isHuman({ token, ip, hosts, action });
  return human ? undefined : err('captcha_failed');
}

/** For a caller of whom nothing is known. */
export async function permitByCaptcha(
  ports: CaptchaPorts,
  application: Application,
  solved: SolvedCaptcha,
): Promise<Result<SendPermit, 'captcha_failed'>> {
  const refused = await checkCaptcha(ports, application, solved);
  return refused ?? ok(permit(isAsked(ports, application) ? 'captcha' : 'form'));
}

/** For a signed-in shopper, whose messages have a budget of their own. */
export const permitForSession = (): SendPermit => permit('known_social');

/**
 * How many different identifiers a registration may have codes sent to before a captcha is due. A social login proves no
 * person to us; a form that came without a captcha proves nothing.
 */
const FREE_IDENTIFIERS: Record<RegistrationOrigin, number> = {
  captcha: 2,
  code: 2,
  password: 2,
  reset_link: 2,
  known_social: 2,
  login_token: 2,
  social: 1,
  form: 0,
};

/** For the holder of a register_token. @param wanted the identifiers that are to get a code */
export async function permitInRegistration(
  ports: CaptchaPorts,
  application: Application,
  { origin, proofs, sentTo }: Registration,
  wanted: readonly IdentifierRef[],
  solved: SolvedCaptcha,
): Promise<Result<SendPermit, 'captcha_failed'>> {
  const fresh = wanted.filter(
    (one) => ![...proofs, ...sentTo].some((known) => sameIdentifier(known, one)),
  );
  const isFree = sentTo.length + fresh.length <= FREE_IDENTIFIERS[origin];
  const refused = isFree ? undefined : await checkCaptcha(ports, application, solved);
  return refused ?? ok(permit(origin));
}
