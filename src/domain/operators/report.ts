/** What happened in an application over some days, in figures. Pure but for the reading. */
import type { Ports } from '../../ports/index.ts';
import { DAY_MS, HOUR_MS } from '../../shared/time.ts';

export interface Codes {
  /** Codes, and messages that carried them. */
  asked: number;
  sent: number;
  verified: number;
  /** Of those asked for; absent when none was. */
  verified_percent?: number;
}

export interface Report {
  /** ms; whole hours. */
  since: number;
  until: number;
  /** By method. */
  sign_ins: Record<string, number>;
  registrations: number;
  codes: { sms: Codes; email: Codes };
  /** SMS that providers took, by calling code. */
  sms: Record<string, number>;
  /** Sign-ins that failed, by method. */
  failures: Record<string, number>;
  locks: number;
  /** Messages that were refused by the provider, or given up. */
  undelivered: number;
}

/** What follows a beginning, with its count. */
const under = (totals: ReadonlyMap<string, number>, begin: string): Record<string, number> =>
  Object.fromEntries(
    [...totals]
      .filter(([name]) => name.startsWith(begin))
      .map(([name, count]): [string, number] => [name.slice(begin.length), count])
      .toSorted(([, a], [, b]) => b - a),
  );

function codesOf(totals: ReadonlyMap<string, number>, kind: 'phone' | 'email'): Codes {
  const [asked, sent, verified] = ['asked', 'sent', 'verified'].map(
    (what) => totals.get(`code.${kind}.${what}`) ?? 0,
  ) as [number, number, number];
  return {
    asked,
    sent,
    verified,
    ...(asked > 0 && { verified_percent: Math.round((verified * 1000) / asked) / 10 }),
  };
}

/** The figures of the last days, up to and with the hour that runs; a cron brings them up to date each hour. */
export async function makeReport(
  { reports, clock }: Pick<Ports, 'reports' | 'clock'>,
  days: number,
): Promise<Report> {
  const now = clock.now();
  const until = now - (now % HOUR_MS) + HOUR_MS;
  const since = until - days * DAY_MS;
  const totals = await reports.totals(since, until);
  const count = (name: string): number => totals.get(name) ?? 0;
  // A lock has a name of its own under that of sign-ins.
  const { locked = 0, ...sign_ins } = under(totals, 'sign_in.');
  return {
    since,
    until,
    sign_ins,
    registrations: count('account.registered'),
    codes: { sms: codesOf(totals, 'phone'), email: codesOf(totals, 'email') },
    sms: under(totals, 'sms.'),
    failures: under(totals, 'sign_in_failed.'),
    locks: locked,
    undelivered: count('delivery.rejected') + count('delivery.dead'),
  };
}

/** What an SMS costs, by calling code; `*` is every other one. */
export interface Prices {
  currency: string;
  sms: Record<string, number>;
}

/**
 * What SMS have cost, by calling code.
 * @returns `unpriced`: calling codes without a price, which the sum leaves out
 */
export function costOf(sms: Report['sms'], prices: Prices) {
  const rows = Object.entries(sms).map(([country, count]) => {
    const price = prices.sms[country] ?? prices.sms['*'];
    return { country, count, cost: price === undefined ? undefined : price * count };
  });
  return {
    rows,
    total: rows.reduce((sum, { cost = 0 }) => sum + cost, 0),
    unpriced: rows.filter(({ cost }) => cost === undefined).map(({ country }) => country),
  };
}
