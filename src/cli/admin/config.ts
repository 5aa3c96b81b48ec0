/** The login options of an application: read, changed by dot paths, looked back on, undone. */
import { d1PlatformConfigs } from '../../adapters/d1/stores/platform-configs.ts';
import {
  differences,
  flattenConfig,
  KEPT_CONFIG_VERSIONS,
  mergeConfig,
  undoConfig,
  updateConfig,
  type ConfigDifference,
} from '../../domain/operators/platform-config.ts';
import { check } from '../../http/parse.ts';
import type { Ports } from '../../ports/index.ts';
import { PlatformSchemaChange } from '../../schemas/platform-config.ts';
import type { FailureDetail } from '../../shared/result.ts';
import { byCommand, findApplication, shardOf, type ApplicationRow } from './application-store.ts';
import { command, CommandError, table, type Context } from './command.ts';

type Json = Record<string, unknown>;

function portsFor(
  context: Context,
  row: ApplicationRow,
): Pick<Ports, 'configs' | 'clock' | 'production'> {
  const shard = shardOf(context, row);
  const { directory } = context;
  const places = { directory, ...(shard !== directory && { shard }), forget: () => undefined };
  return {
    configs: d1PlatformConfigs(places, row.id),
    clock: { now: () => context.now },
    production: context.remote,
  };
}

const shown = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));
const lines = (changed: readonly ConfigDifference[]): string =>
  changed.length === 0
    ? 'Nothing has changed.'
    : table(changed.map(({ path, from, to }) => [path, shown(from), '→', shown(to)]));

function refused({ errors, message }: FailureDetail): CommandError {
  const [first] = errors ?? [];
  const said = first ? `${first.path.replace(/^body\./, '')} ${first.message}.` : message;
  return new CommandError(said ?? 'The configuration could not be changed. Try again.');
}

/** The value at a dot path; undefined when there is nothing. */
function valueAt(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>(
    // Own keys only: a path must not reach what every object has.
    (at, key) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, key)
        ? (at as Json)[key]
        : undefined,
    config,
  );
}

export const configGet = command({
  summary:
    'Shows the login options of an application, or the value at a path such as session_config.duration.',
  words: ['application id'],
  more: 'PATH',
  async run(context, _flags, [id], paths = []) {
    const { config } = await findApplication(context, id);
    if (paths.length === 0) {
      const rows = flattenConfig(config).map(([path, value]) => [path, shown(value)]);
      return { data: config, text: table(rows) };
    }
    const found = paths.map((path) => ({ path, value: valueAt(config, path) }));
    const missing = found.find(({ value }) => value === undefined);
    if (missing) throw new CommandError(`There is nothing at ${missing.path}.`);
    return {
      data: Object.fromEntries(found.map(({ path, value }) => [path, value])),
      text: found.map(({ value }) => shown(value)).join('\n'),
    };
  },
});

/** `a.b=1` → `{ a: { b: 1 } }`, with each text a way to read it. */
const nested = (keys: readonly string[], value: unknown): unknown =>
  keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);

/** JSON where the schema takes it, and otherwise the text itself: `true` for a switch, `123` for a caption. */
function readAssignment(text: string): Json {
  const [, path = '', typed = ''] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  const keys = path.split('.');
  if (path === '' || keys.some((key) => key === '')) {
    throw new CommandError(`"${text}" is not PATH=VALUE, such as login.password=false.`);
  }
  const values: unknown[] = [];
  try {
    values.push(JSON.parse(typed));
  } catch {
    // Then it is a text.
  }
  values.push(typed);
  const read = values.map((value) => {
    // A path has a key at least, so that it makes an object.
    const change = nested(keys, value) as Json;
    return { change, checked: check(PlatformSchemaChange, change, 'keep') };
  });
  const sound = read.find(({ checked }) => checked.success);
  if (sound) return sound.change;
  const [issue] = read[0]?.checked.error?.issues ?? [];
  throw new CommandError(
    `${issue?.path.map(String).join('.') || path} ${issue?.message ?? 'is not valid'}.`,
  );
}

export const configSet = command({
  summary:
    'Changes login options: PATH=VALUE, such as login.password=false or session_config.duration=30. A list is given whole, as JSON. The Worker knows it within 30 s.',
  words: ['application id'],
  more: 'PATH=VALUE',
  async run(context, _flags, [id], assignments = []) {
    const row = await findApplication(context, id);
    if (assignments.length === 0)
      throw new CommandError('Nothing to change was given. Try --help.');
    const change = assignments.map(readAssignment).reduce(mergeConfig, {});
    // Each was checked by itself; together they are what the API would get.
    const checked = check(PlatformSchemaChange, change, 'keep');
    if (!checked.success) throw new CommandError(checked.error.message);
    // What the schema gives out; `check` takes any schema.
    const given = checked.data as Json;
    const updated = await updateConfig(portsFor(context, row), row, given, byCommand(context));
    if (!updated.ok) throw refused(updated);
    const changed = differences(row.config, updated.value);
    return { data: { id, changed }, text: lines(changed) };
  },
});

export const configHistory = command({
  summary: `Shows what has changed in the login options, by whom and when, newest first: the last ${KEPT_CONFIG_VERSIONS} versions are kept.`,
  words: ['application id'],
  async run(context, _flags, [id]) {
    const row = await findApplication(context, id);
    const history = await portsFor(context, row).configs.history();
    const versions = history.map(({ version, at, actor, person, config }, place) => {
      const before = history[place + 1];
      return {
        version,
        at: new Date(at).toISOString(),
        actor,
        person,
        changed: before ? differences(before.config, config) : undefined,
      };
    });
    const text = versions
      .map(({ version, at, actor, person, changed }) =>
        [
          [`version ${version}`, at, person ?? actor].join('  ').trimEnd(),
          ...(changed
            ? lines(changed)
                .split('\n')
                .map((line) => `  ${line}`)
            : []),
        ].join('\n'),
      )
      .join('\n\n');
    return { data: { id, versions }, text: text || 'Nothing was changed so far.' };
  },
});

function readVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = Number(text);
  if (Number.isInteger(version) && version > 0) return version;
  throw new CommandError(`--to: "${text}" is not the number of a version.`);
}

export const configUndo = command({
  summary:
    'Makes the version before the present one, or another one, the present one again: as a new version, which can be undone too.',
  words: ['application id'],
  flags: {
    to: { value: 'VERSION', about: 'a version of config history (default: the one before)' },
  },
  async run(context, { to }, [id]) {
    const row = await findApplication(context, id);
    const version = readVersion(to);
    const undone = await undoConfig(portsFor(context, row), row, version, byCommand(context));
    if (!undone.ok && undone.code === 'not_found') {
      throw new CommandError(
        `There is no ${version === undefined ? 'earlier version' : `version ${version}`}. config history shows those that are kept.`,
      );
    }
    if (!undone.ok) throw refused(undone);
    return { data: { id, changed: undone.value }, text: lines(undone.value) };
  },
});
