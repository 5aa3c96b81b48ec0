/** The parts of a command of `npm run admin`. Help, reading of flags and errors follow from its row. */
import type { ParseArgsConfig } from 'node:util';
import type { Vault } from '../../ports/index.ts';
import type { Database } from '../../adapters/d1/database.ts';
import type { Values } from '../../adapters/kv/values.ts';

export interface Flag {
  /** The placeholder of the value in the help, such as `ID`; none for a switch. */
  value?: string;
  about: string;
  required?: true;
  /** May be given several times. */
  multiple?: true;
}
type Flags = Readonly<Record<string, Flag>>;

type Given<F extends Flag> = F extends { value: string }
  ? F extends { multiple: true }
    ? string[]
    : F extends { required: true }
      ? string
      : string | undefined
  : boolean;
type FlagValues<F extends Flags> = { [K in keyof F]: Given<F[K]> };
type Words<W extends readonly string[]> = { [K in keyof W]: string };

/** The context of a command. */
export interface Context {
  /** The directory's database, `DB`. */
  directory: Database;
  /** A database by the name of its binding, as applications name theirs; undefined when it is not bound. */
  database(binding: string): Database | undefined;
  /** All of them by name. */
  databases(): { name: string; database: Database }[];
  /** What lies in KV. */
  values: Values;
  /** Seals settings as the Worker opens them. */
  vault(): Promise<Vault>;
  now: number;
  /** Who types the command, for the audit: `--as`. */
  person?: string;
  /** Whether it is the deployed data. */
  remote: boolean;
}

/** The output of a command: `data` with `--json`, `text` otherwise. */
export interface Outcome {
  data: object;
  text: string;
  /** The command did what it should and found something bad. */
  failed?: boolean;
}

export interface AnyCommand {
  summary: string;
  /** Names of the words behind the command, all of them required. */
  words: readonly string[];
  /** What further words are, of which there may be any number. */
  more?: string;
  flags: Flags;
  /** Needs no data at all. */
  apart?: boolean;
  run(
    context: Context,
    flags: Record<string, string | string[] | boolean | undefined>,
    words: readonly string[],
    more?: readonly string[],
  ): Promise<Outcome>;
}

/** A row of the command table. Values of flags and words are typed by the row and passed to `run`. */
export function command<const F extends Flags, const W extends readonly string[] = []>(row: {
  summary: string;
  words?: W;
  more?: string;
  flags?: F;
  apart?: boolean;
  run(
    context: Context,
    flags: FlagValues<F>,
    words: Words<W>,
    more?: readonly string[],
  ): Promise<Outcome>;
}): AnyCommand {
  return { words: [], flags: {}, ...row };
}

/** The command was right, and cannot be carried out: said to the operator as it is, exit code 1. */
export class CommandError extends Error {}

/** Flags as node:util reads them. */
export function optionsOf(flags: Flags): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { value, multiple = false }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple },
    ]),
  );
}

/** Rows under each other, columns aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => (row[at] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
