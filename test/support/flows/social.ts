/** Logins by a provider, and by the company's own system. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { LOGIN_SECRET } from '../social-shop.ts';
import { hasSession } from './session.ts';
import { ending, isOwned, type Act, type Flow, type Person, type Stage } from './stage.ts';

const claimsOf = (person: Person) => ({
  sub: `subject-${person.phone}`,
  email: person.email,
  email_verified: true,
  hd: 'example.com',
  given_name: person.first_name,
  family_name: person.last_name,
});

/** One link of the identity, to one user: true. */
async function isLinked(person: Person): Promise<boolean> {
  const links = await env.DB.prepare(
    'SELECT COUNT(*) AS n FROM social_identities WHERE subject = ?',
  )
    .bind(claimsOf(person).sub)
    .first<number>('n');
  expect(links).toBeLessThan(2);
  return links === 1;
}

type LoggedIn = Awaited<
  ReturnType<ReturnType<Stage['shop']['client']>['application']['loginWithGoogle']>
>;

/** Each call is that of one browser, so that its session can be looked at. */
function registering(stage: Stage, person: Person, call: SocialCall): Act {
  const { shop } = stage;
  return ending(
    async (ask) => {
      const browser = shop.client();
      const { application } = browser;
      const { body } = await ask(await call(stage, browser, person));
      if (body.user_exists === false) {
        const { register_token } = body;
        const sent = await ask(() => application.loginWithOTP({ body: { mobile: person.phone } }));
        const code = { request_id: sent.body.request_id ?? '', otp: await shop.otp(person.e164) };
        const proven = { ...code, register_token };
        await ask(() => application.verifyMobileOTP({ body: proven }));
      }
      await hasSession(ask, browser);
    },
    async () => (await isLinked(person)) && isOwned(person.email),
  );
}

type Browser = ReturnType<Stage['shop']['client']>;
type SocialCall = (
  stage: Stage,
  browser: Browser,
  person: Person,
) => Promise<() => Promise<LoggedIn>>;

const google: SocialCall = async ({ fake }, { application }, person) => {
  const access_token = fake.grant(claimsOf(person));
  return async () => application.loginWithGoogle({ body: { oauth2: { access_token } } });
};
const android: SocialCall = async ({ fake }, { application }, person) => {
  const access_token = fake.grant(claimsOf(person));
  return async () => application.loginWithGoogleAndroid({ body: { oauth2: { access_token } } });
};
const ios: SocialCall = async ({ fake }, { application }, person) => {
  const access_token = fake.grant(claimsOf(person));
  return async () => application.loginWithGoogleIOS({ body: { oauth2: { access_token } } });
};
const apple: SocialCall = async ({ fake }, { application }, person) => {
  const identity_token = await fake.token('apple', claimsOf(person));
  const user_identifier = claimsOf(person).sub;
  return async () =>
    application.loginWithAppleIOS({ body: { user_identifier, oauth: { identity_token } } });
};

const newcomer = (call: SocialCall): Flow['prepare'] => {
  return async (stage) => registering(stage, stage.person(), call);
};

const facebook: Flow['prepare'] = async (stage) => {
  const { shop, fake, mailedMember } = stage;
  const { person } = await mailedMember();
  return ending(
    async (ask) => {
      const browser = shop.client();
      const { application } = browser;
      const access_token = fake.grant(claimsOf(person));
      const { body } = await ask(() =>
        application.loginWithFacebook({ body: { oauth2: { access_token } } }),
      );
      if (body.user_exists === false) {
        const { register_token } = body;
        const sent = await ask(() => application.loginWithOTP({ body: { mobile: person.phone } }));
        const code = { request_id: sent.body.request_id ?? '', otp: await shop.otp(person.e164) };
        const proven = { ...code, register_token };
        await ask(() => application.verifyMobileOTP({ body: proven }));
      }
      await hasSession(ask, browser);
    },
    async () => isLinked(person),
  );
};

const firstLink: Flow['prepare'] = async (stage) => {
  const { person } = await stage.mailedMember();
  return registering(stage, person, google);
};

const known: Flow['prepare'] = async (stage) => {
  const { person } = await stage.mailedMember();
  const browser = stage.shop.client();
  await (
    await google(stage, browser, person)
  )();
  expect(await isLinked(person)).toBe(true);
  return registering(stage, person, google);
};

/** @param repeatable a token counts once, so a client that got no answer asks the company's system for another one */
const byToken = (isKnown: boolean): Flow['prepare'] => {
  return async ({ shop, fake, person, mailedMember }) => {
    const one = isKnown ? (await mailedMember()).person : person();
    return ending(
      async (ask) => {
        const browser = shop.client();
        const claims = {
          ...claimsOf(one),
          phone_number: one.e164,
          phone_number_verified: true,
          jti: crypto.randomUUID(),
        };
        const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
        await ask(() => browser.application.loginWithToken({ body: { token } }));
        await hasSession(ask, browser);
      },
      async () => (await isLinked(one)) && isOwned(one.email),
    );
  };
};

export const socialFlows: Flow[] = [
  { name: 'a first login by Google of somebody new', prepare: newcomer(google) },
  { name: 'a first login by Google Android', likeAnother: true, prepare: newcomer(android) },
  { name: 'a first login by Google iOS', likeAnother: true, prepare: newcomer(ios) },
  { name: 'a first login by Apple', likeAnother: true, prepare: newcomer(apple) },
  { name: 'a first login by Google of a customer', prepare: firstLink },
  { name: 'a later login by Google', prepare: known },
  { name: 'a first login by Facebook', prepare: facebook },
  { name: "a company's token for somebody new", prepare: byToken(false) },
  { name: "a company's token for a customer", prepare: byToken(true) },
];
