import type {
  AttributeDefinition,
  AttributeRange,
  Attributes,
  StoredAttribute,
} from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

interface KeyedAttribute extends StoredAttribute {
  keys: string[];
}

/** Definitions and values of one application. */
export class MemoryAttributes {
  readonly definitions = new Map<string, AttributeDefinition>();
  /** By user and definition. */
  readonly values = new Map<string, KeyedAttribute>();
}

const placeOf = (userId: string, definitionId: string): string => `${userId} ${definitionId}`;

const inRange = ({ from = '', to = '\u{10ffff}' }: AttributeRange, key: string): boolean =>
  key >= from && key <= to;

/** The port `Attributes` on memory. */
export function memoryAttributes(state: MemoryState): Attributes {
  const { definitions, values } = state.attributes;
  const isTaken = (slug: string, but: string): boolean =>
    [...definitions.values()].some((one) => one.slug === slug && one.id !== but);
  const isListed = (userId: string): boolean => {
    const user = state.users.get(userId);
    return user !== undefined && user.deletedAt === undefined && user.archivedAt === undefined;
  };
  const listed = (): KeyedAttribute[] =>
    [...values.values()].filter(({ userId }) => isListed(userId));
  const stored = ({ keys: _, ...one }: KeyedAttribute): StoredAttribute => ({ ...one });
  /** As the index of D1 has them: by key, then by user. */
  const entriesOf = (range: AttributeRange) =>
    listed()
      .filter(({ definitionId }) => definitionId === range.definitionId)
      .flatMap(({ userId, keys }) => keys.map((key) => ({ userId, key })))
      .filter(({ key }) => inRange(range, key))
      .toSorted((a, b) =>
        a.key === b.key ? (a.userId < b.userId ? -1 : 1) : a.key < b.key ? -1 : 1,
      );
  return {
    definitions: async () =>
      [...definitions.values()].toSorted((one, other) => one.name.localeCompare(other.name)),

    async createDefinition(definition, max, event) {
      if (isTaken(definition.slug, definition.id)) return 'taken';
      if (definitions.size >= max) return 'full';
      definitions.set(definition.id, definition);
      state.audit.push(event);
      return 'created';
    },

    async changeDefinition(id, change, event) {
      const current = definitions.get(id);
      if (!current) return 'missing';
      if (change.slug !== undefined && isTaken(change.slug, id)) return 'taken';
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      definitions.set(id, { ...current, ...Object.fromEntries(given) });
      state.audit.push(event);
      return 'changed';
    },

    async deleteDefinition(id, event) {
      if (!definitions.delete(id)) return false;
      for (const [place, { definitionId }] of values) {
        if (definitionId === id) values.delete(place);
      }
      state.audit.push(event);
      return true;
    },

    ofUsers: async (userIds) =>
      listed()
        .filter(({ userId }) => userIds.includes(userId))
        .map(stored),

    async byId(id) {
      const found = listed().find((one) => one.id === id);
      return found && stored(found);
    },

    async write(userId, given, event) {
      if (!isListed(userId) || !given.every(({ definitionId }) => definitions.has(definitionId))) {
        return false;
      }
      for (const one of given) {
        const place = placeOf(userId, one.definitionId);
        const { id = one.id, createdAt = one.createdAt } = values.get(place) ?? {};
        values.set(place, { ...one, id, createdAt, userId });
      }
      state.audit.push(event);
      return true;
    },

    async remove(userId, definitionIds, event) {
      if (!isListed(userId)) return [];
      const removed = definitionIds.filter((id) => values.delete(placeOf(userId, id)));
      if (removed.length > 0) state.audit.push(event);
      return removed;
    },

    async filter({ match, ranges, userIds, offset, limit, maxRows }) {
      const found = ranges.map((range) => entriesOf(range));
      const sets = found.map((entries) => new Set(entries.map(({ userId }) => userId)));
      const isAny = match === 'any' && ranges.length > 1;
      const holds = (userId: string): boolean =>
        isAny ? sets.some((set) => set.has(userId)) : sets.every((set) => set.has(userId));
      const page = (ids: readonly string[], beyond: boolean) => ({
        userIds: ids.slice(offset, offset + limit),
        total: ids.length,
        hasMore: offset + limit < ids.length || beyond,
      });
      if (userIds)
        return page(
          userIds.filter((id) => isListed(id) && holds(id)),
          false,
        );
      const entries = isAny
        ? found.flat()
        : (found.toSorted((a, b) => a.length - b.length)[0] ?? []);
      const beyond = entries.length > maxRows;
      const isPage = ranges.length === 1 && offset + limit <= maxRows;
      if (beyond && !isPage) return 'too_many';
      const ids = new Set(entries.slice(0, maxRows).map(({ userId }) => userId));
      return page(isAny ? [...ids].toSorted() : [...ids].filter(holds), beyond);
    },
  };
}
