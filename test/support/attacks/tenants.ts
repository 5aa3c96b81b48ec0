/** Tenants with everything that can be named from outside: a signed-in customer, codes, links, tokens, a group. */
import { createClient } from '../../../src/http/client.ts';
import { table } from '../../../src/table.ts';
import { expectOk } from '../answers.ts';
import { COMPANY_ISSUER, fakeProvider } from '../fake-provider.ts';
import { ORIGIN } from '../shop.ts';
import { LOGIN_SECRET } from '../social-shop.ts';
import { SETUPS, type Host, type Setup } from './hosts.ts';

export interface Tenant extends Setup {
  /** `Authorization` of its storefront, and of its company's operator. */
  storefront: string;
  operator: string;
  /** `f.session=…` and `f.device=…` of its customer. */
  cookie: string;
  device: string;
  /** Field → what this tenant's own is called; `operationId.field` where a field means different things. */
  known: Readonly<Record<string, string>>;
  /** What only an answer about this tenant's customer can hold. */
  secrets: readonly string[];
}

export interface World {
  host: Host;
  ours: Tenant;
  /** Another application of our company. */
  neighbour: Tenant;
  /** An application of another company. */
  stranger: Tenant;
}

const PASSWORD = 'a long passphrase of ';

async function tenantOf(host: Host, setup: Setup, at: number): Promise<Tenant> {
  const { application, token, client } = setup;
  const { id: application_id, companyId: company_id, name } = application;
  const storefront = `Bearer ${btoa(`${application_id}:${token}`)}`;
  const options = { baseUrl: ORIGIN, fetch: host.send };
  const open = () =>
    createClient(table, { ...options, cookies: true, headers: { authorization: storefront } });
  const number = (last: number) => `98200${at}000${last}`;
  const mail = (of: string) => `${of}.${name.toLowerCase()}@example.com`;
  const contentFor = async (to: string, template: string) => {
    const found = (await host.messages()).findLast(
      (message) => message.to === to && message.content.template === template,
    );
    if (!found) throw new Error(`no ${template} went to ${to}`);
    return found.content;
  };
  const otpFor = async (to: string) => {
    const content = await contentFor(to, 'otp');
    return 'otp' in content ? content.otp : '';
  };
  const codeFor = async (to: string, template: string) => {
    const content = await contentFor(to, template);
    return 'code' in content ? content.code : '';
  };
  const prove = async ({ application: shopper }: ReturnType<typeof open>, mobile: string) => {
    const { request_id = '' } = expectOk(await shopper.loginWithOTP({ body: { mobile } })).body;
    const body = { request_id, otp: await otpFor(`+91${mobile}`) };
    return expectOk(await shopper.verifyMobileOTP({ body })).body.register_token;
  };

  const browser = open();
  const { application: customer } = browser;
  const [first_name, email, password] = [`Canary${name}`, mail('canary'), PASSWORD + name];
  const register_token = await prove(browser, number(1));
  const registered = expectOk(
    await customer.updateProfile({ body: { register_token, first_name } }),
  );
  const user_id = registered.body.user?._id ?? '';
  const device = registered.headers.getSetCookie()[1]?.split(';')[0] ?? '';
  expectOk(await customer.sendOTPOnEmail({ body: { email } }));
  expectOk(await customer.verifyEmailOTP({ body: { email, otp: await otpFor(email) } }));
  const changed = expectOk(await customer.updatePassword({ body: { new_password: password } }));
  const cookie = changed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expectOk(await customer.sendResetPasswordEmail({ body: { email } }));
  expectOk(await customer.addEmail({ body: { email: mail('second') } }));
  expectOk(await customer.addMobileNumber({ body: { phone: number(2) } }));

  const anonymous = open();
  const unfinished = (await prove(anonymous, number(3))) ?? '';
  const sent = expectOk(
    await anonymous.application.sendOTPOnMobile({ body: { mobile: number(4) } }),
  );

  const mailed = expectOk(
    await anonymous.application.sendOTPOnEmail({ body: { email: mail('third') } }),
  );
  const forgotten = expectOk(
    await anonymous.application.sendForgotOTPOnMobile({ body: { mobile: number(1) } }),
  );
  const forgottenOtp = await otpFor(`+91${number(1)}`);
  const mailForgotten = async () =>
    expectOk(await anonymous.application.sendForgotOTPOnEmail({ body: { email } })).body;
  await mailForgotten();
  const { forgot_token: forgotToken = '' } = expectOk(
    await anonymous.application.verifyEmailForgotOTP({ body: { email, otp: await otpFor(email) } }),
  ).body;
  // Codes are sent to one address only so often.
  host.clock.advance(31_000);
  const forgottenByMail = await mailForgotten();
  const forgottenByMailOtp = await otpFor(email);
  const ending = expectOk(await customer.sendOTPOnMobile({ body: { mobile: number(1) } }));

  const endingOtp = await otpFor(`+91${number(1)}`);
  const entity = { entity: 'mobile' } as const;
  const own = { params: entity, body: { mobile: number(1) } };
  const first = expectOk(await customer.sendOTPOnPrimary(own)).body;
  const firstCode = { request_id: first.request_id ?? '', otp: await otpFor(`+91${number(1)}`) };
  expectOk(await customer.verifyOTPonPrimary({ params: entity, body: firstCode }));
  host.clock.advance(31_000);
  const again = expectOk(await customer.sendOTPOnPrimary(own)).body;
  const againOtp = await otpFor(`+91${number(1)}`);
  const next = { params: entity, body: { mobile: number(5) } };
  const update = expectOk(await customer.sendOTPForUpdate(next)).body;

  const granted = expectOk(
    await createClient(table, options).service.createToken({
      params: { company_id },
      body: { grant_type: 'client_credentials' },
      headers: { authorization: `Basic ${btoa(`${client.key}:${client.secret}`)}` },
    }),
  );
  const operator = `Bearer ${granted.body.access_token}`;
  const { platform } = createClient(table, { ...options, headers: { authorization: operator } });
  const params = { company_id, application_id };
  const listed = expectOk(await platform.getActiveSessions({ params, query: { id: user_id } }));
  const session_id = listed.body.items?.[0]?.session_id ?? '';
  const identity = { provider: `token:${COMPANY_ISSUER}`, subject: `customer of ${name}` };
  const issued = await fakeProvider(host.clock.now).token(
    'company',
    { sub: identity.subject, jti: crypto.randomUUID(), email, email_verified: true },
    { secret: LOGIN_SECRET, aud: application_id },
  );
  expectOk(await open().application.loginWithToken({ body: { token: issued } }));
  const body = { name: first_name, description: name, file_url: 'https://files.example/u.csv' };
  const group = expectOk(await platform.createUserGroup({ params, body })).body;
  const attribute = expectOk(
    await platform.createUserAttributeDefinition({
      params,
      body: { name: 'Tier', slug: 'tier', customer_editable: true },
    }),
  ).body;
  const attribute_def_id = attribute._id ?? '';
  const valued = expectOk(
    await platform.updateUserAttribute({
      params: { ...params, user_id, attribute_def_id },
      body: { attribute: { value: 'gold' } },
    }),
  ).body;
  const exported = expectOk(
    await platform.createBulkExportUsers({
      params,
      body: { file_format: 'csv' },
    }),
  ).body;

  return {
    ...setup,
    storefront,
    operator,
    cookie,
    device,
    known: {
      company_id,
      application_id,
      platform: application_id,
      user_id,
      id: user_id,
      session_id,
      group_id: group._id ?? '',
      attribute_def_id,
      definition_id: attribute_def_id,
      definition_ids: attribute_def_id,
      attribute_id: valued._id ?? '',
      job_id: exported._id,
      request_id: sent.body.request_id ?? '',
      otp: await otpFor(`+91${number(4)}`),
      token: sent.body.resend_token ?? '',
      'sendOTPOnMobile.mobile': number(4),
      'sendOTPOnEmail.email': mail('third'),
      'sendOTPOnEmail.token': mailed.body.resend_email_token ?? '',
      'verifyEmailOTP.email': mail('third'),
      'verifyEmailOTP.otp': await otpFor(mail('third')),
      'deleteUser.request_id': ending.body.request_id ?? '',
      'deleteUser.otp': endingOtp,
      'userExists.q': email,
      'sendForgotOTPOnMobile.mobile': number(1),
      'sendForgotOTPOnMobile.token': forgotten.body.resend_token ?? '',
      'sendForgotOTPOnEmail.email': email,
      'sendForgotOTPOnEmail.token': forgottenByMail.resend_email_token ?? '',
      'verifyMobileForgotOTP.request_id': forgotten.body.request_id ?? '',
      'verifyMobileForgotOTP.otp': forgottenOtp,
      'verifyEmailForgotOTP.email': email,
      'verifyEmailForgotOTP.otp': forgottenByMailOtp,
      'resetForgotPassword.code': forgotToken,
      entity: 'mobile',
      'sendOTPOnPrimary.mobile': number(1),
      'sendOTPOnPrimary.token': again.resend_token ?? '',
      'verifyOTPonPrimary.mobile': number(1),
      'verifyOTPonPrimary.request_id': again.request_id ?? '',
      'verifyOTPonPrimary.otp': againOtp,
      'sendOTPForUpdate.mobile': number(5),
      'sendOTPForUpdate.token': update.resend_token ?? '',
      'verifyOTPForUpdate.mobile': number(5),
      'verifyOTPForUpdate.request_id': update.request_id ?? '',
      'verifyOTPForUpdate.otp': await otpFor(`+91${number(5)}`),
      'unlinkUserIdentity.provider': identity.provider,
      'unlinkUserIdentity.subject': identity.subject,
      register_token: unfinished,
      code: await codeFor(email, 'reset_link'),
      'verifyEmail.code': await codeFor(mail('second'), 'verify_link'),
      'verifyMobile.code': await codeFor(`+91${number(2)}`, 'verify_link'),
      q: first_name,
    },
    secrets: [
      identity.subject,
      user_id,
      first_name,
      email,
      number(1),
      session_id.replace('sess:', ''),
    ],
  };
}

/** The tenants on a host, each set up through the API itself. */
export async function worldOn(host: Host): Promise<World> {
  const tenants: Tenant[] = [];
  // One after the other: the newest message is the one that was just asked for.
  for (const [at, setup] of SETUPS.entries()) tenants.push(await tenantOf(host, setup, at));
  const [ours, neighbour, stranger] = tenants;
  if (!ours || !neighbour || !stranger) throw new Error('a tenant is missing');
  return { host, ours, neighbour, stranger };
}
