/** `vestibule/elements`: importing it defines `<vestibule-login>` and `<vestibule-account>`. */

/** An email or a phone number of a shopper. */
export interface ShopperEmail {
  email?: string;
  primary?: boolean;
  verified?: boolean;
  active?: boolean;
}
export interface ShopperPhone {
  phone?: string;
  country_code?: number;
  primary?: boolean;
  verified?: boolean;
  active?: boolean;
}
/** The shopper as the API documents it; more of it stands in the OpenAPI document. */
export interface Shopper {
  _id?: string;
  user_id?: string;
  username?: string;
  first_name?: string;
  last_name?: string;
  gender?: string;
  dob?: string;
  emails?: ShopperEmail[];
  phone_numbers?: ShopperPhone[];
}

/** What every element takes. */
export interface VestibuleElement extends HTMLElement {
  /** Origin of the API; that of the page when empty. */
  api: string;
  applicationId: string;
  applicationToken: string;
  /** Of Turnstile; without it no captcha is shown. */
  captchaSiteKey: string;
  /** `en` or `hi`; else the language of the page, then of the browser. */
  language: string;
  /** Own texts by their keys, over those of the language. */
  texts: Record<string, string>;
  /** The answer of `getPlatformConfig`, for pages that have it already. */
  config: object | undefined;
}

export interface VestibuleLogin extends VestibuleElement {
  entry:
    | 'login'
    | 'register'
    | 'forgot-password'
    | 'set-password'
    | 'verify-email'
    | 'verify-mobile';
  /** Of a link; that of the page's address (`?code=`) when left out. */
  code: string | undefined;
  identifier: 'any' | 'email' | 'phone';
  /** Where to go after a sign-in, on the page's own origin. */
  returnTo: string;
}
export type VestibuleAccount = VestibuleElement;

export interface SignedInDetail {
  user: Shopper | undefined;
}
export interface ErrorDetail {
  /** Of the API, such as `otp_invalid`; `unreachable` when no answer came. */
  code: string;
  status: number;
  message: string;
  requestId: string | undefined;
}
/** Of `social-sign-in`: prevent its default to bring the provider's answer yourself. */
export interface SocialDetail {
  provider: 'google' | 'facebook' | 'apple';
  clientId: string;
  complete(answer: { token: string; firstName?: string; lastName?: string; email?: string }): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'vestibule-login': VestibuleLogin;
    'vestibule-account': VestibuleAccount;
  }
  interface HTMLElementEventMap {
    'signed-in': CustomEvent<SignedInDetail>;
    'signed-out': CustomEvent<object>;
    verified: CustomEvent<{ kind: 'email' | 'phone' }>;
    'social-sign-in': CustomEvent<SocialDetail>;
  }
}
