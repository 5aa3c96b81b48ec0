import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demoConfig } from '../../../scripts/lib/seed.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { wordsOf } from '../../../src/domain/operators/customer-query.ts';
import { readProfile } from '../../../src/domain/user/profile.ts';
import {
  kindsForRegistration,
  kindsForSession,
  nextStep,
} from '../../../src/domain/registration/registration.ts';
import {
  MAX_SESSION_LIFE_MS,
  aliveSince,
  ENDED_FOR_MS,
  judgeSession,
  newSession,
  renewSession,
  sessionLifeMs,
} from '../../../src/domain/session/session.ts';
import { addressBlock } from '../../../src/domain/client-address.ts';
import { checkSignIn, decideSignIn } from '../../../src/domain/login/sign-in-outcome.ts';
import {
  missingKinds,
  newUsername,
  statusOf,
  withPrimaries,
} from '../../../src/domain/user/user.ts';
import { newObjectId } from '../../../src/domain/object-id.ts';
import type { Application, IdentifierRef, RequiredField, User } from '../../../src/ports/index.ts';

const phone: IdentifierRef = { kind: 'phone', value: '+918652523958', callingCode: 91 };
const other: IdentifierRef = { kind: 'phone', value: '+919876543210', callingCode: 91 };
const email: IdentifierRef = { kind: 'email', value: 'a@example.com' };
const application: Application = {
  id: '000000000000000000000001',
  companyId: '1',
  name: 'Fynd',
  domains: [],
  serverAddresses: [],
  testIdentifiers: [],
  storefrontUrl: 'https://shop.example',
  defaultCountryCode: '91',
  smsCountries: [],
  shard: 'DB',
  language: 'en',
  messageLanguages: [],
  androidHashes: [],
  config: demoConfig(),
};
const user: User = {
  id: 'a'.repeat(24),
  username: 'u',
  hasOldPasswordHash: false,
  identifiers: [],
  sessionsValidFrom: 0,
  createdAt: 0,
  updatedAt: 0,
};

describe('nextStep', () => {
  test.each([
    ['the demanded proof is in', ['phone'], [phone], [], 'create'],
    ['a demanded kind is missing', ['phone', 'email'], [phone], [], 'ask'],
    ['a demanded kind is given but not proven', ['phone', 'email'], [phone], [email], 'prove'],
    ['nothing is demanded and something is proven', [], [phone], [email], 'create'],
    ['nothing is demanded and something is given', [], [], [email], 'prove'],
    ['nothing is there at all', [], [], [], 'ask'],
    ['an unproven twin of a proven kind is given', ['phone'], [phone], [other], 'create'],
  ] as const)('%s', (_, demanded, proven, given, kind) => {
    expect(nextStep(demanded, proven, given).kind).toBe(kind);
  });

  test('never creates a user without a verified identifier, or without a demanded one', () => {
    const kinds = fc.subarray(['phone', 'email'] as const);
    const refs = fc.subarray([phone, other, email]);
    fc.assert(
      fc.property(kinds, refs, refs, (demanded, proven, given) => {
        const next = nextStep(demanded, proven, given);
        if (next.kind !== 'create') return;
        const verified = next.identifiers.filter((one) => one.verified);
        expect(verified.length).toBeGreaterThan(0);
        for (const kind of demanded) expect(verified.some((one) => one.kind === kind)).toBe(true);
        for (const kind of new Set(verified.map((one) => one.kind))) {
          expect(verified.filter((one) => one.kind === kind && one.primary)).toHaveLength(1);
        }
      }),
    );
  });
});

describe('users', () => {
  test('an id is seconds and chance, and sorts by age', () => {
    const random = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(newObjectId(1_700_000_000_999, random)).toBe('6553f1000102030405060708');
    expect(newObjectId(1_700_000_001_000, random) > newObjectId(1_700_000_000_000, random)).toBe(
      true,
    );
  });

  test('a username is made from the identifier and five digits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (random) => {
        expect(newUsername(phone, random)).toMatch(/^8652523958_[1-9]\d{4}$/);
        const named = newUsername({ kind: 'email', value: "o'neil.x@mail.example" }, random);
        expect(named).toMatch(/^o_neil_x_mail_example_[1-9]\d{4}$/);
        const long = newUsername({ kind: 'email', value: `${'a'.repeat(64)}@b.co` }, random);
        expect(long.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  test('who may sign in is decided by state first, then by what is missing', () => {
    const demand = { is_required: true, level: 'hard' as const };
    const demanding = {
      ...application,
      config: { ...application.config, required_fields: { email: demand, mobile: demand } },
    };
    const [verified, unverified] = [true, false].map((state) => ({
      ...user,
      identifiers: [
        { ...phone, verified: true, primary: true },
        { ...email, verified: state, primary: state },
      ],
    })) as [User, User];
    expect(decideSignIn(demanding, verified)).toEqual({ kind: 'allowed' });
    expect(decideSignIn(demanding, unverified)).toEqual({ kind: 'incomplete', missing: ['email'] });
    expect(decideSignIn(demanding, unverified, ['email'])).toEqual({ kind: 'allowed' });
    // A proof stands for its own kind alone.
    const nothing = { ...user, identifiers: [] };
    expect(decideSignIn(demanding, nothing, ['email'])).toEqual({
      kind: 'incomplete',
      missing: ['phone'],
    });
    expect(decideSignIn(demanding, { ...unverified, blockedAt: 1 })).toMatchObject({
      kind: 'refused',
      failure: { code: 'account_blocked' },
    });
  });

  test('the gravest flag names the state', () => {
    expect(statusOf(user)).toBe('active');
    expect(statusOf({ ...user, blockedAt: 1 })).toBe('blocked');
    expect(statusOf({ ...user, blockedAt: 1, archivedAt: 1 })).toBe('archived');
    expect(statusOf({ ...user, archivedAt: 1, deletedAt: 1 })).toBe('deleted');
    expect(checkSignIn({ ...user, archivedAt: 1 }, application)).toMatchObject({
      code: 'account_deleted',
      meta: { is_deleted: true },
    });
    expect(checkSignIn({ ...user, blockedAt: 1 }, application)?.code).toBe('account_blocked');
  });

  test('a shop that is closed signs nobody in, known or not', () => {
    const closed = { ...application, config: { ...application.config, active: false } };
    expect(checkSignIn(user, closed)?.code).toBe('application_inactive');
    expect(checkSignIn(undefined, closed)?.code).toBe('application_inactive');
    expect(checkSignIn(undefined, application)).toBeUndefined();
  });

  test('what a shop demands is demanded hard: by one list of who signs in, by both of who registers', () => {
    const field = (is_required: boolean, level: RequiredField['level']) => ({ is_required, level });
    const demanding = (emailField: RequiredField, mobile: RequiredField, register = mobile) => ({
      ...application,
      config: {
        ...application.config,
        required_fields: { email: emailField, mobile },
        register_required_fields: { email: emailField, mobile: register },
      },
    });
    const [hard, soft, off] = [field(true, 'hard'), field(true, 'soft'), field(false, 'hard')];
    expect(kindsForSession(demanding(hard, hard))).toEqual(['phone', 'email']);
    expect(kindsForSession(demanding(soft, off))).toEqual([]);
    expect(kindsForSession(demanding(soft, off, hard))).toEqual([]);
    expect(kindsForRegistration(demanding(soft, off, hard))).toEqual(['phone']);
    expect(kindsForRegistration(demanding(soft, hard, off))).toEqual(['phone']);
  });

  test('an identifier that is not verified is missing', () => {
    const demanded = ['phone', 'email'] as const;
    const one = { ...phone, verified: true, primary: true };
    const two = { ...email, verified: false, primary: false };
    expect(missingKinds(demanded, [one, two])).toEqual(['email']);
    expect(missingKinds(demanded, [one, { ...two, verified: true }])).toEqual([]);
  });

  test('the first verified identifier of each kind is primary, an unverified one never', () => {
    const made = withPrimaries([
      { ...other, verified: false },
      { ...phone, verified: true },
      { ...other, verified: true },
      { ...email, verified: false },
    ]);
    expect(made.map(({ primary }) => primary)).toEqual([false, true, false, false]);
  });
});

describe('sessions', () => {
  const of = { userId: user.id, handle: 'h', validFrom: 0, userAgent: '', ip: '', domain: '' };
  const within = (change: Partial<Application['config']['session_config']>): Application => ({
    ...application,
    config: {
      ...application.config,
      session_config: { ...application.config.session_config, ...change },
    },
  });

  test('a life is at least a minute and at most 365 days', () => {
    expect(sessionLifeMs(within({ duration: 30, type: 'Days' }).config)).toBe(30 * 86_400_000);
    expect(sessionLifeMs(within({ duration: 0, type: 'Minutes' }).config)).toBe(60_000);
    expect(sessionLifeMs(within({ duration: 9999, type: 'Days' }).config)).toBe(365 * 86_400_000);
  });

  test('alive needs KV, D1, an active user and an active shop', () => {
    const session = newSession(application, of, 1000);
    const alive = { session, user, ended: false };
    expect(judgeSession(alive, application, 1000)).toEqual({ session, user });
    expect(judgeSession({ ...alive, session: undefined }, application, 1000)).toBeUndefined();
    expect(judgeSession({ ...alive, user: undefined }, application, 1000)).toBeUndefined();
    expect(judgeSession({ ...alive, ended: true }, application, 1000)).toBeUndefined();
    expect(judgeSession(alive, application, session.expiresAt)).toBeUndefined();
    // Any other value than the one it was opened under, whichever is greater.
    for (const sessionsValidFrom of [999, 1001, 0]) {
      const revoked = {
        ...user,
        sessionsValidFrom: user.sessionsValidFrom + 1 + sessionsValidFrom,
      };
      expect(judgeSession({ ...alive, user: revoked }, application, 1000)).toBeUndefined();
    }
    const blocked = { ...user, blockedAt: 1 };
    expect(judgeSession({ ...alive, user: blocked }, application, 1000)).toBeUndefined();
    const closed = { ...application, config: { ...application.config, active: false } };
    expect(judgeSession(alive, closed, 1000)).toBeUndefined();
  });

  test('only a rolling session is renewed', () => {
    const session = newSession(application, of, 0);
    expect(renewSession(session, application, 5 * 3_600_000)).toBeUndefined();
    const rolling = within({ is_rolling: true });
    expect(renewSession(session, rolling, 3_599_999)).toBeUndefined();
    expect(renewSession(session, rolling, 3_600_000)).toMatchObject({
      renewedAt: 3_600_000,
      createdAt: 0,
    });
    // One that an operator gave an end of its own keeps it.
    expect(renewSession({ ...session, fixed: true }, rolling, 3_600_000)).toBeUndefined();
  });

  test('a rolling session of half an hour is renewed at a quarter of its life', () => {
    const short = within({ duration: 30, type: 'Minutes', is_rolling: true });
    const session = newSession(short, of, 0);
    expect(renewSession(session, short, 449_999)).toBeUndefined();
    expect(renewSession(session, short, 450_000)).toMatchObject({ expiresAt: 450_000 + 1_800_000 });
  });

  test('no renewal outlives 365 days', () => {
    const rolling = within({ duration: 30, type: 'Days', is_rolling: true });
    const now = MAX_SESSION_LIFE_MS - 86_400_000;
    const session = { ...newSession(rolling, of, 0), renewedAt: now - 3_600_000 };
    expect(renewSession(session, rolling, now)?.expiresAt).toBe(MAX_SESSION_LIFE_MS);
    // What has ended is remembered for longer than that: else it would live again.
    expect(ENDED_FOR_MS).toBeGreaterThan(MAX_SESSION_LIFE_MS);
  });

  test('what was opened so long ago has ended: a life, or 365 days where sessions roll', () => {
    const now = 2 * MAX_SESSION_LIFE_MS;
    expect(aliveSince(within({ duration: 1, type: 'Days' }), now)).toBe(now - 86_400_000);
    const rolling = within({ duration: 1, type: 'Days', is_rolling: true });
    expect(aliveSince(rolling, now)).toBe(now - MAX_SESSION_LIFE_MS);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:0DB8:0000:0000:ffff::1', '2001:db8:0:0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
])('the address block of %s is %s', (ip, block) => {
  expect(addressBlock(ip)).toBe(block);
});

test('a profile keeps what is right and names what is wrong', () => {
  const now = Date.parse('2026-11-22');
  expect(readProfile({ first_name: ' Asha ', dob: '1995-07-23', gender: 'OTHERS' }, now)).toEqual({
    ok: true,
    value: expect.objectContaining({ firstName: 'Asha', dob: '1995-07-23', gender: 'others' }),
  });
  expect(readProfile({ dob: '2026-11-23' }, now)).toMatchObject({
    ok: false,
    code: 'validation_failed',
  });
  expect(readProfile({ dob: '1700-01-01' }, now)).toMatchObject({ ok: false });
  fc.assert(
    fc.property(fc.string(), fc.string(), (dob, profile_pic_url) => {
      readProfile({ dob, profile_pic_url }, now);
    }),
  );
});

test('names become lower-cased words without marks', () => {
  expect(wordsOf('José  Ñandú-Smith')).toEqual(['jose', 'nandu', 'smith']);
  expect(wordsOf('अमित राव').length).toBeGreaterThan(0);
});

test('the default limits stay what they are', () => {
  expect(DEFAULT_LIMITS).toEqual({
    otpTriesPerCode: 5,
    otpWrongPerIdentifierHour: 10,
    sendGapSeconds: 30,
    sendsPerHour: 5,
    sendsPerDay: 10,
    sendsPerIdentifierDay: 15,
    sendsPerIpHour: 60,
    linksPerUserHour: 10,
    messagesPerUserDay: 20,
    messagesPerRegistration: 10,
    messagesPerRegistrationIdentifier: 5,
    identifiersPerRegistrationKind: 3,
    loginFailuresPerAccountQuarter: 10,
    loginFailuresPerIpQuarter: 50,
    tokenFailuresPerQuarter: 20,
    tokenFailuresPerIpQuarter: 50,
    existsPerIpHour: 20,
    existsPerApplicationHour: 1_000,
    smsPerDay: 10_000,
    smsAlertPercent: 80,
    smsBrakeSends: 50,
    smsBrakePercent: 30,
    smsBrakeMinutes: 60,
    databaseBytes: 10_000_000_000,
    databaseAlertPercent: 70,
  });
});
