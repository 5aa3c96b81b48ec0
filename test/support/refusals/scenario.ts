/** A scenario ends in one refusal. What all of them share: shoppers in the states that lead there. */
import { registerUser, registrationOf } from '../stored.ts';
import { env } from 'cloudflare:workers';
import type {
  IdentifierKind,
  IdentifierRef,
  PlatformConfig,
  Profile,
} from '../../../src/ports/index.ts';
import { prove, expectOk, signUp, type Browser } from '../answers.ts';
import type { D1Shop, Shop, ShopOptions } from '../shop.ts';

export const PASSWORD = 'a long passphrase';
/** What a scenario is about; every other shopper has `OTHER`. */
export const MINE = { phone: '8652523958', email: 'asha@example.com' };
export const OTHER = '9876543210';
/** Longer than the send gap, and than the cache of application records. */
export const SEND_GAP_MS = 31_000;

/** What a refusal is judged by. */
export interface RefusedAnswer {
  status: number;
  headers: Headers;
  body: object;
}

export interface Scenario {
  options?: ShopOptions;
  /** `edge`: only D1 and KV can be in this state. */
  on: 'any' | 'edge';
  /** Everything up to the call that is refused, whose answer it returns. */
  act(shop: Shop): Promise<RefusedAnswer>;
}

export function on(act: (shop: Shop) => Promise<RefusedAnswer>, options?: ShopOptions): Scenario {
  return { on: 'any', options, act };
}

/** On D1 and KV alone: memory is never late, never down and asks for no captcha. */
function onEdge(act: (shop: D1Shop) => Promise<RefusedAnswer>, options?: ShopOptions): Scenario {
  return {
    on: 'edge',
    options,
    act: async (shop) => {
      if (!isEdge(shop)) throw new Error('needs D1 and KV');
      return act(shop);
    },
  };
}

const isEdge = (shop: Shop): shop is D1Shop => 'kv' in shop;

/** The answer while messages cannot be handed over. */
export const queueDown = (act: (shop: D1Shop) => Promise<() => Promise<RefusedAnswer>>): Scenario =>
  onEdge(async (shop) => {
    const call = await act(shop);
    shop.queue.down = true;
    return call();
  });

/** Without a solved captcha, at a shop that asks for one. */
export const asRobot = (act: (shop: Shop) => Promise<RefusedAnswer>): Scenario =>
  onEdge(act, { env: { TURNSTILE_SECRET: 'turnstile-secret' } });

/** A shopper with a verified number, signed in. */
export async function member(shop: Shop, mobile = MINE.phone) {
  const browser = shop.client();
  const { user } = (await signUp(shop, browser, mobile)).body;
  shop.clock.advance(SEND_GAP_MS);
  return { browser, id: user?._id ?? '' };
}

/** The same with a verified email as well. */
export async function mailedMember(shop: Shop, mobile = MINE.phone) {
  const one = await member(shop, mobile);
  const { email } = MINE;
  expectOk(await one.browser.application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  expectOk(await one.browser.application.verifyEmailOTP({ body: { email, otp } }));
  shop.clock.advance(SEND_GAP_MS);
  return one;
}

/** The same with a password. */
export async function passwordMember(shop: Shop) {
  const one = await mailedMember(shop);
  expectOk(await one.browser.application.updatePassword({ body: { new_password: PASSWORD } }));
  return one;
}

/** Proves an identifier that nobody has yet; its register_token. */
export async function provenToken(shop: Shop, mobile = MINE.phone): Promise<string> {
  const { register_token = '' } = (await prove(shop, shop.client(), mobile)).body;
  shop.clock.advance(SEND_GAP_MS);
  return register_token;
}

/** A register_token whose registration has ended. */
export async function finishedToken(shop: Shop): Promise<string> {
  const register_token = await provenToken(shop, OTHER);
  expectOk(await shop.client().application.updateProfile({ body: { register_token } }));
  return register_token;
}

/** A register_token that stands for a user who has an email only, where the shop demands a number. */
export async function boundToken(shop: Shop) {
  const { ports } = shop;
  const now = ports.clock.now();
  const [userId, token] = ['a'.repeat(24), crypto.randomUUID()];
  const one = { kind: 'email', value: MINE.email, verified: true, primary: true } as const;
  const user = { id: userId, username: 'asha_1', identifiers: [one], createdAt: now };
  await registerUser(ports, user);
  const bound = { origin: 'code', userId, userProvenAt: now } as const;
  const next = registrationOf(await ports.vault.digest(token), now, bound);
  await ports.registrations.begin(next, { identifiers: [] });
  return { token, owner: userId };
}

/** A register_token that a form began, without a captcha and without a proof. */
export async function formToken(shop: Shop): Promise<string> {
  const { ports } = shop;
  const token = crypto.randomUUID();
  const next = registrationOf(await ports.vault.digest(token), ports.clock.now());
  await ports.registrations.begin(next, { identifiers: [] });
  return token;
}

/** Blocks or deletes a user. There is no port for it yet, so each kind of store is written in its own way. */
export async function mark(shop: Shop, userId: string, state: 'blocked' | 'deleted') {
  const now = shop.clock.now();
  if (isEdge(shop)) {
    const column = state === 'blocked' ? 'blocked_at' : 'deleted_at';
    await env.DB.prepare(`UPDATE users SET ${column} = ? WHERE id = ?`).bind(now, userId).run();
    return;
  }
  const user = await shop.ports.users.find(userId);
  if (!user) throw new Error(`no user ${userId}`);
  // Memory takes over whatever fields an edit names.
  const flags = { [state === 'blocked' ? 'blockedAt' : 'deletedAt']: now } as Profile;
  await shop.ports.users.update(user, { profile: flags, add: [], max: 0, now });
}

/** As many unverified identifiers of a kind as a profile holds, its own one included. */
export async function fill(shop: Shop, userId: string, kind: IdentifierKind): Promise<void> {
  const user = await shop.ports.users.find(userId);
  if (!user) throw new Error(`no user ${userId}`);
  const add = Array.from({ length: 10 }, (_, index): IdentifierRef => {
    const phone = { kind, value: `+91982009860${index}`, callingCode: 91 };
    return kind === 'phone' ? phone : { kind, value: `full${index}@example.com` };
  });
  await shop.ports.users.update(user, { profile: {}, add, max: 10, now: shop.clock.now() });
}

/** An operator's change that every isolate has seen. */
export async function configure(shop: Shop, change: Partial<PlatformConfig>): Promise<void> {
  await shop.writeConfig({ ...shop.application.config, ...change });
  shop.clock.advance(SEND_GAP_MS);
}

/** The code of the newest link that was sent to someone. */
export async function linkCode(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

/** The same call until it is refused. */
export async function twice(
  call: () => Promise<RefusedAnswer & { ok: boolean }>,
): Promise<RefusedAnswer> {
  expectOk(await call());
  return call();
}

export type { Browser };
