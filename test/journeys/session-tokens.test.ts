/** `getSessionToken`: who is signed in, for services that verify it by themselves. */
import { describe, expect, test } from 'vitest';
import { expectOk, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';
import { onlyReads } from '../../src/guard.ts';
import { table } from '../../src/table.ts';
import { verifySessionToken, type SessionKeySet } from '../../src/session/index.ts';

const LIFE_MS = 300_000;

/** What another service of the shop does. */
async function verifier(shop: Shop) {
  const keys = await (await shop.fetch('/.well-known/jwks.json')).json<SessionKeySet>();
  return async (token: string, application = shop.application.id) =>
    verifySessionToken(token, { application, keys, now: shop.clock.now });
}

async function member(shop: Shop) {
  const browser = shop.client();
  const { body } = await signUp(shop, browser);
  await shop.settle();
  return { browser, id: body.user?._id ?? '' };
}

test('a replica that lags never issues one', () => {
  expect(onlyReads(table.service.getSessionToken)).toBe(false);
});

describe.each(BACKENDS_AND_MOCK)('session tokens on %s', (_, createShop) => {
  test('say who is signed in, and verify by the published keys', async () => {
    const shop = await createShop();
    const { browser, id } = await member(shop);
    const answer = expectOk(await browser.service.getSessionToken());
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body.expires_in).toBe(LIFE_MS / 1000);
    const [handle] =
      expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
    const verify = await verifier(shop);
    const claims = await verify(answer.body.session_token);
    expect(claims).toMatchObject({
      userId: id,
      applicationId: shop.application.id,
      session: handle,
      emails: [],
      phoneNumbers: ['+918652523958'],
    });
    expect(claims.expiresAt.getTime() - claims.issuedAt.getTime()).toBe(LIFE_MS);
    await expect(verify(answer.body.session_token, 'f'.repeat(24))).rejects.toThrow(
      /^application_wrong/,
    );
  });

  test('name verified identifiers alone', async () => {
    const shop = await createShop();
    const { browser } = await member(shop);
    expectOk(await browser.application.addEmail({ body: { email: 'asha@example.com' } }));
    const token = expectOk(await browser.service.getSessionToken()).body.session_token;
    expect((await (await verifier(shop))(token)).emails).toEqual([]);
  });

  test('are for nobody who is not signed in', async () => {
    const shop = await createShop();
    const answer = await shop.client().service.getSessionToken();
    expect(answer).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
  });

  test('outlive no session', async () => {
    const session_config = { duration: 2, type: 'Minutes', is_rolling: false } as const;
    const shop = await createShop({ config: { session_config } });
    const { browser } = await member(shop);
    shop.clock.advance(60_000);
    const { expires_in } = expectOk(await browser.service.getSessionToken()).body;
    expect(expires_in).toBeGreaterThan(0);
    expect(expires_in).toBeLessThanOrEqual(60);
  });

  test('do not know of a block, for at most five minutes', async () => {
    const shop = await createShop();
    const { browser, id } = await member(shop);
    const verify = await verifier(shop);
    const token = expectOk(await browser.service.getSessionToken()).body.session_token;
    const body = { status: true, user_id: [id], reason: 'fraud' };
    expectOk(await (await operatorOf(shop)).blockOrUnblockUsers({ params, body }));
    expect((await browser.service.getSessionToken()).status).toBe(401);
    expect((await verify(token)).userId).toBe(id);
    shop.clock.advance(LIFE_MS);
    await expect(verify(token)).rejects.toThrow(/^expired/);
  });
});
