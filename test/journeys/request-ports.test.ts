/** What the requests of one application share, and what each has to itself. */
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { seedDemo } from '../../scripts/lib/seed.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { STORE_TIMEOUT_MS } from '../../src/adapters/deadline.ts';
import { parseEnvironment } from '../../src/env/index.ts';
import type { Application, AttributeFilter, RequestScope } from '../../src/ports/index.ts';
import { createRuntime } from '../../src/wiring.ts';
import { ORIGIN } from '../support/shop.ts';

const PAGE = { pageNo: 1, pageSize: 10 };

beforeEach(async () => seedDemo(env.DB, { storefrontUrl: ORIGIN }));

function scope(requestId: string) {
  const [waited, bookmarks]: [Promise<unknown>[], string[]] = [[], []];
  const given: RequestScope = {
    requestId,
    waitUntil: (work) => void waited.push(work),
    setBookmark: (bookmark) => void bookmarks.push(bookmark),
  };
  return { given, waited, bookmarks };
}

/**
 * The Worker's ports over D1 that tells with what its sessions are opened.
 * @param replaced what a test puts in place of the real thing
 */
async function open(replaced: Parameters<typeof createRuntime>[2] = {}) {
  const sessions: string[] = [];
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name === 'withSession') {
        return (constraint: string) => {
          sessions.push(constraint);
          return target.withSession(constraint);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  const { factory } = createRuntime(parseEnvironment({ ...env, DB }), () => undefined, replaced);
  const application = await factory.service.directory.application(
    DEMO.companyId,
    DEMO.applicationId,
  );
  if (!application) throw new Error('the demo application is not there');
  return { factory, application, sessions };
}

test('two requests share the stores; id, background work and bookmarks are each its own', async () => {
  const { factory, application } = await open();
  const [one, other] = [scope('first-request'), scope('second-request')];
  const [mine, theirs] = [one, other].map(({ given }) => factory.portsFor(application, given));
  expect(mine?.sessions).toBe(theirs?.sessions);
  expect([mine?.requestId, theirs?.requestId]).toEqual(['first-request', 'second-request']);
  mine?.background(Promise.resolve());
  expect([one.waited.length, other.waited.length]).toEqual([1, 0]);
  await theirs?.groups.list(PAGE);
  expect([one.bookmarks.length, other.bookmarks.length]).toEqual([0, 1]);
});

test('a D1 session is opened by the first statement of an operator, and once', async () => {
  const { factory, application, sessions } = await open();
  const ports = factory.portsFor(application, scope('a-request').given);
  await ports.users.find('0123456789abcdef01234567');
  expect(sessions).toEqual([]);
  await ports.groups.list(PAGE);
  await ports.groups.list(PAGE);
  expect(sessions).toEqual(['first-unconstrained']);
});

test('a record that was read anew has stores of its own: it may name another database', async () => {
  const { factory, application } = await open();
  const moved: Application = { ...application };
  const [before, after] = [application, moved].map((one) =>
    factory.portsFor(one, scope('a-request').given),
  );
  expect(before?.sessions).not.toBe(after?.sessions);
});

test('searches of several requests at once give way to shoppers; lists and single searches do not wait', async () => {
  let now = Date.UTC(2026, 0, 1);
  const { factory, application } = await open({ clock: { now: () => (now += 10) } });
  const waits = vi.spyOn(globalThis, 'setTimeout');
  const waited = (): unknown[] =>
    waits.mock.calls.map(([, ms]) => ms).filter((ms) => ms !== STORE_TIMEOUT_MS);
  const portsOf = (id: string) => factory.portsFor(application, scope(id).given);
  const terms = { words: ['maya'] };
  const filter: AttributeFilter = { match: 'all', ranges: [], offset: 0, limit: 1, maxRows: 10 };
  try {
    await portsOf('a').customers.candidates(terms);
    await portsOf('b').customers.list(PAGE);
    expect(waited()).toEqual([]);
    await Promise.all([
      portsOf('c').customers.candidates(terms),
      portsOf('d').customers.list(PAGE),
      portsOf('e').customers.list({ ...PAGE, terms }),
      portsOf('f').attributes.filter(filter),
    ]);
    // Of the three that look for customers the first begins at once.
    expect(waited()).toHaveLength(2);
  } finally {
    waits.mockRestore();
  }
});
