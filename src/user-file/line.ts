/** One user in a file: what may stand there, read by the rules that sign-up and operators live by. */
import * as z from 'zod';
import { readIdentifiers } from '../domain/operators/customers.ts';
import { hex } from '../domain/hex.ts';
import { isRounded, readFilePhone, ROUNDED_NUMBER } from '../domain/identifiers/file-number.ts';
import { sameIdentifier } from '../domain/identifiers/identifier.ts';
import { readEmail } from '../values/email.ts';
import { readProfile, type ProfileName } from '../domain/user/profile.ts';
import { newUsername } from '../domain/user/user.ts';
import type { Identifier, IdentifierRef, ImportedUser, LineProblem } from '../ports/index.ts';
import { check } from '../http/parse.ts';
import { UpdateUserRequestSchema } from '../schemas/customer.ts';
import { digits, digitText, flag, text, typedText } from '../schemas/fields.ts';
import { NO_USERNAME, readUsername } from '../values/username.ts';
import type { HashIntake } from '../domain/password/hash-intake.ts';
import type { UserColumn } from '../domain/jobs/user-columns.ts';

const moment = z.iso.datetime({
  offset: true,
  error: 'must be a time such as 2026-11-26T09:30:00Z',
});

const documented = UpdateUserRequestSchema.shape;
const profileFields = {
  first_name: typedText(100).optional(),
  last_name: typedText(100).optional(),
  gender: text(20).optional(),
  dob: typedText(40).optional(),
  profile_pic_url: text(2048).optional(),
} satisfies Record<ProfileName, z.ZodType>;
const FIELDS = {
  id: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be 24 hex digits')
    .optional(),
  // Other systems count theirs.
  external_id: z
    .union([text(200), z.number().int()])
    .transform(String)
    .optional(),
  rr_id: documented.rr_id,
  username: typedText(64).optional(),
  ...profileFields,
  email: typedText(254).optional(),
  email_verified: flag.optional(),
  phone_number: digitText(40).optional(),
  country_code: digits.optional(),
  phone_verified: flag.optional(),
  emails: documented.emails,
  phone_numbers: documented.phone_numbers,
  password_hash: text(1024).optional(),
  meta: documented.meta,
  consent: z
    .strictObject({ privacy_policy: z.strictObject({ value: z.boolean(), updated_at: moment }) })
    .optional(),
  social: z
    .array(z.strictObject({ provider: text(200), subject: text(200) }))
    .max(10)
    .optional(),
  blocked_at: moment.optional(),
  archived_at: moment.optional(),
  created_at: moment.optional(),
} satisfies Record<UserColumn, z.ZodType>;
const Line = z.strictObject(FIELDS);
type Line = z.output<typeof Line>;

/** Objects and lists, which are JSON in a cell. */
const STRUCTURED = ['emails', 'phone_numbers', 'meta', 'consent', 'social'] as const;

/** A line whose objects and lists are read; or the name of one that is no JSON. */
function decodeCells(given: unknown): { value: unknown } | { broken: string } {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return { value: given };
  const value: Record<string, unknown> = { ...given };
  for (const name of STRUCTURED) {
    const cell = value[name];
    if (typeof cell !== 'string' || cell === '') continue;
    try {
      value[name] = JSON.parse(cell) as unknown;
    } catch {
      return { broken: name };
    }
  }
  return { value };
}

export interface Rules {
  applicationId: string;
  /** Calling code of numbers without one. */
  callingCode: string;
  hashes: Pick<HashIntake, 'take'>;
  now: number;
  /** SHA-256. */
  digest(text: string): Uint8Array;
}

/**
 * The same for the same user in every run, so that a run that is done again meets the users of the first one: of the id in
 * the other system, else of the first identifier.
 */
function idOf(
  { id, external_id, created_at }: Line,
  identifiers: readonly Identifier[],
  rules: Rules,
): string {
  if (id !== undefined) return id;
  const [first] = identifiers;
  const name = external_id ?? `${first?.kind}:${first?.value}`;
  const hash = hex(rules.digest(`${rules.applicationId}\0${name}`));
  if (created_at === undefined) return hash.slice(0, 24);
  const seconds = Math.max(0, Math.floor(Date.parse(created_at) / 1000));
  return seconds.toString(16).padStart(8, '0').slice(-8) + hash.slice(0, 16);
}

interface Given {
  ref: IdentifierRef | undefined;
  verified?: boolean;
  primary?: boolean;
}

/** One on its own that the list has too is what an export shows of the list: the list says more. */
function besideList(single: Given | undefined, list: readonly Given[]): Given[] {
  const ref = single?.ref;
  const isListed = ref && list.some((one) => one.ref && sameIdentifier(one.ref, ref));
  return single && !isListed ? [single, ...list] : [...list];
}

/** The identifiers of a line, or its first mistake; those on their own come before those of the lists. */
function identifiersOf(line: Line, rules: Rules): Identifier[] | Omit<LineProblem, 'line'> {
  const { email, email_verified, phone_number, country_code, phone_verified } = line;
  const country = country_code ?? rules.callingCode;
  const listedEmails = (line.emails ?? []).map((one) => ({ ...one, ref: one.email }));
  const listedPhones = (line.phone_numbers ?? []).map((one) => ({
    ...one,
    ref: one.phone.read(one.country_code ?? country),
  }));
  const emails = besideList(
    email === undefined ? undefined : { ref: readEmail(email), verified: email_verified },
    listedEmails,
  );
  const phones = besideList(
    phone_number === undefined
      ? undefined
      : { ref: readFilePhone(phone_number, country), verified: phone_verified },
    listedPhones,
  );
  const read = [
    readIdentifiers(email === undefined ? 'emails' : 'email', emails),
    readIdentifiers(phone_number === undefined ? 'phone_numbers' : 'phone_number', phones),
  ];
  const identifiers: Identifier[] = [];
  for (const list of read) {
    if (!list.ok) {
      const [first] = list.errors ?? [];
      // A single one need not be written as a list.
      const field = (first?.path ?? 'emails').replace(/^(email|phone_number)\.0$/, '$1');
      return { field, message: first?.message ?? 'is not valid' };
    }
    identifiers.push(...list.value);
  }
  return identifiers;
}

const MOMENTS = ['created_at', 'blocked_at', 'archived_at'] as const;

/** A line as it was parsed → a user to write, or what is wrong with it. */
export function readUserLine(
  line: number,
  given: unknown,
  rules: Rules,
): ImportedUser | LineProblem {
  const bad = (field: string, message: string): LineProblem => ({ line, field, message });
  const decoded = decodeCells(given);
  if ('broken' in decoded) return bad(decoded.broken, 'is not JSON');
  // The check of the API: null and "" are absent, control characters refused, `meta` kept as it is.
  const parsed = check(Line, decoded.value, undefined);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return bad(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'is not valid');
  }
  // What the schema gives out; `check` takes any schema.
  const data = parsed.data as Line;
  const rounded = (['phone_number', 'external_id'] as const).find((name) =>
    isRounded(data[name] ?? ''),
  );
  if (rounded) return bad(rounded, ROUNDED_NUMBER);
  const ahead = MOMENTS.find((name) => Date.parse(data[name] ?? '') > rules.now);
  if (ahead) return bad(ahead, 'must not be in the future');
  const identifiers = identifiersOf(data, rules);
  if ('field' in identifiers) return { line, ...identifiers };
  const [first] = identifiers;
  if (!first) return bad('email', 'is missing, and so is a phone number: nobody could sign in');
  const profile = readProfile(data, rules.now);
  if (!profile.ok) {
    const [error] = profile.errors ?? [];
    return bad(error?.path.replace('body.', '') ?? '', error?.message ?? 'is not valid');
  }
  const id = idOf(data, identifiers, rules);
  const username =
    data.username === undefined
      ? newUsername(first, rules.digest(id).subarray(0, 4))
      : readUsername(data.username);
  if (username === undefined) return bad('username', NO_USERNAME);
  // Last, because what is taken changes the application's record.
  const hash = data.password_hash;
  const taken = hash === undefined ? undefined : rules.hashes.take(hash);
  if (taken && 'problem' in taken) return bad('password_hash', taken.problem);
  const time = (moment_: string | undefined): number | undefined =>
    moment_ === undefined ? undefined : Date.parse(moment_);
  const agreed = data.consent?.privacy_policy;
  return {
    line,
    id,
    externalId: data.external_id,
    rrId: data.rr_id,
    username,
    generated: data.username === undefined,
    ...profile.value,
    consent: agreed && {
      privacyPolicy: { value: agreed.value, updatedAt: Date.parse(agreed.updated_at) },
    },
    meta: data.meta && JSON.stringify(data.meta),
    passwordHash: hash,
    oldHash: taken?.imported ?? false,
    blockedAt: time(data.blocked_at),
    archivedAt: time(data.archived_at),
    createdAt: time(data.created_at) ?? rules.now,
    identifiers,
    social: data.social ?? [],
  };
}
