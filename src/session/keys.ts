/** Public keys of a deployment: fetched once, kept, and fetched again when they are old or a token names a new one. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { isLoopbackHost } from '../shared/loopback.ts';
import { JWKS_PATH } from '../shared/session-token.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/time.ts';
import { SessionTokenError } from './errors.ts';

/** A JSON Web Key Set, as the deployment publishes it. */
export interface SessionKeySet {
  keys: object[];
}

/** Keys that are fetched when they are needed; made by `sessionKeys`. */
export interface SessionKeys {
  readonly url: string;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A key that was withdrawn counts no longer than this. */
const MAX_AGE_MS = 10 * MINUTE_MS;
/** Made-up key ids must not become a flood of calls. */
const COOLDOWN_MS = 30 * SECOND_MS;
/** While the keys cannot be had, one call in this time. */
const RETRY_GAP_MS = 5 * SECOND_MS;
const TIMEOUT_MS = 5 * SECOND_MS;
/** Addresses come from settings; a bound all the same. */
const MAX_KEPT = 20;

const resolvers = new WeakMap<object, JWTVerifyGetKey>();
const byUrl = new Map<string, SessionKeys>();

function jwksUrl(deployment: string | URL): URL {
  const text = String(deployment);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (!url || !isSafe) {
    throw new SessionTokenError('options_wrong', 'url has to be the https origin of Vestibule');
  }
  return new URL(JWKS_PATH, url.origin);
}

/** `fetch` that is not asked again at once after a failure. */
function patient(call: Fetch): Fetch {
  let failedAt = -Infinity;
  return async (url, init) => {
    if (Date.now() - failedAt < RETRY_GAP_MS) throw new Error('the keys could not be fetched');
    try {
      const response = await call(url, init);
      if (response.status !== 200) failedAt = Date.now();
      return response;
    } catch (error) {
      failedAt = Date.now();
      throw error;
    }
  };
}

/**
 * The keys of a deployment, to be kept for as long as the program runs: no verification makes a call of its own.
 * @param deployment origin of Vestibule, such as `https://login.shop.example`
 * @param options `fetch`: instead of the global one, such as that of a service binding to Vestibule
 * @throws SessionTokenError `options_wrong`
 */
export function sessionKeys(
  deployment: string | URL,
  { fetch: call }: { fetch?: Fetch } = {},
): SessionKeys {
  const url = jwksUrl(deployment);
  const keys = { url: url.href };
  const remote = createRemoteJWKSet(url, {
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: patient(call ?? (async (address, init) => fetch(address, init))),
  });
  resolvers.set(keys, remote);
  return keys;
}

/** Those of an address, which are shared by all that verify. */
function sharedKeys(deployment: string | URL): SessionKeys {
  const name = String(deployment);
  const known = byUrl.get(name);
  if (known) return known;
  const keys = sessionKeys(deployment);
  if (byUrl.size >= MAX_KEPT) byUrl.clear();
  byUrl.set(name, keys);
  return keys;
}

/**
 * How a token's key is found.
 * @throws SessionTokenError `options_wrong`
 */
export function resolverOf(options: {
  url?: string | URL;
  keys?: SessionKeySet | SessionKeys;
}): JWTVerifyGetKey {
  if ((options.url === undefined) === (options.keys === undefined)) {
    throw new SessionTokenError('options_wrong', 'url or keys has to be given, and not both');
  }
  const keys = options.keys ?? sharedKeys(options.url ?? '');
  const known = resolvers.get(keys);
  if (known) return known;
  try {
    // jose looks whether it is one.
    const local = createLocalJWKSet(keys as JSONWebKeySet);
    resolvers.set(keys, local);
    return local;
  } catch (error) {
    throw new SessionTokenError('options_wrong', 'keys is no JSON Web Key Set', error);
  }
}
