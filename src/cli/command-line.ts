/** A command line → flags and words, or a sentence that says what is wrong with it. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from './closest.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;
export type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; strict: true; allowPositionals: false }>
>['values'];

/** The command line is wrong, and nothing was tried: exit code 2. `message` says what to write. */
export class UsageError extends Error {}

/** Every command knows them, whether or not it lists them. */
const STANDARD = ['help', 'version'];

/** What Node says of a flag, in our words: its own speak of options, arguments and positionals. */
function problemOf(error: Error, options: Options, args: readonly string[]): string {
  const [said = ''] = error.message.split('. ');
  const [, flag = ''] = /'(?:-\w, )?(--?[^' ]+)/.exec(said) ?? [];
  const code = 'code' in error ? error.code : '';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const known = [...Object.keys(options), ...STANDARD].map((name) => `--${name}`);
    return `${said}.${didYouMean(flag, known)}`;
  }
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    if (said.includes('does not take')) return `${flag} takes no value.`;
    const value = args[args.indexOf(flag) + 1];
    return value === undefined
      ? `${flag} needs a value.`
      : `${flag} needs a value, and "${value}" looks like a flag. Write ${flag}=${value} if it is the value.`;
  }
  const [, word] = /^Unexpected argument '(.*)'/.exec(said) ?? [];
  return word === undefined ? said : `"${word}" is not expected here.`;
}

/**
 * @param options the flags, as `parseArgs` of node:util takes them
 * @throws UsageError for unknown flags, missing values, and words where none are allowed
 */
export function parseLine<const O extends Options>(
  args: readonly string[],
  options: O,
  allowWords = false,
): { values: Values<O>; words: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: allowWords,
    });
    return { values, words: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? problemOf(error, options, args) : String(error));
  }
}
