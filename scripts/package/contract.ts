/** `vestibule/contract`: holds a server, or one answer, to the documented contract. */
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import { checkDocumented } from '../contract/check.ts';
import { breachesOf, type Answer, type Breach } from '../contract/strict.ts';
import { Target, type Credentials } from '../contract/target.ts';
import type { Checked } from '../contract/report.ts';

export type { Answer, Breach } from '../contract/strict.ts';
export type { Checked } from '../contract/report.ts';
export type { Credentials } from '../contract/target.ts';

const entries = entriesOf({ application: table.application, platform: table.platform });

export interface CheckOptions {
  url: string;
  credentials: Credentials;
  /** Call only what reads. True when left out. */
  safe?: boolean;
}

/** Calls every documented operation once and holds its answer to the contract. Throws when no server answers. */
export const checkServer = async ({
  url,
  credentials,
  safe = true,
}: CheckOptions): Promise<Checked[]> => checkDocumented(new Target(url, credentials), safe);

/**
 * What is wrong with one answer of an operation; empty when nothing is.
 * @param operation such as `application.loginWithOTP`
 * @throws TypeError when there is no such operation
 */
export function breachesOfAnswer(operation: string, answer: Answer): Breach[] {
  const entry = entries.find(({ id }) => id === operation);
  if (!entry) throw new TypeError(`there is no operation ${operation}`);
  return breachesOf(entry, answer, 'answer');
}
