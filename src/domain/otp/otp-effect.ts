/** The effect of a consumed code, as both stores read it. */
import type { Effect, OtpPurpose } from '../../ports/index.ts';

/** The purposes of codes that a signed-in user asks for: in anybody else's hands they are wrong. */
export const PURPOSES_OF_USER: readonly OtpPurpose[] = ['profile', 'primary', 'update'];

/** The id of the registration that has to be there for an effect; undefined when there is none, or it is only made. */
export function registrationOf(effect: Effect): string | undefined {
  if (effect.kind === 'prove') return effect.isNew ? undefined : effect.registration.id;
  return 'registration' in effect ? effect.registration : undefined;
}
