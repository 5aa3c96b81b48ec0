/** A command line of `npm run admin` → a command with its flags and words, or the help that was asked for. */
import { isPlainLine } from '../../values/plain-line.ts';
import { refuseSwallowedFlags } from '../args.ts';
import { didYouMean } from '../closest.ts';
import { parseLine, UsageError } from '../command-line.ts';
import { entries, fit } from '../layout.ts';
import { VERSION } from '../version.ts';
import { optionsOf, type AnyCommand, type Flag } from './command.ts';

/** Flags that every command takes. */
const GENERAL = {
  remote: { about: 'the deployed databases of wrangler.toml, instead of local data' },
  env: {
    value: 'NAME',
    about: 'with --remote: of this environment of wrangler.toml, such as staging',
  },
  state: { value: 'DIR', about: 'where the local data is kept (default .wrangler/state)' },
  as: { value: 'NAME', about: 'your name, for the audit' },
  json: { about: 'print JSON' },
  help: { about: 'show this' },
  version: { about: 'show the version of this project' },
} satisfies Record<string, Flag>;

const RUN = 'npm run admin --';
const TRY_HELP = 'Try --help.';

export type Commands = Readonly<Record<string, AnyCommand>>;

const flagRows = (flags: Readonly<Record<string, Flag>>): [term: string, about: string][] =>
  Object.entries(flags).map(([name, { value, about, required, multiple }]) => [
    `  --${name}${value === undefined ? '' : ` ${value}`}`,
    `${about}${required ? '; required' : ''}${multiple ? '; can be repeated' : ''}`,
  ]);

const usage = (name: string, { words, more, flags }: AnyCommand): string => {
  const required = Object.entries(flags).filter(([, { required: needed }]) => needed);
  const parts = [
    ...words.map((word) => word.toUpperCase().replaceAll(' ', '-')),
    ...(more === undefined ? [] : [`[${more} …]`]),
    ...required.map(([flag, { value }]) => `--${flag} ${value}`),
  ];
  return `${RUN} ${[name, ...parts].join(' ')}`;
};

const MORE = `${RUN} <command> --help shows the flags of one. Exit codes: 0 success, 1 failure, 2 usage error.`;

/** Commands under each other, each with the first sentence of its summary. */
const commandList = (commands: Commands): string =>
  entries(
    Object.entries(commands).map(([name, { summary }]) => [
      `  ${name}`,
      /^.*?\.(?= [A-Z])|.*/s.exec(summary)?.[0] ?? summary,
    ]),
  );

const helpOfAll = (commands: Commands): string =>
  [
    `${RUN} <command> [flags]`,
    commandList(commands),
    'Every command takes:',
    entries(flagRows(GENERAL)),
    fit(MORE),
  ].join('\n\n');

const helpOfGroup = (group: string, commands: Commands): string =>
  [`${RUN} ${group} <command> [flags]`, commandList(commands), fit(MORE)].join('\n\n');

const helpOfOne = (name: string, command: AnyCommand): string =>
  [
    fit(usage(name, command)),
    fit(command.summary),
    entries([...flagRows(command.flags), ...flagRows(GENERAL)]),
  ].join('\n\n');

/** Commands whose first word is this one. */
const groupOf = (commands: Commands, word: string): Commands =>
  Object.fromEntries(Object.entries(commands).filter(([name]) => name.startsWith(`${word} `)));

/** @throws UsageError that names the commands that may have been meant */
function find(commands: Commands, args: readonly string[]): { name: string; rest: string[] } {
  for (const length of [3, 2, 1]) {
    const name = args.slice(0, length).join(' ');
    if (Object.hasOwn(commands, name)) return { name, rest: args.slice(length) };
  }
  const plain = args.filter((arg) => !arg.startsWith('-'));
  const isDeeper = Object.keys(groupOf(commands, plain.slice(0, 2).join(' '))).length > 0;
  const words = plain.slice(0, isDeeper ? 3 : 2);
  const asked = words.join(' ');
  const near = Object.keys(groupOf(commands, words[0] ?? ''));
  const meant = didYouMean(asked, near.length > 0 ? near : Object.keys(commands));
  const list = near.length > 0 ? ` There are: ${near.join(', ')}.` : '';
  if (words.length === 0) throw new UsageError(`A command is missing.\n${TRY_HELP}`);
  throw new UsageError(
    near.length > 0 && words.length === 1
      ? `What of ${asked}?${list}\n${TRY_HELP}`
      : `There is no command "${asked}".${meant}${list}\n${TRY_HELP}`,
  );
}

/** The help or the version that a command line asks for, if it does. */
function answerOf(commands: Commands, args: readonly string[]): string | undefined {
  if (args.includes('--version')) return VERSION;
  if (!args.includes('--help') && !args.includes('-h')) return undefined;
  const words = args.filter((arg) => !arg.startsWith('-'));
  if (words.length === 0) return helpOfAll(commands);
  const group = groupOf(commands, words[0] ?? '');
  if (words.length === 1 && Object.keys(group).length > 0)
    return helpOfGroup(words[0] ?? '', group);
  const { name } = find(commands, words);
  const command = commands[name];
  return command && helpOfOne(name, command);
}

export interface Asked {
  command: AnyCommand;
  flags: Record<string, string | string[] | boolean | undefined>;
  words: string[];
  /** Those behind them. */
  more: string[];
  remote: boolean;
  /** Of wrangler.toml; undefined is the top level. */
  env?: string;
  state?: string;
  /** Who types it. */
  person?: string;
  json: boolean;
}

/** One visible line. Throws a UsageError for anything else. */
function readPerson(text: string): string {
  const name = text.trim();
  if (name.length > 0 && name.length <= 100 && isPlainLine(name)) return name;
  throw new UsageError('--as must be one visible line of at most 100 characters.');
}

/**
 * A command with its flags and words, or the help that was asked for.
 * @throws UsageError when the line is wrong
 */
export function readCommand(commands: Commands, args: readonly string[]): Asked | { help: string } {
  const help = answerOf(commands, args);
  if (help !== undefined) return { help };
  if (args.length === 0) throw new UsageError(helpOfAll(commands));
  const { name, rest } = find(commands, args);
  const command = commands[name];
  if (!command) throw new UsageError(`There is no command "${name}".`);
  const options = { ...optionsOf(command.flags), ...optionsOf(GENERAL) };
  const wrong = (message: string): never => {
    throw new UsageError(`${message}\n${usage(name, command)}\n${TRY_HELP}`);
  };
  let values: Asked['flags'];
  let words: string[];
  try {
    refuseSwallowedFlags(options);
    const parsed = parseLine(rest, options, true);
    // Every option above is a string, a list of strings, or a switch.
    values = parsed.values as Asked['flags'];
    words = parsed.words;
  } catch (error) {
    if (error instanceof UsageError) return wrong(error.message);
    throw error;
  }
  if (words.length < command.words.length)
    return wrong(`The ${command.words[words.length]} is missing.`);
  if (words.length > command.words.length && command.more === undefined) {
    return wrong(`"${words[command.words.length]}" is not expected here.`);
  }
  for (const [flag, { required, value, multiple }] of Object.entries(command.flags)) {
    if (values[flag] === undefined && multiple) values[flag] = [];
    if (values[flag] === undefined && value === undefined) values[flag] = false;
    if (required && (values[flag] === undefined || values[flag] === '')) {
      return wrong(`--${flag} is missing.`);
    }
  }
  const { remote, env, state, json, help: _, version: __, as: person, ...flags } = values;
  if (remote && state !== undefined) return wrong('--state is for local data, --remote is not.');
  if (env !== undefined && !remote)
    return wrong('--env names a deployment, so --remote belongs to it.');
  return {
    command,
    flags,
    words: words.slice(0, command.words.length),
    more: words.slice(command.words.length),
    remote: remote === true,
    env: typeof env === 'string' ? env : undefined,
    state: typeof state === 'string' ? state : undefined,
    person: typeof person === 'string' ? readPerson(person) : undefined,
    json: json === true,
  };
}
