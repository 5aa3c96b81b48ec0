/** What is compared: a Worker with shoppers in it, and the calls that a shopper makes. */
import { argon2Sync, randomBytes } from 'node:crypto';
import type { Answer, Call } from '../lib/load.ts';
import { inventCustomer } from '../../mocks/people.ts';

/** How many a site has: enough for each login of a run to be another shopper's. */
export const SHOPPERS = 6_000;
/** Shoppers who are signed in. */
export const SIGNED_IN = 100;
export const PASSWORD = 'correct horse battery';

export interface Site {
  name: string;
  /** Of the Worker alone. */
  url: string;
  /** The same through the router of its static files. */
  routedUrl: string;
  pid: number;
  readSession(shopper: number): Call;
  stop(): Promise<void>;
}

/** A site that can sign shoppers in. */
export interface LoginSite extends Site {
  sendOtp(shopper: number): Call;
  /** @param sent the answer to `sendOtp` */
  verifyOtp(shopper: number, code: string, sent: Answer): Call;
  loginByPassword(shopper: number): Call;
  /** Makes the session of one of the signed-in shoppers. */
  keepSession(shopper: number, signedIn: Answer): void;
  inbox: Inbox;
}

const NEWEST = Date.UTC(2026, 0, 1);
export const shopper = (at: number) => {
  const { phone, ...person } = inventCustomer(at, NEWEST);
  return { ...person, phone, international: `+91${phone}` };
};

/** An address of his own for each request, as shoppers have. */
export const addressOf = (at: number): string =>
  `100.${128 + ((at >> 16) & 63)}.${(at >> 8) & 255}.${at & 255}`;

/** One digest for all, as our hasher would write it. */
export function passwordHash(): string {
  const nonce = randomBytes(16);
  const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
  const digest = argon2Sync('argon2id', { message: PASSWORD, nonce, ...cost });
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=19456,t=2,p=1$${base64(nonce)}$${base64(digest)}`;
}

/** The provider that both sites hand their messages to: remembers the code of each number. */
export interface Inbox {
  deliver(request: Request): Promise<Response>;
  /** The code that came to the number last, waited for. */
  codeOf(international: string): Promise<string>;
}

export const WEBHOOK_URL = 'https://sms.example.com/';

export function createInbox(): Inbox {
  const codes = new Map<string, string>();
  const waiting = new Map<string, (code: string) => void>();
  return {
    async deliver(request) {
      const { to, otp } = (await request.json()) as { to: string; otp: string };
      codes.set(to, otp);
      waiting.get(to)?.(otp);
      waiting.delete(to);
      return new Response(null, { status: 204 });
    },
    async codeOf(to) {
      const known = codes.get(to);
      if (known !== undefined) return known;
      return new Promise((resolve) => waiting.set(to, resolve));
    },
  };
}
