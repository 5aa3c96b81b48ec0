/** Every documented example keeps the contract, and none does without one of its constant keys. */
import { describe, expect, test } from 'vitest';
import { documented, unwrap } from '../../../mocks/documented.ts';
import { EXCEPTIONS } from '../../../mocks/exceptions.ts';
import { OPERATIONS } from '../../../src/cli/contract/ledger.ts';
import { judgeAnswer } from '../../../src/cli/contract/strict.ts';
import { successOf, type Entry } from '../../../src/http/operation.ts';

describe('every documented example', () => {
  const answer = (entry: Entry, body: object) => ({
    status: successOf(entry.row).status,
    headers: new Headers({
      'content-type': 'application/json',
      'x-request-id': 'a-request-id',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }),
    body: new TextEncoder().encode(JSON.stringify(body)),
  });

  test.each(OPERATIONS.map((entry) => [entry.id, entry] as const))(
    '%s keeps the contract',
    (id, entry) => {
      const body = EXCEPTIONS.has(id) ? unwrap(documented[id] ?? {}) : entry.row.example.response;
      expect(judgeAnswer(entry, answer(entry, body)).breaches).toEqual([]);
    },
  );

  test.each(
    OPERATIONS.filter(({ row }) => row.always.length > 0).map(
      (entry) => [entry.id, entry] as const,
    ),
  )('%s without one of its constant keys does not', (_, entry) => {
    for (const key of entry.row.always) {
      const body = Object.fromEntries(
        Object.entries(entry.row.example.response).filter(([name]) => name !== key),
      );
      const { breaches } = judgeAnswer(entry, answer(entry, body));
      const fields = breaches.map(({ field }) => field);
      expect(fields).toContain(`body.${key}`);
    }
  });
});
