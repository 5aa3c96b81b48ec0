/** The same calls among a thousand customers and among a million, one at a time, and a session read beside operators who search. */
import { DEMO } from '../mocks/demo.ts';
import { table } from '../src/table.ts';
import { median, quantile } from './lib/figures.ts';
import { load, type Call } from './lib/load.ts';
import { shopper, SIGNED_IN, type LoginSite } from './sites/site.ts';
import { startVestibule } from './sites/vestibule.ts';
import { signIn } from './workers.ts';

/** Of the small shop, in which every shopper that is signed in is. */
const FEW = 1_000;
const OPERATORS = 4;
/** Calls of one slice; those before are not measured. */
const CALLS = 40;
const WAKING_CALLS = 10;
/** Session reads beside operators. */
const READS = 300;

export interface ScaleRow {
  name: string;
  /** Medians in milliseconds: in the small shop and in the large one, or alone and beside the operators. */
  base: number;
  other: number;
  /** The median of the ratios of each round. */
  ratio: number;
}

export interface Scale {
  customers: number;
  growth: ScaleRow[];
  beside: ScaleRow[];
}

interface Shop {
  site: LoginSite;
  customers: number;
  /** A call of an operator. */
  get(path: string, query: Record<string, string | number>): Call;
}

const pathOf = (path: string): string =>
  path.replace('{company_id}', DEMO.companyId).replace('{application_id}', DEMO.applicationId);

async function openShop(customers: number): Promise<Shop> {
  const site = await startVestibule(customers);
  await signIn(site);
  const answer = await fetch(site.url + pathOf(table.service.createToken.path), {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${DEMO.oauthKey}:${DEMO.oauthSecret}`)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ grant_type: 'client_credentials' }),
  });
  // As the row of `createToken` answers.
  const { access_token } = (await answer.json()) as { access_token: string };
  return {
    site,
    customers,
    get: (path, query) => ({
      method: 'GET',
      path: `${pathOf(path)}?${new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name, String(value)]),
      ).toString()}`,
      headers: { authorization: `Bearer ${access_token}` },
      status: 200,
    }),
  };
}

const { getCustomers, searchUsers } = table.platform;
const list =
  (query: Record<string, string | number>) =>
  ({ get }: Shop): Call =>
    get(getCustomers.path, { page_no: 1, page_size: 10, ...query });
const search =
  (q: string) =>
  ({ get }: Shop): Call =>
    get(searchUsers.path, { q });

/** Somebody in both shops. */
const SOMEBODY = shopper(FEW / 2);

const CASES: Record<string, (shop: Shop, at: number) => Call> = {
  'session read': ({ site }, at) => site.readSession(at % SIGNED_IN),
  // Each to another shopper.
  'code sent': ({ site }, at) => site.sendOtp(FEW / 4 + at),
  'list, page 1': list({}),
  // Ten thousand pages of ten are a hundred thousand customers; the small shop shows its first one.
  'list, page 10,000': (shop) => list({ page_no: shop.customers > FEW ? 10_000 : 1 })(shop),
  'list, q = email': list({ q: SOMEBODY.email }),
  'list, q = phone': list({ q: SOMEBODY.international }),
  'list, q = a frequent name': list({ q: SOMEBODY.first }),
  'list, q = one letter': list({ q: 'a' }),
  'list, q = first and last name': list({ q: `${SOMEBODY.first} ${SOMEBODY.last}` }),
  'search, q = email': search(SOMEBODY.email),
  'search, q = two beginnings': search(
    `${SOMEBODY.first.slice(0, 2)} ${SOMEBODY.last.slice(0, 2)}`,
  ),
};

async function medianOfCalls({ site }: Shop, calls: Call[]): Promise<number> {
  await load(site.url, calls.slice(0, WAKING_CALLS), 1);
  return quantile((await load(site.url, calls.slice(WAKING_CALLS), 1)).latencies, 0.5);
}

function rowOf(name: string, pairs: readonly (readonly [number, number])[]): ScaleRow {
  return {
    name,
    base: median(pairs.map(([base]) => base)),
    other: median(pairs.map(([, other]) => other)),
    ratio: median(pairs.map(([base, other]) => other / base)),
  };
}

/** Operators who search until they are stopped, each again after a pause. @returns stops them */
function searchBeside(shop: Shop, pauseMs: number): () => Promise<void> {
  const over = new AbortController();
  const call = search(SOMEBODY.email)(shop);
  const operators = Array.from({ length: OPERATORS }, async (_, at) => {
    // They do not begin in the same moment.
    await new Promise((resolve) => setTimeout(resolve, (pauseMs * at) / OPERATORS));
    while (!over.signal.aborted) {
      await load(shop.site.url, [call], 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
  return async () => {
    over.abort();
    await Promise.all(operators);
  };
}

async function readBeside(shop: Shop, pauseMs?: number): Promise<number> {
  const stop = pauseMs === undefined ? undefined : searchBeside(shop, pauseMs);
  const calls = Array.from({ length: READS }, (_, at) => shop.site.readSession(at % SIGNED_IN));
  const p50 = await medianOfCalls(shop, calls);
  await stop?.();
  return p50;
}

/**
 * @param customers of the large shop
 * @param tell is called after each round
 */
export async function compareScale(
  customers: number,
  rounds: number,
  tell: (text: string) => void,
): Promise<Scale> {
  const few = await openShop(FEW);
  const many = await openShop(customers);
  const growth = new Map<string, [number, number][]>();
  const beside = new Map<string, [number, number][]>();
  const note = (notes: typeof growth, name: string, pair: [number, number]): void => {
    notes.set(name, [...(notes.get(name) ?? []), pair]);
  };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, callOf] of Object.entries(CASES)) {
        const callsOf = (shop: Shop): Call[] =>
          Array.from({ length: WAKING_CALLS + CALLS }, (_, at) =>
            callOf(shop, round * (WAKING_CALLS + CALLS) + at),
          );
        const one = await medianOfCalls(few, callsOf(few));
        note(growth, name, [one, await medianOfCalls(many, callsOf(many))]);
      }
      for (const [name, pauseMs] of [
        ['who search once a second', 1_000],
        ['who search without a pause', 0],
      ] as const) {
        const alone = await readBeside(many);
        note(beside, name, [alone, await readBeside(many, pauseMs)]);
      }
      tell(`Scale: round ${round + 1} of ${rounds}`);
    }
  } finally {
    await Promise.all([few.site.stop(), many.site.stop()]);
  }
  const rowsOf = (notes: typeof growth) => [...notes].map(([name, pairs]) => rowOf(name, pairs));
  return { customers, growth: rowsOf(growth), beside: rowsOf(beside) };
}
