/** Scenarios that are nothing but their name: what the mock does with a host, without the domain behind it. */
import { parse } from 'hono/utils/cookie';
import type { ScenarioHost } from '../../mocks/scenarios/contract.ts';

const COOKIE = 'fake.scenario';

export interface FakeHost extends ScenarioHost {
  /** Of every reset, the scenario that was begun anew. */
  resets: (string | undefined)[];
  /** The code that it sends. */
  otp: string;
}

export function fakeScenarios(ofServer?: string): FakeHost {
  let server = ofServer;
  const resets: FakeHost['resets'] = [];
  const chosen: ScenarioHost['chosen'] = ({ headers }) =>
    parse(headers.get('cookie') ?? '', COOKIE)[COOKIE] || server;
  const host: FakeHost = {
    resets,
    otp: '123456',
    scenarios: [
      { name: 'new-shopper', title: 'A new shopper', about: 'Nobody is registered yet.' },
      { name: 'blocked', title: 'A blocked shopper', about: 'Sign-in is refused.' },
    ],
    chosen,
    choose(_request, name, whom) {
      if (whom === 'browser') return [`${COOKIE}=${name ?? ''}; Path=/`];
      server = name;
      return [];
    },
    reset: (request) => void resets.push(chosen(request)),
    resetAll: () => void resets.push(server),
    inbox: async (request) => [
      {
        id: '1',
        channel: 'sms',
        to: '+918652523958',
        template: 'otp',
        text: `<b>${chosen(request)}</b> sent ${host.otp}`,
        otp: host.otp,
        link: 'javascript:alert(1)',
        created_at: '2026-01-01T10:00:00.000Z',
      },
    ],
    fetch: async (request) => Response.json({ scenario: chosen(request) }),
  };
  return host;
}
