/** Building statements is most of what a request costs in JavaScript: shoppers' hot ways fill in what is built. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { dialect } from '../../src/adapters/d1/statements/query.ts';
import { E164, expectOk, MOBILE, signUp } from '../support/answers.ts';
import { d1Shop, type D1Shop } from '../support/shop.ts';

const PASSWORD = 'correct horse battery staple';
const PAID = {
  DELIVERY: 'webhook',
  WEBHOOK_URL: 'https://messages.example/in',
  WEBHOOK_SECRET: 'a secret of at least thirty-two bytes',
};

async function deliver(shop: D1Shop): Promise<void> {
  const timestamp = new Date();
  const sent = shop.queue.sent
    .splice(0)
    .map((body, at) => ({ id: String(at), timestamp, attempts: 1, body }));
  const batch = createMessageBatch('vestibule-messages', sent);
  await shop.runtime.consume(batch);
  await getQueueResult(batch, createExecutionContext());
}

test('a login by code, one by password, a resend and a read of the session build nothing the second time', async () => {
  const shop = await d1Shop({
    env: PAID,
    fetch: async () => Response.json({ ok: true }),
    limits: { sendGapSeconds: 1 },
  });
  const first = shop.client();
  await signUp(shop, first);
  expectOk(await first.application.updatePassword({ body: { new_password: PASSWORD } }));
  const spy = vi.spyOn(dialect, 'sqlToQuery');
  /** How many statements each step built. */
  async function visit(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    async function step(name: string, work: () => Promise<unknown>): Promise<void> {
      spy.mockClear();
      await work();
      await shop.settle();
      counts[name] = spy.mock.calls.length;
    }
    const browser = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
    let requestId = '';
    let token = '';
    // Long enough for the application's record to be read again.
    shop.clock.advance(31_000);
    await step('send', async () => {
      const { body } = expectOk(await browser.application.loginWithOTP({ body: MOBILE }));
      requestId = body.request_id ?? '';
      token = body.resend_token ?? '';
    });
    shop.clock.advance(2_000);
    await step('resend', async () => {
      const body = { ...MOBILE, action: 'resend', token };
      expectOk(await browser.application.sendOTPOnMobile({ body }));
    });
    const otp = await shop.otp(E164);
    await step('deliver', async () => deliver(shop));
    await step('verify', async () => {
      const body = { request_id: requestId, otp };
      expectOk(await browser.application.verifyMobileOTP({ body }));
    });
    await step('read', async () => expectOk(await browser.application.getLoggedInUser({})));
    await step('password', async () => {
      const body = { username: E164, password: PASSWORD };
      const other = shop.client({ 'cf-connecting-ip': '203.0.113.7' });
      expectOk(await other.application.loginWithEmailAndPassword({ body }));
    });
    return counts;
  }
  try {
    // What is built each time is seen.
    await shop.ports.users.find('0123456789abcdef01234567');
    expect(spy).toHaveBeenCalledTimes(1);
    await visit();
    expect(await visit()).toEqual({
      send: 0,
      resend: 0,
      deliver: 0,
      verify: 0,
      read: 0,
      password: 0,
    });
  } finally {
    spy.mockRestore();
  }
});
