/** A shopper's life, from the first code to the account's end. */
import { Skipped } from './codes.ts';
import { textOf, userOf, type Journey } from './journey.ts';
import type { Target } from './target.ts';

const COUNTRY = '91';
const PASSWORD = 'a passphrase of the contract check';
const e164 = (mobile: string): string => `+${COUNTRY}${mobile}`;
/** Clocks of the server and of this machine may differ so much. */
const SKEW_MS = 60_000;

/** A new shopper, signed in by a code, who is given an email by a code too. */
export async function signUp(journey: Journey, shopper: Target, operator: Target) {
  const { codes } = journey;
  const [mobile, email] = [codes.ownMobile(), codes.email()];
  const phone = { mobile, country_code: COUNTRY };
  const sent = await journey.step(shopper, 'application.loginWithOTP', { body: phone });
  const body = { request_id: textOf(sent, 'request_id'), otp: await codes.otp(e164(mobile)) };
  const proven = await journey.step(shopper, 'application.verifyMobileOTP', { body });
  if (proven['user_exists'] === true) {
    await journey.quietly(shopper, 'application.logout', {}, '');
    throw new Skipped(
      `${e164(mobile)} belongs to an account that was there before; it is left alone`,
    );
  }
  const profile = {
    first_name: 'Contract',
    last_name: 'Check',
    register_token: proven['register_token'],
  };
  const { user } = await journey.step(shopper, 'application.updateProfile', { body: profile });
  const id = textOf(userOf({ user }), '_id');
  const person = { mobile, email, id, isGone: false };
  journey.cleanup.add(`shopper ${id}`, async () =>
    person.isGone ? 'deleted by its owner' : journey.archive(operator, id),
  );
  return person;
}
export type Person = Awaited<ReturnType<typeof signUp>>;

/** What a signed-in shopper reads without changing anything. */
export async function sessionReads(journey: Journey, shopper: Target): Promise<void> {
  await journey.step(shopper, 'application.getLoggedInUser');
  await journey.step(shopper, 'application.getListOfActiveSessions');
  await journey.step(shopper, 'application.hasPassword');
}

/** Addresses and numbers: added by link and by code, made primary, removed. */
export async function identifiers(
  journey: Journey,
  shopper: Target,
  operator: Target,
  person: Person,
) {
  const { codes } = journey;
  const step = async (name: string, parts: object = {}) =>
    journey.step(shopper, `application.${name}`, parts);
  await step('sendOTPOnEmail', { body: { email: person.email, action: 'send' } });
  const otp = await codes.otp(person.email);
  await step('verifyEmailOTP', { body: { email: person.email, action: 'verify', otp } });
  const added = codes.email();
  await step('addEmail', { body: { email: added } });
  await step('verifyEmail', { body: { code: await codes.link(added) } });
  const number = codes.mobile();
  await step('addMobileNumber', { body: { phone: number, country_code: COUNTRY } });
  await step('verifyMobile', { body: { code: await codes.link(e164(number)) } });
  await step('setEmailAsPrimary', { body: { email: added } });
  await step('setMobileNumberAsPrimary', { body: { phone: number, country_code: COUNTRY } });
  await step('setMobileNumberAsPrimary', { body: { phone: person.mobile, country_code: COUNTRY } });
  await step('setEmailAsPrimary', { body: { email: person.email } });
  const flags = { active: true, primary: false, verified: true };
  await step('deleteEmail', { query: { ...flags, email: added } });
  await step('deleteMobileNumber', { query: { ...flags, phone: number, country_code: COUNTRY } });
  // A link that was sent a moment ago is not sent again; these an operator has added, and nothing was sent.
  const [mail, phone] = [codes.email(), codes.mobile()];
  const lists = {
    emails: [
      { email: person.email, primary: true },
      { email: mail, verified: false },
    ],
    phone_numbers: [
      { phone: person.mobile, country_code: COUNTRY, primary: true },
      { phone, country_code: COUNTRY, verified: false },
    ],
  };
  await journey.step(operator, 'platform.updateUser', {
    params: { user_id: person.id },
    body: lists,
  });
  await step('sendVerificationLinkToEmail', { body: { email: mail } });
  await step('sendVerificationLinkToMobile', { body: { phone, country_code: COUNTRY } });
}

/** Sets a password, signs in with it, and resets it by a link sent to the given email. */
export async function passwords(
  journey: Journey,
  shopper: Target,
  { email }: Person,
): Promise<void> {
  const { codes } = journey;
  await journey.step(shopper, 'application.updatePassword', { body: { new_password: PASSWORD } });
  const login = { body: { username: email, password: PASSWORD } };
  const elsewhere = shopper.another();
  await journey.step(elsewhere, 'application.loginWithEmailAndPassword', login);
  await journey.step(elsewhere, 'application.logout');
  await journey.step(shopper.another(), 'application.sendResetPasswordEmail', { body: { email } });
  const code = await codes.link(email);
  await journey.step(shopper, 'application.sendResetToken', { body: { code } });
  const body = { code, password: `${PASSWORD} again` };
  await journey.step(shopper, 'application.forgotPassword', { body });
}

/** A password that is forgotten, by a code to the number and one to the address; all sessions end with each. */
export async function resetsByCode(
  journey: Journey,
  shopper: Target,
  { mobile, email }: Person,
): Promise<void> {
  const { codes } = journey;
  const phone = { mobile, country_code: COUNTRY };
  const step = async (name: string, body: object, by = shopper) =>
    journey.step(by, `application.${name}`, { body });
  await step('sendResetPasswordMobile', phone);
  const sent = await step('sendForgotOTPOnMobile', { ...phone, action: 'send' });
  const [request_id, otp] = [textOf(sent, 'request_id'), await codes.otp(e164(mobile))];
  const byMobile = await step('verifyMobileForgotOTP', { request_id, otp });
  const password = `${PASSWORD} by a code`;
  await step('resetForgotPassword', { code: textOf(byMobile, 'forgot_token'), password });
  // A browser that has signed the shopper in waits between two sends, whichever identifier they go to.
  const elsewhere = shopper.another();
  await step('sendForgotOTPOnEmail', { email, action: 'send' }, elsewhere);
  await step('verifyEmailForgotOTP', { email, otp: await codes.otp(email) }, elsewhere);
  await step('loginWithEmailAndPassword', { username: email, password });
  await journey.step(elsewhere, 'application.userExists', { query: { q: email } });
}

/** Another primary number, by a code to the old one and one to the new one; then the old one is primary again. */
export async function primaryByProofs(
  journey: Journey,
  shopper: Target,
  { mobile }: Person,
): Promise<void> {
  const { codes } = journey;
  const step = async (name: string, body: object) =>
    journey.step(shopper, `application.${name}`, { params: { entity: 'mobile' }, body });
  const next = codes.mobile();
  const proof = await step('sendOTPOnPrimary', { mobile, country_code: COUNTRY });
  const first = { request_id: textOf(proof, 'request_id'), otp: await codes.otp(e164(mobile)) };
  await step('verifyOTPonPrimary', first);
  const sent = await step('sendOTPForUpdate', { mobile: next, country_code: COUNTRY });
  const last = { request_id: textOf(sent, 'request_id'), otp: await codes.otp(e164(next)) };
  await step('verifyOTPForUpdate', last);
  await journey.quietly(
    shopper,
    'application.setMobileNumberAsPrimary',
    { body: { phone: mobile, country_code: COUNTRY } },
    'as it was before',
  );
}

/** The account goes as it came: by a code. */
export async function leave(journey: Journey, shopper: Target, person: Person): Promise<void> {
  const phone = { mobile: person.mobile, country_code: COUNTRY };
  const sent = await journey.step(shopper, 'application.sendOTPOnMobile', {
    body: { ...phone, action: 'send' },
  });
  const body = {
    user_id: person.id,
    reason: 'contract check',
    request_id: textOf(sent, 'request_id'),
    otp: await journey.codes.otp(e164(person.mobile)),
  };
  await journey.step(shopper, 'application.deleteUser', { body });
  Object.assign(person, { isGone: true });
}

/** The registration form, sent once with an email and left unfinished. */
export async function form(journey: Journey, visitor: Target): Promise<void> {
  const { codes } = journey;
  await journey.step(visitor, 'application.getPlatformConfig', { query: {} });
  const email = codes.email();
  journey.cleanup.tell(`registration of ${email}: left unfinished, so that it expires by itself`);
  await journey.step(visitor, 'application.registerWithForm', {
    body: {
      first_name: 'Contract',
      last_name: 'Check',
      email,
      password: PASSWORD,
      phone: { country_code: COUNTRY, mobile: codes.mobile() },
    },
  });
  await journey.step(visitor, 'application.logout');
}

/** A login that somebody else vouches for; whom it has made is archived, who was there before is signed out. */
async function vouch(
  journey: Journey,
  { visitor, operator }: { visitor: Target; operator: Target },
  id: string,
  body: object,
): Promise<void> {
  const began = Date.now();
  await journey.part([id], async () => {
    const user = userOf(await journey.step(visitor, id, { body }));
    const [who, made] = [textOf(user, '_id'), Date.parse(textOf(user, 'created_at'))];
    if (who === '') return;
    if (made >= began - SKEW_MS) {
      journey.cleanup.add(`shopper ${who}, made by ${id}`, async () =>
        journey.archive(operator, who),
      );
    } else {
      journey.cleanup.add(`shopper ${who}, there before ${id}`, async () =>
        journey.quietly(visitor, 'application.logout', {}, 'signed out'),
      );
    }
  });
}

/** Logins with tokens from the command line. */
export async function vouched(journey: Journey, visitor: Target, operator: Target): Promise<void> {
  const { social, appleUser = 'contract-check', login } = journey.tokens;
  const byAccessToken = { is_signed_in: true, oauth2: { access_token: social ?? '' }, profile: {} };
  const byApple = {
    user_identifier: appleUser,
    oauth: { identity_token: social ?? '' },
    profile: {},
  };
  const provider = 'needs a token of the provider: --social-token';
  const own = "needs a token of the company's own system: --login-token";
  const logins: [name: string, token: string | undefined, missing: string, body: object][] = [
    ['Facebook', social, provider, byAccessToken],
    ['Google', social, provider, byAccessToken],
    ['GoogleAndroid', social, provider, byAccessToken],
    ['GoogleIOS', social, provider, byAccessToken],
    ['AppleIOS', social, provider, byApple],
    ['Token', login, own, { token: login }],
  ];
  for (const [name, token, missing, body] of logins) {
    const id = `application.loginWith${name}`;
    if (token === undefined) journey.skip(id, missing);
    else await vouch(journey, { visitor: visitor.another(), operator }, id, body);
  }
}
