/** A file of users into an application, batch by batch; a run that is killed is gone on with, and counts nothing twice. */
import type { Database } from '../../../adapters/d1/database.ts';
import { writeBatch } from '../../../adapters/d1/stores/user-intake.ts';
import { Claims } from '../../../domain/jobs/sort-users.ts';
import type { HashIntake } from '../../../domain/password/hash-intake.ts';
import type { ImportedHashes, ImportedUser, LineProblem } from '../../../ports/index.ts';
import { readUserLine, type Rules } from '../../../user-file/line.ts';
import type { Progress, ResumeFile } from './resume.ts';
import type { ReadUserNames } from './columns.ts';
import { chunksOf, type FileFormat } from './source.ts';

/** One transaction. */
const BATCH_USERS = 1_000;

export interface ImportOptions {
  file: string;
  format: FileFormat;
  /** What the header of a CSV means. */
  names: ReadUserNames;
  rules: Rules & { hashes: HashIntake };
  /** Check everything, write nothing. */
  dryRun: boolean;
  resume: ResumeFile;
  /** Keeps in the application's record which hashes are brought; done before users with them are written. */
  noteHashes(policy: ImportedHashes): Promise<void>;
  /** Called for each mistake, in the order of the lines of a batch. */
  report(problem: LineProblem): void;
  /** Called after each batch. */
  progress(byteOffset: number): void;
}

/**
 * Imports users from a file, in batches, each of which is written with the position after it, so that `resume` goes on from there.
 * @returns counts, and the position in the file
 */
export async function importUsers(
  database: Database,
  { file, format, names, rules, dryRun, resume, noteHashes, report, progress }: ImportOptions,
): Promise<Progress> {
  const begun: Progress = {
    byteOffset: 0,
    line: 0,
    run: rules.now,
    imported: 0,
    alreadyThere: 0,
    refused: 0,
  };
  let at = (dryRun ? undefined : resume.read()) ?? begun;
  const claims = dryRun ? new Claims() : undefined;
  for await (const { records, byteOffset, line } of chunksOf(
    { file, format, names },
    at,
    BATCH_USERS,
  )) {
    const problems: LineProblem[] = [];
    const users: ImportedUser[] = [];
    for (const { line: place, value, problem } of records) {
      const read =
        problem === undefined
          ? readUserLine(place, value, rules)
          : { line: place, field: '', message: problem };
      if ('field' in read) problems.push(read);
      else users.push(read);
    }
    const policy = rules.hashes.changed();
    if (policy && !dryRun) await noteHashes(policy);
    const done = await writeBatch(database, rules.applicationId, users, at.run, claims);
    problems.push(...done.problems);
    for (const one of problems.toSorted((a, b) => a.line - b.line)) report(one);
    at = {
      run: at.run,
      byteOffset,
      line,
      imported: at.imported + done.imported,
      alreadyThere: at.alreadyThere + done.alreadyThere,
      refused: at.refused + problems.length,
    };
    if (!dryRun) resume.note(at);
    progress(byteOffset);
  }
  if (!dryRun) resume.drop();
  return at;
}
