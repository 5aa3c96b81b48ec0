/** The same as any-request.test.ts in large; `npm run test:long`. */
import { test } from 'vitest';
import { assertAnyRequest } from '../support/attacks/any-request.ts';
import { openEdge, openMemory } from '../support/attacks/attempt.ts';

const MINUTES = 60_000;
/** Storage is emptied before each test, so that each part has a world of its own. */
const parts = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

test.each(parts(20))(
  'any request on memory, 10,000 at a time: %i of 20',
  async () => assertAnyRequest(openMemory, 10_000, 1000),
  5 * MINUTES,
);
test.each(parts(10))(
  'any request on D1 and KV, 500 at a time: %i of 10',
  async () => assertAnyRequest(openEdge, 500, 500),
  5 * MINUTES,
);
