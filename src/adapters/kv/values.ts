/**
 * Everything that lies in KV. A value is written once and never changed, a rolling session's hourly renewal aside;
 * D1 decides whether it still counts. KV takes no TTL under 60 s, and another location may see an old value, or an old
 * absence, for a minute.
 *
 * | key | value | life |
 * |---|---|---|
 * | `session:<application>:<user>:<handle>` | `Session`, also as metadata, so that a listing reads no values | until it expires |
 * | `otp:<application>:<request_id>` | the sealed code, for a resend | 10 min |
 * | `form:<application>:<form id>` | `PendingForm` | 30 min |
 * | `inbox:<age>:<message id>` | a readable message, development only | 1 day |
 *
 * KV counts keys (512) and metadata (1,024) in bytes of UTF-8, and throws on more. So a key is made here only, of parts
 * that are short and plain; text of a caller that is neither names nothing.
 */
import { SECOND_MS } from '../../shared/time.ts';
import { Outage } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';

const MIN_TTL_SECONDS = 60;

/** Of ids, handles and hashes. Five of the longest and their colons stay below 512 bytes. */
const PART = /^[A-Za-z0-9_.-]{1,100}$/;

declare const made: unique symbol;
/** Names one value. */
export type Key = string & { readonly [made]: 'key' };
/** Names all values whose keys begin with it. */
export type Prefix = string & { readonly [made]: 'prefix' };

/** The parts with a colon between them; undefined when one of them is no part of any key. */
const join = (parts: readonly string[]): string | undefined =>
  parts.every((part) => PART.test(part)) ? parts.join(':') : undefined;
// The only two places that may say so of a text.
const key = (...parts: string[]): Key | undefined => join(parts) as Key | undefined;
const prefix = (...parts: string[]): Prefix | undefined => {
  const joined = join(parts);
  return joined === undefined ? undefined : (`${joined}:` as Prefix);
};

export const keys = {
  session: (application: string, userId: string, handle: string) =>
    key('session', application, userId, handle),
  sessionsOf: (application: string, userId: string) => prefix('session', application, userId),
  otp: (application: string, id: string) => key('otp', application, id),
  form: (application: string, formId: string) => key('form', application, formId),
  /** @param age digits of a fixed length, so that keys sort by it */
  inbox: (age: string, messageId: string) => key('inbox', age, messageId),
  inboxes: () => prefix('inbox'),
  /** Holds nothing; reading it shows that KV answers. */
  health: () => key('health'),
};

async function call<T>(work: Promise<T>): Promise<T> {
  try {
    return await withTimeout('KV', work);
  } catch (error) {
    throw new Outage('KV', error);
  }
}

/** The few KV calls the stores make, each bounded in time. */
export class Values {
  readonly #kv: KVNamespace;

  constructor(kv: KVNamespace) {
    this.#kv = kv;
  }

  /** @param name undefined, when a caller's text made no key, is not there */
  async get(name: Key | undefined): Promise<string | undefined> {
    if (name === undefined) return undefined;
    return (await call(this.#kv.get(name))) ?? undefined;
  }

  /**
   * @param expiresAt milliseconds; the value lives at least 60 s
   * @param metadata at most 1,024 bytes as JSON
   * @throws when there is no key: only what we have named ourselves is written
   */
  async put(
    name: Key | undefined,
    value: string,
    expiresAt: number,
    metadata?: unknown,
  ): Promise<void> {
    if (name === undefined) throw new Error('a value without a key');
    // Relative, because KV's clock only cleans up; never shorter than the ledger's own expiry.
    const expirationTtl = Math.max(
      MIN_TTL_SECONDS,
      Math.ceil((expiresAt - Date.now()) / SECOND_MS),
    );
    await call(this.#kv.put(name, value, { expirationTtl, metadata }));
  }

  async remove(name: Key | undefined): Promise<void> {
    if (name !== undefined) await call(this.#kv.delete(name));
  }

  /** Key and metadata of every value with the prefix, at most `max`. */
  async list(start: Prefix | undefined, max = 1000): Promise<{ key: Key; metadata: unknown }[]> {
    if (start === undefined) return [];
    const { keys: found } = await call(this.#kv.list({ prefix: start, limit: max }));
    // Keys under a prefix of ours were written by `put`.
    return found.map(({ name, metadata }) => ({ key: name as Key, metadata }));
  }
}
