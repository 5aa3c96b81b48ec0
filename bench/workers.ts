/** Vestibule, the floor and Better Auth: Workers on the same workerd, in alternation. */
import { comparison, slice, together, type Comparison } from './compare.ts';
import { load, type Answer, type Call } from './lib/load.ts';
import { startBetterAuth } from './sites/better-auth.ts';
import { startFloor } from './sites/floor.ts';
import { shopper, SHOPPERS, SIGNED_IN, type LoginSite, type Site } from './sites/site.ts';
import { startVestibule } from './sites/vestibule.ts';

/** Calls of one slice. Slices are short and many, so that what else happens on the machine meets all sites alike. */
const READS = 200;
/** Through the router, of which only the CPU is of interest. */
const ROUTED_READS = 100;
/** Some for a 99th percentile: eight rounds make 800, of which eight took longer. */
const OTP_LOGINS = 100;
const PASSWORD_LOGINS = 8;
/** Calls of each site before anything is measured, so that the runtime has compiled what it runs. */
const WARMING_READS = 800;
const WARMING_LOGINS = 100;
/** Rounds between two lines of progress. */
const TOLD_ROUNDS = 4;

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at);

/** The same site through the router of its static files, which is the local runtime's and none of the Worker's CPU. */
const routed = (site: Site): Site => ({
  ...site,
  name: `${site.name}, routed`,
  url: site.routedUrl,
});

function* reads(site: { readSession(at: number): Call }, count: number): Generator<Call> {
  for (let at = 0; at < count; at += 1) yield site.readSession(at % SIGNED_IN);
}

/** Reads before a slice that are not measured: the site has had nothing to do since its last slice. */
const WAKING_READS = 10;

async function wake(site: Site): Promise<void> {
  await load(site.url, reads(site, WAKING_READS));
}

/**
 * Signs shoppers in by code: first all codes are sent, then all are used.
 * @param signedIn is given who is signed in, the answer, and the milliseconds of both calls
 */
async function otpLogins(
  site: LoginSite,
  shoppers: readonly number[],
  run: (step: 'send' | 'verify', calls: Call[], settled: () => Promise<unknown>) => Promise<void>,
  signedIn?: (at: number, answer: Answer, ms: number) => void,
): Promise<void> {
  const sent = new Map<number, Answer>();
  const codes = new Map<number, string>();
  const sends = shoppers.map((at) => ({
    ...site.sendOtp(at),
    take: (answer: Answer) => sent.set(at, answer),
  }));
  await run('send', sends, async () => {
    for (const at of shoppers) codes.set(at, await site.inbox.codeOf(shopper(at).international));
  });
  const verifications = shoppers.map((at) => {
    const answer = sent.get(at);
    if (!answer) throw new Error('a code that was not asked for');
    return {
      ...site.verifyOtp(at, codes.get(at) ?? '', answer),
      take: (done: Answer) => signedIn?.(at, done, answer.ms + done.ms),
    };
  });
  await run('verify', verifications, async () => undefined);
}

/** Shoppers with a session each; the runtime has compiled what it runs by then. */
export async function signIn(site: LoginSite): Promise<void> {
  await otpLogins(
    site,
    range(0, SIGNED_IN),
    async (_, calls, settled) => {
      await load(site.url, calls);
      await settled();
    },
    (at, answer) => site.keepSession(at, answer),
  );
  await load(site.url, range(0, 10).map(site.loginByPassword));
}

/**
 * @param tools the folder in which Better Auth is installed
 * @param tell is called after each round
 */
export async function compareWorkers(
  tools: string,
  rounds: number,
  tell: (text: string) => void,
): Promise<Comparison[]> {
  const vestibule = await startVestibule();
  const floor = await startFloor(SHOPPERS);
  const betterAuth = await startBetterAuth(tools);
  const ourHasher = await startBetterAuth(tools, { ourHasher: true });
  const flows = new Map<string, number[]>();
  const servers = [vestibule, floor, betterAuth, ourHasher];
  const readers = [vestibule, floor, betterAuth].map((site) => ({ site, count: READS }));
  for (const site of [vestibule, floor]) {
    readers.push({ site: routed(site), count: ROUTED_READS });
  }
  const [read, send, verify, password] = [
    comparison('session read'),
    comparison('OTP login: send'),
    comparison('OTP login: verify'),
    comparison('password login'),
  ];
  try {
    for (const site of [vestibule, betterAuth, ourHasher]) await signIn(site);
    for (const { site } of readers) await load(site.url, reads(site, WARMING_READS));
    for (const site of [vestibule, betterAuth]) {
      await otpLogins(site, range(SIGNED_IN, WARMING_LOGINS), async (_, calls, settled) => {
        await load(site.url, calls);
        await settled();
      });
    }
    let next = SIGNED_IN + WARMING_LOGINS;
    for (let round = 1; round <= rounds; round += 1) {
      for (const { site, count } of readers) {
        await wake(site);
        await slice(read, site, reads(site, count));
      }
      const otpShoppers = range(next, OTP_LOGINS);
      const others = range(next + OTP_LOGINS, PASSWORD_LOGINS);
      next += OTP_LOGINS + PASSWORD_LOGINS;
      for (const site of [vestibule, betterAuth]) {
        await wake(site);
        await otpLogins(
          site,
          otpShoppers,
          (step, calls, settled) => slice(step === 'send' ? send : verify, site, calls, settled),
          (_, __, ms) => {
            flows.set(site.name, [...(flows.get(site.name) ?? []), ms]);
          },
        );
      }
      for (const site of [vestibule, betterAuth, ourHasher]) {
        await wake(site);
        await slice(password, site, others.map(site.loginByPassword));
      }
      if (round % TOLD_ROUNDS === 0) tell(`Workers: round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.all(servers.map((site) => site.stop()));
  }
  return [read, send, verify, together('OTP login: both', send, verify, flows), password];
}
