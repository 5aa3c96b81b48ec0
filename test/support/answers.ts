import { expect } from 'vitest';
import type { Client } from '../../src/http/client.ts';
import type { table } from '../../src/table.ts';
import type { Shop } from './shop.ts';

export type Browser = Client<typeof table>;
export const MOBILE = { mobile: '8652523958', country_code: '91' };
export const E164 = '+918652523958';

/** The answer, or a failed test that shows what came instead. */
export function expectOk<R extends { ok: boolean; body: unknown }>(
  result: R,
): Extract<R, { ok: true }> {
  expect(result, JSON.stringify(result.body)).toMatchObject({ ok: true });
  return result as Extract<R, { ok: true }>;
}

/** Asks for a code and answers it. */
export async function prove(shop: Shop, browser: Browser, mobile = '8652523958') {
  const sent = expectOk(
    await browser.application.loginWithOTP({ body: { mobile, country_code: '91' } }),
  );
  const request_id = sent.body.request_id ?? '';
  const otp = await shop.otp(`+91${mobile}`);
  return expectOk(await browser.application.verifyMobileOTP({ body: { request_id, otp } }));
}

/** A new shopper, signed in. */
export async function signUp(shop: Shop, browser: Browser, mobile?: string) {
  const { register_token } = (await prove(shop, browser, mobile)).body;
  const body = { first_name: 'Asha', last_name: 'Rao', register_token };
  return expectOk(await browser.application.updateProfile({ body }));
}

/** The cookie pair of an answer, as a browser sends it back. */
export function cookieOf(answer: { headers: Headers }): string {
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

/** A code that is certainly not the right one. */
export function wrongCode(otp: string): string {
  return String((Number(otp) + 1) % 1_000_000).padStart(6, '0');
}
