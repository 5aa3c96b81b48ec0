/** The server under check: calls rows as their clients do, keeps cookies, and hands out whatever comes back. */
import { successOf, type Entry } from '../../src/http/operation.ts';
import type { Answer } from './strict.ts';

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
  body?: object;
  headers?: Record<string, string>;
}

/** Longer than any healthy answer. */
const TIMEOUT_MS = 15_000;

/** No server answers at the URL. */
export class Unreachable extends Error {}

/** A shopper's browser or an operator's program; each has its own cookies. */
export class Target {
  readonly url: string;
  readonly #credentials: Credentials;
  readonly #jar = new Map<string, string>();
  #token: string | undefined;

  constructor(url: string, credentials: Credentials) {
    this.url = url.replace(/\/$/, '');
    this.#credentials = credentials;
  }

  /** Another browser on the same server. */
  another(): Target {
    return new Target(this.url, this.#credentials);
  }

  get path(): { company_id: string; application_id: string } {
    const { companyId, applicationId } = this.#credentials;
    return { company_id: companyId, application_id: applicationId };
  }

  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie) headers.set('cookie', cookie);
    let response: Response;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      response = await fetch(this.url + path, { ...init, headers, signal, redirect: 'manual' });
    } catch (error) {
      const reason = error instanceof Error ? (error.cause ?? error) : error;
      throw new Unreachable(reason instanceof Error ? reason.message : String(reason));
    }
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    if (/max-age=0(;|$)/i.test(line)) this.#jar.delete(name);
    else this.#jar.set(name, pair.slice(pair.indexOf('=') + 1));
  }

  /** Calls an operation with its credentials, its documented parts, and what replaces them. */
  async call({ client, row }: Entry, given: Parts = {}): Promise<Answer> {
    const example = (row.example.request ?? {}) as Parts;
    const { params, query, body } = { ...example, ...given };
    const known: Record<string, string> = {
      user_id: 'unknown',
      group_id: '1',
      ...params,
      ...this.path,
    };
    const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(given.params?.[name] ?? known[name] ?? ''),
    );
    const search = new URLSearchParams(
      Object.entries(query ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    ).toString();
    const headers: Record<string, string> = {
      authorization: await this.#authorization(client),
      ...(row.request.body && { 'content-type': 'application/json' }),
      ...given.headers,
    };
    const init = { method: row.method.toUpperCase(), headers };
    return this.send(
      search ? `${path}?${search}` : path,
      row.request.body ? { ...init, body: JSON.stringify(body ?? {}) } : init,
    );
  }

  async #authorization(client: string): Promise<string> {
    const { applicationId, applicationToken } = this.#credentials;
    if (client !== 'platform') return `Bearer ${btoa(`${applicationId}:${applicationToken}`)}`;
    this.#token ??= await this.#accessToken();
    return `Bearer ${this.#token}`;
  }

  /** Empty when there is none: the operations then say 401 themselves. */
  async #accessToken(): Promise<string> {
    const { companyId, oauthKey, oauthSecret } = this.#credentials;
    const { status, text } = await this.send(
      `/service/panel/authentication/v1.0/company/${companyId}/oauth/token`,
      {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`${oauthKey}:${oauthSecret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      },
    );
    if (status !== 200) return '';
    // Whatever else it is, is checked where the token is used.
    return (JSON.parse(text) as { access_token?: string }).access_token ?? '';
  }
}

/** The body of a success of the row; undefined for anything else. */
export function successBody(
  entry: Entry,
  { status, text }: Answer,
): Record<string, unknown> | undefined {
  if (status !== successOf(entry.row).status) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
