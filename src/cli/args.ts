/** Command lines of the scripts: `--help`, unknown flags, and the flags that npm swallows are answered in one way. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; strict: true; allowPositionals: false }>
>['values'];

const FORGOTTEN_DASHES = 'npm keeps flags for itself unless they come after `--`';

/** Ends the process with exit code 2: a usage error, nothing was tried. */
export function misused(message: string): never {
  console.error(`${message}\nTry --help.`);
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

function refuseSwallowedFlags(options: Options): void {
  const command = npmCommand();
  // npm passes what it swallowed to its scripts as environment variables.
  const swallowed = Object.keys(options).find(
    (name) => command && process.env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined,
  );
  if (swallowed)
    misused(`--${swallowed} did not arrive. ${FORGOTTEN_DASHES}: ${command} -- --${swallowed}`);
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
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage.trim());
    process.exit(0);
  }
  refuseSwallowedFlags(options);
  try {
    const { values, positionals } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: true,
    });
    if (positionals.length === names.length) return { values, words: positionals };
    return misused(`Expected are ${names.join(' and ')}.`);
  } catch (error) {
    return misused(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
}

/**
 * The flags of this process, typed by `options` (as `node:util` parseArgs takes them). `--help` prints `usage` and ends
 * with 0; anything unknown ends with 2 and says what to write instead.
 */
export function readArgs<const O extends Options>(usage: string, options: O): Values<O> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage.trim());
    process.exit(0);
  }
  refuseSwallowed(options, args);
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    return misused(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
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
