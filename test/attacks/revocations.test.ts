/**
 * Every kind of credential against every revocation, by the table of `domain/credentials.ts`: what the table says is ended is
 * dead, also once the account is back; what it spares goes on. The table itself is held by its unit test. A new kind or a new revocation does not compile here without
 * a way to give it out, or to bring it about.
 */
import { describe, expect, test } from 'vitest';
import {
  CREDENTIAL_KINDS,
  ENDED_BY,
  REVOCATIONS,
  type CredentialKind,
  type Revocation,
} from '../../src/domain/credentials.ts';
import { cookieOf, expectOk, signUp, type Browser } from '../support/answers.ts';
import { COMPANY_ISSUER } from '../support/fake-provider.ts';
import { operatorOf, params } from '../support/operator.ts';
import { d1Shop, BACKENDS, type Shop } from '../support/shop.ts';
import { LOGIN_SECRET, socialShop, type SocialShop } from '../support/social-shop.ts';
import { registrationOf } from '../support/stored.ts';
import { tally } from '../support/tally.ts';

const PASSWORD = 'correct horse battery staple';
const GAP_MS = 31_000;

/** The `n`-th shopper's numbers and addresses: several live in one shop. */
const namesOf = (n: number) => ({
  mine: `86525239${10 + n}`,
  other: `98765432${10 + n}`,
  email: `asha${n}@example.com`,
  second: `rao${n}@example.com`,
  fresh: `new${n}@example.com`,
});

interface Account extends ReturnType<typeof namesOf> {
  shop: Shop;
  fake: SocialShop['fake'];
  id: string;
  /** Signed in; revokes and comes back. */
  owner: Browser;
}

/** `worked` brought about what it is for, `cookie` is that of a session it opened. */
interface Use {
  worked: boolean;
  cookie?: string;
}

async function verifiedEmail(shop: Shop, browser: Browser, email: string): Promise<void> {
  expectOk(await browser.application.sendOTPOnEmail({ body: { email } }));
  const otp = await shop.otp(email);
  expectOk(await browser.application.verifyEmailOTP({ body: { email, otp } }));
}

/** A shopper with a number, two addresses and a password, who could lose any of them. */
async function account<S extends Shop>({ shop, fake }: SocialShop<S>, n = 0) {
  const names = namesOf(n);
  const owner = shop.client();
  const id = (await signUp(shop, owner, names.mine)).body.user?._id ?? '';
  await verifiedEmail(shop, owner, names.email);
  await verifiedEmail(shop, owner, names.second);
  expectOk(await owner.application.updatePassword({ body: { new_password: PASSWORD } }));
  shop.clock.advance(GAP_MS);
  return { ...names, shop, fake, id, owner };
}

const codeOfLink = async (shop: Shop, to: string): Promise<string> => {
  const message = (await shop.messages()).findLast((sent) => sent.to === to);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
};

/** A register_token as the flows leave it, minutes before it is used. */
async function registerToken(
  { shop, id, email }: Account,
  bound: boolean,
): Promise<() => Promise<Use>> {
  const { ports } = shop;
  const [token, now] = [crypto.randomUUID(), ports.clock.now()];
  const row = registrationOf(await ports.vault.digest(token), now, {
    origin: 'code',
    ...(bound && { userId: id, userProvenAt: now }),
  });
  const proof = { kind: 'email', value: email, provenAt: now } as const;
  await ports.registrations.begin(row, { identifiers: [] }, bound ? [] : [proof]);
  return async () => {
    const body = { register_token: token };
    const answer = await shop.client().application.updateProfile({ body });
    return { worked: answer.ok, cookie: answer.ok ? cookieOf(answer) : undefined };
  };
}

/** A session of then: the one that asked for a code may have ended as well. Undefined when none can be opened. */
async function anotherSession(shop: Shop, user_id: string): Promise<Browser | undefined> {
  const body = { user_id, domain: 'localhost' };
  const opened = await (await operatorOf(shop)).createUserSession({ params, body });
  if (!opened.ok) return undefined;
  return shop.client({ cookie: `f.session=${opened.body.cookie?.['f.session'] ?? ''}` });
}

const ENTITY = { entity: 'email' } as const;

/** The first of the two proofs that another primary needs; false when a revocation came in between. */
async function provePrimary(shop: Shop, { application }: Browser, email: string) {
  const sent = await application.sendOTPOnPrimary({ params: ENTITY, body: { email } });
  if (!sent.ok) return false;
  const body = { email, otp: await shop.otp(email) };
  return (await application.verifyOTPonPrimary({ params: ENTITY, body })).ok;
}

/** How each kind comes to be; what comes back uses it. */
const GIVE: Record<CredentialKind, (account: Account) => Promise<() => Promise<Use>>> = {
  async session({ shop, email }) {
    const browser = shop.client();
    const login = { username: email, password: PASSWORD };
    expectOk(await browser.application.loginWithEmailAndPassword({ body: login }));
    return async () => ({ worked: (await browser.application.getLoggedInUser()).ok });
  },

  bound_registration: async (given) => registerToken(given, true),
  registration: async (given) => registerToken(given, false),

  async profile_code({ shop, owner, id, other }) {
    const body = { mobile: other, country_code: '91' };
    const sent = expectOk(await owner.application.sendOTPOnMobile({ body })).body;
    const otp = await shop.otp(`+91${other}`);
    return async () => {
      const browser = await anotherSession(shop, id);
      if (!browser) return { worked: false };
      const code = { request_id: sent.request_id ?? '', otp };
      return { worked: (await browser.application.verifyMobileOTP({ body: code })).ok };
    };
  },

  async primary_code({ shop, owner, id, email }) {
    expectOk(await owner.application.sendOTPOnPrimary({ params: ENTITY, body: { email } }));
    const body = { email, otp: await shop.otp(email) };
    return async () => {
      const browser = await anotherSession(shop, id);
      if (!browser) return { worked: false };
      return {
        worked: (await browser.application.verifyOTPonPrimary({ params: ENTITY, body })).ok,
      };
    };
  },

  async primary_proof({ shop, owner, email, fresh }) {
    expect(await provePrimary(shop, owner, email)).toBe(true);
    return async () => {
      const { application } = owner;
      const sent = await application.sendOTPForUpdate({ params: ENTITY, body: { email: fresh } });
      if (!sent.ok) return { worked: false };
      const body = { email: fresh, otp: await shop.otp(fresh) };
      return { worked: (await application.verifyOTPForUpdate({ params: ENTITY, body })).ok };
    };
  },

  async update_code({ shop, owner, id, email, fresh }) {
    expect(await provePrimary(shop, owner, email)).toBe(true);
    expectOk(await owner.application.sendOTPForUpdate({ params: ENTITY, body: { email: fresh } }));
    const body = { email: fresh, otp: await shop.otp(fresh) };
    shop.clock.advance(GAP_MS);
    return async () => {
      // With a proof of now: that of then is another credential.
      const browser = await anotherSession(shop, id);
      if (!browser) return { worked: false };
      shop.clock.advance(GAP_MS);
      if (!(await provePrimary(shop, browser, email))) return { worked: false };
      return {
        worked: (await browser.application.verifyOTPForUpdate({ params: ENTITY, body })).ok,
      };
    };
  },

  async forgot_code({ shop, mine }) {
    const { application } = shop.client();
    const body = { mobile: mine, country_code: '91' };
    const { request_id = '' } = expectOk(await application.sendForgotOTPOnMobile({ body })).body;
    const otp = await shop.otp(`+91${mine}`);
    return async () => ({
      worked: (await application.verifyMobileForgotOTP({ body: { request_id, otp } })).ok,
    });
  },

  async forgot_token({ shop, email }) {
    const { application } = shop.client();
    expectOk(await application.sendForgotOTPOnEmail({ body: { email } }));
    const proof = { email, otp: await shop.otp(email) };
    const { forgot_token = '' } = expectOk(
      await application.verifyEmailForgotOTP({ body: proof }),
    ).body;
    return async () => {
      const body = { code: forgot_token, password: 'an entirely new passphrase' };
      return { worked: (await application.resetForgotPassword({ body })).ok };
    };
  },

  async reset_link({ shop, email }) {
    expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email } }));
    const code = await codeOfLink(shop, email);
    return async () => {
      const body = { code, password: 'an entirely new passphrase' };
      const answer = await shop.client().application.forgotPassword({ body });
      return { worked: answer.ok, cookie: answer.ok ? cookieOf(answer) : undefined };
    };
  },

  async verify_link({ shop, owner, fresh }) {
    expectOk(await owner.application.addEmail({ body: { email: fresh } }));
    const code = await codeOfLink(shop, fresh);
    return async () => ({
      worked: (await shop.client().application.verifyEmail({ body: { code } })).ok,
    });
  },

  async login_token({ shop, fake, email }) {
    const iat = Math.floor(shop.clock.now() / 1000);
    const claims = { sub: email, jti: crypto.randomUUID(), iat, email, email_verified: true };
    const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
    return async () => {
      const answer = await shop.client().application.loginWithToken({ body: { token } });
      return { worked: answer.ok, cookie: answer.ok ? cookieOf(answer) : undefined };
    };
  },
};

const bringBack = async ({ shop, id }: Account): Promise<void> => {
  const operator = await operatorOf(shop);
  expectOk(await operator.unDeleteUser({ params, body: { user_id: id, reason: 'asked us' } }));
};

/** How each revocation comes about; what comes back undoes whatever else would stand in the way of a use. */
const REVOKE: Record<Revocation, (account: Account) => Promise<(() => Promise<void>) | undefined>> =
  {
    async password_changed({ owner }) {
      const body = { old_password: PASSWORD, new_password: 'another long passphrase' };
      expectOk(await owner.application.updatePassword({ body }));
      return undefined;
    },
    async password_reset({ shop, second }) {
      expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: second } }));
      const code = await codeOfLink(shop, second);
      const body = { code, password: 'another long passphrase' };
      expectOk(await shop.client().application.forgotPassword({ body }));
      return undefined;
    },
    async sessions_ended({ shop, id }) {
      const query = { id, reason: 'lost phone' };
      expectOk(await (await operatorOf(shop)).deleteActiveSessions({ params, query }));
      return undefined;
    },
    async blocked({ shop, id }) {
      const operator = await operatorOf(shop);
      const body = { status: true, user_id: [id], reason: 'fraud' };
      expectOk(await operator.blockOrUnblockUsers({ params, body }));
      return async () => {
        expectOk(await operator.blockOrUnblockUsers({ params, body: { ...body, status: false } }));
      };
    },
    async archived(given) {
      const operator = await operatorOf(given.shop);
      expectOk(await operator.archiveUser({ params, body: { user_id: given.id } }));
      return async () => bringBack(given);
    },
    async deleted(given) {
      const { shop, owner, mine } = given;
      const mobile = { mobile: mine, country_code: '91' };
      const sent = expectOk(await owner.application.sendOTPOnMobile({ body: mobile })).body;
      const body = { request_id: sent.request_id ?? '', otp: await shop.otp(`+91${mine}`) };
      expectOk(await owner.application.deleteUser({ body }));
      return async () => bringBack(given);
    },
    async identifier_removed({ owner, second }) {
      expectOk(await owner.application.deleteEmail({ query: { email: second } }));
      return undefined;
    },
    async identifier_unverified({ shop, id, email, second }) {
      const emails = [{ email }, { email: second, verified: false }];
      // What is on the profile unverified stays there.
      const known = (await shop.ports.users.find(id))?.identifiers ?? [];
      const others = known
        .filter((one) => one.kind === 'email' && ![email, second].includes(one.value))
        .map((one) => ({ email: one.value, verified: one.verified }));
      const body = { emails: [...emails, ...others] };
      expectOk(
        await (await operatorOf(shop)).updateUser({ params: { ...params, user_id: id }, body }),
      );
      return undefined;
    },
    async identity_unlinked({ shop, fake, id, second }) {
      const claims = { jti: crypto.randomUUID(), email: second, email_verified: true };
      const subject = `account of ${second}`;
      const token = await fake.token(
        'company',
        { sub: subject, ...claims },
        { secret: LOGIN_SECRET },
      );
      expectOk(await shop.client().application.loginWithToken({ body: { token } }));
      const query = { provider: `token:${COMPANY_ISSUER}`, subject, reason: 'account stolen' };
      expectOk(await (await operatorOf(shop)).unlink(id, query));
      return undefined;
    },
  };

describe.each(BACKENDS)('credentials and revocations on %s', (_, createShop) => {
  test.each(CREDENTIAL_KINDS)('%s works while nothing is revoked', async (kind) => {
    const given = await account(await socialShop(createShop));
    const use = await GIVE[kind](given);
    given.shop.clock.advance(2_000);
    expect((await use()).worked).toBe(true);
    await given.shop.settle();
  });

  for (const revocation of REVOCATIONS) {
    test.each(CREDENTIAL_KINDS)(`${revocation} and %s`, async (kind) => {
      const given = await account(await socialShop(createShop));
      const use = await GIVE[kind](given);
      given.shop.clock.advance(2_000);
      const back = await REVOKE[revocation](given);
      // Dead while the account is away …
      const ended = ENDED_BY[kind][revocation] === 'all';
      if (back) expect((await use()).worked).toBe(false);
      await back?.();
      // … and when it is back.
      expect((await use()).worked).toBe(!ended);
      tally('attack', 2);
      await given.shop.settle();
    });
  }
});

describe.each(BACKENDS)('the link of an identifier that is lost, on %s', (_, createShop) => {
  /** An address that was proven by a code while its link was on the way. */
  async function linked() {
    const given = await account(await socialShop(createShop));
    const { shop, owner, fresh } = given;
    expectOk(await owner.application.addEmail({ body: { email: fresh } }));
    const code = await codeOfLink(shop, fresh);
    shop.clock.advance(GAP_MS);
    await verifiedEmail(shop, owner, fresh);
    const verified = async () => {
      const { user } = expectOk(await owner.application.getLoggedInUser()).body;
      return user?.emails?.find(({ email }) => email === fresh)?.verified ?? false;
    };
    expect(await verified()).toBe(true);
    const use = async () => shop.client().application.verifyEmail({ body: { code } });
    return { given: { ...given, second: fresh }, verified, use };
  }

  test('works while nothing is revoked', async () => {
    const { given, use } = await linked();
    expectOk(await use());
    await given.shop.settle();
  });

  test.each(['identifier_removed', 'identifier_unverified'] as const)(
    '%s: the link does not bring it back',
    async (revocation) => {
      const { given, verified, use } = await linked();
      await REVOKE[revocation](given);
      expect(await verified()).toBe(false);
      const refused = await use();
      expect(refused).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
      expect(await verified()).toBe(false);
      tally('attack', 1);
      await given.shop.settle();
    },
  );
});

/** More than any use has. */
const MAX_TRIPS = 12;

/** Kinds that sign in, or give something over, in a batch of their own. */
const RACING = CREDENTIAL_KINDS.filter((kind) => kind !== 'session');

describe('a use that meets a revocation, on D1', () => {
  for (const revocation of REVOCATIONS) {
    test.each(RACING)(`${revocation} comes before each round trip of %s`, async (kind) => {
      const ended = ENDED_BY[kind][revocation] === 'all';
      const endsSessions = ENDED_BY.session[revocation] === 'all';
      const social = await socialShop(d1Shop);
      const { shop } = social;
      for (let trip = 1; trip <= MAX_TRIPS; trip += 1) {
        const given = await account(social, trip);
        const use = await GIVE[kind](given);
        shop.clock.advance(2_000);
        let left = trip;
        let revoking: Promise<(() => Promise<void>) | undefined> | undefined;
        shop.db.onTrip = async (when) => {
          if (when === 'after') return;
          left -= 1;
          if (left !== 0) return;
          shop.db.onTrip = undefined;
          revoking = REVOKE[revocation](given);
          await revoking;
        };
        const used = await use();
        shop.db.onTrip = undefined;
        if (!revoking) {
          // It has no more round trips than this.
          expect(trip).toBeGreaterThan(1);
          await shop.settle();
          return;
        }
        await (
          await revoking
        )?.();
        tally('race');
        // Whoever won: a session of before the revocation is dead, and nothing can be used a second time.
        if (used.cookie) {
          const { ok } = await shop.client({ cookie: used.cookie }).application.getLoggedInUser();
          expect([trip, ok]).toEqual([trip, !endsSessions]);
        }
        if (ended) expect([trip, (await use()).worked]).toEqual([trip, false]);
        await shop.settle();
      }
    });
  }
});
