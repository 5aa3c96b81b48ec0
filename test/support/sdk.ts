/** The published SDK, pointed at a started Worker. */
import { ApplicationClient, ApplicationConfig } from '@gofynd/fdk-client-javascript/application.js';
import { PlatformClient, PlatformConfig } from '@gofynd/fdk-client-javascript/platform.js';
import { DEMO } from '../../scripts/lib/welcome.ts';
import type { Operation, Output } from '../../src/http/operation.ts';
import type { table } from '../../src/table.ts';
import { eventually } from './eventually.ts';
import type { StartedServer } from './started-server.ts';

/** On an error the SDK prints the whole request, `Authorization` included; its types do not know loglevel's own name for silence. */
const SILENT = 'SILENT' as 'ERROR';

type SdkUser = InstanceType<typeof ApplicationClient>['user'];
/** The rows that the SDK has a method for. */
type Rows = Pick<
  (typeof table)['application'],
  keyof (typeof table)['application'] & keyof SdkUser
>;
/** What an operation answers, as its row says; the SDK's own types say `any`. */
export type Answer<K extends keyof Rows> = Rows[K] extends Operation ? Output<Rows[K]> : never;

/** What the SDK throws for an answer that is no success. */
export interface SdkError {
  name: string;
  message: string;
  /** The HTTP status. */
  code: number;
  /** The body. */
  details: Record<string, unknown> & { meta?: Record<string, unknown> };
}

/** A shopper's browser: an application client that keeps its session cookie, as a cookie jar would. */
export class Shopper {
  readonly #client: InstanceType<typeof ApplicationClient>;
  #cookie: string | undefined;

  constructor(url: string, applicationToken: string = DEMO.applicationToken) {
    const config = new ApplicationConfig({
      applicationID: DEMO.applicationId,
      applicationToken,
      domain: url,
      logLevel: SILENT,
    });
    this.#client = new ApplicationClient(config, {});
  }

  get cookie(): string | undefined {
    return this.#cookie;
  }

  /** Calls a method of the client's `user` by the operation's name. */
  async call<K extends keyof Rows>(operation: K, args: object = {}): Promise<Answer<K>> {
    // With `responseHeaders` the SDK answers a pair, which its types do not say.
    const method = this.#client.user[operation].bind(this.#client.user) as unknown as (
      args: object,
      options: { responseHeaders: true },
    ) => Promise<[Answer<K>, { 'set-cookie'?: string[] }]>;
    const [body, headers] = await method(args, { responseHeaders: true });
    for (const line of headers['set-cookie'] ?? []) this.#keep(line);
    return body;
  }

  /** Sends this cookie from now on. */
  present(cookie: string | undefined): void {
    this.#cookie = cookie;
    this.#client.setCookie(cookie ?? '');
  }

  #keep(line: string): void {
    // The device cookie comes beside it; a shopper of these tests presents the session alone.
    if (!line.startsWith('f.session=')) return;
    const [pair] = line.split(';');
    this.present(/max-age=0(;|$)/i.test(line) ? undefined : pair);
  }

  /** The error of a call that must fail. */
  async refusal(operation: keyof Rows, args: object = {}): Promise<SdkError> {
    try {
      await this.call(operation, args);
    } catch (error) {
      return error as SdkError;
    }
    throw new Error(`${operation} did not fail`);
  }
}

/** Longer than any send gap a test sets. */
const SEND_GAP_WITHIN_MS = 15_000;

/** Asks for a code, again while the send gap refuses it, and gives the code back. */
export async function loginAt(
  server: Pick<StartedServer, 'inbox' | 'otpFor'>,
  shopper: Shopper,
  mobile: string,
): Promise<Answer<'verifyMobileOTP'>> {
  const { length: after } = await server.inbox(`+91${mobile}`);
  const body = { mobile, country_code: '91' };
  const { request_id } = await eventually('the send gap is over', SEND_GAP_WITHIN_MS, async () => {
    try {
      return await shopper.call('loginWithOTP', { body });
    } catch (error) {
      if ((error as SdkError).code !== 429) throw error;
      return undefined;
    }
  });
  const otp = await server.otpFor(`+91${mobile}`, { after });
  return shopper.call('verifyMobileOTP', { body: { request_id, otp } });
}

/** The `user` part of a platform client that throws at every answer which is not as the SDK's own models say. */
export async function operator(url: string, apiSecret: string = DEMO.oauthSecret) {
  const config = new PlatformConfig(
    { companyId: DEMO.companyId, apiKey: DEMO.oauthKey, apiSecret, domain: url, logLevel: SILENT },
    { strictResponseCheck: true },
  );
  const client = new PlatformClient(config, {});
  const token: unknown = await config.oauthClient.getAccesstokenObj({
    grant_type: 'client_credentials',
    refresh_token: undefined,
    code: undefined,
  });
  client.setToken(token);
  return client.application(DEMO.applicationId).user;
}
