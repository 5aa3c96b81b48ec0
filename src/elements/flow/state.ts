/** The sign-in as a machine: which step a shopper is at, and what is known there. Pure: no page, no clock, no network. */
import type { Answer, Config, Kind, Shopper } from '../api/types.ts';

export const SCREENS = [
  'loading',
  'outage',
  'closed',
  'start',
  'password',
  'register',
  'codes',
  'profile',
  'forgot',
  'link_sent',
  'new_password',
  'link',
  'verified',
  'link_invalid',
  'unverified',
  'blocked',
  'deleted',
  'present',
  'done',
] as const;
export type Screen = (typeof SCREENS)[number];

/** What a code is typed in for. */
export type Purpose = 'login' | 'register' | 'reset';

/** A code that is on its way to a phone or an address. */
export interface Proof {
  kind: Kind;
  /** As it is shown. */
  to: string;
  mobile?: string;
  countryCode?: string;
  requestId?: string;
  resendToken?: string;
  /** When another may be sent, in milliseconds. */
  resendAt: number;
  proven: boolean;
}

export interface LoginState {
  screen: Screen;
  purpose: Purpose;
  /** As it was typed: it goes from step to step, so that nobody types it twice. */
  identifier: string;
  proofs: readonly Proof[];
  registerToken?: string;
  /** What is known of a shopper who has no session yet. */
  person?: Shopper;
  /** Kinds that the profile step still asks for. */
  missing: readonly Kind[];
  /** What a new password is set with. */
  reset?: { code: string; by: 'link' | 'code' };
  link?: Answer<'describeLink'>;
  /** Code of the link that the page was opened with. */
  linkCode?: string;
  user?: Shopper;
}

export const INITIAL: LoginState = {
  screen: 'loading',
  purpose: 'login',
  identifier: '',
  proofs: [],
  missing: [],
};

/** Which ways in a shop offers. */
export interface Ways {
  otp: boolean;
  password: boolean;
  register: boolean;
  forgot: boolean;
}

/** The ways in, by the shop's configuration; what it does not say is offered. */
export function waysOf({ login, register, forgot_password }: Config): Ways {
  const password = login?.password !== false;
  return {
    otp: login?.otp !== false,
    password,
    register: register !== false,
    forgot: password && forgot_password !== false,
  };
}

/** The identifiers that a new account needs. */
export function requiredKinds({ register_required_fields, required_fields }: Config): Kind[] {
  const demands = (field: 'mobile' | 'email'): boolean =>
    [register_required_fields, required_fields].some(
      (fields) => fields?.[field]?.is_required === true && fields[field].level !== 'soft',
    );
  return [
    ...(demands('mobile') ? ['phone' as const] : []),
    ...(demands('email') ? ['email' as const] : []),
  ];
}

/** What the page was opened for. */
export const ENTRIES = [
  'login',
  'register',
  'forgot-password',
  'set-password',
  'verify-email',
  'verify-mobile',
] as const;
export type Entry = (typeof ENTRIES)[number];

/**
 * The first step.
 * @param entry what the page is for
 * @param code of the link that it was opened by
 */
export function begin(state: LoginState, config: Config, entry: Entry, code?: string): LoginState {
  const ways = waysOf(config);
  const at = (screen: Screen): LoginState => ({ ...state, screen });
  const needsLink = entry === 'set-password' || entry.startsWith('verify-');
  if (needsLink && code === undefined) return at('link_invalid');
  if (entry === 'set-password') {
    return { ...at('new_password'), purpose: 'reset', reset: { code: code ?? '', by: 'link' } };
  }
  if (needsLink) return { ...at('link'), linkCode: code };
  if (config.active === false) return at('closed');
  if (entry === 'register' && ways.register) return at('register');
  if (entry === 'forgot-password' && ways.forgot) return at('forgot');
  return at(ways.otp || !ways.password ? 'start' : 'password');
}
