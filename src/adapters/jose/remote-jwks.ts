/**
 * JWTs of other people: verified by the keys they publish, under an algorithm that the key fixes and never the header. jose
 * chooses the key; the cache of key sets is ours, because that of `createRemoteJWKSet` asks again for each unknown `kid` that
 * comes while the keys cannot be had, or at the same time as others; takes no new key within its cool-down; and knows no clock
 * but `Date.now()` (D-96).
 */
import { CLOCK_TOLERANCE_MS } from '../../domain/credentials.ts';
import { HOUR_MS, SECOND_MS } from '../../shared/time.ts';
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Clock } from '../../ports/index.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { fetchProviderJson, ProviderUnavailable, ProofRejected } from '../social/provider-fetch.ts';

const MAX_AGE_MS = HOUR_MS;
/** An unknown `kid` may mean new keys; made-up ones must not become a flood of requests. */
const REFETCH_GAP_MS = 30 * SECOND_MS;
const MAX_KEY_SETS = 100;
const CLOCK_TOLERANCE_SECONDS = CLOCK_TOLERANCE_MS / SECOND_MS;

interface KeySet {
  keyOf: JWTVerifyGetKey;
  readAt: number;
  refetchedAt: number;
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
    if (status !== 200) throw new ProviderUnavailable(`no keys at ${new URL(url).host}`);
    let keyOf: JWTVerifyGetKey;
    try {
      // jose throws on what is no set of keys.
      keyOf = createLocalJWKSet(body as unknown as JSONWebKeySet);
    } catch {
      throw new ProviderUnavailable(`no keys at ${new URL(url).host}`);
    }
    if (sets.size >= MAX_KEY_SETS) sets.clear();
    const set = { keyOf, readAt: clock.now(), refetchedAt };
    sets.set(url, set);
    return set;
  }

  const keysAt = (url: string): JWTVerifyGetKey =>
    async function keyOf(header, token) {
      const now = clock.now();
      const known = sets.get(url);
      const isFresh = known !== undefined && now - known.readAt < MAX_AGE_MS;
      const set = isFresh ? known : await read(url, 0);
      try {
        return await set.keyOf(header, token);
      } catch (error) {
        const unknown = error instanceof errors.JWKSNoMatchingKey;
        if (!unknown || set !== known || now - set.refetchedAt < REFETCH_GAP_MS) throw error;
        // Before the call: those that come in the meantime, or after it has failed, do not ask as well.
        set.refetchedAt = now;
        return (await read(url, now)).keyOf(header, token);
      }
    };

  /** @throws ProofRejected with jose's code, ProviderUnavailable when the keys cannot be had */
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
          ? await jwtVerify(token, keysAt(key.url), options)
          : await jwtVerify(token, key, options);
      if (!payload.sub) throw new ProofRejected('no subject');
      return payload;
    } catch (error) {
      if (error instanceof ProviderUnavailable || error instanceof ProofRejected) throw error;
      if (error instanceof errors.JWKSNoMatchingKey)
        throw new ProofRejected('signed by no known key');
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
