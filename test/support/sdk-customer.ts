/**
 * A customer of any application of a started Worker, through the published SDK: keeps all cookies as a browser does, and
 * waits where a storefront would show a countdown.
 */
import { ApplicationClient, ApplicationConfig } from '@gofynd/fdk-client-javascript/application.js';
import { expect } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import type { Operation, Output } from '../../src/http/operation.ts';
import type { InboxItem } from '../../src/ports/index.ts';
import type { table } from '../../src/table.ts';
import { eventually } from './eventually.ts';
import type { SdkError } from './sdk.ts';
import type { StartedServer } from './started-server.ts';

/** On an error the SDK prints the whole request; its types do not know loglevel's own name for silence. */
const SILENT = 'SILENT' as 'ERROR';
/** Longer than any send gap a test sets. */
const SEND_GAP_WITHIN_MS = 15_000;

type SdkUser = InstanceType<typeof ApplicationClient>['user'];
type Rows = Pick<
  (typeof table)['application'],
  keyof (typeof table)['application'] & keyof SdkUser
>;
type Call = keyof Rows;
type Answer<K extends Call> = Rows[K] extends Operation ? Output<Rows[K]> : never;

export interface Credentials {
  applicationId: string;
  applicationToken: string;
}

export class Customer {
  readonly #client: InstanceType<typeof ApplicationClient>;
  readonly #jar = new Map<string, string>();

  constructor(url: string, { applicationId, applicationToken }: Credentials = DEMO) {
    const config = new ApplicationConfig({
      applicationID: applicationId,
      applicationToken,
      domain: url,
      logLevel: SILENT,
    });
    this.#client = new ApplicationClient(config, {});
  }

  /** The session's cookie pair. */
  get cookie(): string | undefined {
    const value = this.#jar.get('f.session');
    return value === undefined ? undefined : `f.session=${value}`;
  }

  /** Presents this session from now on, as a copied cookie would. */
  present(cookie: string): void {
    this.#keep(cookie);
  }

  /** Calls a method of the client's `user` by the operation's name. */
  async call<K extends Call>(operation: K, args: object = {}): Promise<Answer<K>> {
    // With `responseHeaders` the SDK answers a pair, which its types do not say.
    const method = this.#client.user[operation].bind(this.#client.user) as unknown as (
      args: object,
      options: { responseHeaders: true },
    ) => Promise<[Answer<K>, { 'set-cookie'?: string[] }]>;
    const [body, headers] = await method(args, { responseHeaders: true });
    for (const line of headers['set-cookie'] ?? []) this.#keep(line);
    return body;
  }

  /** The same with a body, which is all that most operations take. */
  async send<K extends Call>(operation: K, body: object = {}): Promise<Answer<K>> {
    return this.call(operation, { body });
  }

  /** The same, again while the send gap refuses it. */
  async patiently<K extends Call>(operation: K, body: object): Promise<Answer<K>> {
    return eventually(`${operation} is not refused`, SEND_GAP_WITHIN_MS, async () => {
      try {
        return await this.send(operation, body);
      } catch (error) {
        const { details } = error as SdkError;
        if (details?.meta?.['limit'] !== 'send_gap') throw error;
        return undefined;
      }
    });
  }

  /** The error of a call that must fail. */
  async refusal(operation: Call, body: object = {}): Promise<SdkError> {
    try {
      await this.send(operation, body);
    } catch (error) {
      return error as SdkError;
    }
    throw new Error(`${operation} did not fail`);
  }

  /** The signed-in user; 401 becomes undefined. */
  async user() {
    try {
      return (await this.call('getLoggedInUser')).user;
    } catch (error) {
      expect(error).toMatchObject({ code: 401, details: { authenticated: false } });
      return undefined;
    }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (/max-age=0(;|$)/i.test(line)) this.#jar.delete(name);
    else this.#jar.set(name, pair.slice(equals + 1));
    this.#client.setCookie([...this.#jar].map(([key, value]) => `${key}=${value}`).join('; '));
  }
}

/** Sends that a test file may ask for: many, one second apart. */
export const RELAXED = {
  sendGapSeconds: 1,
  sendsPerHour: 100,
  sendsPerDay: 100,
  sendsPerIdentifierDay: 100,
};

export const e164 = (mobile: string): string => `+91${mobile}`;

type Server = Pick<StartedServer, 'inbox' | 'messageFor'>;

/** Asks for a code and hands it in, signed in or not, as themes do. */
export async function proveMobile(server: Server, one: Customer, mobile: string) {
  const { answer, otp } = await mailed(server, e164(mobile), async () =>
    one.patiently('sendOTPOnMobile', { mobile, country_code: '91', action: 'send' }),
  );
  const { request_id } = answer;
  return one.send('verifyMobileOTP', { otp, register_token: '', request_id });
}

export async function proveEmail(server: Server, one: Customer, email: string) {
  const { otp } = await mailed(server, email, async () =>
    one.patiently('sendOTPOnEmail', { email, action: 'send' }),
  );
  return one.send('verifyEmailOTP', { otp, email, action: 'send', register_token: '' });
}

/** A shopper with one number, and an email if one is given, signed in: code, then the profile form. */
export async function join(
  server: Server & Pick<StartedServer, 'url'>,
  mobile: string,
  email?: string,
): Promise<Customer> {
  const one = new Customer(server.url);
  const { register_token } = await proveMobile(server, one, mobile);
  await one.send('updateProfile', { register_token, first_name: 'Asha', gender: 'unisex' });
  if (email !== undefined) await proveEmail(server, one, email);
  return one;
}

export const FORM_PASSWORD = 'a long passphrase';

/** Sends the registration form, and hands the codes in that it brought, when it is told to. */
export async function fillIn(
  server: Server & Pick<StartedServer, 'otpFor'>,
  one: Customer,
  { mobile, email }: { mobile?: string; email?: string },
) {
  const known = async (to: string | undefined): Promise<number> =>
    to === undefined ? 0 : (await server.inbox(to)).length;
  const [phoneCodes, emailCodes] = [await known(mobile && e164(mobile)), await known(email)];
  const form = await one.patiently('registerWithForm', {
    first_name: 'Asha',
    last_name: 'Rao',
    password: FORM_PASSWORD,
    ...(email !== undefined && { email }),
    ...(mobile !== undefined && { phone: { country_code: '91', mobile } }),
    register_token: '',
  });
  const { request_id, register_token } = form;
  const byPhone = async () =>
    one.send('verifyMobileOTP', {
      request_id,
      register_token,
      otp: await server.otpFor(e164(mobile ?? ''), { after: phoneCodes }),
    });
  const byEmail = async () =>
    one.send('verifyEmailOTP', {
      email: form.email,
      register_token,
      action: 'register',
      otp: await server.otpFor(email ?? '', { after: emailCodes }),
    });
  return { form, byPhone, byEmail };
}

/** What an act of someone brings into an inbox: the newest message, once there are more than before. */
export async function mailed<T>(
  server: Server,
  to: string,
  act: () => Promise<T>,
): Promise<{ answer: T; message: InboxItem; otp: string; code: string }> {
  const { length: after } = await server.inbox(to);
  const answer = await act();
  const message = await server.messageFor(to, { after });
  return { answer, message, otp: message.otp ?? '', code: message.code ?? '' };
}
