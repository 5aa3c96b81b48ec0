/** A country on the list means that country: a code that it begins, or that begins it, is another one. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { MOBILE, expectOk } from '../support/answers.ts';
import { d1Shop } from '../support/shop.ts';

const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://provider.example/messages',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};
const BRITISH = { mobile: '7912345678', country_code: '44' };
const EMIRATI = { mobile: '501234567', country_code: '971' };
const KAZAKH = { mobile: '7012345678', country_code: '7' };

async function shopOf(own: string, list: string[]) {
  const shop = await d1Shop({ env: PAID });
  await env.DB.prepare('UPDATE applications SET sms_countries = ?, default_country_code = ?')
    .bind(JSON.stringify(list), own)
    .run();
  return shop;
}

describe('an SMS', () => {
  test.each([
    ['91', ['4', '9', '97', '9711', '1', ''], BRITISH],
    ['91', ['9', '97', '9711', '71', ''], EMIRATI],
    ['91', ['71', '77', '9', ''], KAZAKH],
    ['9', [], MOBILE],
    ['97', ['9'], EMIRATI],
    ['4', ['1'], BRITISH],
  ])('of a shop of %s with %j on its list does not go to %j', async (own, list, body) => {
    const shop = await shopOf(own, list);
    const refused = await shop.client().application.loginWithOTP({ body });
    expect(refused).toMatchObject({ status: 400, body: { meta: { limit: 'sms_country' } } });
    expect(shop.queue.sent).toEqual([]);
  });

  test.each([
    ['91', ['44'], BRITISH],
    ['91', ['1', '971'], EMIRATI],
    ['971', [], EMIRATI],
    ['7', [], KAZAKH],
  ])('of a shop of %s with %j on its list goes to %j', async (own, list, body) => {
    const shop = await shopOf(own, list);
    expectOk(await shop.client().application.loginWithOTP({ body }));
    expect(shop.queue.sent).toHaveLength(1);
  });
});
