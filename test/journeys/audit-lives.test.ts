/** How long it stays known what happened: what operators did 400 days, what happened to an account 90. */
import { describe, expect, test } from 'vitest';
import { ADMIN_ACTIONS, SECURITY_EVENTS } from '../../src/ports/index.ts';
import { expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop } from '../support/shop.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const RETENTION = '47 * * * *';
const ALL = [...ADMIN_ACTIONS, ...SECURITY_EVENTS];

describe('an event', () => {
  test('of each kind is known for as long as its kind is, and not longer', async () => {
    const shop = await d1Shop();
    const at = shop.clock.now();
    for (const action of ALL) {
      await shop.ports.audit.record({ action, actor: 'test', userId: 'u', requestId: 'test', at });
    }
    const known = async () =>
      (await shop.ports.audit.ofUser('u', 100)).map(({ action }) => action).toSorted();
    const after = async (days: number) => {
      // Rows go within a day of their time.
      shop.clock.advance(at + days * DAY - shop.clock.now());
      await shop.runtime.scheduled(RETENTION);
      return known();
    };
    const admin = [...ADMIN_ACTIONS].toSorted();
    expect(await after(90)).toEqual([...ALL].toSorted());
    expect(await after(91 + HOUR / DAY)).toEqual(admin);
    expect(await after(400)).toEqual(admin);
    expect(await after(401 + HOUR / DAY)).toEqual([]);
  });

  test('is written with its change, and lives as long', async () => {
    const shop = await d1Shop();
    const id = (await signUp(shop, shop.client())).body.user?._id ?? '';
    const block = { status: true, user_id: [id], reason: 'chargebacks' };
    expectOk(await (await operatorOf(shop)).blockOrUnblockUsers({ params, body: block }));
    await shop.settle();
    const types = async () => {
      const operator = await operatorOf(shop);
      return expectOk(await operator.timeline(id)).body.timeline.map(({ type }) => type);
    };
    const all = ['account.registered', 'customer.blocked', 'sign_in'];
    expect((await types()).toSorted()).toEqual(all);
    shop.clock.advance(92 * DAY);
    await shop.runtime.scheduled(RETENTION);
    // The registration stands in the customer's own row as well; what the audit said of it is gone.
    const events = await shop.ports.audit.ofUser(id, 100);
    expect(events.map(({ action }) => action)).toEqual(['customer.blocked']);
    shop.clock.advance(310 * DAY);
    await shop.runtime.scheduled(RETENTION);
    expect(await shop.ports.audit.ofUser(id, 100)).toEqual([]);
  });
});
