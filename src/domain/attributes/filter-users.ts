/** Customers found by conditions on their attributes. */
import type { Application, IdentifierRef, Ports, User } from '../../ports/index.ts';
import { err, invalidField, ok, type Result } from '../../shared/result.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { readAttributes, type UserAttribute } from './attributes.ts';
import { noDefinition, readConditions, type FilterCondition } from './filter.ts';

/** Rows of the index that conditions which are combined may read; also the customers that one filter can page through. */
const MAX_ROWS = 1_000;

export interface FilterQuery {
  type: 'and' | 'or';
  limit: number;
  /** From 1. */
  page: number;
  email?: IdentifierRef;
  phone?: IdentifierRef;
  definition_ids?: string[];
  conditions: FilterCondition[];
}

export interface FilteredUsers {
  users: User[];
  attributes: UserAttribute[];
  /** Counted to 1,000. */
  total: number;
  hasMore: boolean;
}

type FilterPorts = Pick<Ports, 'attributes' | 'clock' | 'customers' | 'random' | 'vault'>;

/** The customers that an email and a phone name; undefined when neither is given. */
async function namedUsers(
  { customers }: FilterPorts,
  { email, phone }: FilterQuery,
): Promise<string[] | undefined> {
  const names = [email, phone].filter((ref) => ref !== undefined);
  if (names.length === 0) return undefined;
  const terms = { email: email?.value, phone: phone?.value, words: [] };
  const found = await customers.candidates(terms);
  const has = (user: User, ref: IdentifierRef): boolean =>
    user.identifiers.some((one) => sameIdentifier(one, ref));
  return found.filter((user) => names.every((ref) => has(user, ref))).map(({ id }) => id);
}

/**
 * A page of the customers for whom all conditions hold, or any of them. Refuses a wrong condition, an attribute
 * that is not there, and conditions that would read too many rows.
 * @param scopes of the operator
 */
export async function filterUsers(
  ports: FilterPorts,
  application: Application,
  query: FilterQuery,
  scopes: readonly string[],
): Promise<Result<FilteredUsers, 'validation_failed' | 'not_found' | 'filter_too_wide'>> {
  const definitions = await ports.attributes.definitions();
  const { conditions, type, limit, page } = query;
  const ranges = readConditions(type, conditions, {
    definitions,
    callingCode: application.defaultCountryCode,
    scopes,
  });
  if (!ranges.ok) return ranges;
  const unknown = query.definition_ids?.find((id) => !definitions.some((one) => one.id === id));
  if (unknown !== undefined) return noDefinition(unknown);
  const userIds = await namedUsers(ports, query);
  if (ranges.value.length === 0 && !userIds) {
    return invalidField(
      'body.query.conditions',
      'needs a condition where no email or phone is given',
    );
  }
  const matches = await ports.attributes.filter({
    match: type === 'and' ? 'all' : 'any',
    ranges: ranges.value,
    userIds,
    offset: (page - 1) * limit,
    limit,
    maxRows: MAX_ROWS,
  });
  if (matches === 'too_many') return err('filter_too_wide');
  const [users, attributes] = await Promise.all([
    ports.customers.byIds(matches.userIds),
    readAttributes(ports, matches.userIds),
  ]);
  const wanted = query.definition_ids;
  return ok({
    users,
    attributes: attributes.filter(({ definition }) => wanted?.includes(definition.id) ?? true),
    total: matches.total,
    hasMore: matches.hasMore,
  });
}
