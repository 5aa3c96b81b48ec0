/** Every field of a profile survives what is done with it. A field that is added to `Profile` does not compile without a value here. */
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { exportPage } from '../../src/adapters/d1/stores/user-exports.ts';
import { sha256Bytes } from '../../src/adapters/node/sha256.ts';
import { HashIntake } from '../../src/domain/password/hash-intake.ts';
import { readUserLine } from '../../src/user-file/line.ts';
import { writeBatch } from '../../src/adapters/d1/stores/user-intake.ts';
import { Database } from '../../src/adapters/d1/database.ts';
import {
  consentBody,
  PROFILE_NAMES,
  profileBody,
  readProfile,
} from '../../src/domain/user/profile.ts';
import { newUser } from '../../src/domain/registration/registration.ts';
import { userView } from '../../src/views/user.ts';
import { profileApplication } from '../../src/features/profile/application.contract.ts';
import { UserSchema } from '../../src/schemas/user.ts';
import type { Ports, Profile, User } from '../../src/ports/index.ts';
import { d1Shop, STORE_BACKENDS } from '../support/shop.ts';
import { eventOf, registrationOf, signInOf } from '../support/stored.ts';

const FULL: Required<Profile> = {
  firstName: 'Asha',
  lastName: 'Rao',
  gender: 'female',
  dob: '1990-02-03',
  profilePicUrl: 'https://cdn.example/asha.png',
  consent: { privacyPolicy: { value: true, updatedAt: 1_700_000_000_000 } },
};
const OTHER: Required<Profile> = {
  firstName: 'Ravi',
  lastName: 'Iyer',
  gender: 'male',
  dob: '1985-12-31',
  profilePicUrl: 'https://cdn.example/ravi.png',
  consent: { privacyPolicy: { value: false, updatedAt: 1_700_000_001_000 } },
};

const identifier = { kind: 'email', value: 'asha@example.com', verified: true, primary: true };

async function register(ports: Ports): Promise<User> {
  const now = ports.clock.now();
  // As `nextStep` gives it.
  const user = newUser(ports, FULL, [identifier as User['identifiers'][number]]);
  await ports.registrations.begin(registrationOf('r', now), { ...FULL, identifiers: [] });
  const { form } = await ports.registrations.find('r');
  expect(form).toMatchObject(FULL);
  const settled = await ports.registrations.finish('r', user, signInOf(user.id, now), now);
  expect(settled.state).toBe('done');
  const made = await ports.users.find(user.id);
  if (!made) throw new Error('no user');
  return made;
}

async function exportAll(database: Database, applicationId: string): Promise<object[]> {
  const options = { withHashes: false, deleted: false, after: '', most: 1_000 };
  return exportPage(database, applicationId, options);
}

describe.each(STORE_BACKENDS)('every field of a profile on %s', (_, createShop) => {
  test('survives registration, the shopper’s update and the operator’s', async () => {
    const { ports } = await createShop();
    const user = await register(ports);
    expect(user).toMatchObject(FULL);
    const change = { profile: OTHER, add: [], max: 10, now: user.createdAt + 1 };
    expect(await ports.users.update(user, change)).toMatchObject(OTHER);
    const event = eventOf('customer.updated', user.id, user.createdAt + 2);
    const byOperator = { profile: FULL, identifiers: [], replaced: [] };
    await ports.customers.update(user, byOperator, event);
    expect(await ports.users.find(user.id)).toMatchObject(FULL);
  });
});

describe('every field of a profile', () => {
  test('survives export and import', async () => {
    const { ports, application } = await d1Shop();
    await register(ports);
    const database = new Database(env.DB);
    const [exported] = await exportAll(database, application.id);
    expect(exported).toMatchObject({ ...profileBody(FULL), consent: consentBody(FULL.consent) });

    const now = ports.clock.now();
    const hashes = new HashIntake(undefined, now);
    const other = '000000000000000000000009';
    const rules = { applicationId: other, callingCode: '91', hashes, now, digest: sha256Bytes };
    const record = readUserLine(1, exported, rules);
    if ('field' in record) throw new Error(JSON.stringify(record));
    await writeBatch(database, other, [record], now);
    expect(await exportAll(database, other)).toEqual([exported]);
  });

  test('is read from a body, and shown in the documented user', async () => {
    const { application, ports } = await d1Shop();
    const { updatedAt } = FULL.consent.privacyPolicy;
    const consent = consentBody(FULL.consent);
    expect(readProfile({ ...profileBody(FULL), consent }, updatedAt)).toEqual({
      ok: true,
      value: FULL,
    });
    const { dob, ...rest } = profileBody(FULL);
    const view = userView(await register(ports), application);
    expect(view).toMatchObject({ ...rest, dob: `${dob}T00:00:00.000Z`, consent });
    const names = [...Object.values(PROFILE_NAMES), 'consent'];
    expect(Object.keys(UserSchema.shape)).toEqual(expect.arrayContaining(names));
    const { body } = profileApplication.updateProfile.request;
    expect(Object.keys(body.shape)).toEqual(expect.arrayContaining(names));
  });
});
