import type { SocialPerson } from '../../ports/index.ts';
import { fetchVerifiedJson, isTrue, ProofRejected, text, type Json } from './provider-fetch.ts';
import { isJwt, type Verification } from './verification.ts';

function personOf(claims: Json): SocialPerson {
  const email = text(claims['email']);
  // Elsewhere the address may belong to another person since Google verified it (D-61).
  const lasting = /@(gmail|googlemail)\.com$/i.test(email ?? '') || text(claims['hd']);
  return {
    subject: String(claims['sub']),
    email,
    emailProven: isTrue(claims['email_verified']) && Boolean(lasting),
    firstName: text(claims['given_name']),
    lastName: text(claims['family_name']),
    picture: text(claims['picture']),
  };
}

/** An ID token, or an access token that Google itself says was made for one of our clients. */
export async function verifyGoogle(one: Verification): Promise<SocialPerson> {
  const { token, clientIds, urls, outbound, jwts } = one;
  if (isJwt(token)) {
    const claims = await jwts.verify(
      token,
      { url: urls.googleKeys },
      {
        issuer: ['https://accounts.google.com', 'accounts.google.com'],
        audience: [...clientIds],
        algorithms: ['RS256'],
        required: [],
      },
    );
    return personOf(claims);
  }
  const [info, claims] = await Promise.all([
    fetchVerifiedJson(
      outbound,
      `${urls.googleTokeninfo}?access_token=${encodeURIComponent(token)}`,
    ),
    fetchVerifiedJson(outbound, urls.googleUserinfo, { authorization: `Bearer ${token}` }),
  ]);
  // Another site's token, replayed here, names that site.
  if (!clientIds.includes(String(info['aud']))) throw new ProofRejected('audience');
  if (!(Number(info['expires_in']) > 0)) throw new ProofRejected('expired');
  if (!text(info['sub']) || info['sub'] !== claims['sub']) throw new ProofRejected('subject');
  return personOf(claims);
}
