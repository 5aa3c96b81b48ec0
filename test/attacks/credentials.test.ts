/** No row takes credentials that are missing, broken, forged, expired, someone else's, or meant for another row. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { createClient } from '../../src/http/client.ts';
import { SCOPES, type Entry } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import {
  attacks,
  attempt,
  ENTRIES,
  expectNoFindings,
  unchanged,
} from '../support/attacks/attempt.ts';
import { edgeHost } from '../support/attacks/hosts.ts';
import {
  isStorefront,
  partsOf,
  requestOf,
  wireOf,
  type Wire,
} from '../support/attacks/requests.ts';
import { changes } from '../support/attacks/state.ts';
import { worldOn, type Tenant, type World } from '../support/attacks/tenants.ts';
import { expectOk } from '../support/answers.ts';
import { accessToken } from '../support/operator.ts';
import { d1Shop, ORIGIN } from '../support/shop.ts';

type Credentials = Record<string, string | undefined>;

const flipLast = (text: string): string => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');
const bearerOf = (header: string): string => header.replace('Bearer ', '');
const valueOf = (cookie: string): string => cookie.slice(cookie.indexOf('=') + 1);

/** What is no storefront of ours; `Authorization` → undefined leaves the header out. */
function wrongStorefronts({ ours, neighbour, stranger }: World): Credentials {
  const { id } = ours.application;
  const pair = (of: string, token: string): string => `Bearer ${btoa(`${of}:${token}`)}`;
  return {
    missing: undefined,
    empty: '',
    'no credentials': 'Bearer',
    'not base64': 'Bearer %%%',
    'no colon': `Bearer ${btoa('no colon')}`,
    'no token': pair(id, ''),
    'no id': pair('', ours.token),
    'another scheme': ours.storefront.replace('Bearer', 'Basic'),
    'two pairs': `${ours.storefront}, ${ours.storefront}`,
    'a cut token': pair(id, ours.token.slice(0, -1)),
    'a longer token': pair(id, `${ours.token}x`),
    'a token in capitals': pair(id, ours.token.toUpperCase()),
    "a neighbour's token": pair(id, neighbour.token),
    "our token for the neighbour's id": pair(neighbour.application.id, ours.token),
    "a stranger's token": pair(id, stranger.token),
    'an unknown application': pair('f'.repeat(24), ours.token),
    'an id that is a pattern': pair('%', ours.token),
    'an access token': ours.operator,
    'the session cookie': `Bearer ${valueOf(ours.cookie)}`,
    'the pair of an OAuth client': pair(ours.client.key, ours.client.secret),
  };
}

/** What is no operator of ours, in the words of the refused caller. */
function wrongOperators({ ours }: World): Credentials {
  const token = bearerOf(ours.operator);
  return {
    missing: undefined,
    empty: '',
    'no credentials': 'Bearer',
    'not a token': 'Bearer %%%',
    'three empty parts': 'Bearer ..',
    'another scheme': `Basic ${token}`,
    'a flipped signature': `Bearer ${token.slice(0, -8)}${token.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA'}`,
    'a cut token': `Bearer ${token.slice(0, -4)}`,
    'a token too long': `Bearer ${token}${'A'.repeat(8000)}`,
    'the pair of the application': ours.storefront,
    'the session cookie': `Bearer ${valueOf(ours.cookie)}`,
    'client key and secret': `Basic ${btoa(`${ours.client.key}:${ours.client.secret}`)}`,
    'client key and secret as a token': `Bearer ${btoa(`${ours.client.key}:${ours.client.secret}`)}`,
  };
}

/** Cookies that are no session of ours. */
function wrongCookies({ ours, neighbour, stranger }: World): Credentials {
  const value = valueOf(ours.cookie);
  const [sid = '', signature = ''] = decodeURIComponent(value).replace('s:', '').split('.');
  const handle = String(ours.known['session_id']);
  const named = (text: string): string => `f.session=${encodeURIComponent(text)}`;
  return {
    missing: undefined,
    empty: 'f.session=',
    "a neighbour's session": neighbour.cookie,
    "a stranger's session": stranger.cookie,
    'a flipped signature': named(`s:${sid}.${flipLast(signature.slice(0, -1))}A`),
    'no signature': named(`s:${sid}`),
    'an empty signature': named(`s:${sid}.`),
    "the signature of a neighbour's session": named(
      `s:${sid}.${decodeURIComponent(valueOf(neighbour.cookie)).split('.')[1]}`,
    ),
    'another user under our signature': named(`s:AAAA${sid.slice(4)}.${signature}`),
    'encoded twice': `f.session=${encodeURIComponent(value)}`,
    'the handle': named(handle),
    'the handle, signed': named(`s:${handle.replace('sess:', '')}.${signature}`),
    'the id of the user': named(String(ours.known['user_id'])),
    'the device cookie': `f.session=${valueOf(ours.device)}`,
    'the device cookie under its own name': ours.device,
    'an access token': named(bearerOf(ours.operator)),
    'the pair of the application': named(bearerOf(ours.storefront)),
    'a prefixed name': `__Host-${ours.cookie}`,
    'another case': ours.cookie.replace('f.session', 'F.Session'),
    'not decodable': 'f.session=s%3A%FF',
    endless: `f.session=${'x'.repeat(6000)}`,
  };
}

const withHeader = (name: string, value: string | undefined, rest: Record<string, string> = {}) =>
  value === undefined ? rest : { ...rest, [name]: value };

/** A right request of `caller`, on the path of `target`. */
const wireFor =
  (caller: Tenant, target: Tenant) =>
  (entry: Entry): Wire =>
    wireOf(entry, caller, { parts: partsOf(entry, target) });
/** The company of one with the application of another. */
const mixed = (company: Tenant, application: Tenant): Tenant => ({
  ...application,
  known: { ...application.known, company_id: company.application.companyId },
});

const storefronts = ENTRIES.filter(isStorefront);
const signedIn = ENTRIES.filter(({ row }) => row.security === 'session');
const openToAll = ENTRIES.filter(({ row }) => row.security === 'session?');
const operators = ENTRIES.filter(({ row }) => row.security === 'platform');

attacks({
  'storefronts are refused, with and without a session': async (world) => {
    const { host, ours } = world;
    const before = await host.state();
    for (const [what, authorization] of Object.entries(wrongStorefronts(world))) {
      for (const entry of storefronts) {
        for (const rest of [undefined, { cookie: ours.cookie }]) {
          const headers = withHeader('authorization', authorization, rest);
          await attempt(host, entry, wireOf(entry, ours, { headers }), what, 'unauthorized');
        }
      }
    }
    await unchanged(host, before, 'wrong storefronts');
  },

  'operators are refused': async (world) => {
    const { host, ours } = world;
    const before = await host.state();
    for (const [what, authorization] of Object.entries(wrongOperators(world))) {
      for (const entry of operators) {
        const headers = withHeader('authorization', authorization);
        await attempt(host, entry, wireOf(entry, ours, { headers }), what, 'unauthorized');
      }
    }
    await unchanged(host, before, 'wrong operators');
  },

  'operators of another company find nothing': async ({ host, ours, neighbour, stranger }) => {
    const before = await host.state();
    const foreign = [
      ["a stranger's operator", wireFor(stranger, ours)],
      ["a stranger's shop", wireFor(ours, stranger)],
      ['our company, their shop', wireFor(ours, mixed(ours, stranger))],
      ['their company, our shop', wireFor(ours, mixed(stranger, ours))],
      ["a neighbour's shop under a stranger's company", wireFor(ours, mixed(stranger, neighbour))],
    ] as const;
    for (const entry of operators) {
      for (const [what, wire] of foreign) {
        await attempt(host, entry, wire(entry), what, 'not_found');
      }
    }
    await unchanged(host, before, 'foreign companies');
  },

  'a session that is none signs nobody in': async (world) => {
    const { host, ours } = world;
    const before = await host.state();
    for (const [what, cookie] of Object.entries(wrongCookies(world))) {
      const headers = withHeader('cookie', cookie, { authorization: ours.storefront });
      for (const entry of signedIn) {
        await attempt(host, entry, wireOf(entry, ours, { headers }), what, 'not_authenticated');
      }
    }
    await unchanged(host, before, 'sessions that are none');
  },

  'a session that is none is nobody to the rows that also serve strangers': async (world) => {
    const { host, ours, neighbour, stranger } = world;
    const before = await host.state();
    const nobody = { ...ours, known: {} };
    for (const [what, cookie] of Object.entries(wrongCookies(world))) {
      const headers = withHeader('cookie', cookie, { authorization: ours.storefront });
      await host.forgive();
      for (const entry of openToAll) {
        const { text } = await attempt(host, entry, wireOf(entry, nobody, { headers }), what);
        const told = [ours, neighbour, stranger].flatMap(({ secrets }) => secrets);
        expect([entry.id, what, told.filter((one) => text.includes(one))]).toEqual([
          entry.id,
          what,
          [],
        ]);
      }
    }
    // They may have asked for codes; whatever was there before is as it was.
    const lost = changes(before, await host.state()).filter((line) => line.startsWith('-'));
    expect(lost).toEqual([]);
  },

  'a session is over when it has expired, and when it was ended': async ({
    host,
    ours,
    neighbour,
  }) => {
    const refused = async (tenant: Tenant, what: string) => {
      const headers = { authorization: tenant.storefront, cookie: tenant.cookie };
      for (const entry of signedIn) {
        await attempt(host, entry, wireOf(entry, tenant, { headers }), what, 'not_authenticated');
      }
    };
    const logout = ENTRIES.find(({ operationId }) => operationId === 'logout');
    if (!logout) throw new Error('no logout');
    expect((await host.send(requestOf(wireOf(logout, neighbour)))).status).toBe(200);
    await refused(neighbour, 'ended');
    const { duration, type } = ours.application.config.session_config;
    expect(type).toBe('Days');
    host.clock.advance(duration * 86_400_000 + 1000);
    await refused(ours, 'expired');
  },

  'OAuth clients are refused unless key, secret and company belong together': async (world) => {
    const { host, ours, stranger } = world;
    const [entry] = ENTRIES.filter(({ row }) => row.errors.includes('invalid_client'));
    if (!entry) throw new Error('no row takes client credentials');
    const basic = (key: string, secret: string) => `Basic ${btoa(`${key}:${secret}`)}`;
    const { client } = ours;
    const wrong: Credentials = {
      missing: undefined,
      'not base64': 'Basic %%%',
      'no colon': `Basic ${btoa('no colon')}`,
      'no secret': basic(client.key, ''),
      'a wrong secret': basic(client.key, 'wrong'),
      "a stranger's secret": basic(client.key, stranger.client.secret),
      "a stranger's client": basic(stranger.client.key, stranger.client.secret),
      'an unknown client': basic('nobody', client.secret),
      'the pair of the application': basic(ours.application.id, ours.token),
      'an access token': ours.operator,
      'another scheme': basic(client.key, client.secret).replace('Basic', 'Bearer'),
    };
    const before = await host.state();
    for (const [what, authorization] of Object.entries(wrong)) {
      const headers = withHeader('authorization', authorization);
      await attempt(host, entry, wireOf(entry, ours, { headers }), what, 'invalid_client');
    }
    await unchanged(host, before, 'wrong clients');
  },
});

/** Tokens that look as ours do, and are worth nothing. */
async function forgeries(world: World): Promise<Record<string, string>> {
  const { host, ours } = world;
  const [key] = expectOk(
    await createClient(table, { baseUrl: ORIGIN, fetch: host.send }).service.getJwks(),
  ).body.keys;
  if (!key) throw new Error('no public key');
  const { kid, x } = key as { kid: string; x: string };
  const genuine = bearerOf(ours.operator);
  const [head = '', payload = '', signature = ''] = genuine.split('.');
  const encode = (value: object): string =>
    btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
  const claimsOf = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as object;
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const signed = async (alg: string, secret: CryptoKey | Uint8Array, header: object = {}) =>
    new SignJWT({ ...claimsOf, scope: SCOPES.join(' ') })
      .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
      .sign(secret);
  const bytes = new TextEncoder();
  const retired = await d1Shop({ env: { SIGNING_KEYS: freshSecrets().SIGNING_KEYS ?? '' } });
  const unsigned = (alg: string) => encode({ alg, kid, typ: 'at+jwt' });
  const shopper = createClient(table, { baseUrl: ORIGIN, fetch: host.send });
  const { session_token } = expectOk(
    await shopper.service.getSessionToken({
      headers: { authorization: ours.storefront, cookie: ours.cookie },
    }),
  ).body;
  return {
    'a session token of our own key': session_token,
    'alg none': `${unsigned('none')}.${payload}.`,
    'alg None': `${unsigned('None')}.${payload}.`,
    'alg none with our signature': `${unsigned('none')}.${payload}.${signature}`,
    'no signature': `${head}.${payload}.`,
    'other claims under our signature': `${head}.${encode({ ...claimsOf, company_id: '2' })}.${signature}`,
    'another head under our signature': `${unsigned('EdDSA')}x.${payload}.${signature}`,
    'a flipped signature': `${head}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'HS256 with the text of the public key': await signed('HS256', bytes.encode(x)),
    'HS256 with the public key as JSON': await signed('HS256', bytes.encode(JSON.stringify(key))),
    'another key under our kid': await signed('EdDSA', privateKey),
    'another key that it brings along': await signed('EdDSA', privateKey, {
      jwk: await exportJWK(publicKey),
    }),
    'another key under a kid that is a path': await signed('EdDSA', privateKey, { kid: '../../x' }),
    'a key that is no longer ours': await accessToken(retired),
  };
}

test('forged and expired access tokens open no row', async () => {
  const host = await edgeHost();
  const world = await worldOn(host);
  const { ours } = world;
  const forged = await forgeries(world);
  const before = await host.state();
  const refused = async (what: string, token: string) => {
    for (const entry of operators) {
      const headers = { authorization: `Bearer ${token}` };
      await attempt(host, entry, wireOf(entry, ours, { headers }), what, 'unauthorized');
    }
  };
  for (const [what, token] of Object.entries(forged)) await refused(what, token);
  host.clock.advance(3_601_000);
  await refused('expired', bearerOf(ours.operator));
  await unchanged(host, before, 'forged tokens');
  expectNoFindings(host);
});
