/** Commands on one person: found, shown, exported, erased. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { readQuery } from '../../../domain/operators/customer-query.ts';
import { bestMatches } from '../../../domain/operators/customers.ts';
import { erasePerson, exportPerson, showPerson } from '../../../domain/operators/people.ts';
import { statusOf } from '../../../domain/user/user.ts';
import type { Identifier, User, Vault } from '../../../ports/index.ts';
import { userExportView } from '../../../views/user-export.ts';
import { byCommand, findApplication } from '../application-store.ts';
import { portsOf } from '../application-ports.ts';
import { command, CommandError, table, type Context } from '../command.ts';

const application = { value: 'ID', about: 'of which application', required: true } as const;

const iso = (at: number | undefined): string =>
  at === undefined ? '' : new Date(at).toISOString();
const nameOf = ({ firstName = '', lastName = '' }: User): string =>
  `${firstName} ${lastName}`.trim();
const primaryOf = ({ identifiers }: User, kind: Identifier['kind']): string =>
  identifiers.find((one) => one.kind === kind)?.value ?? '';

const nobody = (id: string): CommandError =>
  new CommandError(`There is no user ${id}. npm run admin -- users find looks for one.`);

export const usersFind = command({
  summary: 'Finds customers by phone number, email, name, username or id; the best matches first.',
  words: ['text'],
  flags: { application },
  async run(context, flags, [text]) {
    const row = await findApplication(context, flags.application);
    const terms = readQuery(text, row.defaultCountryCode);
    const found = await portsOf(context, row).customers.candidates(terms);
    const users = bestMatches(found, terms).map((user) => ({
      id: user.id,
      status: statusOf(user),
      name: nameOf(user),
      phone: primaryOf(user, 'phone'),
      email: primaryOf(user, 'email'),
      created_at: iso(user.createdAt),
    }));
    const lines = users.map((one) => Object.values(one));
    return {
      data: { users },
      text:
        users.length > 0
          ? table([['ID', 'STATUS', 'NAME', 'PHONE', 'EMAIL', 'SINCE'], ...lines])
          : 'Nobody was found.',
    };
  },
});

export const usersShow = command({
  summary:
    'Shows one customer: profile, identifiers, sessions, groups, linked accounts, and what happened last.',
  words: ['id'],
  flags: { application },
  async run(context, flags, [id]) {
    const row = await findApplication(context, flags.application);
    const shown = await showPerson(portsOf(context, row), id);
    if (!shown.ok) throw nobody(id);
    const { user, sessions, groups, identities, events } = shown.value;
    const facts: [string, string][] = [
      ['id', user.id],
      ['status', statusOf(user)],
      ['name', nameOf(user)],
      ['username', user.username],
      ['external id', user.externalId ?? ''],
      ['since', iso(user.createdAt)],
      ['blocked', iso(user.blockedAt)],
      ['archived', iso(user.archivedAt)],
      ['deleted', iso(user.deletedAt)],
      ['groups', groups.map(({ uid, name }) => `${name} (${uid})`).join(', ')],
      ['linked', identities.map(({ provider }) => provider).join(', ')],
    ];
    const parts = [
      table(facts.filter(([, value]) => value !== '')),
      heading('Identifiers', user.identifiers, ({ kind, value, verified, primary }) => [
        kind,
        value,
        verified ? 'verified' : 'not verified',
        primary ? 'primary' : '',
      ]),
      heading('Sessions', sessions, ({ handle, createdAt, expiresAt, ip, userAgent }) => [
        handle,
        `since ${iso(createdAt)}`,
        `until ${iso(expiresAt)}`,
        ip,
        userAgent,
      ]),
      heading('Timeline', events, ({ at, action, actor, person, reason, detail }) => [
        iso(at),
        action,
        person ?? actor,
        reason ?? (typeof detail?.['method'] === 'string' ? detail['method'] : ''),
      ]),
    ];
    return {
      data: { user, sessions, groups, identities, events },
      text: parts.filter(Boolean).join('\n\n'),
    };
  },
});

/** A part of what is shown; nothing when there is nothing in it. */
const heading = <T>(title: string, rows: readonly T[], cells: (row: T) => string[]): string =>
  rows.length === 0 ? '' : `${title}\n${table(rows.map((row) => ['', ...cells(row)]))}`;

/** Asked of only when an attribute is encrypted: others need no key. */
const openingVault = (context: Context): Pick<Vault, 'open'> => ({
  open: async (use, sealed) => (await context.vault()).open(use, sealed),
});

/**
 * Writes all that is stored of one customer to a new file that the owner alone may read.
 * @throws CommandError when there is no such customer, or there is a file of that name
 */
export async function exportOne(
  context: Context,
  { application: applicationId, user, file }: { application: string; user: string; file: string },
): Promise<{ data: object; text: string }> {
  const row = await findApplication(context, applicationId);
  const ports = { ...portsOf(context, row), vault: openingVault(context) };
  // First: the audit says that it was exported.
  const output = newFile(file);
  try {
    const exported = await exportPerson(ports, user, byCommand(context));
    if (!exported.ok) {
      rmSync(file);
      throw nobody(user);
    }
    const view = userExportView(exported.value);
    writeSync(output, `${JSON.stringify(view, null, 2)}\n`);
    const rows = Object.values(view.stored).flat().length;
    const text = `All that is stored of ${user} (${rows} rows) is in ${file}.`;
    return { data: { user, file, rows }, text };
  } finally {
    closeSync(output);
  }
}

/** Personal data: for the owner's eyes only, and never over another file. */
export function newFile(file: string): number {
  try {
    return openSync(file, 'wx', 0o600);
  } catch {
    throw new CommandError(`${file} cannot be made; perhaps it is there already.`);
  }
}

async function isConfirmed(id: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`Type the id of the customer to erase ${id} for good: `)) === id;
  } finally {
    lines.close();
  }
}

export const usersErase = command({
  summary:
    'Erases one customer at once and for good: sessions, codes, links, groups, attributes. Identifiers are free again; files of exports end. What was cut short is finished by running it again.',
  words: ['id'],
  flags: { application, yes: { about: 'do not ask' } },
  async run(context, flags, [id]) {
    const row = await findApplication(context, flags.application);
    if (!flags.yes && !(await isConfirmed(id))) {
      throw new CommandError('Nothing was erased. Type the id when asked, or give --yes.');
    }
    const erased = await erasePerson(portsOf(context, row), id, byCommand(context));
    if (!erased.ok) throw nobody(id);
    return { data: { erased: id }, text: `${id} is erased.` };
  },
});
