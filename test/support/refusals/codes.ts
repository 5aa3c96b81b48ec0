/** How codes are refused, by SMS and by email alike. */
import type { IdentifierKind } from '../../../src/ports/index.ts';
import { expectOk, wrongCode } from '../answers.ts';
import type { Shop } from '../shop.ts';
import {
  configure,
  fill,
  finishedToken,
  mailedMember,
  mark,
  member,
  MINE,
  on,
  OTHER,
  type Browser,
  type RefusedAnswer,
  type Scenario,
} from './scenario.ts';

interface Challenge {
  requestId?: string;
  otp: string;
}

interface Channel {
  kind: IdentifierKind;
  /** A user who has the identifier, verified. */
  owner(shop: Shop): Promise<{ browser: Browser; id: string }>;
  ask(shop: Shop, browser: Browser): Promise<Challenge>;
  answer(
    browser: Browser,
    challenge: Challenge,
    registerToken?: string,
  ): Promise<RefusedAnswer & { ok: boolean }>;
}

const PHONE: Channel = {
  kind: 'phone',
  owner: async (shop) => member(shop),
  async ask(shop, browser) {
    const body = { mobile: MINE.phone };
    const { request_id: requestId } = expectOk(
      await browser.application.sendOTPOnMobile({ body }),
    ).body;
    return { requestId, otp: await shop.otp(`+91${MINE.phone}`) };
  },
  answer: async (browser, { requestId: request_id = '', otp }, register_token) =>
    browser.application.verifyMobileOTP({ body: { request_id, otp, register_token } }),
};

const EMAIL: Channel = {
  kind: 'email',
  owner: async (shop) => mailedMember(shop),
  async ask(shop, browser) {
    expectOk(await browser.application.sendOTPOnEmail({ body: { email: MINE.email } }));
    return { otp: await shop.otp(MINE.email) };
  },
  answer: async (browser, { otp }, register_token) =>
    browser.application.verifyEmailOTP({ body: { email: MINE.email, otp, register_token } }),
};

/** Asks and hands the right code in. */
async function askAndAnswer(channel: Channel, shop: Shop, browser: Browser, token?: string) {
  return channel.answer(browser, await channel.ask(shop, browser), token);
}

/** The code of a user in this state. */
const stateOf = (channel: Channel, state: 'blocked' | 'deleted'): Scenario =>
  on(async (shop) => {
    const { id } = await channel.owner(shop);
    await mark(shop, id, state);
    return askAndAnswer(channel, shop, shop.client());
  });

const wrong = (channel: Channel, tries: number): ((shop: Shop) => Promise<RefusedAnswer>) => {
  return async (shop) => {
    const browser = shop.client();
    const challenge = await channel.ask(shop, browser);
    const otp = wrongCode(challenge.otp);
    for (let left = tries; left > 1; left -= 1)
      await channel.answer(browser, { ...challenge, otp });
    return channel.answer(browser, { ...challenge, otp });
  };
};

function verifying(channel: Channel) {
  return {
    otp_invalid: on(wrong(channel, 1)),
    otp_exhausted: on(wrong(channel, 3), { limits: { otpTriesPerCode: 2 } }),
    too_many_requests: on(wrong(channel, 3), { limits: { otpWrongPerIdentifierHour: 2 } }),
    register_token_invalid: on(async (shop) =>
      askAndAnswer(channel, shop, shop.client(), crypto.randomUUID()),
    ),
    registration_finished: on(async (shop) =>
      askAndAnswer(channel, shop, shop.client(), await finishedToken(shop)),
    ),
    registration_closed: on(async (shop) => askAndAnswer(channel, shop, shop.client()), {
      config: { register: false },
    }),
    account_blocked: stateOf(channel, 'blocked'),
    account_deleted: stateOf(channel, 'deleted'),
    application_inactive: on(async (shop) => {
      await channel.owner(shop);
      const browser = shop.client();
      const challenge = await channel.ask(shop, browser);
      await configure(shop, { active: false });
      return channel.answer(browser, challenge);
    }),
    identifier_taken: on(async (shop) => {
      await channel.owner(shop);
      const { browser } = await member(shop, OTHER);
      return askAndAnswer(channel, shop, browser);
    }),
    identifier_limit: on(async (shop) => {
      const { browser, id } = await member(shop, OTHER);
      await fill(shop, id, channel.kind);
      return askAndAnswer(channel, shop, browser);
    }),
    otp_login_disabled: on(async (shop) => {
      await channel.owner(shop);
      const browser = shop.client();
      const challenge = await channel.ask(shop, browser);
      await configure(shop, { login: { password: true, otp: false } });
      return channel.answer(browser, challenge);
    }),
  };
}

export const verifyMobileOTP = verifying(PHONE);

export const verifyEmailOTP = {
  ...verifying(EMAIL),
  validation_failed: on(async (shop) =>
    shop.client().application.verifyEmailOTP({ body: { email: 'asha@', otp: '123456' } }),
  ),
};
