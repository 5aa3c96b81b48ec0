/** A change that is told: whatever fails, there is one event of it, and it comes to the queue. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { IMPORTS_CRON } from '../../../src/adapters/d1/maintenance/housekeeping.ts';
import { consumeEvents } from '../events.ts';
import { params } from '../operator.ts';
import type { Flow } from './stage.ts';

const toldChange: Flow['prepare'] = async ({ shop, operator, member, person }) => {
  const { id } = await member();
  const { first_name } = person();
  const known = await env.DB.prepare('SELECT id FROM event_endpoints').first();
  if (!known) await shop.subscribe(['customer.updated']);
  return {
    async run(ask) {
      const path = { ...params, user_id: id };
      await ask(() => operator.updateUser({ params: path, body: { first_name } }));
    },
    async reached() {
      const user = await env.DB.prepare('SELECT first_name FROM users WHERE id = ?')
        .bind(id)
        .first();
      const told = (await shop.events()).filter(({ userId }) => userId === id);
      expect(told.map(({ sequence, changed }) => ({ sequence, changed }))).toEqual(
        user?.['first_name'] === first_name ? [{ sequence: 1, changed: ['first_name'] }] : [],
      );
      if (told.length === 0) return false;
      await shop.runtime.scheduled(IMPORTS_CRON);
      expect(shop.eventQueue.map(({ eventId }) => eventId)).toContain(told[0]?.id);
      await consumeEvents(shop);
      return true;
    },
  };
};

/** Their flows. */
export const eventFlows: readonly Flow[] = [{ name: 'a change that is told', prepare: toldChange }];
