/** The plain fields of a profile: what may stand in them. Pure. */
import type { Consent, Profile, ProfileTexts } from '../../ports/index.ts';
import { isPlainLine } from '../plain-line.ts';
import { ok, invalidField, type Failure, type Result } from '../../shared/result.ts';
import { isWebAddress } from '../identifiers/web-address.ts';

const GENDERS = new Set(['male', 'female', 'unisex', 'others']);
const EARLIEST_BIRTH_YEAR = 1880;

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

const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-](\d{2}):?(\d{2}))?)?$/;

/**
 * A date of the calendar as `YYYY-MM-DD`, out of an ISO date or date-time; undefined when it is none. Of a date-time the
 * date is taken as written, in whatever zone: a birthday does not move.
 */
function readDate(text: string): string | undefined {
  const match = DATE.exec(text.trim());
  const day = match?.[1];
  if (!day) return undefined;
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = match
    .slice(2)
    .map((part) => Number(part ?? 0));
  // 60 is a leap second, +14:00 the easternmost zone.
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 14 || zoneMinute > 59) return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}

/** What a shopper has agreed to, under its documented names; the time is ISO 8601. */
export const consentBody = ({ privacyPolicy: { value, updatedAt } }: Consent) => ({
  privacy_policy: { value, updated_at: new Date(updatedAt).toISOString() },
});

/** @param now milliseconds, to tell a date of birth from a date to come */
export function readProfile(body: ProfileBody, now: number): Result<Profile, 'validation_failed'> {
  const bad = (field: string, message: string): Failure<'validation_failed'> =>
    invalidField(`body.${field}`, message);
  const firstName = body.first_name?.trim();
  const lastName = body.last_name?.trim();
  for (const [field, name] of [
    ['first_name', firstName],
    ['last_name', lastName],
  ] as const) {
    if (name && (/[<>]/.test(name) || !isPlainLine(name))) {
      return bad(field, 'must be a plain name');
    }
  }
  const gender = body.gender?.trim().toLowerCase();
  if (gender !== undefined && !GENDERS.has(gender)) {
    return bad('gender', 'must be male, female, unisex or others');
  }
  const dob = body.dob === undefined ? undefined : readDate(body.dob);
  if (body.dob !== undefined && dob === undefined) return bad('dob', 'must be a date');
  if (
    dob !== undefined &&
    (Date.parse(dob) > now || Number(dob.slice(0, 4)) < EARLIEST_BIRTH_YEAR)
  ) {
    return bad('dob', 'must be a date in the past');
  }
  const picture = body.profile_pic_url;
  if (picture !== undefined && !isWebAddress(picture)) {
    return bad('profile_pic_url', 'must be an https URL');
  }
  const agreed = body.consent?.privacy_policy?.value;
  const profile: ReturnType<typeof profileOf> = {
    firstName: firstName || undefined,
    lastName: lastName || undefined,
    gender,
    dob,
    // As the parser writes it: quotes and blanks encoded, so that a page may put it into an attribute.
    profilePicUrl: picture === undefined ? undefined : new URL(picture).href,
    consent:
      agreed === undefined ? undefined : { privacyPolicy: { value: agreed, updatedAt: now } },
  };
  return ok(profile);
}
