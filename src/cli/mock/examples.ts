/** Own examples: a folder of bodies, one file per operation, that the mock answers with and the proxy writes. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnswers } from '../../../mocks/answers/read.ts';
import type { Answers } from '../../../mocks/answers/types.ts';
import { mockEntries } from '../../../mocks/app.ts';
import type { Entry } from '../../http/operation.ts';

/**
 * The bodies of a folder as answers, each held against its row.
 * @throws Error that names the file
 */
export function readExamples(folder: string): Answers {
  const answers: Record<string, Record<string, unknown>> = {};
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const [client = '', operationId = ''] = name.split('.');
    const file = join(folder, name);
    let body: unknown;
    try {
      body = JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      throw new Error(`${file} is not well-formed JSON`);
    }
    const one = { [client]: { [operationId]: { body } } };
    const read = readAnswers(mockEntries, one, name);
    if ('errors' in read) {
      const [first] = read.errors;
      throw new Error(`${file}: ${first?.path} ${first?.message}`);
    }
    (answers[client] ??= {})[operationId] = { body };
  }
  return answers;
}

/** Keeps bodies in a folder, made if it is missing; a newer one replaces an older one. */
export function exampleWriter(folder: string): (entry: Entry, body: object) => void {
  mkdirSync(folder, { recursive: true });
  return ({ id }, body) => {
    writeFileSync(join(folder, `${id}.json`), `${JSON.stringify(body, undefined, 2)}\n`);
  };
}
