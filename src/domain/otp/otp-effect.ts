/** The effect of a consumed code, as both stores read it. */
import type { Effect } from '../../ports/index.ts';

/** The id of the registration that has to be there for an effect; undefined when there is none, or it is only made. */
export function registrationOf(effect: Effect): string | undefined {
  if (effect.kind === 'prove') return effect.isNew ? undefined : effect.registration.id;
  return 'registration' in effect ? effect.registration : undefined;
}
