/** How the four steps to another primary are refused. */
import { expectOk, wrongCode } from '../answers.ts';
import { operatorOf, params as path } from '../operator.ts';
import type { Shop } from '../shop.ts';
import {
  fill,
  member,
  MINE,
  on,
  OTHER,
  queueDown,
  SEND_GAP_MS,
  type Browser,
  type RefusedAnswer,
  type Scenario,
} from './scenario.ts';

const params = { entity: 'mobile' } as const;
const NEXT = '9820098200';

interface Code {
  request_id: string;
  otp: string;
}
type Answer = RefusedAnswer & { ok: boolean };

/** One of the two pairs of sending and verifying. */
interface Step {
  /** Whatever comes before it. */
  prepare(shop: Shop): Promise<{ browser: Browser; id: string }>;
  send(browser: Browser, token?: string): Promise<Answer & { body: { resend_token?: string } }>;
  sendBad(browser: Browser): Promise<RefusedAnswer>;
  ask(shop: Shop, browser: Browser): Promise<Code & { token: string }>;
  answer(browser: Browser, code: Code): Promise<Answer>;
  answerBad(browser: Browser): Promise<RefusedAnswer>;
}

const sendFirst = async ({ application }: Browser, token?: string) =>
  application.sendOTPOnPrimary({ params, body: { mobile: MINE.phone, token } });
const sendSecond = async ({ application }: Browser, token?: string, mobile = NEXT) =>
  application.sendOTPForUpdate({ params, body: { mobile, token } });

async function askFirst(shop: Shop, browser: Browser) {
  const { request_id = '', resend_token: token = '' } = expectOk(await sendFirst(browser)).body;
  return { request_id, token, otp: await shop.otp(`+91${MINE.phone}`) };
}
async function askSecond(shop: Shop, browser: Browser, mobile = NEXT) {
  const sent = expectOk(await sendSecond(browser, undefined, mobile)).body;
  const { request_id = '', resend_token: token = '' } = sent;
  return { request_id, token, otp: await shop.otp(`+91${mobile}`) };
}

const FIRST: Step = {
  async prepare(shop) {
    const { id } = await member(shop);
    return { id, browser: await withoutDevice(shop, id) };
  },
  send: sendFirst,
  sendBad: async ({ application }) =>
    application.sendOTPOnPrimary({ params, body: { mobile: '12345' } }),
  ask: askFirst,
  answer: async ({ application }, { request_id, otp }) =>
    application.verifyOTPonPrimary({ params, body: { request_id, otp } }),
  answerBad: async ({ application }) =>
    application.verifyOTPonPrimary({ params, body: { otp: '123456' } }),
};

const SECOND: Step = {
  async prepare(shop) {
    const one = await member(shop);
    expectOk(await FIRST.answer(one.browser, await askFirst(shop, one.browser)));
    shop.clock.advance(SEND_GAP_MS);
    return one;
  },
  send: sendSecond,
  sendBad: async ({ application }) => application.sendOTPForUpdate({ params, body: {} }),
  ask: askSecond,
  answer: async ({ application }, { request_id, otp }) =>
    application.verifyOTPForUpdate({ params, body: { request_id, otp } }),
  answerBad: async ({ application }) =>
    application.verifyOTPForUpdate({ params, body: { otp: '123456' } }),
};

/** A session in a browser that has never signed the shopper in: its wrong tries are charged to the code itself. */
async function withoutDevice(shop: Shop, user_id: string): Promise<Browser> {
  const body = { user_id, domain: 'localhost' };
  const { cookie } = expectOk(
    await (await operatorOf(shop)).createUserSession({ params: path, body }),
  ).body;
  return shop.client({ cookie: `f.session=${cookie?.['f.session'] ?? ''}` });
}

/** Wrong answers to a code; the last one's refusal. */
async function wrongly({ prepare, ask, answer }: Step, shop: Shop, tries: number) {
  const { browser } = await prepare(shop);
  const code = await ask(shop, browser);
  const wrong = { ...code, otp: wrongCode(code.otp) };
  for (let left = tries; left > 1; left -= 1) await answer(browser, wrong);
  return { browser, code, refused: await answer(browser, wrong) };
}

const sending = (step: Step) => ({
  validation_failed: on(async (shop) => step.sendBad((await step.prepare(shop)).browser)),
  resend_token_invalid: on(async (shop) =>
    step.send((await step.prepare(shop)).browser, crypto.randomUUID()),
  ),
  otp_exhausted: on(
    async (shop) => {
      const { browser, code } = await wrongly(step, shop, 1);
      shop.clock.advance(SEND_GAP_MS);
      return step.send(browser, code.token);
    },
    { limits: { otpTriesPerCode: 1 } },
  ),
  too_many_requests: on(async (shop) => {
    const { browser } = await step.prepare(shop);
    expectOk(await step.send(browser));
    return step.send(browser);
  }),
  unavailable: queueDown(async (shop) => {
    const { browser } = await step.prepare(shop);
    return async () => step.send(browser);
  }),
});

const verifying = (step: Step) => {
  const refusedAfter = async (shop: Shop, tries: number) =>
    (await wrongly(step, shop, tries)).refused;
  return {
    validation_failed: on(async (shop) => step.answerBad((await step.prepare(shop)).browser)),
    otp_invalid: on(async (shop) => refusedAfter(shop, 1)),
    otp_exhausted: on(async (shop) => refusedAfter(shop, 3), { limits: { otpTriesPerCode: 2 } }),
    too_many_requests: on(async (shop) => refusedAfter(shop, 3), {
      limits: { otpWrongPerIdentifierHour: 2 },
    }),
  };
};

/** A shopper whose one number is not verified any more; the session goes on. */
const withoutVerified = (act: (browser: Browser) => Promise<RefusedAnswer>): Scenario =>
  on(async (shop) => {
    const { browser, id } = await member(shop);
    const user = await shop.ports.users.find(id);
    if (!user) throw new Error('no user');
    const identifiers = user.identifiers.map((one) => ({
      ...one,
      verified: false,
      primary: false,
    }));
    const change = { profile: {}, identifiers, replaced: ['phone' as const] };
    // No operation leaves nothing to sign in with; social logins make such accounts.
    await shop.ports.customers.update(user, change, {
      action: 'customer.updated',
      actor: 'system',
      userId: id,
      requestId: undefined,
      at: shop.clock.now(),
    });
    return act(browser);
  });

export const sendOTPOnPrimary = {
  ...sending(FIRST),
  identifier_unverified: withoutVerified(async (browser) => FIRST.send(browser)),
};
export const verifyOTPonPrimary = {
  ...verifying(FIRST),
  identifier_unverified: withoutVerified(async (browser) =>
    FIRST.answer(browser, { request_id: '0'.repeat(32), otp: '123456' }),
  ),
};
export const sendOTPForUpdate = {
  ...sending(SECOND),
  primary_unproven: on(async (shop) => SECOND.send((await member(shop)).browser)),
};
export const verifyOTPForUpdate = {
  ...verifying(SECOND),
  primary_unproven: on(async (shop) => {
    const { browser } = await SECOND.prepare(shop);
    const [one, other] = [await askSecond(shop, browser), await askSecond(shop, browser, OTHER)];
    expectOk(await SECOND.answer(browser, one));
    return SECOND.answer(browser, other);
  }),
  identifier_taken: on(async (shop) => {
    await member(shop, OTHER);
    const { browser } = await SECOND.prepare(shop);
    return SECOND.answer(browser, await askSecond(shop, browser, OTHER));
  }),
  identifier_limit: on(async (shop) => {
    const { browser, id } = await SECOND.prepare(shop);
    await fill(shop, id, 'phone');
    return SECOND.answer(browser, await askSecond(shop, browser));
  }),
};
