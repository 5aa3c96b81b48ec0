/** A server under load that loses its power, and what it must still know afterwards. */
import { spawnSync } from 'node:child_process';
import { createClient, type Client } from '../../src/http/client.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { table } from '../../src/table.ts';
import { cookieOf } from './answers.ts';
import type { StartedServer } from './started-server.ts';

const AUTHORIZATION = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;

/** What somebody was told had been done: an answer of 2xx came back. */
export interface Acknowledged {
  phone: string;
  /** Of the session that was handed out. */
  cookie: string;
  id: string;
  first_name: string;
  email?: string;
}

let people = 0;

const browserAt = (baseUrl: string, headers = {}): Client<typeof table> =>
  createClient(table, {
    baseUrl,
    cookies: true,
    headers: { authorization: AUTHORIZATION, ...headers },
  });

/** Whose session a cookie is, at a server that may have been started since. */
export async function signedInAs(url: string, cookie: string): Promise<string | undefined> {
  const answer = await browserAt(url, { cookie }).application.getLoggedInUser();
  return answer.ok ? answer.body.user?._id : undefined;
}

/** Somebody registers by code, and then changes the profile until the server is gone; returns at its first refusal. */
async function shopper(server: StartedServer, told: Acknowledged[]): Promise<void> {
  people += 1;
  const phone = String(9_840_000_000 + people);
  const browser = browserAt(server.url);
  const { application } = browser;
  const sent = await application.loginWithOTP({ body: { mobile: phone } });
  if (!sent.ok) return;
  const code = { request_id: sent.body.request_id ?? '', otp: await server.otpFor(`+91${phone}`) };
  const verified = await application.verifyMobileOTP({ body: code });
  if (!verified.ok) return;
  const { register_token } = verified.body;
  const body = { first_name: 'First', register_token };
  const made = await application.updateProfile({ body });
  const id = made.ok ? made.body.user?._id : undefined;
  if (id === undefined) return;
  const one: Acknowledged = { phone, cookie: cookieOf(made), id, first_name: 'First' };
  told.push(one);
  const email = `crash${people}@example.com`;
  if (!(await application.addEmail({ body: { email } })).ok) return;
  one.email = email;
  for (const first_name of ['Second', 'Third']) {
    if (!(await application.updateProfile({ body: { first_name } })).ok) return;
    one.first_name = first_name;
  }
}

export interface Load {
  /** What was acknowledged so far. */
  told: Acknowledged[];
  /** Resolves when all who were under way have noticed that the server is gone. */
  ended: Promise<void>;
  stop(): void;
}

/** So many shoppers at a time, one after the other, until they are stopped or find nobody there. */
export function underLoad(server: StartedServer, atATime: number): Load {
  const told: Acknowledged[] = [];
  const until = { stopped: false };
  const line = async (): Promise<void> => {
    while (!until.stopped) {
      // A connection that breaks is what this is about; a server that is gone for all is the end.
      await shopper(server, told).catch(() => (until.stopped = true));
    }
  };
  return {
    told,
    ended: Promise.all(Array.from({ length: atATime }, line)).then(() => undefined),
    stop: () => void (until.stopped = true),
  };
}

/** `npm run admin -- check-data` on the files of a server that does not run: its exit code and what it said. */
export function checkData(state: string): { status: number | null; said: string } {
  const args = ['run', '--silent', 'admin', '--', 'check-data', '--state', state];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, said: `${stdout}${stderr}` };
}
