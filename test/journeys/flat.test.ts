/**
 * What an operation costs does not depend on how many customers there are: every flow of the product reads and writes the same
 * rows, call by call, in a small crowd and in one of four times its size.
 */
import { describe, expect, test } from 'vitest';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { costsAmong, SEARCHES, type Cost } from '../support/costs.ts';

const SMALL = 5_000;
const LARGE = 4 * SMALL;
const MINUTE = 60_000;
/**
 * Ids are random, and a search ends sooner where the row that is meant comes first. The smallest table of the crowd has
 * forty times as many rows.
 */
const BY_CHANCE_ROWS = 15;
/** Of a search for names that everybody bears: 1,000 users are found and counted, and on its last page sorted. */
const MAX_ROWS = 5_500;
/** Of a page without a search, however deep it lies: the rest of a stretch, and a hundred customers with their identifiers. */
const MAX_PAGE_ROWS = 1_000 + 5 * 100;

describe('rows read and written', () => {
  const costs = new Map<number, Cost[]>();

  test.each([SMALL, LARGE])(
    'are counted among %i customers',
    async (customers) => {
      costs.set(customers, await costsAmong(customers));
    },
    2 * MINUTE,
  );

  test('are the same in every call of every flow, in a crowd and in a larger one', () => {
    const [small = [], large = []] = [costs.get(SMALL), costs.get(LARGE)];
    expect(small.length).toBeGreaterThan(300);
    const nameOf = ({ what, status }: Cost): string => `${what} → ${status}`;
    expect(large.map(nameOf)).toEqual(small.map(nameOf));
    const grown = small.flatMap((before, at) => {
      const after = large[at];
      if (!after) return [];
      const more = Math.abs(after.read - before.read);
      if (more <= BY_CHANCE_ROWS && after.written === before.written) return [];
      return [
        `${nameOf(before)}: ${before.read} → ${after.read} read, ${before.written} → ${after.written} written, ${after.dearest}`,
      ];
    });
    expect(grown).toEqual([]);
  });

  test('are bounded, where a list or a search reads many', () => {
    const bound = ({ what }: Cost): number =>
      what.startsWith('search for page') ? MAX_PAGE_ROWS : MAX_ROWS;
    const dear = (costs.get(LARGE) ?? []).filter((cost) => cost.read > bound(cost));
    expect(dear.map(({ what, read, dearest }) => `${what}: ${read}, ${dearest}`)).toEqual([]);
  });

  test('were counted for every operation of the table, and for every kind of search', () => {
    const done = (costs.get(LARGE) ?? []).filter(({ status }) => status < 300);
    const counted = new Set(done.map(({ operation }) => operation));
    const missing = entriesOf(table).filter(({ id }) => !counted.has(id));
    expect(missing.map(({ id }) => id)).toEqual([]);
    for (const search of Object.keys(SEARCHES)) {
      expect(
        done.some(({ what }) => what.includes(search)),
        search,
      ).toBe(true);
    }
  });
});
