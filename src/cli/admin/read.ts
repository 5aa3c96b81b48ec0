/** A command line of `npm run admin` → a command with its flags and words, or the help that was asked for. */
import { parseArgs } from 'node:util';
import { misused } from '../args.ts';
import { optionsOf, table, type AnyCommand, type Flag } from './command.ts';

/** Flags that every command takes. */
const GENERAL = {
  remote: { about: 'the deployed databases of wrangler.toml, instead of local data' },
  state: { value: 'DIR', about: 'where the local data is kept (default .wrangler/state)' },
  json: { about: 'print JSON' },
  help: { about: 'show this' },
} satisfies Record<string, Flag>;

export type Commands = Readonly<Record<string, AnyCommand>>;

const flagRows = (flags: Readonly<Record<string, Flag>>): string[][] =>
  Object.entries(flags).map(([name, { value, about, required, multiple }]) => [
    `  --${name}${value === undefined ? '' : ` ${value}`}`,
    `${about}${required ? '; required' : ''}${multiple ? '; can be repeated' : ''}`,
  ]);

const usage = (name: string, { words, flags }: AnyCommand): string => {
  const required = Object.entries(flags).filter(([, { required: needed }]) => needed);
  const parts = [
    ...words.map((word) => word.toUpperCase().replaceAll(' ', '-')),
    ...required.map(([flag, { value }]) => `--${flag} ${value}`),
  ];
  return `npm run admin -- ${[name, ...parts].join(' ')}`;
};

function helpOfAll(commands: Commands): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]);
  return [
    'npm run admin -- <command> [flags]',
    '',
    table(rows),
    '',
    'Every command takes:',
    '',
    table(flagRows(GENERAL)),
    '',
    'npm run admin -- <command> --help shows its flags. Exit codes: 0 success, 1 failure, 2 usage error.',
  ].join('\n');
}

function helpOfOne(name: string, command: AnyCommand): string {
  const own = flagRows(command.flags);
  return [
    usage(name, command),
    '',
    command.summary,
    '',
    table([...own, ...flagRows(GENERAL)]),
  ].join('\n');
}

function find(commands: Commands, args: readonly string[]): { name: string; rest: string[] } {
  const plain = args.filter((arg) => !arg.startsWith('-'));
  for (const length of [2, 1]) {
    const name = args.slice(0, length).join(' ');
    if (Object.hasOwn(commands, name)) return { name, rest: args.slice(length) };
  }
  const [noun = ''] = plain;
  const near = Object.keys(commands).filter((name) => name.split(' ')[0] === noun);
  const asked = plain.slice(0, 2).join(' ');
  return misused(
    near.length > 0
      ? `There is no command "${asked}". There are: ${near.join(', ')}.`
      : `There is no command "${asked}".`,
  );
}

export interface Asked {
  command: AnyCommand;
  flags: Record<string, string | string[] | boolean | undefined>;
  words: string[];
  remote: boolean;
  state?: string;
  json: boolean;
}

/** Ends the process with 2 on a usage error. */
export function readCommand(commands: Commands, args: readonly string[]): Asked | { help: string } {
  const help = args.includes('--help') || args.includes('-h');
  if (help && args.length === 1) return { help: helpOfAll(commands) };
  if (args.length === 0) return misused(helpOfAll(commands));
  const { name, rest } = find(commands, args);
  const command = commands[name];
  if (!command) return misused(`There is no command "${name}".`);
  if (help) return { help: helpOfOne(name, command) };
  const options = { ...optionsOf(command.flags), ...optionsOf(GENERAL) };
  const line = usage(name, command);
  const wrong = (message: string): never => misused(`${message}\n${line}`);
  let values: Asked['flags'];
  let words: string[];
  try {
    const parsed = parseArgs({ args: rest, options, strict: true, allowPositionals: true });
    // Every option above is a string, a list of strings, or a switch.
    values = parsed.values as Asked['flags'];
    words = parsed.positionals;
  } catch (error) {
    return wrong(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error));
  }
  if (words.length < command.words.length)
    return wrong(`The ${command.words[words.length]} is missing.`);
  if (words.length > command.words.length) {
    return wrong(`"${words[command.words.length]}" is not expected here.`);
  }
  for (const [flag, { required, value, multiple }] of Object.entries(command.flags)) {
    if (values[flag] === undefined && multiple) values[flag] = [];
    if (values[flag] === undefined && value === undefined) values[flag] = false;
    if (required && (values[flag] === undefined || values[flag] === '')) {
      return wrong(`--${flag} is missing.`);
    }
  }
  const { remote, state, json, ...flags } = values;
  if (remote && state !== undefined) return wrong('--state is for local data, --remote is not.');
  return {
    command,
    flags,
    words,
    remote: remote === true,
    state: typeof state === 'string' ? state : undefined,
    json: json === true,
  };
}
