/**
 * Google, Facebook, Apple and a company's own system in one: real keys, real signatures, the answers of the real
 * endpoints, told apart by path, so that it serves as `fetch` as well as behind a local server. It misbehaves on demand.
 */
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK } from 'jose';

export type Issuer = 'google' | 'facebook' | 'apple' | 'company';
export type Misbehaviour =
  | 'slow'
  | 'unreachable'
  | '500'
  | '429'
  | 'garbage'
  | 'list'
  | 'huge'
  | 'redirect';

export const CLIENT: Record<Issuer, string> = {
  google: 'token_123',
  facebook: 'token_123',
  apple: 'in.shop.app',
  company: '000000000000000000000001',
};
const ISS: Record<Issuer, string> = {
  google: 'https://accounts.google.com',
  facebook: 'https://www.facebook.com',
  apple: 'https://appleid.apple.com',
  company: 'https://crm.example',
};
export const COMPANY_ISSUER = ISS.company;
export const COMPANY_KEYS = 'https://crm.example/company/keys';
export const FACEBOOK_SECRET = 'the-secret-of-the-facebook-app';

const KEY_PATHS: Record<string, Issuer> = {
  '/oauth2/v3/certs': 'google',
  '/.well-known/oauth/openid/jwks/': 'facebook',
  '/auth/keys': 'apple',
  '/company/keys': 'company',
};

interface Key {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  jwk: JWK;
}

export interface Person {
  sub: string;
  email?: string;
  email_verified?: boolean | string;
  [claim: string]: unknown;
}

export interface GrantOptions {
  aud?: string;
  expired?: boolean;
  /** Taken back by the shopper: no longer valid, of the same app and person. */
  revoked?: boolean;
  /** Of whom the endpoint about people tells, when it is somebody else than the token's. */
  told?: Person;
}
interface Grant extends Required<GrantOptions> {
  person: Person;
}

export interface TokenOptions {
  iss?: string;
  aud?: string;
  /** Seconds from `now`. */
  expiresIn?: number;
  /** Signed with another key than the published one. */
  forged?: boolean;
  /** What stands in the header instead of what the key is for. */
  attack?: 'none' | 'HS256 with the public key';
}

/** What a key is published as, beside its numbers. */
export type Published = Pick<JWK, 'use' | 'alg'>;

const made = new Map<string, Promise<Key>>();
/** Making RSA keys is slow: they are shared by all tests. */
async function keyNamed(kid: string, alg = 'RS256'): Promise<Key> {
  const known =
    made.get(kid) ??
    generateKeyPair(alg, { extractable: true }).then(async ({ publicKey, privateKey }) => ({
      kid,
      alg,
      privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    }));
  made.set(kid, known);
  return known;
}

export function fakeProvider(now: () => number = () => Date.now()) {
  const current: Record<Issuer, string> = {
    google: 'google-1',
    facebook: 'facebook-1',
    apple: 'apple-1',
    company: 'company-1',
  };
  let companyAlgorithm = 'RS256';
  let publishedAs: Published = {};
  const grants = new Map<string, Grant>();
  const state = { misbehaviour: undefined as Misbehaviour | undefined, requests: [] as string[] };

  const keyOf = async (issuer: Issuer) =>
    issuer === 'company'
      ? keyNamed(`${current.company}-${companyAlgorithm}`, companyAlgorithm)
      : keyNamed(current[issuer]);

  function about(token: string | null): Grant | undefined {
    const grant = grants.get(token ?? '');
    return grant && !grant.expired && !grant.revoked ? grant : undefined;
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const issuer = KEY_PATHS[pathname];
    if (issuer) return Response.json({ keys: [{ ...(await keyOf(issuer)).jwk, ...publishedAs }] });
    switch (pathname) {
      case '/tokeninfo': {
        const grant = about(searchParams.get('access_token'));
        if (!grant) return Response.json({ error: 'invalid_token' }, { status: 400 });
        const { sub } = grant.person;
        return Response.json({ azp: grant.aud, aud: grant.aud, sub, expires_in: '3599' });
      }
      case '/v1/userinfo': {
        const grant = about(request.headers.get('authorization')?.slice('Bearer '.length) ?? null);
        if (!grant) return Response.json({ error: 'invalid_request' }, { status: 401 });
        return Response.json(grant.told);
      }
      case '/debug_token': {
        const app = `${CLIENT.facebook}|${FACEBOOK_SECRET}`;
        if (searchParams.get('access_token') !== app) {
          return Response.json({ error: { code: 190 } }, { status: 400 });
        }
        const grant = grants.get(searchParams.get('input_token') ?? '');
        if (!grant) return Response.json({ data: { is_valid: false, error: { code: 190 } } });
        const expires_at = Math.floor(now() / 1000) + (grant.expired ? -60 : 3600);
        // Of a token that was taken back it still tells whose it was.
        const told = { app_id: grant.aud, user_id: grant.person.sub, expires_at };
        const error = { code: 190, subcode: 460, message: 'Error validating access token' };
        return Response.json({
          data: { ...told, is_valid: !grant.revoked, ...(grant.revoked && { error }) },
        });
      }
      case '/me': {
        const grant = grants.get(searchParams.get('access_token') ?? '');
        if (!grant || !searchParams.get('appsecret_proof')) {
          return Response.json({ error: { code: 190 } }, { status: 400 });
        }
        const { sub: id, ...claims } = grant.told;
        return Response.json({ id, ...claims });
      }
      default:
        return new Response('not here', { status: 404 });
    }
  }

  async function misbehave(
    kind: Misbehaviour,
    url: string,
    signal: AbortSignal | null,
  ): Promise<Response> {
    switch (kind) {
      case 'slow':
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      case 'unreachable':
        throw new TypeError('connection refused');
      case '500':
        return Response.json({ error: 'oops' }, { status: 500 });
      case '429':
        return Response.json({ error: 'slow down' }, { status: 429 });
      case 'garbage':
        return new Response('<html>', { headers: { 'content-type': 'application/json' } });
      case 'list':
        return Response.json(null);
      case 'huge':
        return Response.json({ keys: 'x'.repeat(100_000) });
      case 'redirect': {
        const location = `https://evil.example${new URL(url).pathname}`;
        return new Response('{}', { status: 302, headers: { location } });
      }
    }
  }

  return {
    state,
    /** In place of the network. */
    fetch: (async (input: string | URL, init?: RequestInit) => {
      // A runtime's own refusals count: an option that it does not know, a header that it cannot send.
      const request = new Request(input, init);
      state.requests.push(request.url);
      if (!state.misbehaviour) return answer(request);
      const response = await misbehave(state.misbehaviour, request.url, init?.signal ?? null);
      const location = response.headers.get('location');
      if (location === null || init?.redirect === 'manual') return response;
      // As a runtime does that was not told otherwise: it follows, and takes the headers along. There, all is well.
      const next = new Request(location, { headers: init?.headers });
      state.requests.push(next.url);
      return answer(next);
    }) as typeof fetch,
    answer,
    /** An access token of Google or Facebook. */
    grant(
      person: Person,
      { aud = 'token_123', expired = false, revoked = false, told = person }: GrantOptions = {},
    ): string {
      const token = `ya29.${crypto.randomUUID()}`;
      grants.set(token, { person, aud, expired, revoked, told });
      return token;
    },
    /** From now on keys are published as something else than what they sign with. */
    publishAs(as: Published): void {
      publishedAs = as;
    },
    /** From now on the issuer signs with, and publishes, another key only. */
    swapKey(issuer: Issuer): void {
      current[issuer] = `${issuer}-${crypto.randomUUID()}`;
    },
    set companyAlgorithm(alg: string) {
      companyAlgorithm = alg;
    },
    /** A JWT of an issuer, or, for the company, one under a shared secret. */
    async token(
      issuer: Issuer,
      claims: Record<string, unknown>,
      options: TokenOptions & { secret?: string } = {},
    ): Promise<string> {
      const { iss = ISS[issuer], aud = CLIENT[issuer], expiresIn = 240, secret } = options;
      const seconds = Math.floor(now() / 1000);
      const payload = { ...claims, iss, aud, iat: seconds, exp: seconds + expiresIn };
      if (options.attack === 'none') return new UnsecuredJWT(payload).encode();
      const published = await keyOf(issuer);
      const { kid, alg } = published;
      if (options.attack) {
        const stolen = new TextEncoder().encode(JSON.stringify(published.jwk).padEnd(64));
        return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid }).sign(stolen);
      }
      if (secret !== undefined) {
        const key = new TextEncoder().encode(secret);
        return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(key);
      }
      const { privateKey } = options.forged ? await keyNamed('forger') : published;
      return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);
    },
  };
}

export type FakeProvider = ReturnType<typeof fakeProvider>;
