/** Command lines of the scripts: `--help`, unknown flags, and the flags that npm swallows are answered in one way. */
import { parseLine, UsageError, type Options, type Values } from './command-line.ts';
import { fit } from './layout.ts';
import { printFailure } from './terminal.ts';
import { VERSION } from './version.ts';

const FORGOTTEN_DASHES = 'npm keeps flags for itself unless they come after `--`';

/** Ends the process with exit code 2: a usage error, nothing was tried. */
export function misused(message: string): never {
  printFailure(`${message}\nTry --help.`);
  process.exit(2);
}

function npmCommand(): string | undefined {
  const script = process.env['npm_lifecycle_event'];
  return script === 'start' || script === 'test' ? `npm ${script}` : script && `npm run ${script}`;
}

/** How a command of the package is written: through npm in a checkout, by its own name elsewhere. */
export const commandName = (name: string): string => {
  const script = npmCommand();
  return script === undefined ? `npx vestibule ${name}` : `${script} --`;
};

/**
 * Flags that npm took for its own, because no `--` stood before them.
 * @throws UsageError naming the first of them
 */
export function refuseSwallowedFlags(options: Options): void {
  const command = npmCommand();
  // npm passes what it swallowed to its scripts as environment variables; empty ones are settings of its own that nobody gave.
  const swallowed = Object.keys(options).find(
    (name) => command && Boolean(process.env[`npm_config_${name.replaceAll('-', '_')}`]),
  );
  if (swallowed === undefined) return;
  throw new UsageError(
    `--${swallowed} did not arrive. ${FORGOTTEN_DASHES}: ${command} -- --${swallowed}`,
  );
}

/** `npm run mock --port 9000` hands over a bare `9000`, `npm run mock --strict` hands over nothing at all. */
function refuseSwallowed(options: Options, args: readonly string[]): void {
  const command = npmCommand();
  if (command === undefined) return;
  const bare = args.find((arg, index) => /^\d+$/.test(arg) && !args[index - 1]?.startsWith('-'));
  if (bare !== undefined) {
    const example =
      'port' in options ? `${command} -- --port ${bare}` : `${command} -- --flag ${bare}`;
    misused(`"${bare}" is not expected here. ${FORGOTTEN_DASHES}: ${example}`);
  }
  refuseSwallowedFlags(options);
}

/** `--help` and `--version` are answered, and end the process with 0. */
function answerStandardFlags(usage: string, args: readonly string[]): void {
  const answer = ['--help', '-h'].some((flag) => args.includes(flag))
    ? fit(usage)
    : args.includes('--version') && VERSION;
  if (answer === false) return;
  console.log(answer);
  process.exit(0);
}

/** Ends the process with 2 when `read` finds the command line wrong. */
function orMisused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return misused(error.message);
    throw error;
  }
}

/**
 * The same with words behind the flags, such as two files.
 * @param names of the words, all of them required
 */
export function readWords<const O extends Options>(
  usage: string,
  options: O,
  names: readonly string[],
  args: string[],
): { values: Values<O>; words: string[] } {
  answerStandardFlags(usage, args);
  return orMisused(() => {
    refuseSwallowedFlags(options);
    const read = parseLine(args, options, true);
    if (read.words.length === names.length) return read;
    throw new UsageError(`Expected are ${names.join(' and ')}.`);
  });
}

/**
 * The flags of this process, typed by `options` (as `node:util` parseArgs takes them). `--help` prints `usage`, `--version` the
 * version, and both end with 0; anything unknown ends with 2 and says what to write instead.
 */
export function readArgs<const O extends Options>(usage: string, options: O): Values<O> {
  const args = process.argv.slice(2);
  answerStandardFlags(usage, args);
  return orMisused(() => {
    refuseSwallowed(options, args);
    return parseLine(args, options).values;
  });
}

/** The whole number of a flag, or exit 2 naming the flag and its bounds. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  return misused(`--${flag} takes a whole number from ${min} to ${max}, not "${text}".`);
}

/** The share of a flag, from 0 to 1, or exit 2 naming the flag and its bounds. */
export function share(flag: string, text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return value;
  return misused(`--${flag} takes a share from 0 to 1, such as 0.05, not "${text}".`);
}
