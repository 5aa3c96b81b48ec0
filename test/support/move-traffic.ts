/** Shoppers and an operator who go on while their shop is moved, and what they were told. */
import { expect } from 'vitest';
import type { Client } from '../../src/http/client.ts';
import type { table } from '../../src/table.ts';
import type { D1Shop } from './shop.ts';

/** Between two codes for one number. */
const GAP_MS = 31_000;

interface Answer {
  ok: boolean;
  status: number;
  headers: Headers;
  body: object;
}

interface Shopper {
  browser: Client<typeof table>;
  phone: string;
  /** What was acknowledged last. */
  name?: string;
  isGone?: true;
  isOut?: true;
}

export interface Traffic {
  shoppers: Shopper[];
  /** Answers that said that the shop is being moved. */
  refused: number;
  /** Something or other is done; nothing when the shop cannot take it just now. */
  act(): Promise<void>;
}

/** Thrown inside of an act that the move has stopped: the shopper comes again later. */
class NotNow extends Error {}

export function trafficOf(shop: D1Shop): Traffic {
  let turn = 0;
  const traffic: Traffic = { shoppers: [], refused: 0, act };

  /** No answer is a failure, but that the shop is being moved. */
  async function ask<R extends Answer>(call: Promise<R>): Promise<Extract<R, { ok: true }>> {
    const answer = await call;
    if (answer.ok) return answer as Extract<R, { ok: true }>;
    expect(answer, JSON.stringify([answer.body, shop.log.at(-1)])).toMatchObject({
      status: 503,
      body: { code: 'application_moving' },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    traffic.refused += 1;
    throw new NotNow();
  }

  async function comeIn(): Promise<void> {
    const phone = String(9_830_000_000 + turn);
    const browser = shop.client();
    const { application } = browser;
    const sent = await ask(application.loginWithOTP({ body: { mobile: phone } }));
    const code = { request_id: sent.body.request_id ?? '', otp: await shop.otp(`+91${phone}`) };
    const { register_token } = (await ask(application.verifyMobileOTP({ body: code }))).body;
    const body = { first_name: 'First', register_token };
    await ask(application.updateProfile({ body }));
    traffic.shoppers.push({ browser, phone, name: 'First' });
  }

  async function act(): Promise<void> {
    turn += 1;
    const alive = traffic.shoppers.filter(({ isGone, isOut }) => !isGone && !isOut);
    const one = alive[turn % Math.max(1, alive.length)];
    try {
      if (!one || turn % 4 === 0) return await comeIn();
      const { application } = one.browser;
      if (turn % 7 === 1 && alive.length > 3) {
        await ask(application.logout());
        one.isOut = true;
      } else if (turn % 7 === 2 && alive.length > 3) {
        shop.clock.advance(GAP_MS);
        const sent = await ask(application.sendOTPOnMobile({ body: { mobile: one.phone } }));
        const otp = await shop.otp(`+91${one.phone}`);
        await ask(
          application.deleteUser({ body: { request_id: sent.body.request_id ?? '', otp } }),
        );
        one.isGone = true;
      } else {
        const name = `Name ${turn}`;
        await ask(application.updateProfile({ body: { first_name: name } }));
        one.name = name;
      }
      await ask(application.getPlatformConfig());
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
    }
  }
  return traffic;
}
