/** The columns of a file of users. */
import type { FileColumns } from '../../ports/index.ts';

/** The names of all fields, in the order in which an export has them. */
export const USER_COLUMNS = [
  'id',
  'external_id',
  'rr_id',
  'username',
  'first_name',
  'last_name',
  'gender',
  'dob',
  'profile_pic_url',
  'email',
  'email_verified',
  'phone_number',
  'country_code',
  'phone_verified',
  'emails',
  'phone_numbers',
  'password_hash',
  'meta',
  'consent',
  'social',
  'blocked_at',
  'archived_at',
  'created_at',
] as const;
export type UserColumn = (typeof USER_COLUMNS)[number];

/** What is said of a header that names none of them. */
export const NO_USER_COLUMNS =
  'The first line must name the columns, such as external_id, email or phone_number.';

/**
 * The places of all columns by their names in lower case, those too that no user has: a line that fills one is refused.
 * @returns undefined when none is known, or a sentence about a name that stands there twice
 */
export function readUserColumns(
  given: readonly string[],
): { columns: FileColumns['places']; known: number } | { problem: string } | undefined {
  const names = given.map((name) => name.toLowerCase());
  const columns: readonly string[] = USER_COLUMNS;
  const known = names.filter((name) => columns.includes(name)).length;
  if (known === 0) return undefined;
  const twice = names.find((name, at) => name !== '' && names.indexOf(name) !== at);
  if (twice !== undefined) return { problem: `The first line names ${twice} twice.` };
  return {
    columns: Object.fromEntries(names.map((name, at) => [name, at])),
    known,
  };
}

/** The filled cells of a record under the names of their columns: an empty cell is an absent field. */
export const userFields = (
  places: FileColumns['places'],
  cells: readonly string[],
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(places).flatMap(([name, place]) => {
      const cell = place === undefined ? '' : (cells[place]?.trim() ?? '');
      return cell === '' ? [] : [[name, cell]];
    }),
  );
