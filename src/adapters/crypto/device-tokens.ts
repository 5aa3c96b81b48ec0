/** The `f.device` cookie: `<user id>.<device id>.<keyed hash>`. It signs nobody in; it only buys a budget of its own. */
import type { DeviceTokens, Random, Vault } from '../../ports.ts';
import { toHex } from './encoding.ts';

const COOKIE = /^([0-9a-f]{24})\.([0-9a-f]{32})\.([0-9a-f]{32})$/;

export function createDeviceTokens(vault: Vault, random: Pick<Random, 'bytes'>): DeviceTokens {
  const sign = async (userId: string, id: string) => vault.mac('device', `${userId}.${id}`);
  return {
    async issue(userId) {
      const id = toHex(random.bytes(16));
      return `${userId}.${id}.${await sign(userId, id)}`;
    },
    async open(cookie) {
      const [, userId, id, signature] = COOKIE.exec(cookie) ?? [];
      if (userId === undefined || id === undefined || signature === undefined) return undefined;
      return vault.equal(await sign(userId, id), signature) ? { userId, id } : undefined;
    },
  };
}
