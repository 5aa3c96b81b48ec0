/** JWTs of other people: verified by the keys they publish, under an algorithm that the key fixes and never the header. */
import { CLOCK_TOLERANCE_MS } from '../../domain/credentials.ts';
import { HOUR_MS, SECOND_MS } from '../../shared/time.ts';
import { errors, jwtVerify, type JWK, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Clock } from '../../ports.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { fetchProviderJson, ProviderUnavailable, ProofRejected } from '../social/provider-fetch.ts';

const MAX_AGE_MS = HOUR_MS;
/** An unknown `kid` may mean new keys; made-up ones must not become a flood of requests. */
const REFETCH_GAP_MS = 30 * SECOND_MS;
const MAX_KEY_SETS = 100;
export const CLOCK_TOLERANCE_SECONDS = CLOCK_TOLERANCE_MS / SECOND_MS;

interface KeySet {
  keys: JWK[];
  readAt: number;
  refetchedAt: number;
}

/** Undefined for keys that sign nothing we take. */
function algorithmOf({ kty, crv, alg, use }: JWK): string | undefined {
  const fixed =
    kty === 'RSA'
      ? 'RS256'
      : kty === 'EC' && crv === 'P-256'
        ? 'ES256'
        : kty === 'OKP' && crv === 'Ed25519'
          ? 'EdDSA'
          : undefined;
  const fits = (alg === undefined || alg === fixed) && (use === undefined || use === 'sig');
  return fits ? fixed : undefined;
}

export interface Expected {
  issuer: string[];
  audience: string[];
  algorithms: string[];
  required: string[];
}

export type RemoteJwks = ReturnType<typeof createRemoteJwks>;

/**
 * Verifies JWTs of others by the keys they publish. Key sets are kept for an hour; `verify` throws ProofRejected
 * for a token that proves nothing and ProviderUnavailable when the keys cannot be read.
 */
export function createRemoteJwks(outbound: Outbound, clock: Clock) {
  const sets = new Map<string, KeySet>();

  async function read(url: string, refetchedAt: number): Promise<KeySet> {
    const { status, body } = await fetchProviderJson(outbound, url);
    const keys = body['keys'];
    if (status !== 200 || !Array.isArray(keys))
      throw new ProviderUnavailable(`no keys at ${new URL(url).host}`);
    if (sets.size >= MAX_KEY_SETS) sets.clear();
    // `algorithmOf` sorts out keys that cannot be used.
    const set = { keys: keys as JWK[], readAt: clock.now(), refetchedAt };
    sets.set(url, set);
    return set;
  }

  async function keyOf(url: string, kid: string | undefined, alg: string): Promise<JWK> {
    const now = clock.now();
    const known = sets.get(url);
    let set = known && now - known.readAt < MAX_AGE_MS ? known : await read(url, 0);
    // A sole key needs no name.
    const find = ({ keys }: KeySet) =>
      keys.find((key) => (kid === undefined ? keys.length === 1 : key.kid === kid));
    if (!find(set) && set === known && now - set.refetchedAt >= REFETCH_GAP_MS) {
      set.refetchedAt = now;
      set = await read(url, now);
    }
    const key = find(set);
    if (!key || algorithmOf(key) !== alg) throw new ProofRejected('signed by no known key');
    return key;
  }

  /** @throws Refusal with jose's code, Down when the keys cannot be had */
  async function verify(
    token: string,
    key: { url: string } | Uint8Array,
    { issuer, audience, algorithms, required }: Expected,
  ): Promise<JWTPayload> {
    const options: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp', 'sub', ...required],
      currentDate: new Date(clock.now()),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    };
    try {
      const { payload } =
        'url' in key
          ? await jwtVerify(token, async ({ kid, alg }) => keyOf(key.url, kid, alg), options)
          : await jwtVerify(token, key, options);
      if (!payload.sub) throw new ProofRejected('no subject');
      return payload;
    } catch (error) {
      if (error instanceof ProviderUnavailable || error instanceof ProofRejected) throw error;
      const claim =
        error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired
          ? ` ${error.claim}`
          : '';
      // Broken keys and broken tokens end up here as well; neither proves anything.
      throw new ProofRejected(
        `${error instanceof errors.JOSEError ? error.code : 'unreadable'}${claim}`,
      );
    }
  }

  return { verify };
}
