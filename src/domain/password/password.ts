/** Rules of new passwords: long enough, not a common one, and not the user's own name, email or phone. */
import type { IdentifierRef, Ports } from '../../ports/index.ts';
import { nationalDigits } from '../identifiers/identifier.ts';
import { COMMON_PASSWORD, passwordProblem } from '../../values/new-password.ts';
import { err, type Failure } from '../../shared/result.ts';

/** Attributes of the user that the password must not equal. */
export interface OwnWords {
  identifiers?: readonly IdentifierRef[];
  username?: string;
  firstName?: string;
  lastName?: string;
}

function ownWords({ identifiers = [], username, firstName, lastName }: OwnWords): Set<string> {
  const values = identifiers.flatMap((one) =>
    one.kind === 'email'
      ? [one.value, one.value.slice(0, one.value.lastIndexOf('@'))]
      : [one.value, one.value.slice(1), nationalDigits(one)],
  );
  const names = [
    firstName,
    lastName,
    [firstName, lastName].join(' '),
    [firstName, lastName].join(''),
  ];
  const words = [...values, username, ...names].filter((word) => word !== undefined);
  return new Set(words.map((word) => word.toLowerCase()));
}

/**
 * Why a password cannot be taken, or undefined when it can: its form (which rows look at before), what many people use, and
 * the user's own words.
 * @param field where it stands in the request, such as `body.password`
 */
export async function checkNewPassword(
  ports: Pick<Ports, 'commonPasswords'>,
  password: string,
  own: OwnWords,
  field: string,
): Promise<Failure<'password_weak'> | undefined> {
  const weak = (message: string): Failure<'password_weak'> =>
    err('password_weak', {
      message: `${field} ${message}.`,
      errors: [{ path: field, message }],
    });
  const problem = passwordProblem(password);
  if (problem !== undefined) return weak(problem);
  const lower = password.normalize('NFC').toLowerCase();
  if (await ports.commonPasswords.has(lower)) return weak(COMMON_PASSWORD);
  if (ownWords(own).has(lower)) return weak('must not be a name or an address of your own');
  return undefined;
}
