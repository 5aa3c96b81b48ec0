/** Links are counted by whose profile asks for them: one shopper cannot mail the whole world. */
import { describe, expect, test } from 'vitest';
import { expectOk, signUp, type Browser } from '../support/answers.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const HOUR = 3_600_000;
const GAP = 31_000;

/** Asks for the link of one more address, and takes the address off again: a profile holds ten of a kind. */
async function link(browser: Browser, kind: 'email' | 'phone', number: number) {
  const { application } = browser;
  const some = { active: true, primary: false, verified: false };
  if (kind === 'email') {
    const email = `stranger${number}@example.com`;
    const added = await application.addEmail({ body: { email } });
    if (added.ok) expectOk(await application.deleteEmail({ query: { email, ...some } }));
    return added;
  }
  const one = { phone: String(9_820_098_000 + number), country_code: '91' };
  const added = await application.addMobileNumber({ body: one });
  if (added.ok) expectOk(await application.deleteMobileNumber({ query: { ...one, ...some } }));
  return added;
}

const links = async (shop: Shop) =>
  (await shop.messages()).filter(({ content }) => content.template === 'verify_link').length;

const SPENT = { status: 429, body: { meta: { limit: 'links_per_user_hour' } } };

describe.each(BACKENDS_AND_MOCK)('links of one user on %s', (_, createShop) => {
  test.each([['email'], ['phone'], ['both']])('ten an hour, by %s', async (by) => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    const kindOf = (number: number) =>
      by === 'both' ? (number % 2 === 0 ? 'email' : 'phone') : by === 'email' ? 'email' : 'phone';
    for (let number = 1; number <= 10; number += 1) {
      expectOk(await link(browser, kindOf(number), number));
      shop.clock.advance(GAP);
    }
    expect(await links(shop)).toBe(10);
    for (const kind of ['email', 'phone'] as const) {
      const refused = await link(browser, kind, 11);
      expect(refused).toMatchObject(SPENT);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await links(shop)).toBe(10);
    // Another shopper has a budget of their own.
    const other = shop.client();
    await signUp(shop, other, '9876543210');
    expectOk(await link(other, 'email', 12));
    shop.clock.advance(HOUR);
    expectOk(await link(browser, 'email', 13));
  });

  test('a link that is sent again counts like the first one', async () => {
    const shop = await createShop({ limits: { sendsPerHour: 100, sendsPerDay: 100 } });
    const browser = shop.client();
    await signUp(shop, browser);
    const emails = ['a@example.com', 'b@example.com'];
    for (const email of emails) expectOk(await browser.application.addEmail({ body: { email } }));
    for (let again = 0; again < 8; again += 1) {
      if (again % 2 === 0) shop.clock.advance(GAP);
      const email = emails[again % 2] ?? '';
      expectOk(await browser.application.sendVerificationLinkToEmail({ body: { email } }));
    }
    shop.clock.advance(GAP);
    const [email = ''] = emails;
    const refused = await browser.application.sendVerificationLinkToEmail({ body: { email } });
    expect(refused).toMatchObject(SPENT);
    expect(await links(shop)).toBe(10);
  });
});
