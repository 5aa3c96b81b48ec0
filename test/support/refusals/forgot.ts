/** How later operations are refused: a new password by a one-time code, and the question who is registered. */
import { expectOk, wrongCode } from '../answers.ts';
import type { Shop } from '../shop.ts';
import {
  asRobot,
  MINE,
  on,
  passwordMember,
  queueDown,
  SEND_GAP_MS,
  twice,
  type RefusedAnswer,
} from './scenario.ts';

const { email, phone: mobile } = MINE;
const WITHOUT_RESET = { config: { forgot_password: false } };
const NEW = 'another passphrase';

interface Challenge {
  request_id: string;
  /** What has it sent again. */
  token: string;
  otp: string;
}

interface Channel {
  /** To whoever owns the identifier, or nobody. */
  send(shop: Shop, token?: string): Promise<RefusedAnswer & { ok: boolean }>;
  /** With an identifier that is none. */
  sendBad(shop: Shop): Promise<RefusedAnswer>;
  ask(shop: Shop): Promise<Challenge>;
  answer(shop: Shop, challenge: Challenge): Promise<RefusedAnswer & { ok: boolean }>;
}

const sendMobile = async (shop: Shop, token?: string) =>
  shop.client().application.sendForgotOTPOnMobile({ body: { mobile, token } });
const sendEmail = async (shop: Shop, token?: string) =>
  shop.client().application.sendForgotOTPOnEmail({ body: { email, token } });

const PHONE: Channel = {
  send: sendMobile,
  sendBad: async (shop) =>
    shop.client().application.sendForgotOTPOnMobile({ body: { mobile: '12345' } }),
  async ask(shop) {
    const { request_id = '', resend_token: token = '' } = expectOk(await sendMobile(shop)).body;
    return { request_id, token, otp: await shop.otp(`+91${mobile}`) };
  },
  answer: async (shop, { request_id, otp }) =>
    shop.client().application.verifyMobileForgotOTP({ body: { request_id, otp } }),
};

const EMAIL: Channel = {
  send: sendEmail,
  sendBad: async (shop) =>
    shop.client().application.sendForgotOTPOnEmail({ body: { email: 'asha@' } }),
  async ask(shop) {
    const { resend_email_token: token = '' } = expectOk(await sendEmail(shop)).body;
    return { request_id: '', token, otp: await shop.otp(email) };
  },
  answer: async (shop, { otp }) =>
    shop.client().application.verifyEmailForgotOTP({ body: { email, otp } }),
};

/** Wrong answers to the code of a shopper; the last one's refusal. */
async function wrongly({ ask, answer }: Channel, shop: Shop, tries: number) {
  await passwordMember(shop);
  const challenge = await ask(shop);
  const wrong = { ...challenge, otp: wrongCode(challenge.otp) };
  for (let left = tries; left > 1; left -= 1) await answer(shop, wrong);
  return { challenge, refused: await answer(shop, wrong) };
}

const sending = (channel: Channel) => ({
  validation_failed: on(channel.sendBad),
  forgot_password_disabled: on(channel.send, WITHOUT_RESET),
  resend_token_invalid: on(async (shop) => channel.send(shop, crypto.randomUUID())),
  otp_exhausted: on(
    async (shop) => {
      const { challenge } = await wrongly(channel, shop, 1);
      shop.clock.advance(SEND_GAP_MS);
      return channel.send(shop, challenge.token);
    },
    { limits: { otpTriesPerCode: 1 } },
  ),
  captcha_failed: asRobot(async (shop) => channel.send(shop)),
  application_inactive: on(async (shop) => channel.send(shop), { config: { active: false } }),
  too_many_requests: on(async (shop) => twice(async () => channel.send(shop))),
  unavailable: queueDown(async (shop) => async () => channel.send(shop)),
});

const NO_CHALLENGE = { request_id: '0'.repeat(32), token: '', otp: '123456' };

const verifying = (channel: Channel) => {
  const refusedAfter = async (shop: Shop, tries: number) =>
    (await wrongly(channel, shop, tries)).refused;
  return {
    forgot_password_disabled: on(async (shop) => channel.answer(shop, NO_CHALLENGE), WITHOUT_RESET),
    otp_invalid: on(async (shop) => refusedAfter(shop, 1)),
    otp_exhausted: on(async (shop) => refusedAfter(shop, 3), { limits: { otpTriesPerCode: 2 } }),
    too_many_requests: on(async (shop) => refusedAfter(shop, 3), {
      limits: { otpWrongPerIdentifierHour: 2 },
    }),
  };
};

export const sendForgotOTPOnMobile = sending(PHONE);
export const sendForgotOTPOnEmail = sending(EMAIL);
export const verifyMobileForgotOTP = verifying(PHONE);
export const verifyEmailForgotOTP = {
  ...verifying(EMAIL),
  validation_failed: on(async (shop) =>
    shop.client().application.verifyEmailForgotOTP({ body: { email: 'asha@', otp: '123456' } }),
  ),
};

const reset = async (shop: Shop, code: string, password = NEW) =>
  shop.client().application.resetForgotPassword({ body: { code, password } });

async function forgotToken(shop: Shop): Promise<string> {
  await passwordMember(shop);
  const { otp } = await EMAIL.ask(shop);
  const body = { email, otp };
  const verified = await shop.client().application.verifyEmailForgotOTP({ body });
  return expectOk(verified).body.forgot_token ?? '';
}

export const resetForgotPassword = {
  forgot_password_disabled: on(async (shop) => reset(shop, crypto.randomUUID()), WITHOUT_RESET),
  forgot_token_invalid: on(async (shop) => {
    const token = await forgotToken(shop);
    return twice(async () => reset(shop, token));
  }),
  password_weak: on(async (shop) => reset(shop, await forgotToken(shop), 'password1')),
};

const askLink = async (shop: Shop): Promise<RefusedAnswer> =>
  shop.client().application.sendResetPasswordMobile({ body: { mobile } });

export const sendResetPasswordMobile = {
  validation_failed: on(async (shop) =>
    shop.client().application.sendResetPasswordMobile({ body: { mobile: '12345' } }),
  ),
  forgot_password_disabled: on(askLink, WITHOUT_RESET),
  captcha_failed: asRobot(askLink),
};

const exists = async (shop: Shop, q: string = email) =>
  shop.client().application.userExists({ query: { q } });

export const userExists = {
  validation_failed: on(async (shop) => exists(shop, 'asha@')),
  user_exists_disabled: on(async (shop) => exists(shop), { record: { userExists: false } }),
  captcha_failed: asRobot(async (shop) => exists(shop)),
  too_many_requests: on(async (shop) => twice(async () => exists(shop)), {
    limits: { existsPerApplicationHour: 1 },
  }),
};
