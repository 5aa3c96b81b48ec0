/** How passwords, identifiers and the end of an account are refused. */
import type { IdentifierKind } from '../../../src/ports/index.ts';
import { expectOk, wrongCode } from '../answers.ts';
import type { Shop } from '../shop.ts';
import {
  asRobot,
  configure,
  fill,
  SEND_GAP_MS,
  linkCode,
  mailedMember,
  mark,
  member,
  MINE,
  on,
  OTHER,
  PASSWORD,
  passwordMember,
  queueDown,
  twice,
  type Browser,
  type RefusedAnswer,
  type Scenario,
} from './scenario.ts';

const { email } = MINE;
const NEW = 'another passphrase';
const WITHOUT_RESET = { config: { forgot_password: false } };

// ── passwords ──

const reset = async (shop: Shop, code: string, password = NEW) =>
  shop.client().application.forgotPassword({ body: { code, password } });
/** A shopper whom a reset link has reached. */
async function resetLink(shop: Shop) {
  const { id } = await passwordMember(shop);
  expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email } }));
  return { id, code: await linkCode(shop, email) };
}
const resetOf = (state: 'blocked' | 'deleted'): Scenario =>
  on(async (shop) => {
    const { id, code } = await resetLink(shop);
    await mark(shop, id, state);
    return reset(shop, code);
  });
const UNKNOWN_CODE = '0'.repeat(32);

const askReset = async (shop: Shop): Promise<RefusedAnswer> =>
  shop.client().application.sendResetPasswordEmail({ body: { email } });
export const sendResetPasswordEmail = {
  validation_failed: on(async (shop) =>
    shop.client().application.sendResetPasswordEmail({ body: { email: 'asha@' } }),
  ),
  forgot_password_disabled: on(askReset, WITHOUT_RESET),
  captcha_failed: asRobot(askReset),
};

const checkToken = async (shop: Shop): Promise<RefusedAnswer> =>
  shop.client().application.sendResetToken({ body: { code: UNKNOWN_CODE } });
export const sendResetToken = {
  forgot_password_disabled: on(checkToken, WITHOUT_RESET),
  link_invalid: on(checkToken),
};

export const forgotPassword = {
  forgot_password_disabled: on(async (shop) => reset(shop, UNKNOWN_CODE), WITHOUT_RESET),
  link_invalid: on(async (shop) => {
    const { code } = await resetLink(shop);
    return twice(async () => reset(shop, code));
  }),
  password_weak: on(async (shop) => reset(shop, (await resetLink(shop)).code, 'password1')),
  account_blocked: resetOf('blocked'),
  account_deleted: resetOf('deleted'),
  application_inactive: on(async (shop) => {
    const { code } = await resetLink(shop);
    await configure(shop, { active: false });
    return reset(shop, code);
  }),
};

const change = async (browser: Browser, old_password: string | undefined, new_password = NEW) =>
  browser.application.updatePassword({ body: { old_password, new_password } });

export const updatePassword = {
  required_field_missing: on(async (shop) =>
    change((await passwordMember(shop)).browser, undefined),
  ),
  password_wrong: on(async (shop) => change((await passwordMember(shop)).browser, NEW)),
  password_weak: on(async (shop) =>
    change((await passwordMember(shop)).browser, PASSWORD, 'password1'),
  ),
  too_many_requests: on(
    async (shop) => {
      const { browser } = await passwordMember(shop);
      await change(browser, NEW);
      return change(browser, PASSWORD);
    },
    { limits: { loginFailuresPerAccountQuarter: 1 } },
  ),
};

// ── identifiers ──

type Call = (browser: Browser, value: string) => Promise<RefusedAnswer & { ok: boolean }>;

/** The operations of one kind, so that both kinds are refused by the same scenarios. */
interface Operations {
  kind: IdentifierKind;
  /** One that the shopper of the scenario does not have. */
  fresh: string;
  /** Whatever is none. */
  bad: string;
  /** Its address in the messages. */
  to(value: string): string;
  add: Call;
  remove: Call;
  primary: Call;
  sendLink: Call;
  useLink: Call;
}

const PHONES: Operations = {
  kind: 'phone',
  fresh: OTHER,
  bad: '12345',
  to: (value) => `+91${value}`,
  add: async ({ application }, phone) => application.addMobileNumber({ body: { phone } }),
  remove: async ({ application }, phone) => application.deleteMobileNumber({ query: { phone } }),
  primary: async ({ application }, phone) =>
    application.setMobileNumberAsPrimary({ body: { phone } }),
  sendLink: async ({ application }, phone) =>
    application.sendVerificationLinkToMobile({ body: { phone } }),
  useLink: async ({ application }, code) => application.verifyMobile({ body: { code } }),
};

const EMAILS: Operations = {
  kind: 'email',
  fresh: email,
  bad: 'asha@',
  to: (value) => value,
  add: async ({ application }, value) => application.addEmail({ body: { email: value } }),
  remove: async ({ application }, value) => application.deleteEmail({ query: { email: value } }),
  primary: async ({ application }, value) =>
    application.setEmailAsPrimary({ body: { email: value } }),
  sendLink: async ({ application }, value) =>
    application.sendVerificationLinkToEmail({ body: { email: value } }),
  useLink: async ({ application }, code) => application.verifyEmail({ body: { code } }),
};

function identifiers({
  kind,
  fresh,
  bad,
  to,
  add,
  remove,
  primary,
  sendLink,
  useLink,
}: Operations) {
  const calling = (call: Call, value: string): Scenario =>
    on(async (shop) => call((await member(shop)).browser, value));
  const after = (first: Call, call: Call): Scenario =>
    on(async (shop) => {
      const { browser } = await member(shop);
      expectOk(await first(browser, fresh));
      return call(browser, fresh);
    });
  return {
    add: {
      validation_failed: calling(add, bad),
      too_many_requests: after(add, add),
      identifier_limit: on(async (shop) => {
        const { browser, id } = await member(shop);
        await fill(shop, id, kind);
        return add(browser, fresh);
      }),
      unavailable: queueDown(async (shop) => {
        const { browser } = await member(shop);
        return async () => add(browser, fresh);
      }),
    },
    sendLink: {
      validation_failed: calling(sendLink, bad),
      not_found: calling(sendLink, fresh),
      too_many_requests: after(add, sendLink),
      unavailable: queueDown(async (shop) => {
        const { browser } = await member(shop);
        expectOk(await add(browser, fresh));
        shop.clock.advance(SEND_GAP_MS);
        return async () => sendLink(browser, fresh);
      }),
    },
    primary: {
      validation_failed: calling(primary, bad),
      not_found: calling(primary, fresh),
      identifier_unverified: after(add, primary),
    },
    useLink: {
      link_invalid: on(async (shop) => useLink(shop.client(), UNKNOWN_CODE)),
      identifier_taken: on(async (shop) => {
        await (kind === 'email' ? mailedMember(shop) : member(shop, fresh));
        const { browser } = await member(shop, kind === 'email' ? OTHER : MINE.phone);
        expectOk(await add(browser, fresh));
        return useLink(browser, await linkCode(shop, to(fresh)));
      }),
    },
    remove: {
      validation_failed: calling(remove, bad),
      not_found: calling(remove, fresh),
    },
  };
}

const phones = identifiers(PHONES);
const emails = identifiers(EMAILS);
export const addMobileNumber = phones.add;
export const addEmail = emails.add;
export const sendVerificationLinkToMobile = phones.sendLink;
export const sendVerificationLinkToEmail = emails.sendLink;
export const setMobileNumberAsPrimary = phones.primary;
export const setEmailAsPrimary = emails.primary;
export const verifyMobile = phones.useLink;
export const verifyEmail = emails.useLink;

export const deleteMobileNumber = {
  ...phones.remove,
  identifier_last: on(async (shop) => PHONES.remove((await member(shop)).browser, MINE.phone)),
};

const NOTHING_DEMANDED = {
  email: { is_required: false, level: 'hard' },
  mobile: { is_required: false, level: 'hard' },
} as const;

export const deleteEmail = {
  ...emails.remove,
  identifier_last: on(
    async (shop) => {
      const { browser } = await mailedMember(shop);
      expectOk(await PHONES.remove(browser, MINE.phone));
      return EMAILS.remove(browser, email);
    },
    { config: { required_fields: NOTHING_DEMANDED, register_required_fields: NOTHING_DEMANDED } },
  ),
};

// ── the end ──

/** A shopper who has asked for a code to the own number. */
async function leaver(shop: Shop) {
  const { browser } = await member(shop);
  const body = { mobile: MINE.phone };
  const { request_id } = expectOk(await browser.application.sendOTPOnMobile({ body })).body;
  const otp = await shop.otp(`+91${MINE.phone}`);
  return async (more: { otp?: string; user_id?: string; reason_id?: string } = {}) =>
    browser.application.deleteUser({ body: { request_id, otp, ...more } });
}
const wrongly = async (shop: Shop, tries: number): Promise<RefusedAnswer> => {
  const leave = await leaver(shop);
  const otp = wrongCode(await shop.otp(`+91${MINE.phone}`));
  for (let left = tries; left > 1; left -= 1) await leave({ otp });
  return leave({ otp });
};

export const deleteUser = {
  validation_failed: on(async (shop) => (await leaver(shop))({ user_id: 'f'.repeat(24) })),
  reason_unknown: on(async (shop) => (await leaver(shop))({ reason_id: 'no such reason' })),
  otp_invalid: on(async (shop) => wrongly(shop, 1)),
  otp_exhausted: on(async (shop) => wrongly(shop, 3), { limits: { otpTriesPerCode: 2 } }),
  too_many_requests: on(async (shop) => wrongly(shop, 3), {
    limits: { otpWrongPerIdentifierHour: 2 },
  }),
};
