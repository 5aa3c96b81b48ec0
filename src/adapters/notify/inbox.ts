/**
 * The dev inbox: where messages go when `DELIVERY=inbox`. It alone stores codes readable, for a day, in local KV; the
 * configuration refuses it in production.
 */
import { DAY_MS } from '../../shared/time.ts';
import { inboxItem } from '../../messages/inbox-item.ts';
import type { Inbox, InboxItem } from '../../ports/index.ts';
import { keys, type Values } from '../kv/values.ts';

const KEPT_FOR_MS = DAY_MS;
/** Keys sort by age, newest first: KV lists in the order of keys. */
const SORT_KEY_MAX = 9_999_999_999_999;
const MAX_LISTED = 100;

/** The inbox of a developer: the last 100 messages of a day, in KV. */
export function createInbox(values: Values): Inbox {
  return {
    sendsOnce: true,
    async deliver(message, rendered) {
      const { id, to, createdAt } = message;
      const item = inboxItem(message, rendered);
      const age = String(SORT_KEY_MAX - createdAt).padStart(13, '0');
      // The id makes a second delivery of the same message overwrite the first.
      await values.put(keys.inbox(age, id), JSON.stringify(item), createdAt + KEPT_FOR_MS, { to });
    },

    async list(to) {
      const found = await values.list(keys.inboxes());
      const wanted = found.filter(
        ({ metadata }) => to === undefined || (metadata as { to?: string } | null)?.to === to,
      );
      const texts = await Promise.all(
        wanted.slice(0, MAX_LISTED).map(({ key }) => values.get(key)),
      );
      return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as InboxItem]));
    },
  };
}
