/** What the buttons of the sign-in do: calls of the API, whose answers move the machine. */
import { ApiError } from '../api/error.ts';
import type { Body, Kind, SignInAnswer } from '../api/types.ts';
import { kindOf } from '../flow/identifier.ts';
import { codeResent, codeSent, goTo, signInAnswered } from '../flow/steps.ts';
import type { LoginState, Proof, Purpose } from '../flow/state.ts';
import {
  askProvider,
  clientIdsOf,
  subjectOf,
  type Provider,
  type ProviderAnswer,
} from '../ui/provider-scripts.ts';
import type { VestibuleLogin } from './element.ts';

/** What a page hears before a provider's own script is loaded; it may prevent that and do it itself. */
export interface SocialDetail {
  provider: Provider;
  clientId: string;
  /** Goes on with what the provider has given out: an access token, or Apple's identity token. */
  complete(answer: ProviderAnswer): void;
}

const identified = (host: VestibuleLogin, typed: string): Kind | undefined => {
  const kind = kindOf(typed);
  const known = kind === 'email' || kind === 'phone' ? kind : undefined;
  const { field_required, field_identifier_wrong, field_email_wrong, field_phone_wrong } =
    host.words;
  const only = { any: field_identifier_wrong, email: field_email_wrong, phone: field_phone_wrong };
  const fits = known !== undefined && (host.identifier === 'any' || host.identifier === known);
  const wrong = kind === undefined ? field_required : fits ? undefined : only[host.identifier];
  return host.check({ identifier: wrong }) ? known : undefined;
};

/** Sends a code to sign in or to reset the password. */
export async function sendCode(
  host: VestibuleLogin,
  typed: string,
  purpose: Purpose,
): Promise<void> {
  const kind = identified(host, typed);
  if (!kind) return;
  await host.attempt(
    'send',
    async () => {
      const captcha_code = await host.captcha(purpose === 'reset' ? 'reset' : 'send_otp');
      const isReset = purpose === 'reset';
      const answer =
        kind === 'email'
          ? await host.call(isReset ? 'sendForgotOTPOnEmail' : 'sendOTPOnEmail', {
              body: { email: typed, action: 'send', captcha_code },
            })
          : isReset
            ? await host.call('sendForgotOTPOnMobile', {
                body: { mobile: typed, action: 'send', captcha_code },
              })
            : await host.call('loginWithOTP', { body: { mobile: typed, captcha_code } });
      host.move(codeSent(host.state, { kind, typed, purpose, answer }, Date.now()));
    },
    ['identifier', 'email', 'mobile'],
  );
}

/** Sends the same code once more. */
export async function resendCode(host: VestibuleLogin, proof: Proof): Promise<void> {
  const { kind, resendToken: token, mobile = '', countryCode: country_code } = proof;
  const isReset = host.state.purpose === 'reset';
  await host.attempt(`resend-${kind}`, async () => {
    const again = { action: 'resend', token };
    const answer =
      kind === 'email'
        ? await host.call(isReset ? 'sendForgotOTPOnEmail' : 'sendOTPOnEmail', {
            body: {
              email: proof.to,
              ...again,
              ...(!isReset && { register_token: host.state.registerToken }),
            },
          })
        : await host.call(isReset ? 'sendForgotOTPOnMobile' : 'sendOTPOnMobile', {
            body: { mobile, country_code, ...again },
          });
    host.state = codeResent(host.state, kind, answer, Date.now());
    host.status = host.words.resent;
    host.focusNext(`code-${kind}`);
  });
}

function signedIn(host: VestibuleLogin, answer: SignInAnswer): void {
  if (!host.config) return;
  host.move(signInAnswered(host.state, answer, host.config, Date.now()));
}

/** Tries a code. */
export async function verifyCode(host: VestibuleLogin, proof: Proof, otp: string): Promise<void> {
  const { kind, to: email, requestId: request_id = '' } = proof;
  const name = `code-${kind}`;
  if (!host.check({ [name]: otp.length === 6 ? undefined : host.words.field_code_wrong })) return;
  const { purpose, registerToken: register_token } = host.state;
  await host.attempt(`verify-${kind}`, async () => {
    if (purpose === 'reset') {
      const { forgot_token: code = '' } =
        kind === 'email'
          ? await host.call('verifyEmailForgotOTP', { body: { email, otp } })
          : await host.call('verifyMobileForgotOTP', { body: { request_id, otp } });
      host.move({ ...host.state, screen: 'new_password', proofs: [], reset: { code, by: 'code' } });
      return;
    }
    const answer =
      kind === 'email'
        ? await host.call('verifyEmailOTP', { body: { email, otp, register_token } })
        : await host.call('verifyMobileOTP', { body: { request_id, otp, register_token } });
    signedIn(host, answer);
  });
}

/** Signs in with a password. */
export async function signIn(
  host: VestibuleLogin,
  username: string,
  password: string,
): Promise<void> {
  const { field_required } = host.words;
  const wrong = (text: string): string | undefined => (text === '' ? field_required : undefined);
  if (!host.check({ identifier: wrong(username), password: wrong(password) })) return;
  host.state = { ...host.state, identifier: username };
  await host.attempt('sign-in', async () => {
    const captcha_code = await host.captcha('login');
    const body = { username, password, captcha_code };
    signedIn(host, await host.call('loginWithEmailAndPassword', { body }));
  });
}

export type Registration = Omit<Body<'registerWithForm'>, 'phone'> & { phone?: string };
const REGISTRATION_FIELDS = ['first_name', 'last_name', 'email', 'mobile', 'password'];

/** Sends the form of a new account. */
export async function register(
  host: VestibuleLogin,
  { phone, ...form }: Registration,
): Promise<void> {
  host.state = { ...host.state, identifier: form.email ?? phone ?? '' };
  await host.attempt(
    'register',
    async () => {
      const captcha_code = await host.captcha('register');
      const body = { ...form, captcha_code, ...(phone && { phone: { mobile: phone } }) };
      signedIn(host, await host.call('registerWithForm', { body }));
    },
    REGISTRATION_FIELDS,
  );
}

/** Finishes a registration that a code or a provider has begun. */
export async function finishProfile(
  host: VestibuleLogin,
  { phone, ...form }: Pick<Registration, 'first_name' | 'last_name' | 'email' | 'phone'>,
): Promise<void> {
  await host.attempt(
    'profile',
    async () => {
      // Without one the guard of the API asks for a session.
      const register_token = host.state.registerToken ?? '';
      const needsCaptcha = form.email !== undefined || phone !== undefined;
      const captcha_code = needsCaptcha ? await host.captcha('register') : undefined;
      const body = { ...form, register_token, captcha_code, ...(phone && { mobile: { phone } }) };
      signedIn(host, await host.call('updateProfile', { body }));
    },
    ['first_name', 'last_name', 'email', 'phone'],
  );
}

/** Sends a link to reset the password. */
export async function sendResetLink(host: VestibuleLogin, typed: string): Promise<void> {
  const kind = identified(host, typed);
  if (!kind) return;
  await host.attempt(
    'link',
    async () => {
      const captcha_code = await host.captcha('reset');
      if (kind === 'email') {
        await host.call('sendResetPasswordEmail', { body: { email: typed, captcha_code } });
      } else {
        await host.call('sendResetPasswordMobile', { body: { mobile: typed, captcha_code } });
      }
      host.move({ ...host.state, screen: 'link_sent', identifier: typed });
    },
    ['identifier', 'email', 'mobile'],
  );
}

/** After a reset by code nobody is signed in yet: the new password is at hand, so it signs in where that is possible. */
async function enterWithNewPassword(host: VestibuleLogin, password: string): Promise<void> {
  const { identifier: username } = host.state;
  try {
    const captcha_code = await host.captcha('login');
    const body = { username, password, captcha_code };
    signedIn(host, await host.call('loginWithEmailAndPassword', { body }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    host.move(goTo(host.state, 'password'));
    host.status = host.words.password_set;
  }
}

/** Sets a new password, by the code of a link or by what a one-time code was exchanged for. */
export async function resetPassword(host: VestibuleLogin, password: string): Promise<void> {
  const problem = password === '' ? host.words.field_required : undefined;
  const { reset } = host.state;
  if (!host.check({ password: problem }) || !reset) return;
  await host.attempt(
    'reset',
    async () => {
      const body = { code: reset.code, password };
      if (reset.by === 'link') {
        signedIn(host, await host.call('forgotPassword', { body }));
        return;
      }
      await host.call('resetForgotPassword', { body });
      await enterWithNewPassword(host, password);
    },
    ['password'],
  );
}

/** Uses a link that verifies an address or a number. */
export async function confirmLink(host: VestibuleLogin): Promise<void> {
  const { link, linkCode: code = '' } = host.state;
  await host.attempt('confirm', async () => {
    await host.call(link?.kind === 'verify_mobile' ? 'verifyMobile' : 'verifyEmail', {
      body: { code },
    });
    host.move({ ...host.state, screen: 'verified' });
    host.emit('verified', { kind: link?.kind === 'verify_mobile' ? 'phone' : 'email' });
  });
}

async function sendProvider(
  host: VestibuleLogin,
  provider: Provider,
  given: ProviderAnswer,
): Promise<void> {
  const { token, firstName: first_name, lastName: last_name } = given;
  const profile = { first_name, last_name };
  if (provider === 'apple') {
    const body = { user_identifier: subjectOf(token), oauth: { identity_token: token }, profile };
    signedIn(host, await host.call('loginWithAppleIOS', { body }));
    return;
  }
  const body = { is_signed_in: false, oauth2: { access_token: token }, profile };
  const operation = provider === 'google' ? 'loginWithGoogle' : 'loginWithFacebook';
  signedIn(host, await host.call(operation, { body }));
}

/** Signs in by a provider: the page may bring its answer, else its own script is loaded and asked. */
export async function signInBy(host: VestibuleLogin, provider: Provider): Promise<void> {
  const { config } = host;
  const clientId = config && clientIdsOf(config)[provider];
  if (!config || clientId === undefined) return;
  const complete = (answer: ProviderAnswer): void =>
    void host.attempt(provider, async () => sendProvider(host, provider, answer));
  const detail: SocialDetail = { provider, clientId, complete };
  const options = { detail, cancelable: true, bubbles: true, composed: true };
  if (!host.dispatchEvent(new CustomEvent('social-sign-in', options))) return;
  await host.attempt(provider, async () => {
    let answer: ProviderAnswer | undefined;
    try {
      answer = await askProvider(provider, clientId, config);
    } catch {
      throw new ApiError('provider_unavailable', 503);
    }
    if (answer) await sendProvider(host, provider, answer);
    else host.say(host.words.error_provider_cancelled);
  });
}

/** Signs the present shopper out, so that another one can sign in. */
export async function signOut(host: VestibuleLogin, next: LoginState): Promise<void> {
  await host.attempt('sign-out', async () => {
    await host.call('logout');
    host.emit('signed-out', {});
    host.move(next);
  });
}
