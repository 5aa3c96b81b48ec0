import { loginBySocial, type SocialLogin } from '../../domain/login/social-login.ts';
import { sessionOf, signInView } from '../../views/sign-in.ts';
import type { Handler, Handlers } from '../../http/handler.ts';
import type { socialApplication } from './application.contract.ts';

type Rows = typeof socialApplication;
type Context = Omit<Parameters<Handler<Rows['loginWithGoogle']>>[0], 'input'>;

/** The common part of all social logins, after the body has been read. */
async function login(
  { application, caller, presented, ports, reply }: Context,
  proof: Pick<SocialLogin, 'provider' | 'token' | 'subject' | 'profile'>,
) {
  const done = await loginBySocial(ports, application, { ...proof, presented, visitor: caller });
  if (!done.ok) return done;
  const user_exists = done.value.kind === 'signed_in';
  const view = { ...signInView(done.value, application), user_exists };
  return reply(view, sessionOf(done.value));
}

const byAccessToken =
  (provider: 'google' | 'facebook'): Handler<Rows['loginWithGoogle']> =>
  async (context) => {
    const { oauth2, profile } = context.input.body;
    return login(context, { provider, token: oauth2.access_token, profile });
  };

export const socialApplicationHandlers = {
  loginWithFacebook: byAccessToken('facebook'),
  // Apps have client ids of their own, which stand in the same list.
  loginWithGoogle: byAccessToken('google'),
  loginWithGoogleAndroid: byAccessToken('google'),
  loginWithGoogleIOS: byAccessToken('google'),

  async loginWithAppleIOS(context) {
    const { user_identifier: subject, oauth, profile } = context.input.body;
    return login(context, { provider: 'apple', token: oauth.identity_token, subject, profile });
  },
} satisfies Handlers<Rows>;
