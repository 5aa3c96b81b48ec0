/** The figures of an application, with the cost of its SMS by a price list. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { foldReport } from '../../adapters/d1/maintenance/report-fold.ts';
import { d1Reports } from '../../adapters/d1/stores/reports.ts';
import { costOf, makeReport, type Prices, type Report } from '../../domain/operators/report.ts';
import { findApplication, shardOf } from './application-store.ts';
import { command, CommandError, table } from './command.ts';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 366;

const PriceList = z.strictObject({
  currency: z.string().min(1).max(10),
  sms: z
    .record(z.string(), z.number().nonnegative())
    .refine(
      (sms) => Object.keys(sms).every((code) => /^(\*|\d{1,3})$/.test(code)),
      'must have calling codes, or *, as names',
    ),
});

function readPrices(file: string | undefined): Prices | undefined {
  if (file === undefined) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new CommandError(`${file} cannot be read as JSON.`);
  }
  const read = PriceList.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new CommandError(`${file}: ${issue?.path.map(String).join('.')} ${issue?.message}`);
}

function readDays(text: string | undefined): number {
  const days = Number(text ?? DEFAULT_DAYS);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new CommandError(`--days must be a whole number from 1 to ${MAX_DAYS}.`);
}

const list = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

const codes = ({
  asked,
  sent,
  verified,
  verified_percent: percent,
}: Report['codes']['sms']): string =>
  asked === 0
    ? 'none'
    : `${asked} asked for, ${sent} sent, ${verified} verified (${percent ?? 0} %)`;

export const report = command({
  summary:
    'Shows sign-ins by method, codes and how many were verified, SMS by country and their cost, failures and locks of the last days.',
  words: ['application id'],
  flags: {
    days: { value: 'NUMBER', about: `how many days (default: ${DEFAULT_DAYS})` },
    prices: {
      value: 'FILE',
      about: 'price list of SMS, as JSON: {"currency":"INR","sms":{"91":0.18,"*":4.5}}',
    },
  },
  async run(context, flags, [id]) {
    const days = readDays(flags.days);
    const prices = readPrices(flags.prices);
    const row = await findApplication(context, id);
    const database = shardOf(context, row);
    // What the cron does each hour: nothing is counted twice.
    for (const steps of foldReport(database, context.now)) for await (const _ of steps);
    const clock = { now: () => context.now };
    const made = await makeReport({ reports: d1Reports(database, id), clock }, days);
    const cost = prices && { currency: prices.currency, ...costOf(made.sms, prices) };
    const money = (sum: number): string => `${sum.toFixed(2)} ${cost?.currency}`;
    const lines = [
      ['sign-ins', list(made.sign_ins)],
      ['registrations', String(made.registrations)],
      ['codes by SMS', codes(made.codes.sms)],
      ['codes by mail', codes(made.codes.email)],
      ['failed sign-ins', list(made.failures)],
      ['locks', String(made.locks)],
      ['undelivered', String(made.undelivered)],
      ['SMS sent', list(made.sms)],
      ...(cost ? [['cost of SMS', money(cost.total)]] : []),
      ...(cost && cost.unpriced.length > 0 ? [['without a price', cost.unpriced.join(', ')]] : []),
    ];
    const since = new Date(made.since).toISOString();
    const until = new Date(made.until).toISOString();
    return {
      data: { id, ...made, since, until, ...(cost && { cost }) },
      text: `${since} to ${until}\n\n${table(lines)}`,
    };
  },
});
