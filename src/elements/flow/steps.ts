/** What the answers of the API lead to. */
import type { Config, Kind, Shopper, SignInAnswer } from '../api/types.ts';
import { requiredKinds, type LoginState, type Proof, type Purpose, type Screen } from './state.ts';

/** Of the API's default; an answer about an email does not say. */
const RESEND_SECONDS = 30;
const SECOND_MS = 1000;

/** The answer of any operation that sends a code by SMS, or one by mail. */
export interface SentAnswer {
  mobile?: string;
  country_code?: string;
  request_id?: string;
  resend_token?: string;
  /** The examples' spelling. */
  resendToken?: string;
  resend_email_token?: string;
  resend_timer?: number;
}

/** A code that was just sent. @param now milliseconds */
function proofOf(kind: Kind, typed: string, answer: SentAnswer, now: number): Proof {
  const { mobile, country_code: countryCode, request_id: requestId, resend_timer } = answer;
  const resendAt = now + (resend_timer ?? RESEND_SECONDS) * SECOND_MS;
  if (kind === 'email') {
    return { kind, to: typed, resendToken: answer.resend_email_token, resendAt, proven: false };
  }
  const to =
    mobile !== undefined && countryCode !== undefined ? `+${countryCode}\u00A0${mobile}` : typed;
  const resendToken = answer.resend_token ?? answer.resendToken;
  return {
    kind,
    to,
    mobile: mobile ?? typed,
    countryCode,
    requestId,
    resendToken,
    resendAt,
    proven: false,
  };
}

/** A code was sent to what was typed, to sign in or to set a new password. */
export function codeSent(
  state: LoginState,
  sent: { kind: Kind; typed: string; purpose: Purpose; answer: SentAnswer },
  now: number,
): LoginState {
  const { kind, typed, purpose, answer } = sent;
  const proofs = [proofOf(kind, typed, answer, now)];
  return {
    ...state,
    screen: 'codes',
    purpose,
    identifier: typed,
    proofs,
    registerToken: undefined,
  };
}

/** The same code was sent again. */
export function codeResent(
  state: LoginState,
  kind: Kind,
  answer: SentAnswer,
  now: number,
): LoginState {
  const proofs = state.proofs.map((proof) => {
    if (proof.kind !== kind) return proof;
    const next = proofOf(kind, proof.to, answer, now);
    // A resend may leave out what the first answer said.
    return {
      ...proof,
      resendAt: next.resendAt,
      requestId: next.requestId ?? proof.requestId,
      resendToken: next.resendToken ?? proof.resendToken,
    };
  });
  return { ...state, proofs };
}

/** Kinds that the shop demands and that this shopper has not verified. */
function missingOf(config: Config, person: Shopper | undefined, proven: readonly Kind[]): Kind[] {
  const has = (kind: Kind): boolean => {
    const list = kind === 'phone' ? person?.phone_numbers : person?.emails;
    return proven.includes(kind) || list?.some(({ verified }) => verified === true) === true;
  };
  return requiredKinds(config).filter((kind) => !has(kind));
}

/** The kinds that an answer wants to be proven. */
const wantedKinds = (answer: SignInAnswer): Kind[] => [
  ...(answer.verify_mobile_otp === true ? ['phone' as const] : []),
  ...(answer.verify_email_otp === true ? ['email' as const] : []),
];

/** Whether a code of this kind came with the answer, or is on its way since an earlier one. */
function hasCode(state: LoginState, answer: SignInAnswer, kind: Kind): boolean {
  const fresh = kind === 'phone' ? answer.request_id : answer.resend_email_token;
  return fresh !== undefined || state.proofs.some((one) => one.kind === kind && !one.proven);
}

/** The codes of these kinds, beside those that are done. */
function openProofs(
  state: LoginState,
  answer: SignInAnswer,
  kinds: readonly Kind[],
  now: number,
): Proof[] {
  const known = new Map(state.proofs.map((proof) => [proof.kind, proof]));
  const open = kinds.map((kind): Proof => {
    const earlier = known.get(kind);
    const isNew = (kind === 'phone' ? answer.request_id : answer.resend_email_token) !== undefined;
    if (earlier && !earlier.proven && !isNew) return earlier;
    const to = (kind === 'phone' ? answer.mobile : answer.email) ?? earlier?.to ?? '';
    return proofOf(kind, to, answer, now);
  });
  const done = state.proofs
    .filter(({ kind }) => !kinds.includes(kind))
    .map((proof) => ({ ...proof, proven: true }));
  return [...done, ...open];
}

/**
 * After a code, a password, a form or a provider: signed in, or what is still asked for.
 * @param now milliseconds
 */
export function signInAnswered(
  state: LoginState,
  answer: SignInAnswer,
  config: Config,
  now: number,
): LoginState {
  const registerToken = answer.register_token ?? state.registerToken;
  const wanted = answer.user_exists === true ? [] : wantedKinds(answer);
  const sent = wanted.filter((kind) => hasCode(state, answer, kind));
  if (sent.length > 0) {
    const proofs = openProofs(state, answer, sent, now);
    return { ...state, screen: 'codes', purpose: 'register', proofs, registerToken };
  }
  if (answer.user_exists !== true && answer.register_token !== undefined) {
    const proven = state.screen === 'codes' ? state.proofs.map(({ kind }) => kind) : [];
    const person = answer.user ?? state.person;
    // What the answer names, else what the configuration demands.
    const missing = wanted.length > 0 ? wanted : missingOf(config, person, proven);
    return { ...state, screen: 'profile', purpose: 'register', registerToken, person, missing };
  }
  return {
    ...state,
    screen: 'done',
    user: answer.user,
    proofs: [],
    registerToken: undefined,
    reset: undefined,
  };
}

const DEAD_ENDS: Readonly<Record<string, Screen>> = {
  account_blocked: 'blocked',
  account_deleted: 'deleted',
  application_inactive: 'closed',
  link_invalid: 'link_invalid',
  identifier_unverified: 'unverified',
};
/** The step cannot be gone on with: it begins anew. */
const BEGIN_AGAIN = new Set([
  'register_token_invalid',
  'registration_finished',
  'forgot_token_invalid',
]);

/**
 * Where a refusal leads.
 * @returns the same state when the shopper can mend it where they are
 */
export function refused(state: LoginState, code: string): LoginState {
  const screen = DEAD_ENDS[code];
  if (screen !== undefined) return { ...state, screen };
  if (!BEGIN_AGAIN.has(code)) return state;
  const start = code === 'forgot_token_invalid' ? 'forgot' : 'start';
  return { ...state, screen: start, proofs: [], registerToken: undefined, reset: undefined };
}

/** Another step by the shopper's own choice: what was typed comes along, what was sent does not. */
export function goTo(state: LoginState, screen: Screen): LoginState {
  const { identifier } = state;
  return { screen, identifier, purpose: 'login', proofs: [], missing: [] };
}
