/** What a new password must be like, chosen by shopper or operator. Pure. */

export const MIN_PASSWORD_CHARACTERS = 8;
const MAX_PASSWORD_CHARACTERS = 128;
/** What is said of a password that is easily guessed. */
export const COMMON_PASSWORD = 'is one that many people use';

/**
 * Why a new password cannot be taken, or undefined. No composition rules; blanks and Unicode stay; lengths count characters
 * as people see them in NFC (ASVS 6.2).
 */
export function passwordProblem(password: string): string | undefined {
  const normal = password.normalize('NFC');
  const { length } = Array.from(normal);
  if (length < MIN_PASSWORD_CHARACTERS) {
    return `must have at least ${MIN_PASSWORD_CHARACTERS} characters`;
  }
  if (length > MAX_PASSWORD_CHARACTERS) {
    return `must have at most ${MAX_PASSWORD_CHARACTERS} characters`;
  }
  return new Set(normal.toLowerCase()).size < 2 ? COMMON_PASSWORD : undefined;
}
