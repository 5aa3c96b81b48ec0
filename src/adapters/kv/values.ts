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
 */
import { Outage } from '../../ports.ts';
import { within } from '../within.ts';

const MIN_TTL = 60;

export const keys = {
  session: (application: string, userId: string, handle: string) =>
    `session:${application}:${userId}:${handle}`,
  sessionsOf: (application: string, userId: string) => `session:${application}:${userId}:`,
  otp: (application: string, id: string) => `otp:${application}:${id}`,
  form: (application: string, formId: string) => `form:${application}:${formId}`,
};

async function call<T>(work: Promise<T>): Promise<T> {
  try {
    return await within('KV', work);
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

  async get(key: string): Promise<string | undefined> {
    return (await call(this.#kv.get(key))) ?? undefined;
  }

  /** @param expiresAt milliseconds; the value lives at least 60 s */
  async put(key: string, value: string, expiresAt: number, metadata?: unknown): Promise<void> {
    // Relative, because KV's clock only cleans up; never shorter than the ledger's own expiry (ruling 46).
    const expirationTtl = Math.max(MIN_TTL, Math.ceil((expiresAt - Date.now()) / 1000));
    await call(this.#kv.put(key, value, { expirationTtl, metadata }));
  }

  async remove(key: string): Promise<void> {
    await call(this.#kv.delete(key));
  }

  /** Metadata of every key with the prefix, at most `max`. */
  async list(prefix: string, max = 1000): Promise<{ key: string; metadata: unknown }[]> {
    const { keys: found } = await call(this.#kv.list({ prefix, limit: max }));
    return found.map(({ name, metadata }) => ({ key: name, metadata }));
  }
}
