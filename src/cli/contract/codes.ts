/** Where one-time codes and the codes of links come from. */
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { readJson } from './json.ts';
import { isObject } from './shapes.ts';
import type { Target } from './target.ts';
import { isTrouble } from './transport.ts';

/** This step cannot be taken here, and why. */
export class Skipped extends Error {
  /** The server is at fault: it said that it sent something, and nothing came. */
  readonly isBreach: boolean;

  constructor(message: string, isBreach = false) {
    super(message);
    this.isBreach = isBreach;
  }
}

export interface Codes {
  /** National digits of an Indian mobile number that is most likely unassigned. */
  mobile(): string;
  /** The number of the shopper whose journey it is: the one with a fixed code, where there is one. */
  ownMobile(): string;
  email(): string;
  /** The code that was sent to an address or, in E.164, a number. */
  otp(to: string): Promise<string>;
  /** The code of the link that was sent there. */
  link(to: string): Promise<string>;
}

interface Item {
  id: string;
  otp?: string;
  code?: string;
}

const MESSAGE_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 100;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const random = (digits: number): string => String(randomInt(10 ** digits)).padStart(digits, '0');
const newMobile = (): string => `98200${random(5)}`;
const newEmail = (): string => `contract-${random(9)}@example.com`;

async function itemsFor(target: Target, to: string): Promise<Item[] | undefined> {
  const { outcome } = await target.send(`/_dev/inbox?to=${encodeURIComponent(to)}`);
  if (isTrouble(outcome) || outcome.status !== 200) return undefined;
  const { value } = readJson(outcome.body);
  const items = isObject(value) ? value['items'] : undefined;
  return Array.isArray(items) ? (items as Item[]) : undefined;
}

/** Whether the server has an inbox that everybody can read. */
export const hasInbox = async (target: Target): Promise<boolean> =>
  (await itemsFor(target, newEmail())) !== undefined;

/** Out of the dev inbox of `npm start` and of scenarios. */
export function inboxCodes(target: Target): Codes {
  const seen = new Set<string>();
  async function next(to: string, part: 'otp' | 'code'): Promise<string> {
    for (const deadline = Date.now() + MESSAGE_TIMEOUT_MS; ; await sleep(POLL_INTERVAL_MS)) {
      const items = (await itemsFor(target, to)) ?? [];
      const found = items.find((item) => item[part] !== undefined && !seen.has(item.id));
      if (found?.[part] !== undefined) {
        seen.add(found.id);
        return found[part];
      }
      if (Date.now() > deadline)
        throw new Skipped(`nothing came for ${to} within ${MESSAGE_TIMEOUT_MS / 1000} s`, true);
    }
  }
  return {
    mobile: newMobile,
    ownMobile: newMobile,
    email: newEmail,
    otp: async (to) => next(to, 'otp'),
    link: async (to) => next(to, 'code'),
  };
}

/** A test number with its fixed code; other codes are typed in at the terminal. */
export function givenCodes(number?: string, otp?: string): Codes {
  async function ask(question: string): Promise<string> {
    if (!process.stdin.isTTY) {
      throw new Skipped(`${question}: nobody is there to ask, and the server has no dev inbox`);
    }
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await lines.question(`${question}: `)).trim();
    } finally {
      lines.close();
    }
  }
  return {
    mobile: newMobile,
    ownMobile: () => number ?? newMobile(),
    email: newEmail,
    async otp(to) {
      if (otp !== undefined && number !== undefined && to.endsWith(number)) return otp;
      return ask(`The code that was sent to ${to}`);
    },
    link: async (to) => ask(`The code in the link that was sent to ${to}`),
  };
}
