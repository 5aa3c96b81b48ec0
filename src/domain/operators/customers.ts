/** Operators create, change, block and restore customers. Identifiers that an operator gives count as verified (D-64). */
import { DAY_MS } from '../../shared/time.ts';
import type {
  Application,
  AuditActor,
  CustomerChange,
  CustomerTerms,
  CustomerWritten,
  Identifier,
  IdentifierKind,
  IdentifierRef,
  NewUser,
  Ports,
  User,
} from '../../ports/index.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { givenProfile, profileFrom, type ProfileBody } from '../user/profile.ts';
import { ok, invalidField, err, type Failure, type Result } from '../../shared/result.ts';
import { newObjectId } from '../object-id.ts';
import { withFreeUsername } from '../registration/registration.ts';
import { newUsername, withPrimaries } from '../user/user.ts';
import { searchWordsOf } from './customer-query.ts';

const MAX_MATCHES = 20;

// ── create ──

export interface CreateCustomer extends ProfileBody {
  phone_number?: IdentifierRef;
  /** Made of the first identifier when left out. */
  username?: string;
  email?: IdentifierRef;
  external_id?: string;
  rr_id?: string;
  /** False: the identifiers are not verified. */
  verified?: boolean;
  meta?: Record<string, unknown>;
}

const TAKEN_FIELD = { phone: 'phone_number', email: 'email', username: 'username' } as const;

function identifierTaken(field: string): Failure<'identifier_taken'> {
  return err('identifier_taken', {
    message: `${field} already belongs to another account.`,
    meta: { field },
    errors: [{ path: field, message: 'already belongs to another account' }],
  });
}

/** The written user, or the field that another user has, by its name in the request. */
function resultOfWrite(
  result: CustomerWritten,
  fieldOf: (field: IdentifierKind | 'username') => string,
): Result<User, 'identifier_taken' | 'not_found'> {
  if (result.state === 'taken') return identifierTaken(fieldOf(result.field));
  return result.user ? ok(result.user) : customerNotFound();
}

/** @param ids those that are unknown, which `meta` names when there are any */
export function customerNotFound(ids: readonly string[] = []): Failure<'not_found'> {
  const message = ids.length > 0 ? `No such customer: ${ids.join(', ')}.` : 'No such customer.';
  return err('not_found', { message, ...(ids.length > 0 && { meta: { user_id: ids } }) });
}

/**
 * A customer made by an operator, whose identifiers count as verified unless `verified` is false. Refuses fields that are
 * not valid, identifiers that are taken, and a customer without any; `unavailable` when no generated username is free.
 */
export async function createCustomer(
  ports: Ports,
  body: CreateCustomer,
  by: AuditActor,
): Promise<Result<User, 'validation_failed' | 'identifier_taken' | 'not_found' | 'unavailable'>> {
  const now = ports.clock.now();
  const { username, phone_number: phone, email } = body;
  const refs = [phone, email].filter((ref): ref is IdentifierRef => ref !== undefined);
  const [first] = refs;
  if (!first) return invalidField('body.phone_number', 'is required where there is no email');
  const { verified = true, meta, external_id: externalId, rr_id: rrId } = body;
  const draw = (): NewUser => ({
    ...profileFrom(body, now),
    id: newObjectId(now, ports.random.bytes(8)),
    username: username ?? newUsername(first, ports.random.bytes(4)),
    meta,
    externalId,
    rrId,
    identifiers: withPrimaries(refs.map((ref) => ({ ...ref, verified }))),
    createdAt: now,
  });
  return withFreeUsername(draw, async (user) => {
    const event = { ...by, action: 'customer.created', userId: user.id, at: now } as const;
    const written = await ports.customers.create(user, event);
    const isDrawn = username === undefined;
    if (isDrawn && written.state === 'taken' && written.field === 'username')
      return 'username_taken';
    return resultOfWrite(written, (field) => `body.${TAKEN_FIELD[field]}`);
  });
}

// ── update ──

interface Flags {
  primary?: boolean;
  verified?: boolean;
}
export interface UpdateCustomer extends ProfileBody {
  external_id?: string;
  rr_id?: string;
  meta?: Record<string, unknown>;
  emails?: (Flags & { email: IdentifierRef })[];
  phone_numbers?: (Flags & { phone: IdentifierRef })[];
}

type Listed = Flags & { ref: IdentifierRef | undefined };

/** Verified unless said otherwise; one primary at most, the first verified one when none is named (D-64). */
export function readIdentifiers(
  field: string,
  listed: readonly Listed[],
): Result<Identifier[], 'validation_failed'> {
  const identifiers: Identifier[] = [];
  for (const [index, { ref, verified = true, primary = false }] of listed.entries()) {
    if (!ref) return invalidField(`${field}.${index}`, 'is not valid');
    if (primary && !verified)
      return invalidField(`${field}.${index}`, 'must be verified to be primary');
    if (identifiers.some((one) => sameIdentifier(one, ref))) {
      return invalidField(`${field}.${index}`, 'is there twice');
    }
    identifiers.push({ ...ref, verified, primary });
  }
  const primaries = identifiers.filter(({ primary }) => primary).length;
  if (primaries > 1) return invalidField(field, 'must have one primary at most');
  return ok(primaries === 1 ? identifiers : withPrimaries(identifiers));
}

function readLists(
  user: User,
  { emails, phone_numbers: phones }: UpdateCustomer,
): Result<Pick<CustomerChange, 'identifiers' | 'replaced'>, 'validation_failed'> {
  const given = [
    emails && {
      kind: 'email' as const,
      field: 'body.emails',
      listed: emails.map((one) => ({ ...one, ref: one.email })),
    },
    phones && {
      kind: 'phone' as const,
      field: 'body.phone_numbers',
      listed: phones.map((one) => ({ ...one, ref: one.phone })),
    },
  ].filter((one) => one !== undefined);
  const identifiers: Identifier[] = [];
  for (const { field, listed } of given) {
    const read = readIdentifiers(field, listed);
    if (!read.ok) return read;
    identifiers.push(...read.value);
  }
  const replaced = given.map(({ kind }) => kind);
  const kept = user.identifiers.filter(({ kind }) => !replaced.includes(kind));
  const [first] = given;
  if (first && ![...kept, ...identifiers].some(({ verified }) => verified)) {
    return invalidField(first.field, 'must leave one verified email or phone to sign in with');
  }
  return ok({ identifiers, replaced });
}

/** Changes a customer: only what the body gives. Refuses like `createCustomer`, and unknown ids. */
export async function updateCustomer(
  ports: Ports,
  userId: string,
  body: UpdateCustomer,
  by: AuditActor,
): Promise<Result<User, 'validation_failed' | 'identifier_taken' | 'not_found'>> {
  const now = ports.clock.now();
  const user = await ports.users.find(userId);
  if (!user) return customerNotFound();
  const lists = readLists(user, body);
  if (!lists.ok) return lists;
  const { meta, external_id: externalId, rr_id: rrId } = body;
  const detail = { fields: Object.keys(body) };
  const event = { ...by, action: 'customer.updated', userId, detail, at: now } as const;
  const change = {
    profile: givenProfile(profileFrom(body, now)),
    meta,
    externalId,
    rrId,
    ...lists.value,
  };
  return resultOfWrite(await ports.customers.update(user, change, event), (field) =>
    field === 'email' ? 'body.emails' : 'body.phone_numbers',
  );
}

// ── search ──

/** 0 is the best: what names one person, then the whole name, then whole words of it, then their beginnings. */
function rank(user: User, terms: CustomerTerms): number {
  const exact = [terms.email, terms.phone];
  if (user.id === terms.id || user.username === terms.username) return 0;
  if (user.identifiers.some(({ value }) => exact.includes(value))) return 0;
  const words = searchWordsOf(user);
  if (terms.name !== undefined && words.includes(terms.name)) return 1;
  return terms.words.every((word) => words.includes(word)) ? 2 : 3;
}

/** The best matches first, of equal ones the newest. */
export function bestMatches(users: readonly User[], terms: CustomerTerms): User[] {
  return users
    .map((user) => ({ user, rank: rank(user, terms) }))
    .toSorted((a, b) => a.rank - b.rank || b.user.createdAt - a.user.createdAt)
    .slice(0, MAX_MATCHES)
    .map(({ user }) => user);
}

// ── states ──

const ACTION = {
  block: 'customer.blocked',
  unblock: 'customer.unblocked',
  archive: 'customer.archived',
} as const;

/** All of them or none. */
export async function setCustomerState(
  ports: Ports,
  userIds: string[],
  change: keyof typeof ACTION,
  by: AuditActor,
): Promise<Result<undefined, 'not_found'>> {
  const event = { ...by, action: ACTION[change], at: ports.clock.now() };
  const missing = await ports.customers.setState(userIds, change, event);
  return missing.length > 0 ? customerNotFound(missing) : ok(undefined);
}

/** The purge takes users who were deleted `delete_account_day` days ago or earlier; no user is both restored and purged. */
export async function restoreCustomer(
  ports: Ports,
  { config }: Application,
  userId: string,
  by: AuditActor,
): Promise<Result<undefined, 'not_found' | 'not_deleted' | 'undelete_too_late'>> {
  const now = ports.clock.now();
  const event = { ...by, action: 'customer.restored', userId, at: now } as const;
  const state = await ports.customers.restore(
    userId,
    now - config.delete_account_day * DAY_MS,
    event,
  );
  switch (state) {
    case 'done':
      return ok(undefined);
    case 'missing':
      return customerNotFound();
    case 'not_deleted':
      return err('not_deleted');
    case 'too_late':
      return err('undelete_too_late');
  }
}
