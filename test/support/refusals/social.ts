/** How social logins and the company's own tokens are refused. */
import type { PlatformConfig } from '../../../src/ports/index.ts';
import { expectOk } from '../answers.ts';
import { fakeProvider, type FakeProvider } from '../fake-provider.ts';
import type { Shop, ShopOptions } from '../shop.ts';
import { ALL_SOCIAL, equip, LOGIN_SECRET } from '../social-shop.ts';
import {
  mailedMember,
  mark,
  member,
  MINE,
  on,
  OTHER,
  type RefusedAnswer,
  type Scenario,
} from './scenario.ts';

type Login = (shop: Shop, fake: FakeProvider, ip?: string) => Promise<Answer>;
type Answer = RefusedAnswer & { body: { register_token?: string } };

const { email } = MINE;
const ASHA = { sub: 'asha', email, email_verified: true, hd: 'example.com' };
const shopper = (shop: Shop, ip = '') => shop.client({ 'cf-connecting-ip': ip }).application;
const oauth2 = (access_token: string) => ({ body: { oauth2: { access_token } } });

/** At a shop that is set up for it, with a provider of its own. */
function provided(
  act: (shop: Shop, fake: FakeProvider) => Promise<RefusedAnswer>,
  config: Partial<PlatformConfig> = {},
  more: ShopOptions = {},
): Scenario {
  const fake = fakeProvider();
  return on(
    async (shop) => {
      await equip(shop);
      return act(shop, fake);
    },
    { ...more, config: { ...ALL_SOCIAL, ...config }, fetch: fake.fetch },
  );
}

/** Registers with the login and a number; the user's id. */
async function registered(shop: Shop, fake: FakeProvider, login: Login): Promise<string> {
  const { register_token } = (await login(shop, fake)).body;
  const { application } = shop.client();
  const { request_id = '' } = expectOk(
    await application.loginWithOTP({ body: { mobile: MINE.phone } }),
  ).body;
  const otp = await shop.otp(`+91${MINE.phone}`);
  const body = { request_id, otp, register_token };
  return expectOk(await application.verifyMobileOTP({ body })).body.user?._id ?? '';
}

const afterwards = (state: 'blocked' | 'deleted', login: Login) =>
  provided(async (shop, fake) => {
    await mark(shop, await registered(shop, fake, login), state);
    return login(shop, fake);
  });

/** @param wrong the same with a proof that proves nothing */
const refusals = (login: Login, wrong: Login) => ({
  login_failed: provided(wrong),
  registration_closed: provided(login, { register: false }),
  account_blocked: afterwards('blocked', login),
  account_deleted: afterwards('deleted', login),
  application_inactive: provided(login, { active: false }),
  too_many_requests: provided(
    async (shop, fake) => {
      await wrong(shop, fake, '203.0.113.7');
      return login(shop, fake, '203.0.113.7');
    },
    {},
    { limits: { loginFailuresPerIpQuarter: 1 } },
  ),
});

const social = (login: Login, wrong: Login) => ({
  ...refusals(login, wrong),
  social_login_disabled: provided(login, {
    social: { facebook: false, google: false, account_kit: false, apple: false },
  }),
  provider_unavailable: provided(async (shop, fake) => {
    fake.state.misbehaviour = '500';
    return login(shop, fake);
  }),
});

export const loginWithFacebook = social(
  async (shop, fake, ip) => shopper(shop, ip).loginWithFacebook(oauth2(fake.grant(ASHA))),
  async (shop, _fake, ip) => shopper(shop, ip).loginWithFacebook(oauth2('made-up')),
);
export const loginWithGoogle = social(
  async (shop, fake, ip) => shopper(shop, ip).loginWithGoogle(oauth2(fake.grant(ASHA))),
  async (shop, _fake, ip) => shopper(shop, ip).loginWithGoogle(oauth2('made-up')),
);
export const loginWithGoogleAndroid = social(
  async (shop, fake, ip) => shopper(shop, ip).loginWithGoogleAndroid(oauth2(fake.grant(ASHA))),
  async (shop, _fake, ip) => shopper(shop, ip).loginWithGoogleAndroid(oauth2('made-up')),
);
export const loginWithGoogleIOS = social(
  async (shop, fake, ip) => shopper(shop, ip).loginWithGoogleIOS(oauth2(fake.grant(ASHA))),
  async (shop, _fake, ip) => shopper(shop, ip).loginWithGoogleIOS(oauth2('made-up')),
);

const byApple = async (shop: Shop, identity_token: string, ip?: string) =>
  shopper(shop, ip).loginWithAppleIOS({
    body: { user_identifier: ASHA.sub, oauth: { identity_token } },
  });
export const loginWithAppleIOS = social(
  async (shop, fake, ip) => byApple(shop, await fake.token('apple', ASHA), ip),
  async (shop, _fake, ip) => byApple(shop, 'made-up', ip),
);

const signed = async (fake: FakeProvider, claims: object = {}, secret?: string) =>
  fake.token('company', { ...ASHA, jti: crypto.randomUUID(), ...claims }, { secret });
const byToken = async (shop: Shop, token: string, ip?: string) =>
  shopper(shop, ip).loginWithToken({ body: { token } });

export const loginWithToken = {
  ...refusals(
    async (shop, fake, ip) => byToken(shop, await signed(fake, {}, LOGIN_SECRET), ip),
    async (shop, _fake, ip) => byToken(shop, 'made-up', ip),
  ),
  identifier_taken: provided(async (shop, fake) => {
    await mailedMember(shop);
    await member(shop, OTHER);
    const claims = { phone_number: `+91${OTHER}`, phone_number_verified: true };
    return byToken(shop, await signed(fake, claims, LOGIN_SECRET));
  }),
  provider_unavailable: provided(async (shop, fake) => {
    await equip(shop, { issuer: 'https://crm.example', jwksUrl: 'https://crm.example/keys' });
    fake.state.misbehaviour = '500';
    return byToken(shop, await signed(fake));
  }),
};
