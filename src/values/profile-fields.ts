/** The plain fields of a profile as people type them: names, gender, date of birth, picture. Pure. */
import { isPlainLine } from './plain-line.ts';
import { isWebAddress } from './web-address.ts';

/** What is said of a text that a reader below does not take. */
export const NO_NAME = 'must be a plain name';
export const NO_GENDER = 'must be male, female, unisex or others';
export const NO_DATE = 'must be a date';
export const NOT_PAST = 'must be a date in the past';
export const NO_WEB_ADDRESS = 'must be an https URL';

/** A name without blanks around it, empty where there is none; undefined for what is no plain name. */
export function readName(text: string): string | undefined {
  const name = text.trim();
  return name === '' || (isPlainLine(name) && !/[<>]/.test(name)) ? name : undefined;
}

export const GENDERS = ['male', 'female', 'unisex', 'others'] as const;
export type Gender = (typeof GENDERS)[number];

/** One of `GENDERS`, in any case; undefined for any other text. */
export function readGender(text: string): Gender | undefined {
  const typed = text.trim().toLowerCase();
  return GENDERS.find((gender) => gender === typed);
}

/** As `readDate` takes it, but for its trimming and the days of a month. */
const DATE =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-](\d{2}):?(\d{2}))?)?$/;

/**
 * A date of the calendar as `YYYY-MM-DD`, out of an ISO date or date-time; undefined when it is none. Of a date-time the
 * date is taken as written, in whatever zone: a birthday does not move.
 */
export function readDate(text: string): string | undefined {
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

const EARLIEST_BIRTH_YEAR = 1880;

/**
 * Whether somebody may have been born on a day.
 * @param day `YYYY-MM-DD`
 * @param now milliseconds
 */
export const isBirthDate = (day: string, now: number): boolean =>
  Date.parse(day) <= now && Number(day.slice(0, 4)) >= EARLIEST_BIRTH_YEAR;

/** An https address as the parser writes it: quotes and blanks encoded, so that a page may put it into an attribute. */
export const readWebAddress = (text: string, loopback = false): string | undefined =>
  isWebAddress(text, loopback) ? new URL(text).href : undefined;
