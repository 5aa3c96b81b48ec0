import { SECOND_MS } from '../../shared/time.ts';
import type { SocialPerson } from '../../ports/index.ts';
import { toHex, utf8 } from '../crypto/encoding.ts';
import {
  fetchProviderJson,
  fetchVerifiedJson,
  ProviderUnavailable,
  ProofRejected,
  text,
  type Json,
} from './provider-fetch.ts';
import { isJwt, type Verification } from './verification.ts';

/** Facebook does not say whether an email is verified, so it never proves one (D-61). */
const personOf = (subject: string, claims: Json): SocialPerson => ({
  subject,
  email: text(claims['email']),
  emailProven: false,
  firstName: text(claims['first_name'] ?? claims['given_name']),
  lastName: text(claims['last_name'] ?? claims['family_name']),
});

/** Proves that the call comes from the app's server; apps can demand it. */
async function appProof(token: string, secret: string): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', utf8(secret), hmac, false, ['sign']);
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(token))));
}

/** A limited-login JWT, or an access token that Facebook itself says was made for our app. */
export async function verifyFacebook(one: Verification): Promise<SocialPerson> {
  const { token, clientIds, secret, urls, outbound, jwts, now } = one;
  if (isJwt(token)) {
    const claims = await jwts.verify(
      token,
      { url: urls.facebookKeys },
      {
        issuer: ['https://www.facebook.com', 'https://facebook.com'],
        audience: [...clientIds],
        algorithms: ['RS256'],
        required: [],
      },
    );
    return personOf(String(claims.sub), claims);
  }
  const [appId] = clientIds;
  if (secret === undefined || appId === undefined)
    throw new ProviderUnavailable('Facebook needs an app secret');
  const graph = (path: string, query: Record<string, string>) =>
    `${urls.facebookGraph}${path}?${String(new URLSearchParams(query))}`;
  const proof = await appProof(token, secret);
  const [{ status, body }, me] = await Promise.all([
    fetchProviderJson(
      outbound,
      graph('/debug_token', { input_token: token, access_token: `${appId}|${secret}` }),
    ),
    fetchVerifiedJson(
      outbound,
      graph('/me', {
        fields: 'id,first_name,last_name,email',
        access_token: token,
        appsecret_proof: proof,
      }),
    ),
  ]);
  const info = body['data'] as Json | undefined;
  // Facebook answers 200 for any token of a user; anything else is about our own secret.
  if (status !== 200 || typeof info !== 'object')
    throw new ProviderUnavailable(`debug_token answered ${status}`);
  if (info['is_valid'] !== true) throw new ProofRejected('not valid');
  if (String(info['app_id']) !== appId) throw new ProofRejected('audience');
  const expiresAt = Number(info['expires_at'] ?? 0);
  if (expiresAt > 0 && expiresAt * SECOND_MS <= now) throw new ProofRejected('expired');
  if (!text(me['id']) || info['user_id'] !== me['id']) throw new ProofRejected('subject');
  return personOf(String(me['id']), me);
}
