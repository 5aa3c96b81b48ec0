/** The row that a register_token names: what it stands for, since when, and until when. */
import { describe, expect, test } from 'vitest';
import {
  newRegistration,
  openRegistration,
} from '../../../src/domain/registration/registration.ts';
import type { Registration, User } from '../../../src/ports/index.ts';

const NOW = 1_700_000_000_000;
const HALF_HOUR_MS = 30 * 60_000;

const clock = { now: () => NOW };
const vault = { digest: async (text: string) => `hash of ${text}` };
const random = { uuid: () => 'token' };
// Nothing else of the ports is used here.
const ports = { clock, vault, random } as unknown as Parameters<typeof newRegistration>[0];

const user: User = {
  id: 'a'.repeat(24),
  username: 'u',
  hasOldPasswordHash: false,
  identifiers: [],
  sessionsValidFrom: 0,
  createdAt: 0,
  updatedAt: 0,
};

test('a registration keeps the hash of its token, and ends half an hour after it began', async () => {
  const { token, registration } = await newRegistration(ports, { origin: 'form' });
  expect(token).toBe('token');
  expect(registration).toEqual({
    id: 'hash of token',
    origin: 'form',
    identity: undefined,
    createdAt: NOW,
    expiresAt: NOW + HALF_HOUR_MS,
  });
});

test('one that is bound to a user is no older than the user’s last revocation', async () => {
  const boundSince = async (sessionsValidFrom: number) => {
    const of = { origin: 'reset_link', user: { ...user, sessionsValidFrom } } as const;
    return (await newRegistration(ports, of)).registration;
  };
  expect(await boundSince(NOW - 1)).toMatchObject({ userId: user.id, userProvenAt: NOW });
  // Right behind a revocation, whose moment is one later than the clock.
  expect(await boundSince(NOW + 1)).toMatchObject({ userProvenAt: NOW + 1 });
});

describe('a register_token is good for a code', () => {
  const found: Registration = {
    id: 'hash of token',
    origin: 'form',
    proofs: [],
    sentTo: [],
    createdAt: NOW - HALF_HOUR_MS + 1,
    expiresAt: NOW + 1,
  };
  const open = async (registration: Registration | undefined) => {
    const registrations = {
      find: async (id: string) => ({ registration: id === found.id ? registration : undefined }),
    };
    // As above.
    const here = { clock, vault, registrations } as unknown as Parameters<
      typeof openRegistration
    >[0];
    return (await openRegistration(here, 'token'))?.id;
  };

  test.each([
    ['while it is open', found, true],
    ['not when nobody knows it', undefined, false],
    ['not when it is finished', { ...found, finishedAt: NOW - 1 }, false],
    ['not when it is over', { ...found, expiresAt: NOW }, false],
  ])('%s', async (_name, registration, good) => {
    expect(await open(registration)).toBe(good ? found.id : undefined);
  });
});
