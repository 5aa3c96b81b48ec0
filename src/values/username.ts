/** Usernames. Pure. */

export const NO_USERNAME = 'must be 3 to 64 of a-z 0-9 . _ -, with a letter or an underscore';

/** Lower-cased, and no number that could be taken for a phone; undefined for any other text. */
export function readUsername(text: string): string | undefined {
  const username = text.trim().toLowerCase();
  const isOne = /^[a-z0-9._-]{3,64}$/.test(username) && /[a-z0-9]/.test(username);
  return isOne && /[a-z_]/.test(username) ? username : undefined;
}
