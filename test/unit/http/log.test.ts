import { expect, test } from 'vitest';
import { errorForLog, maskIdentifier } from '../../../src/http/log.ts';

test('identifiers are masked', () => {
  expect(maskIdentifier('+918652523958')).toBe('+91******3958');
  expect(maskIdentifier('asha@example.com')).toBe('a***@example.com');
  expect(maskIdentifier('12345')).toBe('***');
});

test('the parameters in a query error never reach the log, its cause does', () => {
  const error = new Error('Failed query: select … params: +918652523958', {
    cause: new Error('D1_ERROR: no such table'),
  });
  expect(errorForLog(error)).toBe('Error ← Error: D1_ERROR: no such table');
  expect(errorForLog('x')).toBe('string');
});
