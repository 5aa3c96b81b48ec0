import { expect, test } from 'vitest';
import { errorForLog } from '../../../src/http/log.ts';

test('the parameters in a query error never reach the log, its cause does', () => {
  const error = new Error('Failed query: select … params: +918652523958', {
    cause: new Error('D1_ERROR: no such table'),
  });
  expect(errorForLog(error)).toBe('Error ← Error: D1_ERROR: no such table');
  expect(errorForLog('x')).toBe('string');
});
