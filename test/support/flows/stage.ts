/** What a flow of the product is made of: somebody new, brought undisturbed to where it begins, and the calls of a client. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Client } from '../../../src/http/client.ts';
import type { table } from '../../../src/table.ts';
import { expectOk, signUp } from '../answers.ts';
import type { FakeProvider } from '../fake-provider.ts';
import type { FileServer } from '../file-server.ts';
import type { operatorOf } from '../operator.ts';
import type { D1Shop, ShopOptions } from '../shop.ts';

export type Browser = Client<typeof table>;
export type Operator = Awaited<ReturnType<typeof operatorOf>>;

/** Longer than the send gap, and than the cache of application records. */
export const SEND_GAP_MS = 31_000;
export const PASSWORD = 'a long passphrase';

export interface Answer {
  ok: boolean;
  status: number;
  headers: Headers;
  body: object;
}
type Success<R extends Answer> = Extract<R, { ok: true }>;

/** One call of a client, which repeats it as a client does when the service is not available; throws `Refused` on a 4xx. */
export type Ask = <R extends Answer>(call: () => Promise<R>) => Promise<Success<R>>;

/** A refusal that leaves the client nothing but to begin again. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor({ status, body }: Answer) {
    const code = 'code' in body ? String(body.code) : '';
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** No message came: a limit may drop one silently. Who waits for it asks again, from the beginning. */
export class NothingCame extends Refused {
  constructor(to: string) {
    super({
      ok: false,
      status: 0,
      headers: new Headers(),
      body: { code: `nothing came to ${to}` },
    });
  }
}

/** Somebody nobody else is. */
export interface Person {
  phone: string;
  e164: string;
  email: string;
  first_name: string;
  last_name: string;
}

export interface Stage {
  shop: D1Shop;
  fake: FakeProvider;
  files: FileServer;
  operator: Operator;
  person(): Person;
  /** A new customer with a verified number, signed in. */
  member(): Promise<Member>;
  /** The same with a verified email. */
  mailedMember(): Promise<Member>;
  /** The same with a password. */
  passwordMember(): Promise<Member>;
}
export interface Member {
  person: Person;
  browser: Browser;
  id: string;
}

export interface Act {
  /** What the client does. It can be begun again at any time. */
  run(ask: Ask): Promise<void>;
  /** Whether what it is for has come about; throws when it has come about twice, or by halves. */
  reached(): Promise<boolean>;
}

export interface Flow {
  name: string;
  options?: ShopOptions;
  /** It goes the way of another flow through the code, and is disturbed everywhere only in the long run. */
  likeAnother?: true;
  /** A message goes out before the last write of its call, and stays charged when that one fails: it was sent. */
  sendsFirst?: true;
  prepare(stage: Stage): Promise<Act>;
}

let people = 0;
function somebody(): Person {
  people += 1;
  const phone = String(9_820_000_000 + people);
  const letters = people
    .toString(26)
    .replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  return {
    phone,
    e164: `+91${phone}`,
    email: `person${people}@example.com`,
    first_name: `First${letters}`,
    last_name: `Last${letters}`,
  };
}

export function stageOf(
  shop: D1Shop,
  fake: FakeProvider,
  files: FileServer,
  operator: Operator,
): Stage {
  const member = async (): Promise<Member> => {
    const person = somebody();
    const browser = shop.client();
    const { user } = (await signUp(shop, browser, person.phone)).body;
    shop.clock.advance(SEND_GAP_MS);
    return { person, browser, id: user?._id ?? '' };
  };
  const mailedMember = async (): Promise<Member> => {
    const one = await member();
    const { email } = one.person;
    expectOk(await one.browser.application.sendOTPOnEmail({ body: { email } }));
    const body = { email, otp: await shop.otp(email) };
    expectOk(await one.browser.application.verifyEmailOTP({ body }));
    shop.clock.advance(SEND_GAP_MS);
    return one;
  };
  return {
    shop,
    fake,
    files,
    operator,
    person: somebody,
    member,
    mailedMember,
    async passwordMember() {
      const one = await mailedMember();
      expectOk(await one.browser.application.updatePassword({ body: { new_password: PASSWORD } }));
      return one;
    },
  };
}

/** Users who have the identifier verified. */
async function ownersOf(value: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    'SELECT user_id FROM identifiers WHERE value = ? AND verified = 1',
  )
    .bind(value)
    .all<{ user_id: string }>();
  return results.map(({ user_id }) => user_id);
}

/** One owner: true; none: false; more is a fault. */
export async function isOwned(value: string, by?: string): Promise<boolean> {
  const owners = await ownersOf(value);
  expect(owners.length, `owners of ${value}`).toBeLessThan(2);
  if (by !== undefined && owners.length > 0) expect(owners).toEqual([by]);
  return owners.length === 1;
}

/** The newest link's code that was sent to someone. */
export async function linkCode(shop: D1Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to && !sent.drop);
  if (!message || !('code' in message.content)) throw new NothingCame(to);
  return message.content.code;
}

/** The flow ends with this; it has come about when the client got so far. */
export function ending(run: (ask: Ask) => Promise<unknown>, also?: () => Promise<boolean>): Act {
  let ended = false;
  return {
    async run(ask) {
      await run(ask);
      ended = true;
    },
    reached: async () => ended && (also === undefined || (await also())),
  };
}
