/** User groups: listed, filled from a file of this machine, their members shown. */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { cryptoRandom } from '../../adapters/crypto/random.ts';
import { d1GroupImports } from '../../adapters/d1/stores/group-imports.ts';
import { readHead } from '../../adapters/files/csv-head.ts';
import { csvSlices } from '../../adapters/files/csv-slices.ts';
import { MEMBER_HEADER } from '../../adapters/files/headers.ts';
import { runImport } from '../../domain/groups/group-import.ts';
import { MAX_GROUPS, readGroupId } from '../../domain/groups/groups.ts';
import { newObjectId } from '../../domain/object-id.ts';
import type { Group, ImportField, ImportFiles } from '../../ports/index.ts';
import { readName } from './application-flags.ts';
import { portsOf } from './application-ports.ts';
import { byCommand, findApplication, shardOf, type ApplicationRow } from './application-store.ts';
import { command, CommandError, table, type Context } from './command.ts';
import { bytes } from './users/source.ts';

const application = { value: 'ID', about: 'of which application', required: true } as const;
const MAX_NAME_CHARACTERS = 100;
/** Bad lines that are shown; all are counted. */
const MAX_LINES_SHOWN = 20;

const noGroup = (text: string): CommandError =>
  new CommandError(`There is no group ${text}. npm run admin -- groups list shows them.`);

export const groupsList = command({
  summary: 'Lists the user groups of an application, newest first.',
  flags: { application },
  async run(context, flags) {
    const row = await findApplication(context, flags.application);
    const query = { pageNo: 1, pageSize: MAX_GROUPS };
    const { groups } = await portsOf(context, row).groups.list(query);
    const listed = groups.map(({ uid, id, name, import: { state, users } }) => ({
      uid,
      id,
      name,
      state,
      members: users,
    }));
    const lines = listed.map((one) => Object.values(one).map(String));
    return {
      data: { groups: listed },
      text: table([['UID', 'ID', 'NAME', 'STATE', 'MEMBERS'], ...lines]),
    };
  },
});

/** The file as an import reads it: from where a run before has stopped. */
const localFile = (file: string): ImportFiles<ImportField> => ({
  async open({ byteOffset, line, columns: known, version: before }) {
    const { size, mtimeMs } = statSync(file);
    const version = `${size}-${Math.floor(mtimeMs)}`;
    if (before !== undefined && before !== version) return { state: 'changed' };
    const chunks = bytes(file, byteOffset);
    const head = known
      ? {
          delimiter: known.delimiter,
          columns: known.places,
          start: { byteOffset, line },
          rest: chunks,
        }
      : await readHead(chunks, MEMBER_HEADER.read, MEMBER_HEADER.noColumns);
    if ('state' in head) return head;
    const { delimiter, columns: places, start, rest } = head;
    return {
      state: 'open',
      version,
      columns: { delimiter, places },
      slices: (most) => csvSlices(rest, start, delimiter, most),
    };
  },
});

/** Reads the whole file; an import that was cut short is begun again by the next upload. */
async function readFile(context: Context, row: ApplicationRow, importId: string, file: string) {
  const ports = {
    imports: d1GroupImports(shardOf(context, row), row.id),
    files: localFile(file),
    clock: { now: () => Date.now() },
    random: cryptoRandom,
  };
  // What an import asks of its application is the calling code of numbers without one.
  const { defaultCountryCode } = row;
  for (let id: string | undefined = importId; id !== undefined;) {
    const ended = await runImport(ports, { defaultCountryCode }, id);
    id = ended.end === 'again' ? ended.id : undefined;
  }
}

export const groupsUpload = command({
  summary:
    'Makes a user group of the customers that a CSV file of this machine names (user_id, email, phone_number, or country_code and mobile); with --group it replaces the members of one.',
  flags: {
    application,
    file: { value: 'FILE', about: 'the CSV file', required: true },
    name: { value: 'NAME', about: 'of the new group (default: the name of the file)' },
    description: { value: 'TEXT', about: 'of the new group' },
    group: { value: 'ID', about: 'id or uid of a group whose members are replaced' },
  },
  async run(context, flags) {
    const { file } = flags;
    const row = await findApplication(context, flags.application);
    if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
    const { groups } = portsOf(context, row);
    const newId = (): string => newObjectId(context.now, cryptoRandom.bytes(8));
    // No address that the Worker could fetch: it leaves such an import to us.
    const source = { importId: newId(), fileUrl: `file:${basename(file)}` };
    const by = { ...byCommand(context), at: context.now };
    let group: Group | 'busy' | undefined;
    if (flags.group === undefined) {
      const id = newId();
      const name = readName(flags.name ?? basename(file).slice(0, MAX_NAME_CHARACTERS));
      const made = { id, name, description: flags.description ?? '', ...source };
      const event = { ...by, action: 'group.created', detail: { group: id } } as const;
      group = await groups.create(made, MAX_GROUPS, event);
      if (!group) throw new CommandError(`There are ${MAX_GROUPS} groups already.`);
    } else {
      const ref = readGroupId(flags.group);
      const event = {
        ...by,
        action: 'group.updated',
        detail: { group: ref, fields: ['file_url'] },
      } as const;
      group = await groups.update(ref, { file: source }, event);
      if (!group || group === 'busy') throw noGroup(flags.group);
    }
    await readFile(context, row, source.importId, file);
    const done = await groups.find({ id: group.id });
    if (!done) throw noGroup(group.id);
    const { import: read, uid, name } = done.group;
    const bad = done.errors
      .slice(0, MAX_LINES_SHOWN)
      .map((one) => `line ${one.line}: ${one.message}`);
    const { rows, users, failed, state, failure } = read;
    const figures = `${rows} rows, ${users} members, ${failed} refused`;
    return {
      data: { id: group.id, uid, name, state, rows, users, failed, failure, errors: bad },
      text: [`Group ${uid} (${name}): ${failure ?? figures}`, ...bad].join('\n'),
      failed: state !== 'success' || failed > 0,
    };
  },
});

const PAGE_MEMBERS = 1_000;

export const groupsMembers = command({
  summary: 'Lists the members of a user group by their ids, with names, numbers and addresses.',
  words: ['group'],
  flags: {
    application,
    limit: { value: 'NUMBER', about: 'how many (default: 100)' },
  },
  async run(context, flags, [text]) {
    const limit = Number(flags.limit ?? 100);
    if (!Number.isInteger(limit) || limit < 1) {
      throw new CommandError('--limit must be a whole number from 1.');
    }
    const row = await findApplication(context, flags.application);
    const { groups, customers } = portsOf(context, row);
    const members: { id: string; name: string; phone: string; email: string }[] = [];
    for (let after: string | undefined = ''; after !== undefined && members.length < limit;) {
      const size = Math.min(PAGE_MEMBERS, limit - members.length);
      const ids: string[] | undefined = await groups.members(readGroupId(text), after, size);
      if (!ids) throw noGroup(text);
      const users = await customers.byIds(ids);
      members.push(
        ...users.map(({ id, firstName = '', lastName = '', identifiers }) => {
          const of = (kind: string) => identifiers.find((one) => one.kind === kind)?.value ?? '';
          const name = `${firstName} ${lastName}`.trim();
          return { id, name, phone: of('phone'), email: of('email') };
        }),
      );
      after = ids.length < size ? undefined : ids.at(-1);
    }
    const lines = members.map((one) => Object.values(one));
    return {
      data: { members },
      text: lines.length > 0 ? table([['ID', 'NAME', 'PHONE', 'EMAIL'], ...lines]) : 'No members.',
    };
  },
});
