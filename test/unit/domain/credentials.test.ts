/** Which revocation ends which credential, written out: the stores and the attack suite take it from the code itself. */
import { describe, expect, test } from 'vitest';
import {
  bindingHolds,
  CREDENTIAL_KINDS,
  endedBy,
  FORGOT_TOKEN_LIFE_MS,
  LOGIN_TOKEN_LIFE_MS,
  nextValidFrom,
  OTP_LIFE_MS,
  proofOpens,
  REGISTRATION_LIFE_MS,
  RESET_LINK_LIFE_MS,
  REVOCATIONS,
  tokenCountsUntil,
  VERIFY_LINK_LIFE_MS,
  type CredentialKind,
  type Ends,
  type Revocation,
} from '../../../src/domain/credentials.ts';
import { isRevoked } from '../../../src/domain/session/session.ts';
import type { Identifier, Registration, Session, User } from '../../../src/ports/index.ts';

/** `all` of the user's, those of the `identifier` that is lost, or `none`. */
const TABLE: Record<Revocation, Record<CredentialKind, Ends>> = {
  password_changed: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  password_reset: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  sessions_ended: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  blocked: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  archived: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  deleted: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
  identifier_removed: {
    session: 'none',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'identifier',
    login_token: 'none',
  },
  identifier_unverified: {
    session: 'none',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'identifier',
    login_token: 'none',
  },
  identity_unlinked: {
    session: 'all',
    bound_registration: 'all',
    registration: 'all',
    profile_code: 'all',
    primary_code: 'all',
    primary_proof: 'all',
    update_code: 'all',
    forgot_code: 'all',
    forgot_token: 'all',
    reset_link: 'all',
    verify_link: 'all',
    login_token: 'all',
  },
};

describe('revocations', () => {
  test.each(REVOCATIONS)('%s ends what the table says', (revocation) => {
    const ended = Object.fromEntries(endedBy(revocation).map(({ kind, ends }) => [kind, ends]));
    const all = Object.fromEntries(CREDENTIAL_KINDS.map((kind) => [kind, ended[kind] ?? 'none']));
    expect(all).toEqual(TABLE[revocation]);
  });

  test('no revocation and no kind of credential is missing', () => {
    expect([...REVOCATIONS].toSorted()).toEqual(Object.keys(TABLE).toSorted());
    for (const row of Object.values(TABLE)) {
      expect([...CREDENTIAL_KINDS].toSorted()).toEqual(Object.keys(row).toSorted());
    }
  });
});

test('credentials live as long as the documents say', () => {
  const minute = 60_000;
  expect([OTP_LIFE_MS, REGISTRATION_LIFE_MS, RESET_LINK_LIFE_MS]).toEqual([
    10 * minute,
    30 * minute,
    30 * minute,
  ]);
  expect([VERIFY_LINK_LIFE_MS, LOGIN_TOKEN_LIFE_MS]).toEqual([24 * 60 * minute, 5 * minute]);
  expect(FORGOT_TOKEN_LIFE_MS).toBe(10 * minute);
});

const user: User = {
  id: 'a'.repeat(24),
  username: 'u',
  hasOldPasswordHash: false,
  identifiers: [],
  sessionsValidFrom: 0,
  createdAt: 0,
  updatedAt: 0,
};
const phone: Identifier = {
  kind: 'phone',
  value: '+918652523958',
  callingCode: 91,
  verified: true,
  primary: true,
};

describe('a proof of before', () => {
  test('the last revocation opens nothing', () => {
    const revoked = { ...user, sessionsValidFrom: 1000 };
    expect([999, 1000].map((provenAt) => proofOpens(provenAt, revoked, phone))).toEqual([
      false,
      true,
    ]);
  });

  test('the account itself opens nothing', () => {
    const made = { ...user, createdAt: 1000 };
    expect([999, 1000].map((provenAt) => proofOpens(provenAt, made, phone))).toEqual([false, true]);
  });

  test('the day on which the account verified the identifier opens nothing', () => {
    const verified = { ...phone, verifiedAt: 1000 };
    expect([999, 1000].map((provenAt) => proofOpens(provenAt, user, verified))).toEqual([
      false,
      true,
    ]);
  });
});

test('a registration is bound to its user since the last revocation, or not at all', () => {
  const revoked = { ...user, sessionsValidFrom: 1000 };
  const bound = (userProvenAt?: number): Registration => ({
    id: 'r',
    origin: 'code',
    userId: user.id,
    userProvenAt,
    proofs: [],
    sentTo: [],
    createdAt: 0,
    expiresAt: 2000,
  });
  expect([undefined, 999, 1000].map((at) => bindingHolds(bound(at), revoked))).toEqual([
    false,
    false,
    true,
  ]);
});

test('a revocation always gives another `sessionsValidFrom`, whatever the clocks say', () => {
  expect([nextValidFrom(0, 1000), nextValidFrom(1000, 1000), nextValidFrom(5000, 1000)]).toEqual([
    1001, 1001, 5001,
  ]);
});

test('a session counts under the `sessionsValidFrom` it was opened under, and not before it', () => {
  const session: Session = {
    userId: user.id,
    handle: 'h',
    validFrom: 1000,
    createdAt: 1000,
    renewedAt: 1000,
    expiresAt: 9000,
    userAgent: '',
    ip: '',
    domain: '',
  };
  const since = (sessionsValidFrom: number) => ({ sessionsValidFrom });
  expect(isRevoked(session, since(1000))).toBe(false);
  // A clock that runs ahead made it later than the revocation.
  expect(isRevoked({ ...session, createdAt: 5000 }, since(1001))).toBe(true);
  expect(isRevoked({ ...session, createdAt: 5000 }, since(999))).toBe(true);
  // It read the user after the revocation, and had begun before it.
  expect(isRevoked({ ...session, createdAt: 999 }, since(1000))).toBe(true);
});

test('a login token counts through the whole second in which it was made', () => {
  expect([tokenCountsUntil(7000), tokenCountsUntil(undefined)]).toEqual([7999, undefined]);
});
