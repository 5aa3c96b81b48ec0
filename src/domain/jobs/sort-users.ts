/** Which users of a piece of a file can be written: what others have is passed over or refused. Pure. */
import type { ImportedUser, LineProblem } from '../../ports/index.ts';

/** The unique values of a user, with the field of each. */
const claimsOf = (user: ImportedUser): [claim: string, field: string][] => [
  ...user.identifiers
    .filter(({ verified }) => verified)
    .map(({ kind, value }): [string, string] => [
      `${kind} ${value}`,
      kind === 'email' ? 'email' : 'phone_number',
    ]),
  ...user.social.map(({ provider, subject }): [string, string] => [
    `${provider} ${subject}`,
    'social',
  ]),
];

/** Keeps what earlier lines of the file have claimed, where the database does not know it yet. */
export class Claims {
  readonly #claimed = new Set<string>();

  holds(claim: string): boolean {
    return this.#claimed.has(claim);
  }
  add(user: ImportedUser): void {
    for (const claim of [
      `id ${user.id}`,
      `username ${user.username}`,
      ...claimsOf(user).map(([one]) => one),
    ]) {
      this.#claimed.add(claim);
    }
  }
}

/** Values that users of the application have. */
export interface Taken {
  /** Whether this very import has written the user. */
  ids: ReadonlyMap<string, boolean>;
  usernames: ReadonlySet<string>;
  /** Verified identifiers and social identities, as `claimsOf` writes them. */
  claims: ReadonlySet<string>;
}

export interface Sorted {
  /** Written before by this import, which was interrupted before it could note so. */
  imported: number;
  alreadyThere: number;
  problems: LineProblem[];
  /** Those to write. */
  fresh: ImportedUser[];
}

const MAX_USERNAME_DRAWS = 4;

/** Another username for one that was made here and is taken: longer with each try. */
const anotherUsername = ({ username, id }: ImportedUser, attempt: number): string =>
  `${username.slice(0, 50)}_${id.slice(-4 - attempt)}`;

/** Sorts a batch into users that can be written, such as are there, and problems; those to write are added to `claims`. */
export function sortUsers(
  users: readonly ImportedUser[],
  taken: Taken,
  claims: Claims = new Claims(),
): Sorted {
  const result: Sorted = { imported: 0, alreadyThere: 0, problems: [], fresh: [] };
  const problem = ({ line }: ImportedUser, field: string, message: string): void => {
    result.problems.push({ line, field, message });
  };
  for (const user of users) {
    const known = taken.ids.get(user.id);
    if (known !== undefined) {
      if (known) result.imported += 1;
      else result.alreadyThere += 1;
      continue;
    }
    if (claims.holds(`id ${user.id}`)) {
      problem(
        user,
        user.externalId === undefined ? 'id' : 'external_id',
        'stands in an earlier line',
      );
      continue;
    }
    const isTaken = (name: string): boolean =>
      taken.usernames.has(name) || claims.holds(`username ${name}`);
    let { username } = user;
    for (
      let attempt = 1;
      user.generated && isTaken(username) && attempt <= MAX_USERNAME_DRAWS;
      attempt += 1
    ) {
      username = anotherUsername(user, attempt);
    }
    const lost = claimsOf(user).find(([claim]) => taken.claims.has(claim) || claims.holds(claim));
    if (isTaken(username)) problem(user, 'username', 'belongs to another account');
    else if (lost) problem(user, lost[1], 'belongs to another account');
    else {
      const fresh = { ...user, username };
      claims.add(fresh);
      result.fresh.push(fresh);
    }
  }
  return result;
}
