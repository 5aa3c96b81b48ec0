/** Users out of an application and into one. */
import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { auditStatement } from '../../adapters/d1/stores/audit.ts';
import { exportPage } from '../../adapters/d1/stores/user-exports.ts';
import { csvHeader, csvLines } from '../../adapters/files/csv-lines.ts';
import { sha256Bytes } from '../../adapters/node/sha256.ts';
import { userRow } from '../../domain/jobs/user-record.ts';
import { USER_COLUMNS } from '../../domain/jobs/user-columns.ts';
import { HashIntake, mergeBrought } from '../../domain/password/hash-intake.ts';
import type { LineProblem } from '../../ports/index.ts';
import { createProgress } from '../progress.ts';
import { readNames } from './users/columns.ts';
import { importUsers } from './users/import.ts';
import { exportOne, newFile } from './users/person.ts';
import { ResumeFile } from './users/resume.ts';
import type { FileFormat } from './users/source.ts';
import { byCommand, changeApplication, findApplication, shardOf } from './application-store.ts';
import { command, CommandError } from './command.ts';

/** Of the mistakes, when no file for all of them was named. */
const MAX_LINES_SHOWN = 20;

function formatOf(file: string, named: string | undefined): FileFormat {
  const format = named ?? extname(file).slice(1).replace('jsonl', 'ndjson');
  if (format === 'csv' || format === 'ndjson') return format;
  throw new CommandError(
    `"${file}" does not end in .ndjson or .csv. Say --format ndjson or --format csv.`,
  );
}

const said = ({ line, field, message }: LineProblem): string =>
  `line ${line}: ${[field, message].filter(Boolean).join(' ')}`;

export const usersImport = command({
  summary: `Imports users of another system, with their password hashes (bcrypt, scrypt, PBKDF2, Argon2id). A file has one user per line, as JSON or as CSV with a header. Fields: ${USER_COLUMNS.join(', ')}. Identifiers count as verified unless the file says otherwise. Existing users are skipped, so a file can be imported again.`,
  words: ['file'],
  flags: {
    application: { value: 'ID', about: 'into which application', required: true },
    format: { value: 'FORMAT', about: 'ndjson or csv (default: by the file name)' },
    map: {
      value: 'FIELD=COLUMN',
      about: 'what a column of the CSV means, such as email=E-Mail',
      multiple: true,
    },
    'ignore-column': { value: 'COLUMN', about: 'a column of the CSV to leave out', multiple: true },
    'dry-run': { about: 'check every line, write nothing' },
    resume: {
      value: 'FILE',
      about: 'save the progress here after each batch, and continue from it',
    },
    errors: {
      value: 'FILE',
      about: `write all refused lines here, as JSON (default: show ${MAX_LINES_SHOWN})`,
    },
  },
  async run(context, flags, [file]) {
    const row = await findApplication(context, flags.application);
    if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
    const format = formatOf(file, flags.format);
    const names = readNames(format, flags.map, flags['ignore-column']);
    const dryRun = flags['dry-run'];
    const shown: LineProblem[] = [];
    const errors = flags.errors === undefined ? undefined : openSync(flags.errors, 'a');
    const { size } = statSync(file);
    const hashes = new HashIntake(row.importedHashes ?? undefined, context.now);
    try {
      const done = await importUsers(shardOf(context, row), {
        file,
        format,
        names,
        dryRun,
        rules: {
          applicationId: flags.application,
          callingCode: row.defaultCountryCode,
          hashes,
          now: context.now,
          digest: sha256Bytes,
        },
        resume: new ResumeFile(flags.resume, file, flags.application),
        async noteHashes(policy) {
          // Read again: `application set` or another import may have changed it meanwhile.
          const latest = await findApplication(context, flags.application);
          const next = mergeBrought(latest.importedHashes ?? policy, policy);
          await changeApplication(context, latest, { importedHashes: next });
        },
        report(problem) {
          if (errors !== undefined) writeSync(errors, `${JSON.stringify(problem)}\n`);
          if (shown.length < MAX_LINES_SHOWN) shown.push(problem);
        },
        progress: createProgress(size, process.stderr),
      });
      const { imported, alreadyThere, refused } = done;
      const detail = { imported, already_there: alreadyThere, refused };
      if (!dryRun) {
        const event = {
          action: 'users.imported',
          ...byCommand(context),
          detail,
          at: context.now,
        } as const;
        await shardOf(context, row).write({ event: auditStatement(flags.application, event) });
      }
      const counts = `${imported} ${dryRun ? 'would be imported' : 'imported'}, ${alreadyThere} already there, ${refused} refused`;
      const more =
        refused > shown.length
          ? [`and ${refused - shown.length} more; --errors FILE keeps all`]
          : [];
      const lines = flags.errors === undefined ? [...shown.map(said), ...more] : [];
      const { until } = hashes;
      const time =
        until === undefined
          ? []
          : [
              `Hashes of another system count until ${new Date(until).toISOString()}; then these users reset their passwords. application set --imported-hashes-until changes it.`,
            ];
      return {
        data: { ...detail, dry_run: dryRun, imported_hashes_until: until, errors: shown },
        text: [counts, ...time, ...lines].join('\n'),
        failed: refused > 0,
      };
    } finally {
      if (errors !== undefined) closeSync(errors);
    }
  },
});

/** A million users take no more memory than a thousand. */
const PAGE_USERS = 1_000;

export const usersExport = command({
  summary:
    'Writes the users of an application to a file that users import reads; with --user all that is stored of one of them, as JSON.',
  words: ['file'],
  flags: {
    application: { value: 'ID', about: 'of which application', required: true },
    format: { value: 'FORMAT', about: 'ndjson or csv (default: by the file name)' },
    user: { value: 'ID', about: 'all that is stored of this one customer' },
    'with-hashes': { about: 'include password hashes; keep such a file secret' },
    deleted: {
      about:
        'include accounts that are deleted and not purged yet; an import makes them active again',
    },
  },
  async run(context, flags, [file]) {
    if (flags.user !== undefined) {
      return exportOne(context, { application: flags.application, user: flags.user, file });
    }
    const row = await findApplication(context, flags.application);
    const format = formatOf(file, flags.format);
    const output = newFile(file);
    let users = 0;
    try {
      if (format === 'csv') writeSync(output, csvHeader(USER_COLUMNS));
      const options = {
        most: PAGE_USERS,
        withHashes: flags['with-hashes'],
        deleted: flags.deleted,
      };
      const database = shardOf(context, row);
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await exportPage(database, flags.application, { ...options, after });
        users += page.length;
        writeSync(
          output,
          format === 'csv'
            ? csvLines(page.map(userRow), USER_COLUMNS)
            : page.map((one) => `${JSON.stringify(one)}\n`).join(''),
        );
        after = page.length < PAGE_USERS ? undefined : page.at(-1)?.id;
      }
    } finally {
      closeSync(output);
    }
    return { data: { users, file }, text: `${users} users are in ${file}.` };
  },
});
