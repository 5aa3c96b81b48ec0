/** What the outside world says in scenarios, where there is no network: providers, a company's own tokens, a file. */
import { knownHashes } from '../../src/domain/password/hash-intake.ts';
import { MINUTE_MS } from '../../src/shared/time.ts';
import { readUserLine } from '../../src/user-file/line.ts';
import type {
  Application,
  ImportField,
  ImportFiles,
  LoginClaims,
  LoginTokens,
  SocialPerson,
  SocialProviders,
  UserReader,
} from '../../src/ports/index.ts';
import { seeded } from '../dynamic/random.ts';

/** The tokens that are vouched for, whichever provider is asked. */
export const SOCIAL_TOKENS: Readonly<Record<string, SocialPerson>> = {
  // A known address at the provider, which no user of the shop has.
  'new-person': {
    subject: 'scenario-new-person',
    email: 'new.person@gmail.com',
    emailProven: true,
    firstName: 'New',
    lastName: 'Person',
  },
  // The same address as the returning shopper's, so the account is linked.
  'known-person': {
    subject: 'scenario-known-person',
    email: 'asha@example.com',
    emailProven: true,
    firstName: 'Asha',
    lastName: 'Rao',
  },
};

/** Apple's `user_identifier` is the subject; a client that sends a token above need not know it. */
export const fakeProviders: SocialProviders = {
  async verify(_provider, token) {
    const value = SOCIAL_TOKENS[token];
    return value
      ? { state: 'verified', value }
      : { state: 'refused', reason: `there are ${Object.keys(SOCIAL_TOKENS).join(', ')}` };
  },
};

/** `loginWithToken` takes one token, `company-token`, of a known shopper of the company's own system. */
export function fakeLoginTokens(now: () => number): LoginTokens {
  let used = 0;
  return {
    async verify(token) {
      if (token !== 'company-token') return { state: 'refused', reason: 'there is company-token' };
      used += 1;
      const value: LoginClaims = {
        subject: 'scenario-company-person',
        // Once only, as a real one; each call stands for a token of its own.
        jti: `scenario-${used}`,
        expiresAt: now() + MINUTE_MS,
        email: 'company.person@example.com',
        emailVerified: true,
        phoneVerified: false,
        firstName: 'Company',
        lastName: 'Person',
      };
      return { state: 'verified', value };
    },
  };
}

/** The one file that a group can be filled from. */
export const GROUP_FILE = 'https://files.example/members.csv';

/** @param userIds of the users in the file, which also names one unknown user */
export function fakeFiles(userIds: () => readonly string[]): ImportFiles<ImportField> {
  return {
    async open({ fileUrl, byteOffset }) {
      if (fileUrl !== GROUP_FILE) {
        return { state: 'refused', reason: `In scenarios there is one file: ${GROUP_FILE}.` };
      }
      return {
        state: 'open',
        version: '"scenario"',
        columns: { delimiter: ',', places: { user_id: 0 } },
        async *slices() {
          if (byteOffset > 0) return;
          const ids = [...userIds(), 'nobody'];
          const records = ids.map((id, at) => ({ line: at + 2, fields: [id] }));
          yield { records, broken: [], byteOffset: ids.length * 25, line: ids.length + 1 };
        },
      };
    },
  };
}

/** The one file of users, as CSV or XLSX. */
export const USERS_FILE = 'https://files.example/customers.csv';

const PEOPLE = [
  ['scenario-1', 'Meera', 'Iyer', 'meera.iyer@example.com'],
  ['scenario-2', 'Kabir', 'Shah', 'kabir.shah@example.com'],
  ['scenario-3', 'Nobody', '', 'no address'],
];

/** Two users, and a line that is none. */
export const fakeUserFiles: ImportFiles = {
  async open({ fileUrl, byteOffset }) {
    if (fileUrl !== USERS_FILE) {
      return { state: 'refused', reason: `In scenarios there is one file: ${USERS_FILE}.` };
    }
    const places = { external_id: 0, first_name: 1, last_name: 2, email: 3 };
    return {
      state: 'open',
      version: '"scenario"',
      columns: { delimiter: ',', places },
      async *slices() {
        if (byteOffset > 0) return;
        const records = PEOPLE.map((fields, at) => ({ line: at + 2, fields }));
        yield { records, broken: [], byteOffset: 100, line: PEOPLE.length + 1 };
      },
    };
  },
};

/** Spreads a text over bytes, the same in each run. It protects nothing: a page in a browser has no SHA-256 at once. */
function spread(text: string): Uint8Array {
  const source = seeded('user', text);
  return Uint8Array.from({ length: 32 }, () => source.between(0, 255));
}

/** Lines are read by the rules of the real import. */
export function userReader(
  { id: applicationId, defaultCountryCode, importedHashes }: Application,
  now: number,
): UserReader {
  const hashes = knownHashes(importedHashes, now);
  const rules = { applicationId, callingCode: defaultCountryCode, hashes, now, digest: spread };
  return (line, given) => readUserLine(line, given, rules);
}
