/** Vestibule as it is deployed: production settings, default limits per shopper, messages through its queue. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DEMO } from '../../mocks/demo.ts';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { migrate } from '../../src/cli/migrate.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { table } from '../../src/table.ts';
import { BATCH_CUSTOMERS, seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { seedDemo } from '../../scripts/lib/seed.ts';
import { startWorker } from '../lib/worker.ts';
import {
  addressOf,
  createInbox,
  PASSWORD,
  passwordHash,
  shopper,
  SHOPPERS,
  WEBHOOK_URL,
  type LoginSite,
} from './site.ts';

const { getLoggedInUser, loginWithOTP, verifyMobileOTP, loginWithEmailAndPassword } =
  table.application;
const authorization = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;
/** What of the answer to `loginWithOTP` the shopper's page keeps. */
interface Sent {
  request_id: string;
}
/** The shop's whole, which a shopper's own limits are not: thousands sign in within the minutes of a run. */
const LIMITS = JSON.stringify({ smsPerDay: 1_000_000_000 });

/** Schema and customers, in which the floor has its part too. */
export async function seedShop(db: D1Database, customers: number): Promise<void> {
  await migrate(db, join(ROOT, 'migrations'));
  await seedDemo(db, { storefrontUrl: 'https://shop.example.com' });
  for (let from = 0; from < customers; from += BATCH_CUSTOMERS) {
    const count = Math.min(BATCH_CUSTOMERS, customers - from);
    await seedCustomers(db, DEMO.applicationId, { from, count, newest: Date.UTC(2026, 0, 1) });
  }
  await db.prepare('UPDATE users SET password_hash = ?').bind(passwordHash()).run();
}

/** @param customers how many are in the shop */
export async function startVestibule(customers = SHOPPERS): Promise<LoginSite> {
  const inbox = createInbox();
  const worker = await startWorker({
    config: join(ROOT, 'wrangler.toml'),
    vars: {
      ...freshSecrets(),
      ENVIRONMENT: 'production',
      DELIVERY: 'webhook',
      WEBHOOK_URL,
      WEBHOOK_SECRET: randomBytes(32).toString('hex'),
      LIMITS,
    },
    outbound: inbox.deliver,
  });
  await seedShop(worker.db, customers);
  const cookies = new Map<number, string>();
  const json = { authorization, 'content-type': 'application/json' };
  return {
    name: 'Vestibule',
    ...worker,
    inbox,
    readSession: (at) => ({
      method: 'GET',
      path: getLoggedInUser.path,
      headers: {
        authorization,
        cookie: cookies.get(at) ?? '',
        'cf-connecting-ip': addressOf(at),
      },
      status: 200,
    }),
    sendOtp: (at) => ({
      method: 'POST',
      path: loginWithOTP.path,
      headers: { ...json, 'cf-connecting-ip': addressOf(at) },
      body: JSON.stringify({ mobile: shopper(at).phone, country_code: '91' }),
      status: 200,
    }),
    verifyOtp: (at, otp, sent) => ({
      method: 'POST',
      path: verifyMobileOTP.path,
      headers: { ...json, 'cf-connecting-ip': addressOf(at) },
      body: JSON.stringify({ request_id: (JSON.parse(sent.body) as Sent).request_id, otp }),
      status: 200,
    }),
    loginByPassword: (at) => ({
      method: 'POST',
      path: loginWithEmailAndPassword.path,
      headers: { ...json, 'cf-connecting-ip': addressOf(at) },
      body: JSON.stringify({ username: shopper(at).email, password: PASSWORD }),
      status: 200,
    }),
    keepSession: (at, { cookie }) => cookies.set(at, cookie),
  };
}
