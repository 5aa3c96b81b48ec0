import type { SocialPerson } from '../../ports/index.ts';
import { isTrue, text } from './provider-fetch.ts';
import type { Verification } from './verification.ts';

/** An identity token. Apple tells names to the app only, and only once. */
export async function verifyApple(one: Verification): Promise<SocialPerson> {
  const claims = await one.jwts.verify(
    one.token,
    { url: one.urls.appleKeys },
    {
      issuer: ['https://appleid.apple.com'],
      audience: [...one.clientIds],
      algorithms: ['RS256'],
      required: [],
    },
  );
  return {
    subject: String(claims.sub),
    email: text(claims['email']),
    emailProven: isTrue(claims['email_verified']),
  };
}
