/** What a one-time code is hashed with: all of its digits, and the challenge that it was made for. */
import { describe, expect, test } from 'vitest';
import { createVault } from '../../../src/adapters/crypto/vault.ts';
import { codeMac, tryCode } from '../../../src/domain/otp/try-code.ts';
import type { ChallengeRef, Otps } from '../../../src/ports/index.ts';

const key = { id: 'one', secret: crypto.getRandomValues(new Uint8Array(32)) };
const vault = createVault([key]);
const PHONE = { kind: 'phone', value: '+918652523958', callingCode: 91 } as const;
const EMAIL = { kind: 'email', value: 'asha@example.com' } as const;

/** What a store is asked when this code is tried. */
async function asked(challenge: ChallengeRef, otp: string) {
  const requests: Parameters<Otps['attempt']>[0][] = [];
  const attempt: Otps['attempt'] = async (request) => {
    requests.push(request);
    return { state: 'unknown' };
  };
  // Nothing else of the ports is used before the store has answered.
  const ports = {
    vault,
    clock: { now: () => 0 },
    random: { bytes: (length: number) => new Uint8Array(length) },
    otps: { attempt },
    limits: {},
  } as unknown as Parameters<typeof tryCode>[0];
  await tryCode(ports, { challenge, purposes: ['login'], otp });
  return requests[0]?.codeMacs ?? [];
}

describe('the hash of a code', () => {
  test('is found by the same code of the same challenge', async () => {
    const mac = await codeMac({ vault }, 'id', PHONE, '123456');
    expect(await asked({ id: 'id' }, '123456')).toEqual([mac]);
    const mailed = await codeMac({ vault }, 'id', EMAIL, '123456');
    expect(await asked({ email: EMAIL.value }, '123456')).toEqual([mailed]);
  });

  test.each(['1', '12345', '1234567', '0123456', '12345 6', '123457', ''])(
    'is not found by %j',
    async (otp) => {
      const mac = await codeMac({ vault }, 'id', PHONE, '123456');
      expect(await asked({ id: 'id' }, otp)).not.toContain(mac);
    },
  );

  test('is another one for another challenge, another address, and another key', async () => {
    const macs = await Promise.all([
      codeMac({ vault }, 'id', PHONE, '123456'),
      codeMac({ vault }, 'other', PHONE, '123456'),
      codeMac({ vault }, 'id', EMAIL, '123456'),
      codeMac({ vault }, 'id', { ...EMAIL, value: 'rao@example.com' }, '123456'),
    ]);
    expect(new Set(macs).size).toBe(macs.length);
    const elsewhere = createVault([{ ...key, secret: new Uint8Array(32) }]);
    expect(macs).not.toContain(await codeMac({ vault: elsewhere }, 'id', PHONE, '123456'));
  });
});
