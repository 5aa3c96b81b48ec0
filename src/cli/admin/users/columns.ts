/** What the columns of a CSV mean, where they are called otherwise. */
import type { ReadNames } from '../../../adapters/files/csv-head.ts';
import {
  readUserColumns,
  USER_COLUMNS,
  type UserColumn,
} from '../../../domain/jobs/user-columns.ts';
import type { FileColumns } from '../../../ports/index.ts';
import { CommandError } from '../command.ts';
import type { FileFormat } from './source.ts';

export type ReadUserNames = ReadNames<FileColumns['places']>;

/** In front of the name of a column that is left out: no field begins so. */
const NOTHING = '\0';

const fold = (name: string): string => name.trim().toLowerCase();

/** `email=E-Mail` → the field and the column. */
function readMapping(text: string): [column: string, field: UserColumn] {
  const [, name = '', column = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const field = USER_COLUMNS.find((one) => one === fold(name));
  if (field !== undefined && fold(column) !== '') return [fold(column), field];
  throw new CommandError(
    `--map: "${text}" is not FIELD=COLUMN, such as email=E-Mail. Fields: ${USER_COLUMNS.join(', ')}.`,
  );
}

/**
 * A reader of the header, which refuses a name that means nothing once, for the file.
 * @throws CommandError for a wrong mapping, and for one of a file without columns
 */
export function readNames(
  format: FileFormat,
  mappings: readonly string[],
  ignored: readonly string[],
): ReadUserNames {
  if (format !== 'csv' && mappings.length + ignored.length > 0) {
    throw new CommandError('--map and --ignore-column are for CSV files.');
  }
  const meanings = new Map(mappings.map(readMapping));
  const leftOut = new Set(ignored.map(fold));
  const known: readonly string[] = USER_COLUMNS;
  return (given) => {
    const names = given.map(fold);
    const meant = names.map((name) =>
      leftOut.has(name) ? NOTHING + name : (meanings.get(name) ?? name),
    );
    const read = readUserColumns(meant);
    if (!read || 'problem' in read) return read;
    const absent = [...meanings.keys(), ...leftOut].find((name) => !names.includes(name));
    if (absent !== undefined) {
      return { problem: `The first line has no column "${absent}". It has: ${given.join(', ')}.` };
    }
    const isLeftOut = (name: string): boolean => name.startsWith(NOTHING);
    const unknown = given.filter((_, at) => {
      const name = meant[at] ?? '';
      return name !== '' && !isLeftOut(name) && !known.includes(name);
    });
    if (unknown.length === 0) {
      const kept = Object.entries(read.columns).filter(([name]) => !isLeftOut(name));
      return { ...read, columns: Object.fromEntries(kept) };
    }
    return {
      problem: `The first line has unknown columns: ${unknown.join(', ')}. Say what each means with --map FIELD=COLUMN, or leave it out with --ignore-column COLUMN. Fields: ${USER_COLUMNS.join(', ')}.`,
    };
  };
}
