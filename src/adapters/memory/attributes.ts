import type {
  AttributeDefinition,
  AttributeRange,
  Attributes,
  StoredAttribute,
} from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

/** Definitions and values of one application. */
export class MemoryAttributes {
  readonly definitions = new Map<string, AttributeDefinition>();
  /** By user and definition. */
  readonly values = new Map<string, StoredAttribute & { keys: string[] }>();
}

const placeOf = (userId: string, definitionId: string): string => `${userId} ${definitionId}`;

const holds = (
  { from = '', to = '\u{10ffff}' }: AttributeRange,
  keys: readonly string[],
): boolean => keys.some((key) => key >= from && key <= to);

/** The port `Attributes` on memory. */
export function memoryAttributes(state: MemoryState): Attributes {
  const { definitions, values } = state.attributes;
  const isTaken = (slug: string, but: string): boolean =>
    [...definitions.values()].some((one) => one.slug === slug && one.id !== but);
  const lives = (userId: string): boolean => {
    const user = state.users.get(userId);
    return user !== undefined && user.deletedAt === undefined;
  };
  const stored = ({ keys: _, ...one }: StoredAttribute & { keys: string[] }): StoredAttribute => ({
    ...one,
  });
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
      [...values.values()].filter(({ userId }) => userIds.includes(userId)).map(stored),

    async byId(id) {
      const found = [...values.values()].find((one) => one.id === id);
      return found && stored(found);
    },

    async write(userId, given, event) {
      if (!lives(userId) || !given.every(({ definitionId }) => definitions.has(definitionId))) {
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
      const removed = definitionIds.filter((id) => values.delete(placeOf(userId, id)));
      if (removed.length > 0) state.audit.push(event);
      return removed;
    },

    async filter({ match, ranges, userIds, offset, limit, maxRows }) {
      const rowsOf = ({ definitionId, ...range }: AttributeRange) =>
        [...values.values()].filter(
          (one) => one.definitionId === definitionId && holds({ definitionId, ...range }, one.keys),
        );
      const counts = ranges.map((range) => rowsOf(range).length);
      const isAny = match === 'any' && ranges.length > 1;
      const most = isAny ? counts.reduce((sum, one) => sum + one, 0) : Math.min(...counts);
      if (!userIds && most > maxRows && !(ranges.length === 1 && offset + limit <= maxRows)) {
        return 'too_many';
      }
      const sets = ranges.map((range) => new Set(rowsOf(range).map(({ userId }) => userId)));
      const candidates = userIds ?? [...new Set(sets.flatMap((set) => [...set]))];
      const all = candidates.filter(
        (id) =>
          lives(id) && (isAny ? sets.some((set) => set.has(id)) : sets.every((set) => set.has(id))),
      );
      return {
        userIds: all.slice(offset, offset + limit),
        total: all.length,
        hasMore: offset + limit < all.length,
      };
    },
  };
}
