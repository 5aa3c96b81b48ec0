/** `npm run seed`: invented customers in the local data of `npm start`. */
import { join, resolve } from 'node:path';
import { misused, readArgs, wholeNumber } from '../src/cli/args.ts';
import { withLocalData } from './lib/local-data.ts';
import { BATCH_CUSTOMERS, seedCustomers } from './lib/seed-customers.ts';
import { createProgress } from '../src/cli/progress.ts';
import { DEMO } from './lib/welcome.ts';
import { ROOT } from '../src/cli/wrangler.ts';

const USAGE = `
npm run seed -- --customers N [--application ID] [--state DIR]

Creates N sample customers in the local data of npm start. They are the same each time, so a second run adds nothing.
Stop npm start first: only one process at a time may use the data.

  --customers N     how many, up to 1000000
  --application ID  whose customers (default: the demo application)
  --state DIR       where the local data is kept (default .wrangler/state)
`;

const args = readArgs(USAGE, {
  customers: { type: 'string' },
  application: { type: 'string', default: DEMO.applicationId },
  state: { type: 'string' },
});
if (args.customers === undefined) misused('--customers is missing.');
const total = wholeNumber('customers', args.customers, 1, 1_000_000);
const state = args.state === undefined ? join(ROOT, '.wrangler/state') : resolve(args.state);
const show = createProgress(total);

const newest = Date.UTC(2026, 0, 1);
await withLocalData(state, 'http://localhost:8787', async (db) => {
  const known = await db
    .prepare('SELECT 1 FROM applications WHERE id = ?')
    .bind(args.application)
    .first();
  if (!known) misused(`There is no application ${args.application}.`);
  for (let from = 0; from < total; from += BATCH_CUSTOMERS) {
    const count = Math.min(BATCH_CUSTOMERS, total - from);
    await seedCustomers(db, args.application, { from, count, newest });
    show(from + count);
  }
});
console.log(`Created ${total} customers.`);
