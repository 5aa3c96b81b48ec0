/** The sign-in as a machine: what each answer of the API leads to. */
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/elements/api/types.ts';
import { ApiError } from '../../../src/elements/api/error.ts';
import { codeDigits, kindOf } from '../../../src/elements/flow/identifier.ts';
import { problemOf } from '../../../src/elements/flow/problems.ts';
import {
  begin,
  INITIAL,
  requiredKinds,
  waysOf,
  type LoginState,
} from '../../../src/elements/flow/state.ts';
import {
  codeResent,
  codeSent,
  goTo,
  refused,
  signInAnswered,
} from '../../../src/elements/flow/steps.ts';
import { LANGUAGES } from '../../../src/elements/texts/index.ts';

const NOW = 1_800_000_000_000;
const REQUIRED = { is_required: true, level: 'hard' };
const OPTIONAL = { is_required: false, level: 'hard' };
const MOBILE_ONLY: Config = {
  active: true,
  required_fields: { mobile: REQUIRED, email: OPTIONAL },
  register_required_fields: { mobile: REQUIRED, email: OPTIONAL },
};
const BOTH: Config = {
  ...MOBILE_ONLY,
  register_required_fields: { mobile: REQUIRED, email: REQUIRED },
};
const SENT = {
  request_id: 'r',
  mobile: '9820098200',
  country_code: '91',
  resend_token: 't',
  resend_timer: 45,
};
const byPhone = (state: LoginState = INITIAL) =>
  codeSent(state, { kind: 'phone', typed: '98200 98200', purpose: 'login', answer: SENT }, NOW);

describe('what was typed', () => {
  test.each([
    ['', undefined],
    ['  ', undefined],
    ['asha@example.com', 'email'],
    ['98200 98200', 'phone'],
    ['+91 (98200)-98200', 'phone'],
    ['९८२००९८२००', 'phone'],
    ['asha.rao', 'name'],
    ['12', 'name'],
  ])('%j is %s', (typed, kind) => expect(kindOf(typed)).toBe(kind));

  test.each([
    ['123456', '123456'],
    ['Your code is 123 456.', '123456'],
    ['१२३४५६', '123456'],
    ['1234567', '123456'],
    ['abc', ''],
  ])('the code in %j is %j', (typed, code) => expect(codeDigits(typed)).toBe(code));
});

describe('where it begins', () => {
  test('the ways in follow the configuration', () => {
    expect(waysOf({})).toEqual({ otp: true, password: true, register: true, forgot: true });
    const config = {
      login: { otp: false, password: false },
      register: false,
      forgot_password: true,
    };
    expect(waysOf(config)).toEqual({ otp: false, password: false, register: false, forgot: false });
  });
  test('either list can demand an identifier, at level hard', () => {
    expect(requiredKinds(MOBILE_ONLY)).toEqual(['phone']);
    expect(requiredKinds(BOTH)).toEqual(['phone', 'email']);
    const soft = { is_required: true, level: 'soft' };
    expect(requiredKinds({ register_required_fields: { mobile: soft, email: soft } })).toEqual([]);
  });
  test.each([
    ['login', {}, undefined, 'start'],
    ['login', { login: { otp: false } }, undefined, 'password'],
    ['login', { active: false }, undefined, 'closed'],
    ['register', {}, undefined, 'register'],
    ['register', { register: false }, undefined, 'start'],
    ['forgot-password', {}, undefined, 'forgot'],
    ['forgot-password', { forgot_password: false }, undefined, 'start'],
    ['set-password', {}, 'code', 'new_password'],
    ['set-password', {}, undefined, 'link_invalid'],
    ['verify-email', { active: false }, 'code', 'link'],
    ['verify-mobile', {}, 'code', 'link'],
  ] as const)('%s with %j and code %s: %s', (entry, config, code, screen) =>
    expect(begin(INITIAL, config, entry, code).screen).toBe(screen),
  );
});

describe('codes', () => {
  test('of an SMS: the answer’s number, request and timer', () => {
    expect(byPhone()).toMatchObject({
      screen: 'codes',
      identifier: '98200 98200',
      proofs: [
        {
          kind: 'phone',
          mobile: '9820098200',
          countryCode: '91',
          requestId: 'r',
          resendToken: 't',
          resendAt: NOW + 45_000,
        },
      ],
    });
  });
  test('of a mail: 30 seconds, since the answer does not say', () => {
    const answer = { resend_email_token: 'e' };
    const sent = { kind: 'email', typed: 'a@example.com', purpose: 'login', answer } as const;
    expect(codeSent(INITIAL, sent, NOW).proofs).toMatchObject([
      { kind: 'email', to: 'a@example.com', resendToken: 'e', resendAt: NOW + 30_000 },
    ]);
  });
  test('sent again under another request: that one is tried', () => {
    const again = codeResent(
      byPhone(),
      'phone',
      { request_id: 'r2', resend_timer: 30 },
      NOW + 60_000,
    );
    expect(again.proofs).toMatchObject([
      { requestId: 'r2', resendToken: 't', resendAt: NOW + 90_000 },
    ]);
  });
});

describe('answers of a sign-in', () => {
  const user = { _id: 'u', first_name: 'Asha' };
  test('a known shopper is in', () => {
    const state = signInAnswered(byPhone(), { user, user_exists: true }, MOBILE_ONLY, NOW);
    expect(state).toMatchObject({ screen: 'done', user, proofs: [] });
    expect(state.registerToken).toBeUndefined();
  });
  test('the documented example, which does not say whether the shopper exists, is in too', () => {
    expect(
      signInAnswered(byPhone(), { user, verify_mobile_link: true }, MOBILE_ONLY, NOW).screen,
    ).toBe('done');
  });
  test('a new one says more, and only what the code has not proven', () => {
    const answer = { user_exists: false, register_token: 'rt' };
    expect(signInAnswered(byPhone(), answer, MOBILE_ONLY, NOW)).toMatchObject({
      screen: 'profile',
      registerToken: 'rt',
      missing: [],
    });
    expect(signInAnswered(byPhone(), answer, BOTH, NOW)).toMatchObject({
      screen: 'profile',
      missing: ['email'],
    });
  });
  test('a known one who lacks what the shop demands', () => {
    const emails = [{ email: 'a@example.com', verified: true }];
    const answer = { user: { ...user, emails }, register_token: 'rt' };
    const state = signInAnswered({ ...INITIAL, screen: 'password' }, answer, BOTH, NOW);
    expect(state).toMatchObject({ screen: 'profile', registerToken: 'rt', missing: ['phone'] });
  });
  test('an identifier that is wanted and has got no code is asked for', () => {
    const answer = { user, user_exists: false, register_token: 'rt', verify_email_otp: true };
    const state = signInAnswered(byPhone(), answer, MOBILE_ONLY, NOW);
    expect(state).toMatchObject({ screen: 'profile', missing: ['email'], person: user });
  });
  test('both codes, in either order', () => {
    const answer = {
      ...SENT,
      user_exists: false,
      register_token: 'rt',
      verify_mobile_otp: true,
      verify_email_otp: true,
      email: 'a@example.com',
      resend_email_token: 'e',
    };
    const both = signInAnswered({ ...INITIAL, screen: 'register' }, answer, BOTH, NOW);
    expect(both).toMatchObject({ screen: 'codes', purpose: 'register', registerToken: 'rt' });
    for (const [first, left] of [
      ['phone', { verify_email_otp: true }],
      ['email', { verify_mobile_otp: true }],
    ] as const) {
      const one = signInAnswered(
        both,
        { user_exists: false, register_token: 'rt', ...left },
        BOTH,
        NOW + 1,
      );
      expect(one.screen).toBe('codes');
      expect(one.proofs.filter(({ proven }) => proven).map(({ kind }) => kind)).toEqual([first]);
      // What is left keeps its own request and timer.
      const open = one.proofs.find(({ proven }) => !proven);
      expect(both.proofs).toContainEqual(open);
      expect(signInAnswered(one, { user, user_exists: true }, BOTH, NOW + 2).screen).toBe('done');
    }
  });
  test('an address that waits for its link is no code', () => {
    const answer = { user, user_exists: true, verify_email_link: true, email: 'a@example.com' };
    expect(signInAnswered(INITIAL, answer, MOBILE_ONLY, NOW).screen).toBe('done');
  });
});

describe('refusals', () => {
  test.each([
    ['account_blocked', 'blocked'],
    ['account_deleted', 'deleted'],
    ['application_inactive', 'closed'],
    ['link_invalid', 'link_invalid'],
    ['identifier_unverified', 'unverified'],
    ['register_token_invalid', 'start'],
    ['registration_finished', 'start'],
    ['forgot_token_invalid', 'forgot'],
  ])('%s leads to %s', (code, screen) => {
    const state = refused({ ...byPhone(), registerToken: 'rt' }, code);
    expect(state.screen).toBe(screen);
    if (screen === 'start') expect(state).toMatchObject({ proofs: [], registerToken: undefined });
  });
  test('what can be mended stays where it is', () => {
    const state = byPhone();
    for (const code of ['otp_invalid', 'too_many_requests', 'login_failed', 'validation_failed']) {
      expect(refused(state, code)).toBe(state);
    }
  });
  test('another way takes along what was typed, and nothing that was sent', () => {
    const state = { ...byPhone(), registerToken: 'rt', reset: { code: 'x', by: 'code' as const } };
    expect(goTo(state, 'password')).toEqual({
      screen: 'password',
      identifier: '98200 98200',
      purpose: 'login',
      proofs: [],
      missing: [],
    });
  });

  const told = (error: ApiError, ...fields: string[]) =>
    problemOf(error, LANGUAGES.en, new Set(fields));
  test('a wrong field is told beside it, one that is not there for the whole form', () => {
    const error = new ApiError('validation_failed', 400, {
      errors: [{ path: 'body.email', message: 'is no' }],
    });
    expect(told(error, 'email')).toMatchObject({
      message: '',
      fields: new Map([['email', LANGUAGES.en.field_email_wrong]]),
    });
    expect(told(error, 'mobile').message).toBe(LANGUAGES.en.error_validation);
  });
  test('a limit says how long it lasts, by the body or by the header', () => {
    const body = { meta: { retry_after: 1800 } };
    expect(told(new ApiError('too_many_requests', 429, body)).message).toContain('30 min');
    expect(told(new ApiError('too_many_requests', 429, {}, '25')).message).toContain('25 s');
    expect(told(new ApiError('too_many_requests', 429)).message).toBe(LANGUAGES.en.error_too_many);
  });
  test('an outage can be tried again, a refusal cannot', () => {
    for (const error of [
      new ApiError('unreachable'),
      new ApiError('unavailable', 503),
      new ApiError('unreadable', 200),
    ]) {
      expect(told(error)).toMatchObject({ isOutage: true, message: LANGUAGES.en.error_outage });
    }
    expect(told(new ApiError('otp_invalid', 400)).isOutage).toBe(false);
  });
});
