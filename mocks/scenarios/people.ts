/** Who is there when a scenario begins. */
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../src/shared/time.ts';
import { revoke } from '../../src/adapters/memory/revocations.ts';
import { newObjectId } from '../../src/domain/object-id.ts';
import { openSession, prepareSession } from '../../src/domain/login/sign-in.ts';
import { withPrimaries } from '../../src/domain/user/user.ts';
import type { IdentifierRef, User } from '../../src/ports/index.ts';
import { inventCustomer } from '../people.ts';
import type { Preparation } from './scenario.ts';

export const PASSWORD = 'correct horse battery';
export const ASHA = { mobile: '9820098200', email: 'asha@example.com' } as const;

/** The seconds in the ids of those who were there before, so that they are the same in each run. */
const ID_TIME = Date.UTC(2026, 0, 1);
const toPhone = (national: string): IdentifierRef => ({
  kind: 'phone',
  value: `+91${national}`,
  callingCode: 91,
});
const email = (value: string): IdentifierRef => ({ kind: 'email', value });

async function join(
  { ports, now }: Preparation,
  one: { id?: string; username: string; firstName: string; lastName: string; createdAt: number },
  refs: readonly IdentifierRef[],
): Promise<User> {
  const id = one.id ?? newObjectId(ID_TIME, ports.random.bytes(8));
  const identifiers = withPrimaries(refs.map((ref) => ({ ...ref, verified: true })));
  const { requestId } = ports;
  const shopper = { actor: 'shopper', userId: id, requestId } as const;
  const event = { action: 'account.registered', ...shopper, at: now } as const;
  const made = await ports.customers.create({ ...one, id, identifiers }, event);
  if (made.state !== 'done' || !made.user) throw new Error(`${one.username} is there already`);
  return made.user;
}

/** Asha Rao, who has been a shopper for a month. */
export async function asha(given: Preparation, refs?: readonly IdentifierRef[]): Promise<User> {
  const { ports, now } = given;
  const one = {
    username: 'asha.rao',
    firstName: 'Asha',
    lastName: 'Rao',
    createdAt: now - 30 * DAY_MS,
  };
  const user = await join(given, one, refs ?? [toPhone(ASHA.mobile), email(ASHA.email)]);
  const hash = await ports.hasher.hash(PASSWORD);
  const by = { actor: 'shopper', userId: user.id, requestId: ports.requestId } as const;
  const event = { action: 'password.changed', ...by, at: one.createdAt } as const;
  return (await ports.passwords.set(user.id, undefined, hash, event)) ?? user;
}

/** Asha without a mobile number, where the shop wants one. */
export const ashaByMail = async (given: Preparation): Promise<User> =>
  asha(given, [email(ASHA.email)]);

/** Asha, whom an operator has blocked. */
export async function ashaBlocked(given: Preparation): Promise<void> {
  const { id } = await asha(given);
  const { requestId } = given.ports;
  const by = { actor: 'dev-api-key', requestId, at: given.now } as const;
  const event = { action: 'customer.blocked', ...by } as const;
  await given.ports.customers.setState([id], 'block', event);
}

/** Asha, who deleted her account yesterday. */
export async function ashaDeleted(given: Preparation): Promise<void> {
  const { id } = await asha(given);
  const at = given.now - DAY_MS;
  const { requestId } = given.ports;
  revoke(given.state, 'deleted', { userId: id, now: at });
  Object.assign(given.state.users.get(id) ?? {}, { deletedAt: at });
  const by = { actor: 'shopper', userId: id, requestId } as const;
  await given.ports.audit.record({ action: 'account.deleted', ...by, at });
}

const AGENTS = ['Firefox on Linux', 'Safari on iPhone', 'Chrome on Android', 'Edge on Windows'];

/** @returns the cookie of the last of them */
export async function sessions(
  { ports, application, now }: Omit<Preparation, 'state'>,
  user: User,
  count: number,
): Promise<{ value: string; maxAge: number } | undefined> {
  let last: { value: string; maxAge: number } | undefined;
  for (let at = 0; at < count; at += 1) {
    const visitor = {
      ip: `198.51.100.${at + 1}`,
      userAgent: AGENTS[at % AGENTS.length] ?? '',
      host: 'localhost',
    };
    const startedAt = now - (count - at) * MINUTE_MS;
    const by = { method: 'password' } as const;
    const prepared = await prepareSession(ports, application, user.id, by, startedAt);
    await ports.sessions.enter(prepared.signIn);
    const { set, maxAgeSeconds: maxAge } = await openSession(
      ports,
      application,
      user,
      visitor,
      prepared,
    );
    last = { value: set, maxAge };
  }
  return last;
}

/** A session that was over a second ago. */
export async function endedSession(
  { ports, application, now }: Preparation,
  user: User,
  lifeMs: number,
): Promise<{ value: string; maxAge: number }> {
  const visitor = { ip: '198.51.100.1', userAgent: 'Firefox on Linux', host: 'localhost' };
  const by = { method: 'password' } as const;
  const startedAt = now - lifeMs - SECOND_MS;
  const prepared = await prepareSession(ports, application, user.id, by, startedAt);
  const { set } = await openSession(ports, application, user, visitor, prepared);
  // The browser keeps it longer than it lives, as a clock that is slow would.
  return { value: set, maxAge: 3_600 };
}

/** Invented customers, some of them blocked, archived or deleted. */
export async function customers(given: Preparation, count: number): Promise<void> {
  const { ports, application, now } = given;
  const states = { block: [] as string[], archive: [] as string[] };
  for (let index = 0; index < count; index += 1) {
    const {
      id,
      username,
      first,
      last,
      phone: national,
      email: address,
      createdAt,
    } = inventCustomer(index, now);
    const refs = [toPhone(national), email(address)];
    const user = await join(
      given,
      { id, username, firstName: first, lastName: last, createdAt },
      refs,
    );
    if (index % 50 === 7) states.block.push(id);
    if (index % 100 === 13) states.archive.push(id);
    if (index < 5) await sessions({ ports, application, now }, user, 2);
  }
  const { requestId } = ports;
  const by = { actor: 'dev-api-key', requestId, at: now - DAY_MS, reason: 'chargebacks' };
  await ports.customers.setState(states.block, 'block', { ...by, action: 'customer.blocked' });
  await ports.customers.setState(states.archive, 'archive', {
    ...by,
    reason: undefined,
    action: 'customer.archived',
  });
}
