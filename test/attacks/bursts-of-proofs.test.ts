/** Proofs and secrets that are judged by somebody else or by the directory: no more of a burst than the budget allows. */
import { describe, expect, test } from 'vitest';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { judgedOf, STRANGER, type Burst } from '../support/flows/burst.ts';
import { LOGIN_SECRET } from '../support/social-shop.ts';
import { tally } from '../support/tally.ts';

const BURSTS: Burst[] = [
  {
    name: 'wrong secrets of one client',
    calls: 80,
    judged: 'invalid_client',
    max: 20,
    prepare: async ({ shop }) => {
      return async (index) =>
        shop.client(STRANGER).service.createToken({
          params: { company_id: DEMO.companyId },
          body: { grant_type: 'client_credentials' },
          headers: { authorization: `Basic ${btoa(`${DEMO.oauthKey}:wrong-${index}`)}` },
        });
    },
  },
  {
    name: 'secrets of clients that nobody has',
    calls: 80,
    judged: 'invalid_client',
    max: 50,
    prepare: async ({ shop }) => {
      return async (index) =>
        shop.client(STRANGER).service.createToken({
          params: { company_id: DEMO.companyId },
          body: { grant_type: 'client_credentials' },
          headers: { authorization: `Basic ${btoa(`nobody-${index}:wrong`)}` },
        });
    },
  },
  {
    name: 'forged tokens of the company',
    calls: 120,
    judged: 'login_failed',
    max: 50,
    async prepare({ shop, fake }) {
      const claims = { sub: 'x', email: 'x@example.com', email_verified: true };
      const tokens = await Promise.all(
        Array.from({ length: 120 }, async () =>
          fake.token(
            'company',
            { ...claims, jti: crypto.randomUUID() },
            { secret: `not ${LOGIN_SECRET}` },
          ),
        ),
      );
      return async (index) =>
        shop.client(STRANGER).application.loginWithToken({ body: { token: tokens[index] ?? '' } });
    },
  },
  {
    name: 'one token of the company, used again and again',
    calls: 120,
    judged: 'login_failed',
    max: 50,
    async prepare({ shop, fake }) {
      const claims = { sub: 'x', email: 'x@example.com', email_verified: true, jti: 'one' };
      const token = await fake.token('company', claims, { secret: LOGIN_SECRET });
      await shop.client().application.loginWithToken({ body: { token } });
      return async () => shop.client(STRANGER).application.loginWithToken({ body: { token } });
    },
  },
  {
    name: 'access tokens that Google did not make',
    calls: 120,
    judged: 'login_failed',
    max: 50,
    prepare: async ({ shop }) => {
      return async (index) =>
        shop.client(STRANGER).application.loginWithGoogle({
          body: { oauth2: { access_token: `made-up-${index}` } },
        });
    },
  },
];

describe('a burst of', () => {
  test.each(BURSTS)('$name: at most $max of $calls are judged', async (burst) => {
    const { judged, calls } = await judgedOf(burst);
    expect(judged).toBeLessThanOrEqual(burst.max);
    expect(judged).toBeGreaterThan(0);
    tally('race', calls);
  });
});
