/** How a refusal is told: which text, and at which field. */
import type { ApiError } from '../api/error.ts';
import type { TextKey, Texts } from '../texts/index.ts';

/** Code of the API → its text; the others have a general one. */
const BY_CODE: Readonly<Record<string, TextKey>> = {
  otp_invalid: 'error_otp_invalid',
  otp_exhausted: 'error_otp_exhausted',
  resend_token_invalid: 'error_otp_exhausted',
  forgot_token_invalid: 'error_start_again',
  register_token_invalid: 'error_start_again',
  registration_finished: 'error_registration_finished',
  required_field_missing: 'error_required',
  identifier_last: 'error_identifier_last',
  identifier_limit: 'error_identifier_limit',
  identifier_taken: 'error_identifier_taken',
  password_weak: 'error_password_weak',
  password_wrong: 'error_password_wrong',
  reason_unknown: 'error_reason',
  login_failed: 'error_login_failed',
  otp_login_disabled: 'error_way_closed',
  password_login_disabled: 'error_way_closed',
  social_login_disabled: 'error_way_closed',
  forgot_password_disabled: 'error_way_closed',
  registration_closed: 'error_registration_closed',
  captcha_failed: 'error_captcha',
  not_authenticated: 'error_signed_out',
  not_found: 'error_not_found',
  provider_unavailable: 'error_provider',
  validation_failed: 'error_validation',
};

/** Field of a request → what is wrong with what was typed into it. */
const BY_FIELD: Readonly<Record<string, TextKey>> = {
  email: 'field_email_wrong',
  mobile: 'field_phone_wrong',
  phone: 'field_phone_wrong',
  password: 'error_password_weak',
  new_password: 'error_password_weak',
  old_password: 'field_required',
  first_name: 'field_name_wrong',
  last_name: 'field_name_wrong',
  dob: 'field_birthday_wrong',
  reason: 'field_required',
};

export interface Problem {
  /** For the whole form; empty when its fields say it all. */
  message: string;
  /** Field → its problem. */
  fields: ReadonlyMap<string, string>;
  /** Whether the same can be tried again. */
  isOutage: boolean;
  retryAfterSeconds?: number;
}

export const NO_PROBLEM: Problem = { message: '', fields: new Map(), isOutage: false };

const MINUTE = 60;
const HOUR = 3600;

/** A wait for people: seconds, minutes or hours. */
export function waitText(texts: Texts, seconds: number): string {
  if (seconds < 2 * MINUTE) return fill(texts.seconds, { n: Math.ceil(seconds) });
  return seconds < 2 * HOUR
    ? fill(texts.minutes, { n: Math.ceil(seconds / MINUTE) })
    : fill(texts.hours, { n: Math.ceil(seconds / HOUR) });
}

/** `{name}` → its value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const isAtField = (code: string): boolean =>
  ['validation_failed', 'required_field_missing', 'password_weak', 'password_wrong'].includes(code);

/**
 * @param own the fields of the form; a problem with any other is told for the whole form
 */
export function problemOf(error: ApiError, texts: Texts, own: ReadonlySet<string>): Problem {
  const { code, isOutage, retryAfterSeconds } = error;
  if (code === 'too_many_requests') {
    const message =
      retryAfterSeconds === undefined
        ? texts.error_too_many
        : fill(texts.error_too_many_wait, { wait: waitText(texts, retryAfterSeconds) });
    return { ...NO_PROBLEM, message, retryAfterSeconds };
  }
  if (isOutage && code !== 'provider_unavailable') {
    return { ...NO_PROBLEM, message: texts.error_outage, isOutage: true };
  }
  const fields = new Map<string, string>();
  if (code === 'password_wrong') fields.set('old_password', texts.error_password_wrong);
  for (const name of error.fields.keys()) {
    const key = code === 'required_field_missing' ? 'field_required' : BY_FIELD[name];
    if (own.has(name)) fields.set(name, key ? texts[key] : texts.error_validation);
  }
  if (isAtField(code) && fields.size > 0) return { ...NO_PROBLEM, fields };
  return { ...NO_PROBLEM, message: texts[BY_CODE[code] ?? 'error_other'], isOutage };
}
