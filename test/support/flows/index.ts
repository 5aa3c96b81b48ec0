/** Every flow of the product, to be disturbed, raced and searched for secrets: a loop over this list misses none. */
import { accountFlows } from './account.ts';
import { attributeFlows } from './attributes.ts';
import { eventFlows } from './events.ts';
import { jobFlows } from './jobs.ts';
import { platformFlows } from './platform.ts';
import { signInFlows } from './sign-in.ts';
import { socialFlows } from './social.ts';
import type { Flow } from './stage.ts';

export const FLOWS: readonly Flow[] = [
  ...signInFlows,
  ...accountFlows,
  ...socialFlows,
  ...platformFlows,
  ...attributeFlows,
  ...jobFlows,
  ...eventFlows,
];
