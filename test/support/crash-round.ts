import { expect } from 'vitest';
import { checkData, signedInAs, underLoad } from './crash.ts';
import { eventually } from './eventually.ts';
import { operator } from './sdk.ts';
import { startServer } from './started-server.ts';

const AT_A_TIME = 8;
const LOAD_WITHIN_MS = 60_000;

/**
 * One power cut in the middle of the load, on data that may have seen some before. The data keep all promises, and
 * what was acknowledged is there. Returns how many customers that was.
 */
export async function crashRound(state: string, enough: number): Promise<number> {
  const server = await startServer({ state });
  const load = underLoad(server, AT_A_TIME);
  try {
    await eventually(
      `${enough} customers`,
      LOAD_WITHIN_MS,
      () => load.told.length >= enough || undefined,
    );
  } finally {
    await server.kill();
    load.stop();
  }
  // Nobody who was told after this was told by the server.
  await load.ended;
  expect(load.told.length).toBeGreaterThanOrEqual(enough);
  expect(checkData(state)).toMatchObject({
    status: 0,
    said: expect.stringContaining('checks passed'),
  });

  const again = await startServer({ state });
  try {
    const users = await operator(again.url);
    for (const { phone, id, first_name, email, cookie } of load.told) {
      expect(await signedInAs(again.url, cookie), phone).toBe(id);
      const { items } = await users.getCustomers({ q: phone });
      expect(items, phone).toHaveLength(1);
      const emails = email === undefined ? [] : [expect.objectContaining({ email })];
      // A change whose answer did not come may have been made or not; one that was acknowledged is there.
      expect(items?.[0]).toMatchObject({ _id: id, emails: expect.arrayContaining(emails) });
      const names = ['First', 'Second', 'Third'];
      const name = items?.[0]?.first_name ?? '';
      expect(names.indexOf(name), `${phone} is ${name}`).toBeGreaterThanOrEqual(
        names.indexOf(first_name),
      );
    }
  } finally {
    await again.kill();
  }
  return load.told.length;
}
