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
  /** Whether the body must be there. */
  bodyRequired?: boolean;
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

/** What the texts of an operation say, in words that ours have to hold as well. */
export interface TextFacts {
  description: string[];
  /** Of the success. */
  answers?: string[];
  parameters?: Record<string, string[]>;
}
export const textFacts = read('texts.json') as Record<string, TextFacts>;
