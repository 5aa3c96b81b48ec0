/** Ten thousand requests that nobody wrote down: never a 5xx, always the one error body, and nothing changes. */
import { test } from 'vitest';
import { assertAnyRequest } from '../support/attacks/any-request.ts';
import { openEdge, openMemory } from '../support/attacks/attempt.ts';

test('any request on memory', async () => assertAnyRequest(openMemory, 10_000, 1000), 300_000);
test('any request on D1 and KV', async () => assertAnyRequest(openEdge, 300, 300), 300_000);
