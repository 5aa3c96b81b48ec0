/** What the documents say, as data; `facts/schemas.json` is the union of both documents (D-21). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADDED_OPERATIONS } from './deviations.ts';

export interface OperationFacts {
  /** `application.loginWithOTP` */
  id: string;
  method: string;
  path: string;
  query?: Record<string, string>;
  request?: string;
  response: string;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'facts', name), 'utf8'));

/** The 50 operations of the documents. */
export const documentedOperations = read('operations.json') as OperationFacts[];

/** All that the table has to serve. */
export const operationFacts: OperationFacts[] = [...documentedOperations, ...ADDED_OPERATIONS];

/** Schema → property → type, `!` when required. */
export const schemaFacts = read('schemas.json') as Record<string, Record<string, string>>;
