/** Runs flows on D1 and KV under faults, and judges what they leave. */
import { expect, vi } from 'vitest';
import { fakeProvider } from '../fake-provider.ts';
import { faulty, type Calls, type Fault, type Faulty, type Script } from '../faulty.ts';
import { fileServer } from '../file-server.ts';
import { invariants } from '../invariants.ts';
import { operatorOf } from '../operator.ts';
import { d1Shop } from '../shop.ts';
import { ALL_SOCIAL, equip } from '../social-shop.ts';
import { careful } from './client.ts';
import { SEND_GAP_MS, NothingCame, Refused, stageOf, type Flow, type Stage } from './stage.ts';

/** As src/adapters/deadline.ts has it, and a little more. */
const STORE_TIMEOUT_MS = 5_001;
/** Time for healthy calls beside the silent one to be answered. */
const WAIT_BEFORE_TIMEOUT_MS = 15;
const TOKEN_RENEWAL_MS = 20 * 60_000;
const realTimeout = globalThis.setTimeout;

export interface Theatre extends Stage {
  faults: Faulty;
  /** When the operator's token was made. */
  tokenFrom: number;
}

/** A shop for one flow: everything is switched on, and what is outside answers. */
export async function openFor({ options }: Pick<Flow, 'options'>): Promise<Theatre> {
  const faults = faulty();
  faults.onSilence = () =>
    realTimeout(() => vi.advanceTimersByTime(STORE_TIMEOUT_MS), WAIT_BEFORE_TIMEOUT_MS);
  let now = Date.now;
  const fake = fakeProvider(() => now());
  const files = fileServer();
  const { config } = options ?? {};
  const outside: typeof fetch = async (input, init) => {
    const { hostname } = new URL(new Request(input).url);
    return hostname === 'files.example' ? files.fetch(input, init) : fake.fetch(input, init);
  };
  const shop = await d1Shop({
    ...options,
    config: { ...ALL_SOCIAL, ...config },
    fetch: outside,
    faults,
  });
  now = shop.clock.now;
  await equip(shop);
  const operator = await operatorOf(shop);
  return { ...stageOf(shop, fake, files, operator), faults, tokenFrom: shop.clock.now() };
}

const CALM = { onUnavailable: () => undefined, mayBeCharged: false };

export interface Outcome {
  /** Whether the fault met a call at all. */
  struck: boolean;
  /** Why the client had to begin again. */
  refused?: Refused;
}

/**
 * One flow of somebody new under one fault. Whatever the fault does, no answer is a 500, nothing is half-made, and the
 * client gets where it wanted: by repeating a call, or by beginning again after a clear refusal.
 * @param lag how old KV's answers are, in milliseconds
 */
export async function disturb(
  flow: Flow,
  theatre: Theatre,
  script?: Script,
  lag = 0,
): Promise<Outcome> {
  const { shop, faults } = theatre;
  shop.queue.sent.length = 0;
  if (shop.clock.now() - theatre.tokenFrom > TOKEN_RENEWAL_MS) {
    theatre.operator = await operatorOf(shop);
    theatre.tokenFrom = shop.clock.now();
  }
  const act = await flow.prepare(theatre);
  await shop.settle();
  // The record of the application is read anew, and the gap between sends is over.
  shop.clock.advance(SEND_GAP_MS + lag);
  shop.kv.lag = lag;
  const ask = careful(shop, {
    onUnavailable: () => faults.recover(),
    lag,
    mayBeCharged: flow.sendsFirst === true || (script !== undefined && !isUndone(script)),
  });
  const outcome: Outcome = { struck: false };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    faults.arm(script);
    await act.run(ask);
    await shop.settle();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    outcome.refused = error;
  } finally {
    await shop.settle();
    vi.useRealTimers();
    outcome.struck = faults.struck > 0;
    faults.mend();
    shop.kv.lag = 0;
  }
  shop.clock.advance(lag);
  if (!(await act.reached())) {
    shop.clock.advance(SEND_GAP_MS);
    await act.run(careful(shop, { ...CALM, lag: 0 }));
    await shop.settle();
    expect(await act.reached(), 'the second beginning').toBe(true);
  }
  return outcome;
}

/** What a client may hear when it repeats a call that had done its work: it says so, or what to do instead. */
const DONE_BEFORE = [
  'registration_finished',
  'link_invalid',
  'not_authenticated',
  'not_found',
  // A login token counts once, also when what comes after it fails: the company's system makes another.
  'login_failed',
];
/** Also when the client cannot know that it was done. */
const ANSWER_LOST = [
  ...DONE_BEFORE,
  'otp_invalid',
  'register_token_invalid',
  'forgot_token_invalid',
  'identifier_taken',
  'attribute_taken',
  'not_deleted',
  // The change that was made is still being written in.
  'group_busy',
];
/** Nothing was done by the call, and what was done before it is taken back: no code is used up for nothing. */
const UNDONE: readonly Fault[] = ['refused', 'fails once', 'silent'];

const isUndone = ({ fault, store }: Script): boolean =>
  UNDONE.includes(fault) || (store === 'KV' && fault === 'answer lost');

function isClear(refused: Refused, script: Script): boolean {
  if (refused instanceof NothingCame) return !isUndone(script);
  return (isUndone(script) ? DONE_BEFORE : ANSWER_LOST).includes(refused.code);
}

/** Which calls of a flow are struck, given how many there are. */
export type Plan = (calls: Calls) => Script[];

export interface Report {
  struck: number;
  /** Faults after which the client had to begin again, and why. */
  begunAgain: string[];
}

/**
 * A flow under every fault of a plan, each with somebody new.
 * @param closely looks at the whole database after every fault, to say which one broke a promise
 */
export async function disturbAll(flow: Flow, plan: Plan, closely = false): Promise<Report> {
  const theatre = await openFor(flow);
  const undisturbed = await disturb(flow, theatre);
  expect(undisturbed, 'undisturbed').toEqual({ struck: false });
  const report: Report = { struck: 0, begunAgain: [] };
  const fell: string[] = [];
  for (const script of plan({ ...theatre.faults.calls })) {
    const name = `${script.store} ${script.call} ${script.fault}`;
    try {
      const { struck, refused } = await disturb(flow, theatre, script);
      if (struck) report.struck += 1;
      if (refused) report.begunAgain.push(`${name}: ${refused.message}`);
      if (refused && !isClear(refused, script)) fell.push(`${name}: ${refused.message}`);
      if (closely) expect(await invariants(theatre.shop)).toEqual([]);
    } catch (error) {
      fell.push(`${name}: ${String(error)}`);
    }
  }
  expect(fell).toEqual([]);
  expect(await invariants(theatre.shop)).toEqual([]);
  return report;
}
