/**
 * The dev inbox: where messages go when `DELIVERY=inbox`. It alone stores codes readable, for a day, in local KV; the
 * configuration refuses it in production.
 */
import { inboxItem } from './templates/inbox-item.ts';
import type { Inbox, InboxItem } from '../../ports.ts';
import { keys, type Values } from '../kv/values.ts';

const LIFE = 86_400_000;
/** Keys sort by age, newest first: KV lists in the order of keys. */
const FAR = 9_999_999_999_999;
const SHOWN = 100;

export function createInbox(values: Values): Inbox {
  return {
    sendsOnce: true,
    async deliver(message, rendered) {
      const { id, to, createdAt } = message;
      const item = inboxItem(message, rendered);
      const age = String(FAR - createdAt).padStart(13, '0');
      // The id makes a second delivery of the same message overwrite the first.
      await values.put(keys.inbox(age, id), JSON.stringify(item), createdAt + LIFE, { to });
    },

    async list(to) {
      const found = await values.list(keys.inboxes());
      const wanted = found.filter(
        ({ metadata }) => to === undefined || (metadata as { to?: string } | null)?.to === to,
      );
      const texts = await Promise.all(wanted.slice(0, SHOWN).map(({ key }) => values.get(key)));
      return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as InboxItem]));
    },
  };
}
