/** The scenarios. The table of docs/MOCK.md and the panel are held against this one. */
import { MINUTE_MS } from '../../src/shared/time.ts';
import type { PlatformConfig } from '../../src/ports/index.ts';
import {
  ASHA,
  asha,
  ashaByMail,
  ashaBlocked,
  ashaDeleted,
  customers,
  endedSession,
  PASSWORD,
  sessions,
} from './people.ts';
import { GROUP_FILE, SOCIAL_TOKENS, USERS_FILE } from './fakes.ts';
import type { Scenario } from './scenario.ts';

const REQUIRED = { is_required: true, level: 'hard' } as const;
const OPTIONAL = { is_required: false, level: 'soft' } as const;
const mobileOnly = { mobile: REQUIRED, email: OPTIONAL };
/** Mobile alone is required, unless a scenario says otherwise. */
const config: Partial<PlatformConfig> = {
  required_fields: mobileOnly,
  register_required_fields: mobileOnly,
  skip_captcha: true,
};
const known = `Asha Rao has ${ASHA.mobile}, ${ASHA.email} and the password "${PASSWORD}".`;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'new-shopper',
    title: 'A new shopper',
    about: 'Nobody has an account. Any mobile number gets a code, and registers with it.',
    config,
  },
  {
    name: 'returning-shopper',
    title: 'A shopper who comes back',
    about: `${known} She signs in by code, by mail or by password.`,
    config,
    prepare: async (given) => void (await asha(given)),
  },
  {
    name: 'strict-limits',
    title: 'Limits as in production',
    about: `${known} A second code waits for 30 seconds, five an hour are the end: what the others spare you.`,
    config,
    limits: {},
    prepare: async (given) => void (await asha(given)),
  },
  {
    name: 'both-otps',
    title: 'Two codes to register',
    about: 'The shop wants mobile and email: the form sends two codes, and both must be typed in.',
    config: {
      ...config,
      required_fields: { mobile: REQUIRED, email: REQUIRED },
      register_required_fields: { mobile: REQUIRED, email: REQUIRED },
    },
  },
  {
    name: 'hard-required',
    title: 'A number is missing',
    about: `Asha Rao has ${ASHA.email} and the password "${PASSWORD}", and the shop wants a mobile number: login gives no session, but a register_token and the way to the profile form.`,
    config,
    prepare: async (given) => void (await ashaByMail(given)),
  },
  {
    name: 'password-reset',
    title: 'A forgotten password',
    about: `${known} The link of sendResetPasswordEmail and sendResetPasswordMobile, with its code, and the code of sendForgotOTPOnMobile and sendForgotOTPOnEmail lie in the inbox.`,
    config,
    prepare: async (given) => void (await asha(given)),
  },
  {
    name: 'social-new',
    title: 'Login by another account',
    about: `Google, Facebook and Apple take the access tokens ${Object.keys(SOCIAL_TOKENS).join(' and ')}; loginWithToken takes company-token. ${known}`,
    config: {
      ...config,
      required_fields: { mobile: OPTIONAL, email: OPTIONAL },
      register_required_fields: mobileOnly,
      social: { google: true, facebook: true, apple: true, account_kit: false },
      social_tokens: {
        google: { app_id: 'scenario' },
        facebook: { app_id: 'scenario' },
        apple: { app_id: 'scenario' },
      },
    },
    record: {
      loginToken: { issuer: 'scenario', jwksUrl: 'https://keys.example/jwks.json' },
    },
    prepare: async (given) => void (await asha(given)),
  },
  {
    name: 'blocked',
    title: 'A blocked shopper',
    about: `${known} An operator has blocked her: every login ends with 403 and is_blocked.`,
    config,
    prepare: ashaBlocked,
  },
  {
    name: 'deleted',
    title: 'A shopper who has left',
    about: `${known} She deleted her account yesterday: every login ends with 403 and is_deleted, until an operator restores it.`,
    config,
    prepare: ashaDeleted,
  },
  {
    name: 'session-expired',
    title: 'A session that has run out',
    about: `The browser holds a session cookie that ended a second ago, so every signed-in call is 401; a new login lasts for one minute. ${known}`,
    config: { ...config, session_config: { duration: 1, type: 'Minutes', is_rolling: false } },
    prepare: async (given) => endedSession(given, await asha(given), MINUTE_MS),
  },
  {
    name: 'many-sessions',
    title: 'Signed in on twelve devices',
    about: `The browser is signed in as Asha Rao, and so are eleven others. ${known}`,
    config,
    prepare: async (given) => sessions(given, await asha(given), 12),
  },
  {
    name: 'admin-console',
    title: 'A thousand customers for operators',
    about: `For the platform client: 1,000 invented customers, some blocked or archived, and Asha Rao. Groups are filled from ${GROUP_FILE}, imports read ${USERS_FILE}.`,
    config,
    async prepare(given) {
      await customers(given, 999);
      await asha(given);
    },
  },
];
