/** Password hashes of a file: which can be taken over, and what the application's record has to say of them. */
import { defaultUntil, importedWork, policyMismatch, sharedWork } from './imported-hash.ts';
import { costMs, isOwn, parseHash, workClass } from './password-hash.ts';
import type { ImportedHashes } from '../../ports/index.ts';

/** Every login does the work of all classes, so together they must not take long either. */
const MAX_WORK_MS = 1_000;

/** @returns a policy with the parameters of `more` added; `policy` itself when it has them all */
export function mergeBrought(policy: ImportedHashes, more: ImportedHashes): ImportedHashes {
  const known = new Set((policy.brought ?? []).map(workClass));
  const fresh = (more.brought ?? []).filter((one) => !known.has(workClass(one)));
  return fresh.length === 0
    ? policy
    : { ...policy, brought: [...(policy.brought ?? []), ...fresh] };
}

export class HashIntake {
  #policy: ImportedHashes | undefined;
  readonly #now: number;
  #changed = false;

  /** @param policy of the application's record; without one the first hash makes one that ends after 90 days */
  constructor(policy: ImportedHashes | undefined, now: number) {
    this.#policy = policy;
    this.#now = now;
  }

  /** @returns whether it comes from elsewhere, or why it cannot be taken over */
  take(hash: string): { imported: boolean } | { problem: string } {
    const parsed = parseHash(hash);
    if (!parsed.ok) return { problem: `cannot be taken over: ${parsed.reason}` };
    const { parameters } = parsed.value;
    if (isOwn(parameters)) return { imported: false };
    const policy = this.#policy ?? { until: defaultUntil(this.#now) };
    const refusal = policyMismatch(parameters, policy, this.#now);
    if (refusal !== undefined) return { problem: refusal };
    const merged = mergeBrought(policy, { ...policy, brought: [sharedWork(parameters)] });
    if (merged === this.#policy) return { imported: true };
    const work = importedWork(merged, this.#now).reduce((sum, one) => sum + costMs(one), 0);
    if (work > MAX_WORK_MS) {
      return {
        problem: `cannot be taken over: with its parameters beside those already brought each login would take more than ${MAX_WORK_MS} ms of CPU`,
      };
    }
    this.#policy = merged;
    this.#changed = true;
    return { imported: true };
  }

  /** What the record must say before users with the hashes taken so far are written; once for each change. */
  changed(): ImportedHashes | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    return this.#policy;
  }

  /** ms; undefined while no hash from elsewhere was met and the record says nothing. */
  get until(): number | undefined {
    return this.#policy?.until;
  }
}

/**
 * The judge of imports that may not change the application's record: of another system's hashes, those with parameters that
 * the record has already.
 */
export const knownHashes = (
  policy: ImportedHashes | undefined,
  now: number,
): Pick<HashIntake, 'take'> => ({
  take(hash) {
    const intake = new HashIntake(policy, now);
    const taken = intake.take(hash);
    return intake.changed() === undefined
      ? taken
      : {
          problem:
            'cannot be taken over here: logins do not expect its parameters; the admin command users import brings them in',
        };
  },
});
