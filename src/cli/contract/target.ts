/** The server under check: calls rows as their clients do, and hands out whatever comes back. */
import type { Entry } from '../../http/operation.ts';
import { SESSION_COOKIE } from '../../http/cookies.ts';
import { Browser, type Visit } from './cookies.ts';
import { readJson } from './json.ts';
import { isObject } from './shapes.ts';
import { isTrouble, request, type Outcome } from './transport.ts';

export interface Credentials {
  companyId: string;
  applicationId: string;
  applicationToken: string;
  oauthKey: string;
  oauthSecret: string;
}

export interface Parts {
  params?: Record<string, string>;
  query?: object;
  body?: unknown;
  /** Nothing is sent where a body belongs. */
  bodiless?: boolean;
  headers?: Record<string, string>;
  /** In place of the operation's method. */
  method?: string;
  /** `none`: without credentials; `foreign`: with ones that nobody gave out. */
  as?: 'none' | 'foreign';
}

export interface TargetOptions {
  url: string;
  credentials: Credentials;
  /** For each answer, in milliseconds. */
  maxTimeMs: number;
  /** Sent with every request, such as for a gateway in front of the server. */
  headers: Readonly<Record<string, string>>;
  /** A session cookie that every request carries; for servers that only look whether there is one. */
  cookie?: string;
}

/** What came of asking for an access token. */
export interface Access {
  token?: string;
  /** Why there is none. */
  reason?: string;
  status?: number;
}

/** An answer or what was in its way, and where the request went. */
export interface Called {
  outcome: Outcome;
  visit: Visit;
  milliseconds: number;
}

/** Of UTF-8; btoa alone takes no other letters than Latin ones. */
const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

const FOREIGN_TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjb250cmFjdC1jaGVjayJ9.Zm9yZWlnbg';

/** A shopper's browser or an operator's program; each has its own cookies. */
export class Target {
  readonly options: TargetOptions;
  readonly url: string;
  readonly #browser = new Browser();
  #access: Promise<Access> | undefined;

  constructor(options: TargetOptions) {
    this.options = options;
    this.url = options.url.replace(/\/$/, '');
  }

  /** Has this browser carry a session from elsewhere. @param session value of the cookie, as it was sent */
  signIn(session: string): void {
    this.#browser.take(this.url, [`${SESSION_COOKIE}=${session}; Path=/`]);
  }

  /** Another browser on the same server. */
  another(): Target {
    return new Target(this.options);
  }

  get path(): { company_id: string; application_id: string } {
    const { companyId, applicationId } = this.options.credentials;
    return { company_id: companyId, application_id: applicationId };
  }

  async send(path: string, init: RequestInit = {}): Promise<Called> {
    const url = this.url + path;
    const headers = new Headers({ ...this.options.headers, ...(init.headers as object) });
    const cookie = this.options.cookie ?? this.#browser.header(url);
    if (cookie) headers.set('cookie', cookie);
    const signedIn = this.options.cookie !== undefined || this.#browser.hasSession(url);
    const began = Date.now();
    const outcome = await request(url, { ...init, headers }, this.options.maxTimeMs);
    if (!isTrouble(outcome)) this.#browser.take(url, outcome.headers.getSetCookie());
    return { outcome, visit: { url, signedIn }, milliseconds: Date.now() - began };
  }

  /** Calls an operation with its credentials, its documented parts, and what replaces them. */
  async call({ client, row }: Entry, given: Parts = {}): Promise<Called> {
    const example = (row.example.request ?? {}) as Parts;
    const { params, query, body } = { ...example, ...given };
    const known: Record<string, string> = {
      group_id: '1',
      ...params,
      ...this.path,
    };
    const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(given.params?.[name] ?? known[name] ?? 'unknown'),
    );
    const search = new URLSearchParams(
      Object.entries(query ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ).toString();
    const authorization = await this.#authorization(client, given.as);
    const headers: Record<string, string> = {
      ...(authorization !== undefined && { authorization }),
      ...(row.request.body && { 'content-type': 'application/json' }),
      ...given.headers,
    };
    const init = { method: given.method ?? row.method.toUpperCase(), headers };
    return this.send(
      search ? `${path}?${search}` : path,
      row.request.body ? { ...init, body: given.bodiless ? '' : JSON.stringify(body ?? {}) } : init,
    );
  }

  async #authorization(client: string, as: Parts['as']): Promise<string | undefined> {
    if (as === 'none') return undefined;
    const { applicationId, applicationToken } = this.options.credentials;
    if (client !== 'platform') {
      const token = as === 'foreign' ? 'of-nobody' : applicationToken;
      return `Bearer ${base64(`${applicationId}:${token}`)}`;
    }
    if (as === 'foreign') return `Bearer ${FOREIGN_TOKEN}`;
    const { token } = await this.access();
    return token === undefined ? undefined : `Bearer ${token}`;
  }

  /** Asks for an access token once. */
  async access(): Promise<Access> {
    this.#access ??= this.#accessToken();
    return this.#access;
  }

  async #accessToken(): Promise<Access> {
    const { companyId, oauthKey, oauthSecret } = this.options.credentials;
    const { outcome } = await this.send(
      `/service/panel/authentication/v1.0/company/${encodeURIComponent(companyId)}/oauth/token`,
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${base64(`${oauthKey}:${oauthSecret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      },
    );
    if (isTrouble(outcome)) return { reason: outcome.trouble };
    const { status, body } = outcome;
    const { value, flaws } = readJson(body);
    if (status !== 200) {
      const code = isObject(value) && typeof value['code'] === 'string' ? ` ${value['code']}` : '';
      return { reason: `it answers ${status}${code}`, status };
    }
    const token = isObject(value) ? value['access_token'] : undefined;
    if (typeof token === 'string' && token !== '') return { token };
    const flaw = flaws.map(({ message }) => `the answer ${message}`)[0];
    return { reason: flaw ?? 'its answer holds no access_token', status };
  }
}
