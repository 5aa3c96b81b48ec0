/** The `f.device` cookie: `<user id>.<device id>.<keyed hash>`. It does not sign in; it only gives a budget of its own. */
import type { DeviceTokens, Random, Vault } from '../../ports/index.ts';
import { toHex } from './encoding.ts';

const COOKIE = /^([0-9a-f]{24})\.([0-9a-f]{32})\.([0-9a-f]{32})$/;

/** Cookies that say which user a browser has signed in before, with a keyed hash of the vault. */
export function createDeviceTokens(vault: Vault, random: Pick<Random, 'bytes'>): DeviceTokens {
  const signed = (userId: string, id: string): string => `${userId}.${id}`;
  return {
    async issue(userId) {
      const id = toHex(random.bytes(16));
      return `${userId}.${id}.${await vault.mac('device', signed(userId, id))}`;
    },
    async open(cookie) {
      const [, userId, id, signature] = COOKIE.exec(cookie) ?? [];
      if (userId === undefined || id === undefined || signature === undefined) return undefined;
      // Under every living key: a new one must not forget the devices that an older one has signed.
      const genuine = await vault.macs('device', signed(userId, id));
      return genuine.some((one) => vault.equal(one, signature)) ? { userId, id } : undefined;
    },
  };
}
