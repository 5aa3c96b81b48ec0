/** Codes, registrations, passwords. */
import { hasSession } from './session.ts';
import {
  ending,
  SEND_GAP_MS,
  isOwned,
  linkCode,
  PASSWORD,
  type Flow,
  type Stage,
} from './stage.ts';

const HARD = { is_required: true, level: 'hard' } as const;
const BOTH_DEMANDED = {
  config: {
    required_fields: { email: HARD, mobile: HARD },
    register_required_fields: { email: HARD, mobile: HARD },
  },
};
const NEW_PASSWORD = 'another passphrase';

const otpLogin = (known: boolean, resent = false): Flow['prepare'] => {
  return async ({ shop, person, member }) => {
    const { phone, e164, first_name, last_name } = known ? (await member()).person : person();
    return ending(
      async (ask) => {
        const browser = shop.client();
        const { application } = browser;
        const { body } = await ask(() => application.loginWithOTP({ body: { mobile: phone } }));
        if (resent) {
          shop.clock.advance(SEND_GAP_MS);
          const token = body.resend_token;
          await ask(() => application.sendOTPOnMobile({ body: { mobile: phone, token } }));
        }
        const { request_id = '' } = body;
        const code = { request_id, otp: await shop.otp(e164) };
        const verified = await ask(() => application.verifyMobileOTP({ body: code }));
        const { user_exists, register_token } = verified.body;
        if (user_exists === false) {
          const profile = { first_name, last_name, register_token };
          await ask(() => application.updateProfile({ body: profile }));
        }
        await hasSession(ask, browser);
      },
      async () => isOwned(e164),
    );
  };
};

const emailLogin: Flow['prepare'] = async ({ shop, mailedMember }) => {
  const { person, id } = await mailedMember();
  const { email } = person;
  return ending(
    async (ask) => {
      const browser = shop.client();
      await ask(() => browser.application.sendOTPOnEmail({ body: { email } }));
      const body = { email, otp: await shop.otp(email) };
      await ask(() => browser.application.verifyEmailOTP({ body }));
      await hasSession(ask, browser);
    },
    async () => isOwned(email, id),
  );
};

const formWithBothCodes: Flow['prepare'] = async ({ shop, person }) => {
  const { phone, e164, email, first_name, last_name } = person();
  return ending(
    async (ask) => {
      const browser = shop.client();
      const { application } = browser;
      const form = { first_name, last_name, email, password: PASSWORD, phone: { mobile: phone } };
      const { body } = await ask(() => application.registerWithForm({ body: form }));
      const { register_token, request_id = '' } = body;
      const sms = { request_id, otp: await shop.otp(e164), register_token };
      const halfway = await ask(() => application.verifyMobileOTP({ body: sms }));
      if (halfway.body.user_exists === false) {
        const mail = { email, otp: await shop.otp(email), register_token };
        await ask(() => application.verifyEmailOTP({ body: mail }));
      }
      await hasSession(ask, browser);
    },
    async () => (await isOwned(e164)) && isOwned(email),
  );
};

const formAfterProof: Flow['prepare'] = async ({ shop, person }) => {
  const { phone, e164, email, first_name, last_name } = person();
  return ending(
    async (ask) => {
      const browser = shop.client();
      const { application } = browser;
      const sent = await ask(() => application.loginWithOTP({ body: { mobile: phone } }));
      const code = { request_id: sent.body.request_id ?? '', otp: await shop.otp(e164) };
      const proven = await ask(() => application.verifyMobileOTP({ body: code }));
      const { register_token, user_exists } = proven.body;
      if (user_exists === false) {
        const form = { first_name, last_name, email, phone: { mobile: phone }, register_token };
        await ask(() => application.registerWithForm({ body: form }));
      }
      await hasSession(ask, browser);
    },
    async () => isOwned(e164),
  );
};

const emailFirst: Flow['prepare'] = async ({ shop, person }) => {
  const { phone, e164, email, first_name } = person();
  return ending(
    async (ask) => {
      const browser = shop.client();
      const { application } = browser;
      await ask(() => application.sendOTPOnEmail({ body: { email } }));
      const mail = { email, otp: await shop.otp(email) };
      const proven = await ask(() => application.verifyEmailOTP({ body: mail }));
      if (proven.body.user_exists === false) {
        const { register_token } = proven.body;
        const profile = { first_name, mobile: { phone }, register_token };
        const asked = await ask(() => application.updateProfile({ body: profile }));
        const sms = {
          request_id: asked.body.request_id ?? '',
          otp: await shop.otp(e164),
          register_token: asked.body.register_token,
        };
        await ask(() => application.verifyMobileOTP({ body: sms }));
      }
      await hasSession(ask, browser);
    },
    async () => (await isOwned(e164)) && isOwned(email),
  );
};

async function signsIn({ shop }: Stage, username: string, password: string): Promise<boolean> {
  const body = { username, password };
  return (await shop.client().application.loginWithEmailAndPassword({ body })).ok;
}

const passwordLogin: Flow['prepare'] = async ({ shop, passwordMember }) => {
  const { person } = await passwordMember();
  return ending(async (ask) => {
    const browser = shop.client();
    const body = { username: person.email, password: PASSWORD };
    await ask(() => browser.application.loginWithEmailAndPassword({ body }));
    await hasSession(ask, browser);
  });
};

const reset: Flow['prepare'] = async (stage) => {
  const { shop, passwordMember } = stage;
  const { email } = (await passwordMember()).person;
  return {
    async run(ask) {
      const browser = shop.client();
      const { application } = browser;
      await ask(() => application.sendResetPasswordEmail({ body: { email } }));
      const code = await linkCode(shop, email);
      await ask(() => application.sendResetToken({ body: { code } }));
      await ask(() => application.forgotPassword({ body: { code, password: NEW_PASSWORD } }));
      await hasSession(ask, browser);
    },
    async reached() {
      const [old, fresh] = [PASSWORD, NEW_PASSWORD].map(async (one) => signsIn(stage, email, one));
      return !(await old) && (await fresh) === true;
    },
  };
};

/** The calling order of the public theme's forgot-password page, by a code that comes by SMS or email. */
const resetByCode =
  (byEmail: boolean): Flow['prepare'] =>
  async (stage) => {
    const { shop, passwordMember } = stage;
    const { email, phone: mobile, e164 } = (await passwordMember()).person;
    const { application } = shop.client();
    return {
      async run(ask) {
        let forgotToken: string | undefined;
        if (byEmail) {
          await ask(() => application.sendForgotOTPOnEmail({ body: { email } }));
          const body = { email, otp: await shop.otp(email) };
          const verified = await ask(() => application.verifyEmailForgotOTP({ body }));
          forgotToken = verified.body.forgot_token;
        } else {
          const sent = await ask(() => application.sendForgotOTPOnMobile({ body: { mobile } }));
          const body = { request_id: sent.body.request_id ?? '', otp: await shop.otp(e164) };
          const verified = await ask(() => application.verifyMobileForgotOTP({ body }));
          forgotToken = verified.body.forgot_token;
        }
        const body = { code: forgotToken ?? '', password: NEW_PASSWORD };
        await ask(() => application.resetForgotPassword({ body }));
      },
      async reached() {
        const [old, fresh] = [PASSWORD, NEW_PASSWORD].map(async (one) =>
          signsIn(stage, email, one),
        );
        return !(await old) && (await fresh) === true;
      },
    };
  };

const resetBySms: Flow['prepare'] = async (stage) => {
  const { shop, passwordMember } = stage;
  const { email, phone: mobile, e164 } = (await passwordMember()).person;
  return {
    async run(ask) {
      const { application } = shop.client();
      await ask(() => application.userExists({ query: { q: mobile } }));
      await ask(() => application.sendResetPasswordMobile({ body: { mobile } }));
      const code = await linkCode(shop, e164);
      await ask(() => application.forgotPassword({ body: { code, password: NEW_PASSWORD } }));
    },
    reached: async () => signsIn(stage, email, NEW_PASSWORD),
  };
};

const firstPassword: Flow['prepare'] = async (stage) => {
  const { browser, person } = await stage.mailedMember();
  return {
    async run(ask) {
      const { application } = browser;
      const { body } = await ask(() => application.hasPassword());
      const old_password = body.result === true ? PASSWORD : undefined;
      const passwords = { new_password: PASSWORD, old_password };
      await ask(() => application.updatePassword({ body: passwords }));
    },
    reached: async () => signsIn(stage, person.email, PASSWORD),
  };
};

const changePassword: Flow['prepare'] = async (stage) => {
  const { shop } = stage;
  const { browser, person } = await stage.passwordMember();
  const { email } = person;
  return {
    async run(ask) {
      const { application } = browser;
      // A user who got no answer may have been signed out by the change, and signs in again with what works.
      if (!(await application.getLoggedInUser()).ok) {
        const body = { username: email, password: PASSWORD };
        await ask(() => application.loginWithEmailAndPassword({ body }));
      }
      const body = { old_password: PASSWORD, new_password: NEW_PASSWORD };
      await ask(() => application.updatePassword({ body }));
      await hasSession(ask, browser);
    },
    async reached() {
      shop.clock.advance(SEND_GAP_MS);
      return signsIn(stage, email, NEW_PASSWORD);
    },
  };
};

export const signInFlows: Flow[] = [
  { name: 'a login by code of somebody new', prepare: otpLogin(false) },
  { name: 'a login by code of a customer', prepare: otpLogin(true) },
  { name: 'a login by a code that was sent twice', prepare: otpLogin(true, true) },
  { name: 'a login by an emailed code', prepare: emailLogin },
  {
    name: 'a registration by form with both codes',
    sendsFirst: true,
    options: BOTH_DEMANDED,
    prepare: formWithBothCodes,
  },
  { name: 'a form after a proof', prepare: formAfterProof },
  { name: 'an emailed code, then a number', prepare: emailFirst },
  { name: 'a login by password', prepare: passwordLogin },
  { name: 'a reset of the password', prepare: reset },
  { name: 'a reset by a code', prepare: resetByCode(false) },
  { name: 'a reset by an emailed code', likeAnother: true, prepare: resetByCode(true) },
  { name: 'a reset by a link in an SMS', likeAnother: true, prepare: resetBySms },
  { name: 'a first password', likeAnother: true, prepare: firstPassword },
  { name: 'a change of the password', prepare: changePassword },
];
