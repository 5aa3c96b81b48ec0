/** A shop that knows the fake provider: social logins switched on, secrets sealed, the company's own system set up. */
import { demoConfig } from '../../scripts/lib/seed.ts';
import type { Application, PlatformConfig } from '../../src/ports/index.ts';
import {
  CLIENT,
  COMPANY_ISSUER,
  FACEBOOK_SECRET,
  fakeProvider,
  type FakeProvider,
} from './fake-provider.ts';
import type { D1Shop, Shop, ShopOptions } from './shop.ts';

export const LOGIN_SECRET = 'thirty-two bytes of a shared secret, and more';

/** The config in which all three are switched on. */
export const ALL_SOCIAL: Partial<PlatformConfig> = {
  social: { facebook: true, google: true, account_kit: true, apple: true },
  social_tokens: { ...demoConfig().social_tokens, apple: { app_id: CLIENT.apple } },
};

export interface SocialShop<S extends Shop = Shop> {
  shop: S;
  fake: FakeProvider;
}

/** Writes secrets into the application's record, sealed as they are at rest. */
export async function equip(
  shop: Shop,
  loginToken: Application['loginToken'] = { issuer: COMPANY_ISSUER, secret: LOGIN_SECRET },
): Promise<void> {
  const { vault } = shop.ports;
  const social = {
    clientIds: { google: ['android-client'] },
    facebookSecret: await vault.seal('social', FACEBOOK_SECRET),
  };
  const secret = loginToken.secret && (await vault.seal('login_token', loginToken.secret));
  const sealed = { ...loginToken, ...(secret && { secret }) };
  Object.assign(shop.application, { social, loginToken: sealed });
  if (!('db' in shop)) return;
  await (shop as D1Shop).directory
    .prepare('UPDATE applications SET social = ?, login_token = ? WHERE id = ?')
    .bind(JSON.stringify(social), JSON.stringify(sealed), shop.application.id)
    .run();
}

export async function socialShop<S extends Shop>(
  open: (options?: ShopOptions) => Promise<S>,
  options: ShopOptions & { loginToken?: Application['loginToken'] } = {},
): Promise<SocialShop<S>> {
  const clock = { now: () => Date.now() };
  const fake = fakeProvider(() => clock.now());
  const config = { ...ALL_SOCIAL, ...options.config };
  const shop = await open({ ...options, config, fetch: fake.fetch });
  clock.now = shop.clock.now;
  await equip(shop, options.loginToken);
  return { shop, fake };
}
