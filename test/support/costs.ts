/** What each call of each flow reads and writes in D1. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { IMPORTS_CRON, PURGE_CRON } from '../../src/adapters/d1/maintenance/housekeeping.ts';
import { crowdMember, fillCrowd } from './crowd.ts';
import { expectOk } from './answers.ts';
import { openFor, type Theatre } from './flows/disturb.ts';
import { FLOWS } from './flows/index.ts';
import { SEND_GAP_MS, type Answer, type Ask, type Flow } from './flows/stage.ts';
import { params } from './operator.ts';
import type { D1Shop } from './shop.ts';

const DAY_MS = 86_400_000;

export interface Cost {
  /** The flow, and the call's number in it. */
  what: string;
  /** `group.operationId`, or a cron. */
  operation: string;
  status: number;
  read: number;
  written: number;
  /** The statement that has read most. */
  dearest: string;
}

const { id, username, email, phone, first, last } = crowdMember(42);

/** Every kind of search text, and the pages of a list. */
export const SEARCHES: Record<string, { q?: string; page_no?: number; page_size?: number }> = {
  'an email': { q: email },
  'an email of nobody': { q: 'nobody@example.com' },
  'a number': { q: phone },
  'a number without its country': { q: phone.slice(3) },
  'a number of nobody': { q: '+919999999999' },
  'an id': { q: id },
  'a username': { q: username },
  'a first name': { q: first },
  'a last name': { q: last },
  'first and last name': { q: `${first} ${last}` },
  'one letter': { q: 'a' },
  'two letters': { q: 'sa' },
  'two beginnings': { q: 'as kh' },
  'a name and a beginning': { q: 'asha r' },
  'four words': { q: 'asha rao member m' },
  'a rare word beside a frequent one': { q: 'member 42' },
  'no name at all': { q: 'zzzz' },
  'a frequent name, page 2': { q: first, page_no: 2 },
  'a frequent name, the last page': { q: first, page_no: 100 },
  'page 1': {},
  'page 20': { page_no: 20 },
  'page 49 of a hundred each': { page_no: 49, page_size: 100 },
};

/** What a scene of ours can do beside the calls of a client. */
interface Counter {
  /** Names what follows. */
  name(what: string): void;
  /** Runs a cron. */
  cron(pattern: string): Promise<void>;
}
type Scene = (theatre: Theatre, counter: Counter) => Promise<void>;

const searches: Scene = async ({ shop, operator }, { name }) => {
  const { service } = shop.client();
  await service.getJwks();
  await service.getHealth();
  await service.getReadiness();
  for (const [what, query] of Object.entries(SEARCHES)) {
    name(`search for ${what}`);
    await operator.getCustomers({ params, query });
    if (query.q === undefined || query.page_no !== undefined) continue;
    await operator.searchUsers({ params, query: { q: query.q } });
  }
};

/** Refusals are no fault here: what they cost counts as well. */
const ask: Ask = async (call) => (await call()) as never;

/** Counts every request of a shop from now on. `flow` names what is under way. */
function watch(shop: D1Shop, costs: Cost[]) {
  const at = { flow: '', call: 0 };
  let most = { text: '', rows: 0 };
  shop.db.onRows = (text, { rows_read }) => {
    if (rows_read > most.rows) most = { text, rows: rows_read };
  };
  async function count<T>(
    act: () => Promise<T>,
    nameOf: (done: T) => Pick<Cost, 'operation' | 'status'>,
  ): Promise<T> {
    const [read, written] = [shop.db.rowsRead, shop.db.rowsWritten];
    most = { text: '', rows: 0 };
    const done = await act();
    await shop.settle();
    at.call += 1;
    costs.push({
      what: `${at.flow} ${at.call}`,
      ...nameOf(done),
      read: shop.db.rowsRead - read,
      written: shop.db.rowsWritten - written,
      dearest: `${most.rows} by ${most.text.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
    });
    return done;
  }
  const send = shop.app.fetch;
  shop.app.fetch = async (request, ...rest) =>
    count(
      async () => send(request, ...rest),
      (answer: Answer | Response) => ({
        operation: String(shop.log.findLast((line) => 'operation' in line)?.['operation']),
        status: answer.status,
      }),
    );
  const cron = async (pattern: string) =>
    count(
      async () => shop.runtime.scheduled(pattern),
      () => ({ operation: pattern, status: 200 }),
    );
  return { at, cron };
}

/** No import stands still, two customers have left for good, and what has expired is dropped. */
const crons: Scene = async ({ shop, member }, { cron }) => {
  await cron(IMPORTS_CRON);
  for (const { browser, person } of [await member(), await member()]) {
    const { application } = browser;
    const sent = expectOk(await application.sendOTPOnMobile({ body: { mobile: person.phone } }));
    const body = { request_id: sent.body.request_id ?? '', otp: await shop.otp(person.e164) };
    expectOk(await application.deleteUser({ body }));
  }
  shop.clock.advance(40 * DAY_MS);
  await cron(PURGE_CRON);
};

async function deliver(shop: D1Shop): Promise<void> {
  const batch = createMessageBatch(
    'vestibule-messages',
    shop.queue.sent.splice(0).map((body, index) => ({
      id: String(index),
      timestamp: new Date(),
      attempts: 1,
      body,
    })),
  );
  await shop.runtime.consume(batch);
  await getQueueResult(batch, createExecutionContext());
}

/** Every call of every flow among so many customers; storage is empty when it is called. */
export async function costsAmong(customers: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  let filled = false;
  async function play(name: string, options: Flow['options'], scene: Scene): Promise<void> {
    const theatre = await openFor({ options });
    const { shop } = theatre;
    if (!filled) await fillCrowd(customers, shop.clock.now());
    filled = true;
    const { at, cron } = watch(shop, costs);
    const naming = (what: string) => Object.assign(at, { flow: what, call: 0 });
    naming(name);
    await scene(theatre, { cron, name: naming });
    await shop.runImports();
    await deliver(shop);
  }
  for (const { name, options, prepare } of FLOWS) {
    await play(name, options, async (theatre) => {
      const act = await prepare(theatre);
      theatre.shop.clock.advance(SEND_GAP_MS);
      await act.run(ask);
    });
  }
  await play('service', undefined, searches);
  await play('crons', undefined, crons);
  return costs;
}
