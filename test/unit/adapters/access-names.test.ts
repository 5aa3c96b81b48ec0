/** Names by the word of Cloudflare Access: proven by the team's keys, for this application, or nobody's. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { accessNames } from '../../../src/adapters/jose/access-names.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';

const clock = { now: () => 1_700_000_000_000 };
const NOW = clock.now() / 1000;
const team = 'https://example.cloudflareaccess.com';
const CLAIMS = { iss: team, aud: ['tag'], sub: 'u', exp: NOW + 60, email: 'asha@example.com' };

test('only what the team has signed for this application, and is not over, names somebody', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const other = await generateKeyPair('RS256');
  const asked: string[] = [];
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }];
  const outbound = createOutbound(async (request) => {
    asked.push(new Request(request).url);
    return Response.json({ keys });
  });
  const names = accessNames(outbound, clock, { team, audience: 'tag' });
  const sign = async (claims: object, key = privateKey, kid = 'k') =>
    new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  const cases: [object, string | undefined][] = [
    [{}, 'asha@example.com'],
    [{ name: 'Asha Rao' }, 'Asha Rao'],
    [{ iss: 'https://other.cloudflareaccess.com' }, undefined],
    [{ aud: ['other'] }, undefined],
    [{ exp: NOW - 60 }, undefined],
    [{ exp: undefined }, undefined],
    [{ sub: undefined }, undefined],
    [{ email: undefined }, undefined],
    [{ name: 'Asha\nRao' }, undefined],
    [{ name: 'x'.repeat(101) }, undefined],
  ];
  for (const [claims, name] of cases) {
    expect([claims, await names.nameOf(await sign(claims))]).toEqual([claims, name]);
  }
  expect(await names.nameOf(await sign({}, other.privateKey))).toBeUndefined();
  expect(await names.nameOf('nonsense')).toBeUndefined();
  expect([...new Set(asked)]).toEqual([`${team}/cdn-cgi/access/certs`]);
  const down = createOutbound(async () => new Response(null, { status: 500 }));
  const nobody = accessNames(down, clock, { team, audience: 'tag' });
  expect(await nobody.nameOf(await sign({}))).toBeUndefined();
});
