/** Names of people behind an operator's request. Pure. */
import { isPlainLine } from '../../values/plain-line.ts';

const MAX_NAME_CHARACTERS = 100;

/** Whether the audit may hold a name: one visible line of at most 100 characters. */
export const isPersonName = (name: string): boolean =>
  name.length <= MAX_NAME_CHARACTERS && isPlainLine(name);
