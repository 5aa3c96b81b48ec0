/**
 * User groups through the published SDK with strict response checks, on a Worker that is killed in the middle of an import.
 * `IMPORT_ROWS=1000000 IMPORT_CUSTOMERS=200000` tries it at the size of issue 7; the suite is content with less.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BATCH_CUSTOMERS, seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { withLocalData } from '../../scripts/lib/local-data.ts';
import { DEMO } from '../../scripts/lib/welcome.ts';
import { csvServer, type CsvServer } from '../support/csv-server.ts';
import { eventually } from '../support/eventually.ts';
import { operator } from '../support/sdk.ts';
import { stateWith } from '../support/shops-on-disk.ts';
import { startServer, type StartedServer } from '../support/started-server.ts';

const ROWS = Number(process.env['IMPORT_ROWS'] ?? 130_000);
const CUSTOMERS = Number(process.env['IMPORT_CUSTOMERS'] ?? 3_000);
const WITHIN = 60_000 + ROWS / 2;
/** As scripts/lib/seed-customers.ts makes them; every thousandth line is somebody else's. */
const idOf = (row: number): string =>
  row % 1_000 === 999
    ? `nobody-${row}`
    : `5e0be100${(row % CUSTOMERS).toString(16).padStart(16, '0')}`;
const failed = Math.floor(ROWS / 1_000);
const named = new Set(
  Array.from({ length: ROWS }, (_, row) => row)
    .filter((row) => row % 1_000 !== 999)
    .map((row) => row % CUSTOMERS),
);
const DONE = { rows: ROWS, users: named.size, failed };

let state: string;
let file: CsvServer;
let server: StartedServer;
beforeAll(async () => {
  file = await csvServer(ROWS, idOf);
  state = await stateWith(async (db) => {
    for (let from = 0; from < CUSTOMERS; from += BATCH_CUSTOMERS) {
      const count = Math.min(BATCH_CUSTOMERS, CUSTOMERS - from);
      await seedCustomers(db, DEMO.applicationId, { from, count, newest: 1e12 });
    }
  });
  server = await startServer({ state });
}, WITHIN);
afterAll(async () => {
  await server.stop();
  await file.stop();
  rmSync(state, { recursive: true });
});

const body = () => ({ name: 'Gold', description: 'Who buys a lot', file_url: file.url });

async function ended(users: Awaited<ReturnType<typeof operator>>, groupId: string) {
  return eventually('the import has ended', WITHIN, async () => {
    const group = await users.getUserGroupById({ groupId });
    return group.status === 'success' || group.status === 'failed' ? group : undefined;
  });
}

describe('an operator with the SDK', () => {
  test(
    'fills a group from a long file, and sees the lines that name nobody',
    async () => {
      const users = await operator(server.url);
      const memory = server.peakMemory();
      const made = await users.createUserGroup({ body: body() });
      expect(made).toMatchObject({ uid: 1, status: 'pending', is_active: true });
      const group = await ended(users, String(made.uid));
      expect(group).toMatchObject({ _id: made._id, status: 'success', counts: DONE });
      // The SDK's types do not know what we add (D-20).
      const { errors } = group as { errors?: object[] };
      expect(errors).toHaveLength(Math.min(failed, 1_000));
      expect(errors?.[0]).toEqual({ line: 1_001, message: 'no customer has this user_id' });
      // Each run goes on where the one before stopped, and all are the same file's.
      expect(file.starts.length).toBeGreaterThanOrEqual(Math.ceil(ROWS / 50_000));
      expect(file.starts).toEqual([...new Set(file.starts)].toSorted((a, b) => a - b));
      // What a run holds does not grow with the file (seen: 211 MiB more at a million rows, most of it garbage in waiting).
      expect(server.peakMemory() - memory).toBeLessThan(400);

      const list = await users.getUserGroups({ name: 'gold', status: 'success' });
      expect(list).toMatchObject({ items: [{ uid: 1 }], page: { item_total: 1, has_next: false } });
      const renamed = await users.updateUserGroup({ groupId: '1', body: { name: 'Silver' } });
      expect(renamed).toMatchObject({ name: 'Silver', status: 'success', counts: DONE });
      const user_data = [{ user_id: idOf(0), action: 'remove' }];
      const changed = await users.updateUserGroupPartially({
        groupId: '1',
        body: { type: 'json', user_data },
      });
      expect(changed).toMatchObject({ _id: made._id, status: 'pending' });
      expect(await ended(users, '1')).toMatchObject({
        status: 'success',
        counts: { rows: 1, users: 1, failed: 0 },
      });
      await expect(users.getUserGroupById({ groupId: '99' })).rejects.toMatchObject({ code: 404 });
      const wrong = { ...body(), file_url: 'https://10.0.0.1/a.csv' };
      await expect(users.createUserGroup({ body: wrong })).rejects.toMatchObject({
        code: 400,
        details: { errors: [{ path: 'body.file_url' }] },
      });
    },
    2 * WITHIN,
  );

  test(
    'loses nothing when the Worker is killed in the middle',
    async () => {
      const users = await operator(server.url);
      const before = file.starts.length;
      const made = await users.createUserGroup({ body: { ...body(), name: 'Killed' } });
      const groupId = made._id ?? '';
      await eventually('some of it is read', WITHIN, async () => {
        const { counts } = (await users.getUserGroupById({ groupId })) as {
          counts?: { rows?: number };
        };
        return (counts?.rows ?? 0) > 0 || undefined;
      });
      await server.kill();
      const { rows, status } = await stoppedAt(groupId);
      expect(status).toBe('processing');
      expect(rows).toBeLessThan(ROWS);
      server = await startServer({ state });
      const again = await operator(server.url);
      expect(await ended(again, groupId)).toMatchObject({ status: 'success', counts: DONE });
      expect(file.starts.slice(before)).toContain(0);
      expect(file.starts.filter((start, at) => at >= before && start === 0)).toHaveLength(1);
    },
    2 * WITHIN,
  );
});

/** What is on the disk; the import is made a minute older, as if somebody had waited before looking. */
async function stoppedAt(groupId: string): Promise<{ rows: number; status: string }> {
  let found: { rows: number; status: string } | null = null;
  await withLocalData(state, 'http://127.0.0.1', async (db) => {
    found = await db
      .prepare(
        `UPDATE group_imports SET progressed_at = progressed_at - 61000
         WHERE group_id = ? RETURNING rows, state AS status`,
      )
      .bind(groupId)
      .first();
  });
  if (!found) throw new Error('no such import');
  return found;
}
