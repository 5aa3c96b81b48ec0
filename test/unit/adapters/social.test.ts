/** What the providers' answers prove, each check on its own: a fake that always agrees with itself hides one behind another. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import { socialProviders } from '../../../src/adapters/social/providers.ts';
import { SOCIAL_URLS } from '../../../src/env/index.ts';
import type { SocialProvider } from '../../../src/ports/index.ts';

const clock = { now: () => 1_700_000_000_000 };
const NOW = clock.now() / 1000;
const ASHA = { sub: '1', email: 'asha@gmail.com', email_verified: true };

type Answers = Record<string, unknown>;

/** Providers that answer this, by the last part of the path; a status in place of a body refuses. */
function providers(answers: Answers) {
  const asked: URL[] = [];
  const outbound = createOutbound(async (input) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    asked.push(url);
    const answer = answers[url.pathname.split('/').findLast(Boolean) ?? ''];
    return typeof answer === 'number'
      ? Response.json({}, { status: answer })
      : Response.json(answer ?? {});
  });
  return { social: socialProviders(SOCIAL_URLS, outbound, clock), asked };
}

const RULE = { clientIds: ['ours', 'android'], secret: 'app-secret' };
async function outcome(provider: SocialProvider, answers: Answers, token = 'access-token') {
  const found = await providers(answers).social.verify(provider, token, RULE);
  return found.state === 'verified' ? found.value : `${found.state}: ${found.reason}`;
}

describe('an access token of Google', () => {
  const INFO = { aud: 'ours', expires_in: 60, sub: '1' };
  test.each<[string, object, object, unknown]>([
    ['made for us', {}, {}, { subject: '1', emailProven: true }],
    ['made for our app', { aud: 'android' }, {}, { subject: '1' }],
    ['made for another site', { aud: 'theirs' }, {}, 'refused: audience'],
    ['made for nobody', { aud: undefined }, {}, 'refused: audience'],
    ['that is over', { expires_in: 0 }, {}, 'refused: expired'],
    ['that was over long ago', { expires_in: -5 }, {}, 'refused: expired'],
    ['without an end', { expires_in: undefined }, {}, 'refused: expired'],
    ['of one person, told of another', {}, { sub: '2' }, 'refused: subject'],
    ['of nobody', { sub: undefined }, { sub: undefined }, 'refused: subject'],
    ['whose email is not verified', {}, { email_verified: false }, { emailProven: false }],
    ['whose email may move on', {}, { email: 'a@corp.example' }, { emailProven: false }],
    [
      'whose email is of a Workspace',
      {},
      { email: 'a@corp.example', hd: 'corp.example' },
      { emailProven: true },
    ],
  ])('%s', async (_name, info, claims, expected) => {
    const answers = { tokeninfo: { ...INFO, ...info }, userinfo: { ...ASHA, ...claims } };
    const found = await outcome('google', answers);
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(found).toMatchObject(expected as object);
  });
});

describe('an access token of Facebook', () => {
  const INFO = { is_valid: true, app_id: 'ours', user_id: '1', expires_at: NOW + 60 };
  const ME = { id: '1', email: 'asha@gmail.com' };
  test.each<[string, object, object, unknown]>([
    ['made for us', {}, {}, { subject: '1', emailProven: false }],
    ['that never ends', { expires_at: 0 }, {}, { subject: '1' }],
    ['that was taken back', { is_valid: false }, {}, 'refused: not valid'],
    ['made for another app', { app_id: 'theirs' }, {}, 'refused: audience'],
    ['made for our second client', { app_id: 'android' }, {}, 'refused: audience'],
    ['that is over', { expires_at: NOW }, {}, 'refused: expired'],
    ['of one person, told of another', {}, { id: '2' }, 'refused: subject'],
    ['of nobody', { user_id: undefined }, { id: undefined }, 'refused: subject'],
  ])('%s', async (_name, info, me, expected) => {
    const answers = { debug_token: { data: { ...INFO, ...info } }, me: { ...ME, ...me } };
    const found = await outcome('facebook', answers);
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(found).toMatchObject(expected as object);
  });

  test('is shown to Facebook with the proof that our server asks', async () => {
    const { social, asked } = providers({ debug_token: { data: INFO }, me: ME });
    await social.verify('facebook', 'access-token', RULE);
    const me = asked.find(({ pathname }) => pathname.endsWith('/me'));
    expect(me?.searchParams.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('an identity token of Apple', () => {
  const CLAIMS = { iss: 'https://appleid.apple.com', aud: 'ours', sub: '1', exp: NOW + 60 };
  const signedBy = async (claims: object, alg = 'RS256') => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const token = await new SignJWT({ ...CLAIMS, ...ASHA, ...claims })
      .setProtectedHeader({ alg, kid: 'k' })
      .sign(privateKey);
    return { token, keys: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] } };
  };
  test.each<[string, object, boolean]>([
    ['that is genuine', {}, true],
    ['made for another app', { aud: 'theirs' }, false],
    ['of another issuer', { iss: 'https://appleid.example' }, false],
    ['that is over', { exp: NOW - 60 }, false],
    ['without an end', { exp: undefined }, false],
    ['of nobody', { sub: undefined }, false],
    ['of an empty name', { sub: '' }, false],
  ])('%s', async (_name, claims, genuine) => {
    const { token, keys } = await signedBy(claims);
    const found = await outcome('apple', { keys }, token);
    if (genuine) expect(found).toMatchObject({ subject: '1', emailProven: true });
    else expect(found).toMatch(/^refused/);
  });

  test('whose email Apple has not verified proves none; another algorithm proves nothing', async () => {
    const unverified = await signedBy({ email_verified: 'false' });
    expect(await outcome('apple', { keys: unverified.keys }, unverified.token)).toMatchObject({
      emailProven: false,
    });
    const other = await signedBy({}, 'ES256');
    expect(await outcome('apple', { keys: other.keys }, other.token)).toMatch(/^refused/);
  });
});
