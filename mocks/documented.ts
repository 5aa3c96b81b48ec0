/** The documented example files, verbatim, as their rows name them. A test holds them against the folder. */
import { entriesOf } from '../src/http/operation.ts';
import { table } from '../src/table.ts';

/** By operation: `application.loginWithOTP`. */
export const documented: Readonly<Record<string, object>> = Object.fromEntries(
  entriesOf(table).flatMap(({ id, row }) =>
    row.example.documented ? [[id, row.example.documented]] : [],
  ),
);

/**
 * Some documented examples stand in a named wrapper, `{"value": …}`, which no server sends (D-2).
 * Takes it off where it is.
 */
export function unwrap(example: object): object {
  const keys = Object.keys(example);
  if (keys.length !== 1 || !('value' in example)) return example;
  return example.value !== null && typeof example.value === 'object' ? example.value : example;
}
