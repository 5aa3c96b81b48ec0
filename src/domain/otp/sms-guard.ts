/** The limits of SMS costs (D-76): countries, messages a day, and the brake. */
import { MINUTE_MS } from '../../shared/time.ts';
import type { Application, IdentifierRef, Ports, SmsGuard } from '../../ports/index.ts';
import { err, type Failure } from '../../shared/result.ts';

type Costs = Pick<Ports, 'smsCosts' | 'limits'>;

const isOwn = ({ defaultCountryCode }: Application, { callingCode }: IdentifierRef): boolean =>
  String(callingCode) === defaultCountryCode;

/** The guard of a send to this identifier; undefined when it costs nothing. */
export function smsGuard(
  { smsCosts, limits }: Costs,
  application: Application,
  identifier: IdentifierRef,
  at: number,
): SmsGuard | undefined {
  if (!smsCosts || identifier.kind !== 'phone') return undefined;
  return {
    at,
    perDay: limits.smsPerDay,
    alertAt: Math.ceil((limits.smsPerDay * limits.smsAlertPercent) / 100),
    foreign: isOwn(application, identifier)
      ? undefined
      : {
          minSends: limits.smsBrakeSends,
          minVerifiedPercent: limits.smsBrakePercent,
          pauseMs: limits.smsBrakeMinutes * MINUTE_MS,
        },
  };
}

/** Refuses an SMS to a country that the application does not serve, before anything is sent or saved. */
export function checkCountry(
  { smsCosts }: Costs,
  application: Application,
  identifiers: readonly IdentifierRef[],
): Failure<'validation_failed'> | undefined {
  const served = (one: IdentifierRef) =>
    isOwn(application, one) || application.smsCountries.includes(String(one.callingCode));
  if (!smsCosts || identifiers.every((one) => one.kind === 'email' || served(one)))
    return undefined;
  return err('validation_failed', {
    message: 'This shop sends no SMS to this country.',
    meta: { limit: 'sms_country' },
  });
}
