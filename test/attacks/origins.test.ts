/** A page whose origin the application does not list can call nothing of a storefront, and read nothing. */
import { describe, expect, test } from 'vitest';
import { attacks, attempt, ENTRIES, found, unchanged } from '../support/attacks/attempt.ts';
import { memoryHost } from '../support/attacks/hosts.ts';
import {
  aimless,
  authorizationOf,
  isStorefront,
  requestOf,
  wireOf,
} from '../support/attacks/requests.ts';
import { worldOn, type World } from '../support/attacks/tenants.ts';
import { tally } from '../support/tally.ts';

const ROWS = ENTRIES.filter(isStorefront);

/** Ours are `ours.example` by https, `localhost` by either, and where the links of the shop lead. */
const UNLISTED = [
  'null',
  '',
  'https://evil.example',
  'https://ours.example.evil.example',
  'https://evilours.example',
  'https://evil-ours.example',
  'https://sub.ours.example',
  'https://ours.example.',
  'https://ours.exampl',
  'https://ours.example@evil.example',
  'https://ours.example:443@evil.example',
  'https://evil.example/ours.example',
  'https://evil.example#ours.example',
  'http://ours.example',
  'http://ours.example:443',
  'ftp://ours.example',
  'wss://ours.example',
  'file://',
  'chrome-extension://ours.example',
  'javascript:alert(1)',
  'ours.example',
  '//ours.example',
  'https://',
  'https://*',
  'https://ours.example, https://evil.example',
  'https://ours.example https://evil.example',
  'https://xn--urs-fka.example',
  'https://localhost.evil.example',
  'http://127.0.0.2',
  'http://[::1]',
  'http://0.0.0.0',
];
/** Listed, but by others. */
const OF_OTHERS = ['https://neighbour.example', 'https://stranger.example'];

/** @param withCookie whether the customer's session comes along, as it does from a browser */
const refusedFrom =
  (withCookie: boolean) =>
  async ({ host, ours }: World): Promise<void> => {
    const before = await host.state();
    for (const origin of [...UNLISTED, ...OF_OTHERS]) {
      for (const entry of ROWS) {
        const headers = {
          ...authorizationOf(entry, ours),
          ...(withCookie && { cookie: ours.cookie }),
          origin,
        };
        const wire = wireOf(entry, aimless(ours), { headers });
        await attempt(host, entry, wire, `from ${origin}`, 'origin_refused');
      }
    }
    await unchanged(host, before, 'unlisted origins');
  };

/** Whatever the answer is, the page's script cannot see it. */
async function unshared({ host, ours }: World): Promise<void> {
  const tries = [
    ...UNLISTED.flatMap((origin) => [
      { origin, authorization: ours.storefront },
      { origin, authorization: 'Bearer wrong' },
    ]),
    // A page that another application lists may read that it is nobody's.
    ...OF_OTHERS.map((origin) => ({ origin, authorization: ours.storefront })),
  ];
  for (const { origin, authorization } of tries) {
    for (const entry of ROWS) {
      tally('attack');
      const headers = { authorization, cookie: ours.cookie, origin };
      const answer = await host.send(requestOf(wireOf(entry, aimless(ours), { headers })));
      const shared = answer.headers.get('access-control-allow-origin');
      if (shared !== null) found(host, `${entry.id} is shared with ${origin} as ${shared}`);
    }
  }
}

async function noPreflight({ host, ours }: World): Promise<void> {
  for (const origin of UNLISTED) {
    for (const entry of ROWS) {
      tally('attack');
      const { path, method } = wireOf(entry, aimless(ours));
      const headers = { origin, 'access-control-request-method': method };
      const answer = await host.send(requestOf({ method: 'OPTIONS', path, headers }));
      const allowed = [...answer.headers].filter(([name]) => name.startsWith('access-control-'));
      if (answer.status === 204 && allowed.length === 0) continue;
      found(host, `preflight of ${entry.id} from ${origin}: ${answer.status} ${allowed.join()}`);
    }
  }
}

attacks({
  'every storefront row refuses them with a session': refusedFrom(true),
  'every storefront row refuses them without a session': refusedFrom(false),
  'no answer is shared with them': unshared,
  'no preflight lets them through': noPreflight,
});

describe('what the attacks stand on', () => {
  test.each(['https://ours.example', 'https://ours.example:8443', 'http://localhost:5173'])(
    'pages from %s get through',
    async (origin) => {
      const { host, ours } = await worldOn(await memoryHost());
      for (const entry of ROWS.filter(({ operationId }) => operationId !== 'logout')) {
        const headers = { ...authorizationOf(entry, ours), cookie: ours.cookie, origin };
        const answer = await host.send(requestOf(wireOf(entry, aimless(ours), { headers })));
        expect([entry.id, answer.headers.get('access-control-allow-origin')]).toEqual([
          entry.id,
          origin,
        ]);
        expect([entry.id, await answer.text()]).not.toContain('origin_refused');
      }
    },
  );
});
