/** The plain fields of a profile: what may stand in them. Pure. */
import type { Consent, Profile, ProfileTexts } from '../../ports/index.ts';
import { ok, invalidField, type Result } from '../../shared/result.ts';
import {
  isBirthDate,
  NO_DATE,
  NO_GENDER,
  NO_NAME,
  NO_WEB_ADDRESS,
  NOT_PAST,
  readDate,
  readGender,
  readName,
  readWebAddress,
} from '../../values/profile-fields.ts';

/**
 * The fields of a profile and what they are called in bodies and in files of users. What reads and writes profiles is made
 * from here: a field of `Profile` that is forgotten does not compile.
 */
export const PROFILE_NAMES = {
  firstName: 'first_name',
  lastName: 'last_name',
  gender: 'gender',
  dob: 'dob',
  profilePicUrl: 'profile_pic_url',
} as const satisfies Record<keyof Required<ProfileTexts>, string>;

export type ProfileField = keyof typeof PROFILE_NAMES;
export type ProfileName = (typeof PROFILE_NAMES)[ProfileField];
export type ProfileBody = Partial<Record<ProfileName, string>> & {
  consent?: { privacy_policy?: { value?: boolean } };
};

/** A record of all fields of a profile, each as `of` makes it. */
export const eachProfileField = <T>(of: (field: ProfileField) => T): Record<ProfileField, T> =>
  // The keys are those of the list.
  Object.fromEntries(
    (Object.keys(PROFILE_NAMES) as ProfileField[]).map((field) => [field, of(field)]),
  ) as Record<ProfileField, T>;

/** The profile alone, out of something that has more; every field is a key, some undefined. */
export const profileOf = (from: Profile) => ({
  ...eachProfileField((field) => from[field]),
  consent: from.consent,
});

/**
 * The fields of a profile that were given, out of something that may have more. For changes: a key with `undefined` would
 * take the stored value away.
 */
export const givenProfile = (from: Profile): Profile =>
  Object.fromEntries(Object.entries(profileOf(from)).filter(([, value]) => value !== undefined));

/** The texts of a profile under their names in bodies and files. */
export const profileBody = (profile: Profile): Partial<Record<ProfileName, string>> =>
  Object.fromEntries(
    Object.entries(eachProfileField((field) => profile[field])).map(([field, value]) => [
      // The keys are those of the list.
      PROFILE_NAMES[field as ProfileField],
      value,
    ]),
  );

/** What a shopper has agreed to, under its documented names; the time is ISO 8601. */
export const consentBody = ({ privacyPolicy: { value, updatedAt } }: Consent) => ({
  privacy_policy: { value, updated_at: new Date(updatedAt).toISOString() },
});

/**
 * The profile in a body whose fields have been read; a blank name is none.
 * @param now milliseconds: when a consent in it was given
 */
export function profileFrom(body: ProfileBody, now: number): Profile {
  const agreed = body.consent?.privacy_policy?.value;
  return {
    ...eachProfileField((field) => body[PROFILE_NAMES[field]] || undefined),
    consent:
      agreed === undefined ? undefined : { privacyPolicy: { value: agreed, updatedAt: now } },
  };
}

type Reader = (text: string, now: number) => { value: string } | { problem: string };
const by =
  (read: (text: string) => string | undefined, problem: string): Reader =>
  (text) => {
    const value = read(text);
    return value === undefined ? { problem } : { value };
  };

const READERS: Record<ProfileName, Reader> = {
  first_name: by(readName, NO_NAME),
  last_name: by(readName, NO_NAME),
  gender: by(readGender, NO_GENDER),
  dob(text, now) {
    const day = readDate(text);
    if (day === undefined) return { problem: NO_DATE };
    return isBirthDate(day, now) ? { value: day } : { problem: NOT_PAST };
  },
  profile_pic_url: by(readWebAddress, NO_WEB_ADDRESS),
};

/**
 * A profile out of texts that no row has read, such as those of a file.
 * @param now milliseconds, to tell a date of birth from a date to come
 */
export function readProfile(body: ProfileBody, now: number): Result<Profile, 'validation_failed'> {
  const read: ProfileBody = { consent: body.consent };
  for (const name of Object.values(PROFILE_NAMES)) {
    const text = body[name];
    if (text === undefined) continue;
    const found = READERS[name](text, now);
    if ('problem' in found) return invalidField(`body.${name}`, found.problem);
    read[name] = found.value;
  }
  return ok(profileFrom(read, now));
}
