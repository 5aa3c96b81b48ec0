/** The browser that has signed a user in before, by its `f.device` cookie. */
import type { DeviceRef, Ports } from '../../ports/index.ts';

/** @param cookie the cookie's value; undefined when none came, or a forged one */
export async function readDevice(
  { deviceTokens }: Pick<Ports, 'deviceTokens'>,
  cookie: string | undefined,
): Promise<DeviceRef | undefined> {
  return cookie === undefined ? undefined : deviceTokens.open(cookie);
}
