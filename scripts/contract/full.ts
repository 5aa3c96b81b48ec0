/** Every operation is seen to succeed: a shopper's life and an operator's day, with people who are made for it. */
import type { Codes } from './codes.ts';
import { Journey, textOf, userOf, type Tokens } from './journey.ts';
import type { Checked } from './report.ts';
import type { Target } from './target.ts';

const COUNTRY = '91';
const PASSWORD = 'a passphrase of the contract check';
const e164 = (mobile: string): string => `+${COUNTRY}${mobile}`;
const application = (...names: string[]): string[] => names.map((name) => `application.${name}`);
const platform = (...names: string[]): string[] => names.map((name) => `platform.${name}`);

/** A new shopper, signed in by a code, who is given an email by a code too. */
async function signUp(journey: Journey, shopper: Target) {
  const { codes } = journey;
  const [mobile, email] = [codes.ownMobile(), codes.email()];
  const phone = { mobile, country_code: COUNTRY };
  const sent = await journey.step(shopper, 'application.loginWithOTP', { body: phone });
  const body = { request_id: textOf(sent, 'request_id'), otp: await codes.otp(e164(mobile)) };
  const proven = await journey.step(shopper, 'application.verifyMobileOTP', { body });
  const profile = {
    first_name: 'Contract',
    last_name: 'Check',
    register_token: proven['register_token'],
  };
  const { user } = await journey.step(shopper, 'application.updateProfile', { body: profile });
  return { mobile, email, id: textOf((user ?? {}) as Record<string, unknown>, '_id') };
}
type Person = Awaited<ReturnType<typeof signUp>>;

async function sessionReads(journey: Journey, shopper: Target): Promise<void> {
  await journey.step(shopper, 'application.getLoggedInUser');
  await journey.step(shopper, 'application.getListOfActiveSessions');
  await journey.step(shopper, 'application.hasPassword');
}

/** Addresses and numbers: added by link and by code, made primary, removed. */
async function identifiers(journey: Journey, shopper: Target, operator: Target, person: Person) {
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

async function passwords(journey: Journey, shopper: Target, { email }: Person): Promise<void> {
  const { codes } = journey;
  await journey.step(shopper, 'application.updatePassword', { body: { new_password: PASSWORD } });
  const login = { body: { username: email, password: PASSWORD } };
  await journey.step(shopper.another(), 'application.loginWithEmailAndPassword', login);
  await journey.step(shopper.another(), 'application.sendResetPasswordEmail', { body: { email } });
  const code = await codes.link(email);
  await journey.step(shopper, 'application.sendResetToken', { body: { code } });
  const body = { code, password: `${PASSWORD} again` };
  await journey.step(shopper, 'application.forgotPassword', { body });
}

/** The account goes as it came: by a code. */
async function leave(journey: Journey, shopper: Target, person: Person): Promise<void> {
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
}

async function form(journey: Journey, visitor: Target): Promise<void> {
  const { codes } = journey;
  await journey.step(visitor, 'application.getPlatformConfig', { query: {} });
  await journey.step(visitor, 'application.registerWithForm', {
    body: {
      first_name: 'Contract',
      last_name: 'Check',
      email: codes.email(),
      password: PASSWORD,
      phone: { country_code: COUNTRY, mobile: codes.mobile() },
    },
  });
  await journey.step(visitor, 'application.logout');
}

/** Logins that somebody else vouches for, with tokens from the command line. */
async function vouched(journey: Journey, visitor: Target): Promise<void> {
  const { social, appleUser = 'contract-check', login } = journey.tokens;
  const oauth2 = { access_token: social ?? '' };
  for (const name of ['Facebook', 'Google', 'GoogleAndroid', 'GoogleIOS']) {
    const id = `application.loginWith${name}`;
    if (social === undefined) journey.skip(id, 'needs a token of the provider: --social-token');
    else {
      const body = { is_signed_in: true, oauth2, profile: {} };
      await journey.part(
        [id],
        async () => void (await journey.step(visitor.another(), id, { body })),
      );
    }
  }
  const apple = 'application.loginWithAppleIOS';
  if (social === undefined) journey.skip(apple, 'needs a token of the provider: --social-token');
  else {
    const body = { user_identifier: appleUser, oauth: { identity_token: social }, profile: {} };
    await journey.part(
      [apple],
      async () => void (await journey.step(visitor.another(), apple, { body })),
    );
  }
  const own = 'application.loginWithToken';
  if (login === undefined)
    journey.skip(own, "needs a token of the company's own system: --login-token");
  else
    await journey.part(
      [own],
      async () => void (await journey.step(visitor, own, { body: { token: login } })),
    );
}

async function customers(journey: Journey, operator: Target, domain: string): Promise<void> {
  const { codes } = journey;
  const step = async (name: string, parts: object = {}) =>
    journey.step(operator, `platform.${name}`, parts);
  const email = codes.email();
  const username = email.slice(0, email.indexOf('@'));
  const made = await step('createUser', {
    body: {
      phone_number: e164(codes.mobile()),
      username,
      email,
      first_name: 'Contract',
      last_name: 'Check',
    },
  });
  const id = textOf(userOf(made), '_id');
  await step('updateUser', { params: { user_id: id }, body: { last_name: 'Checked' } });
  await step('getCustomers', { query: { page_no: 1, page_size: 10 } });
  await step('searchUsers', { query: { q: username } });
  await step('createUserSession', { body: { user_id: id, domain, max_age: 3_600 } });
  const { items } = await step('getActiveSessions', { query: { id } });
  const [first] = Array.isArray(items) ? (items as { session_id?: string }[]) : [];
  const reason = 'contract check';
  await step('deleteSession', { query: { id, session_id: first?.session_id, reason } });
  await step('deleteActiveSessions', { query: { id, reason } });
  await step('blockOrUnblockUsers', { body: { status: true, user_id: [id], reason } });
  await step('blockOrUnblockUsers', { body: { status: false, user_id: [id], reason } });
  await step('archiveUser', { body: { user_id: id } });
  await step('unDeleteUser', { body: { user_id: id, reason, reason_id: '1' } });
  // What the check has made is put away; an archived account can do nothing.
  await step('archiveUser', { body: { user_id: id } });
}

async function settings(journey: Journey, operator: Target): Promise<void> {
  const config = await journey.step(operator, 'platform.getPlatformConfig');
  // The same again: a change that changes nothing.
  await journey.step(operator, 'platform.updatePlatformConfig', {
    body: { subtext: config['subtext'] },
  });
}

async function groups(journey: Journey, operator: Target): Promise<void> {
  const made = await journey.step(operator, 'platform.createUserGroup');
  const params = { group_id: textOf(made, '_id') };
  await journey.step(operator, 'platform.getUserGroups', { query: { page_no: 1, page_size: 10 } });
  await journey.step(operator, 'platform.getUserGroupById', { params });
  await journey.step(operator, 'platform.updateUserGroup', {
    params,
    body: { name: 'Contract check' },
  });
}

/** @param domain one of the application's, for a session that an operator opens */
export async function checkFully(
  target: Target,
  { codes, tokens, domain }: { codes: Codes; tokens: Tokens; domain: string },
): Promise<Checked[]> {
  const journey = new Journey(codes, tokens);
  const operator = target;
  await journey.part(platform('getPlatformConfig', 'updatePlatformConfig'), async () =>
    settings(journey, operator),
  );
  await journey.part(
    platform(
      'updateUser',
      'getCustomers',
      'searchUsers',
      'createUserSession',
      'getActiveSessions',
      'deleteSession',
      'deleteActiveSessions',
      'blockOrUnblockUsers',
      'archiveUser',
      'unDeleteUser',
    ),
    async () => customers(journey, operator, domain),
  );
  await journey.part(platform('getUserGroups', 'getUserGroupById', 'updateUserGroup'), async () =>
    groups(journey, operator),
  );
  const shopper = target.another();
  let person: Person | undefined;
  await journey.part(application('verifyMobileOTP', 'updateProfile'), async () => {
    person = await signUp(journey, shopper);
  });
  const known = person;
  if (known) {
    await journey.part([], async () => sessionReads(journey, shopper));
    await journey.part(
      application(
        'verifyEmailOTP',
        'addEmail',
        'verifyEmail',
        'addMobileNumber',
        'verifyMobile',
        'setEmailAsPrimary',
        'setMobileNumberAsPrimary',
        'deleteEmail',
        'deleteMobileNumber',
        'sendVerificationLinkToEmail',
        'sendVerificationLinkToMobile',
      ),
      async () => identifiers(journey, shopper, operator, known),
    );
    await journey.part(
      application(
        'loginWithEmailAndPassword',
        'sendResetPasswordEmail',
        'sendResetToken',
        'forgotPassword',
      ),
      async () => passwords(journey, shopper, known),
    );
    await journey.part(application('deleteUser'), async () => leave(journey, shopper, known));
  }
  await journey.part([], async () => form(journey, target.another()));
  await vouched(journey, target.another());
  return journey.results();
}
