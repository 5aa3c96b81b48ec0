/** Jobs on users in memory. */
import { sortUsers, type Taken } from '../../domain/jobs/sort-users.ts';
import { isOpen } from '../../domain/jobs/file-job.ts';
import { userRecord } from '../../domain/jobs/user-record.ts';
import { profileOf } from '../../domain/user/profile.ts';
import type {
  ExportedUser,
  FileColumns,
  FileFormat,
  FilePart,
  ImportedUser,
  JobFiles,
  LineError,
  SocialIdentity,
  User,
  UserExports,
  UserImports,
  UserJob,
  UserJobs,
} from '../../ports/index.ts';
import { rowsOf, wholeFile } from '../files/user-table.ts';
import type { MemoryState } from './state.ts';

export type StoredJob = UserJob & {
  byteOffset: number;
  line: number;
  version?: string;
  columns?: FileColumns;
  restarts: number;
  after: string;
  parts: FilePart[];
  errors: LineError[];
};

const shown = (job: StoredJob): UserJob => {
  const { byteOffset: _, line, version, columns, restarts, after, parts, errors, ...rest } = job;
  void [line, version, columns, restarts, after, parts, errors];
  return structuredClone(rest);
};

/** The open job of an id. */
function openJob(state: MemoryState, id: string): StoredJob | undefined {
  const job = state.jobs.get(id);
  return job && isOpen(job) ? job : undefined;
}

function ends(state: MemoryState) {
  return {
    async fail(id: string, failure: string, now: number) {
      const job = openJob(state, id);
      if (job) Object.assign(job, { state: 'failed', failure, progressedAt: now });
    },
    async note(id: string, failure: string) {
      const job = openJob(state, id);
      if (job) job.failure = failure;
    },
  };
}

/** The port `UserJobs` on memory. */
export function memoryUserJobs(state: MemoryState): UserJobs {
  return {
    async list({ kind, search, state: wanted, fileFormat, from, until, pageNo, pageSize }) {
      const found = [...state.jobs.values()]
        .filter((job) => job.kind === kind)
        .filter((job) => job.fileName.toLowerCase().includes(search?.toLowerCase() ?? ''))
        .filter((job) => wanted === undefined || job.state === wanted)
        .filter((job) => fileFormat === undefined || job.fileFormat === fileFormat)
        .filter(({ createdAt }) => createdAt >= (from ?? 0) && createdAt < (until ?? Infinity))
        .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      const start = (pageNo - 1) * pageSize;
      return { jobs: found.slice(start, start + pageSize).map(shown), total: found.length };
    },

    async find(id) {
      const job = state.jobs.get(id);
      return job && shown(job);
    },

    async create(job, maxOpen, event) {
      if ([...state.jobs.values()].filter(isOpen).length >= maxOpen) return undefined;
      const made: StoredJob = {
        ...job,
        state: 'pending',
        rows: 0,
        users: 0,
        alreadyThere: 0,
        failed: 0,
        createdAt: event.at,
        progressedAt: event.at,
        byteOffset: 0,
        line: 0,
        restarts: 0,
        after: '',
        parts: [],
        errors: [],
      };
      state.jobs.set(job.id, made);
      state.audit.push(event);
      return shown(made);
    },

    async claimStalled(id, before, now) {
      const job = openJob(state, id);
      if (!job || job.progressedAt > before) return false;
      job.progressedAt = now;
      return true;
    },

    async *errors(id) {
      yield structuredClone(state.jobs.get(id)?.errors ?? []);
    },

    async parts(id, now) {
      const job = state.jobs.get(id);
      const isThere = job?.state === 'success' && (job.fileExpiresAt ?? 0) > now;
      return isThere ? structuredClone(job.parts) : undefined;
    },
  };
}

function takenIn(state: MemoryState, run: number): Taken {
  const users = [...state.users.values()];
  const verified = users.flatMap(({ identifiers }) => identifiers.filter((one) => one.verified));
  return {
    ids: new Map(users.map(({ id, updatedAt }) => [id, updatedAt === run])),
    usernames: new Set(users.map(({ username }) => username)),
    claims: new Set([
      ...verified.map(({ kind, value }) => `${kind} ${value}`),
      ...state.identities.keys(),
    ]),
  };
}

function insert(state: MemoryState, user: ImportedUser, run: number): void {
  const { id, username, externalId, rrId, meta, passwordHash, oldHash, createdAt } = user;
  for (const one of user.identifiers) if (one.verified) state.dropCopies(id, one);
  state.users.set(id, {
    ...profileOf(user),
    id,
    username,
    externalId,
    rrId,
    // Checked and written by the reader.
    ...(meta !== undefined && { meta: JSON.parse(meta) as Record<string, unknown> }),
    hasOldPasswordHash: oldHash,
    sessionsValidFrom: 0,
    blockedAt: user.blockedAt,
    archivedAt: user.archivedAt,
    createdAt,
    updatedAt: run,
    identifiers: user.identifiers.map((one) => ({ ...one, createdAt })),
  });
  if (passwordHash !== undefined) state.hashes.set(id, passwordHash);
  // As the file has them: a provider that is none finds nobody.
  for (const one of user.social) state.link(one as SocialIdentity, id, createdAt);
}

/** The port `UserImports` on memory. */
export function memoryUserImports(state: MemoryState): UserImports {
  return {
    ...ends(state),
    async find(id) {
      const job = state.jobs.get(id);
      if (job?.kind !== 'users_import') return undefined;
      return structuredClone({ ...job, fileUrl: job.fileUrl ?? '' });
    },

    async advance(id, step) {
      const job = openJob(state, id);
      if (job?.byteOffset !== step.from) return false;
      const { byteOffset, line, version, columns, run } = step;
      const sorted = sortUsers(step.users, takenIn(state, run));
      for (const user of sorted.fresh) insert(state, user, run);
      const problems = [...step.problems, ...sorted.problems].toSorted((a, b) => a.line - b.line);
      job.errors.push(
        ...problems.map((one) => ({
          line: one.line,
          message: [one.field, one.message].filter(Boolean).join(' '),
        })),
      );
      job.rows += step.rows;
      job.users += sorted.imported + sorted.fresh.length;
      job.alreadyThere += sorted.alreadyThere;
      job.failed += problems.length;
      Object.assign(job, { state: 'processing', byteOffset, line, version, columns });
      job.failure = undefined;
      job.progressedAt = step.now;
      return true;
    },

    async succeed(id, from, now) {
      const job = openJob(state, id);
      if (job?.byteOffset !== from) return;
      Object.assign(job, { state: 'success', failure: undefined, progressedAt: now });
      const { users: imported, alreadyThere: already_there, failed: refused } = job;
      const detail = { job: id, imported, already_there, refused };
      const by = { actor: 'system', requestId: undefined };
      state.audit.push({ action: 'users.imported', ...by, detail, at: now });
    },

    async restart({ id, byteOffset }, _, now) {
      const job = openJob(state, id);
      if (job?.byteOffset !== byteOffset) return undefined;
      const counts = { rows: 0, users: 0, alreadyThere: 0, failed: 0, errors: [] };
      const place = { state: 'pending', byteOffset: 0, line: 0, version: undefined };
      Object.assign(job, counts, place, { columns: undefined, progressedAt: now });
      job.restarts += 1;
      return id;
    },
  };
}

function recordOf(state: MemoryState, user: User): ExportedUser {
  const social = [...state.identities.values()]
    .filter(({ userId }) => userId === user.id)
    .map(({ provider, subject }) => ({ provider, subject }));
  return userRecord(user, { social });
}

/** The port `UserExports` on memory. */
export function memoryUserExports(state: MemoryState): UserExports {
  return {
    ...ends(state),
    async find(id) {
      const job = state.jobs.get(id);
      return job?.kind === 'users_export' ? structuredClone(job) : undefined;
    },

    page: async (after, most) =>
      [...state.users.keys()]
        .filter((id) => id > after)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .flatMap((id) => state.user(id) ?? [])
        .filter(({ deletedAt }) => deletedAt === undefined)
        .slice(0, most)
        .map((user) => recordOf(state, user)),

    async advance(id, { from, after, part, rows, now }) {
      const job = openJob(state, id);
      if (job?.after !== from) return false;
      job.parts.push(part);
      job.rows += rows;
      job.users += rows;
      Object.assign(job, { state: 'processing', after, progressedAt: now });
      return true;
    },

    async succeed(id, from, fileExpiresAt, now) {
      const job = openJob(state, id);
      if (job?.after !== from) return;
      Object.assign(job, { state: 'success', fileExpiresAt, progressedAt: now });
    },
  };
}

/** The port `JobFiles` on memory. */
export function memoryJobFiles(): JobFiles {
  const parts = new Map<string, Uint8Array>();
  async function* bytesOf(names: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const name of names) yield parts.get(name) ?? new Uint8Array();
  }
  return {
    async write(name: string, format: FileFormat, users: readonly ExportedUser[]) {
      const rows = rowsOf(format, users);
      parts.set(name, rows);
      return rows.length;
    },
    read(of, format) {
      const bytes = of.reduce((sum, part) => sum + part.bytes, 0);
      return wholeFile(format, bytesOf(of.map(({ name }) => name)), bytes);
    },
    async drop(prefix) {
      for (const name of parts.keys()) if (name.startsWith(prefix)) parts.delete(name);
    },
  };
}
