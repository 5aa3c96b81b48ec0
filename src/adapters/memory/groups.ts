/** User groups and their imports in memory. */
import type {
  Group,
  GroupImport,
  GroupImports,
  GroupRef,
  Groups,
  ImportMode,
  LineError,
  MemberKey,
  NewImport,
} from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

type StoredGroup = Omit<Group, 'import'> & { importId: string; membersOf?: string };
type StoredImport = GroupImport & {
  errors: LineError[];
  members: Set<string>;
  /** user id → whether it is removed */
  changes: Map<string, boolean>;
};

/** The groups of one application, for the two stores below. */
export class MemoryGroups {
  readonly groups = new Map<string, StoredGroup>();
  readonly imports = new Map<string, StoredImport>();
  /** The highest uid of a group that was deleted. */
  lastUid = 0;

  one(ref: GroupRef): StoredGroup | undefined {
    if ('id' in ref) return this.groups.get(ref.id);
    return [...this.groups.values()].find(({ uid }) => uid === ref.uid);
  }

  view({ importId, membersOf: _, ...group }: StoredGroup): Group {
    const found = this.imports.get(importId);
    if (!found) throw new Error('a group without an import');
    const { errors: _errors, members: _members, changes: _changes, ...read } = found;
    return structuredClone({ ...group, import: read });
  }

  /** The newest import steps back for another one, unless the group has its members of it. */
  begin(
    group: StoredGroup,
    { importId, fileUrl }: NewImport,
    { mode, restarts = 0 }: { mode: ImportMode; restarts?: number },
    now: number,
  ): StoredImport {
    if (group.importId !== group.membersOf) this.imports.delete(group.importId);
    group.importId = importId;
    const begun: StoredImport = {
      id: importId,
      groupId: group.id,
      fileUrl,
      state: 'pending',
      mode,
      byteOffset: 0,
      line: 0,
      rows: 0,
      users: 0,
      failed: 0,
      restarts,
      progressedAt: now,
      errors: [],
      members: new Set(),
      changes: new Map(),
    };
    this.imports.set(importId, begun);
    return begun;
  }

  open(importId: string): StoredImport | undefined {
    const found = this.imports.get(importId);
    return found?.state === 'pending' || found?.state === 'processing' ? found : undefined;
  }
}

const resolve = (state: MemoryState, keys: readonly MemberKey[]): (string | undefined)[] =>
  keys.map(({ by, value }) =>
    by === 'id' ? state.user(value)?.id : state.owner({ kind: by, value })?.id,
  );

/** The port `Groups` on memory. */
export function memoryGroups(state: MemoryState): Groups {
  const { groups: store } = state;
  return {
    async list({ name, status, uid, pageNo, pageSize }) {
      const part = name?.toLowerCase();
      const found = [...store.groups.values()]
        .map((group) => store.view(group))
        .filter((group) => part === undefined || group.name.toLowerCase().includes(part))
        .filter((group) => status === undefined || group.import.state === status)
        .filter((group) => uid === undefined || group.uid === uid)
        .toSorted((a, b) => b.uid - a.uid);
      const start = (pageNo - 1) * pageSize;
      return { groups: found.slice(start, start + pageSize), total: found.length };
    },

    async find(ref) {
      const group = store.one(ref);
      if (!group) return undefined;
      const errors = structuredClone(store.imports.get(group.importId)?.errors ?? []);
      return { group: store.view(group), errors };
    },

    async create({ id, name, description, ...file }, max, event) {
      if (store.groups.size >= max) return undefined;
      const { at } = event;
      const uids = [...store.groups.values()].map((one) => one.uid);
      const uid = Math.max(store.lastUid, ...uids) + 1;
      const group = { id, uid, name, description, importId: '', createdAt: at, modifiedAt: at };
      store.groups.set(id, group);
      store.begin(group, file, { mode: 'replace' }, at);
      state.audit.push(event);
      return store.view(group);
    },

    async update(ref, { name, description, file, changes, given }, event) {
      const group = store.one(ref);
      if (!group) return undefined;
      if ((changes ?? given) && store.open(group.importId)) return 'busy';
      const fileUrl = store.imports.get(group.importId)?.fileUrl ?? '';
      if (name !== undefined) group.name = name;
      if (description !== undefined) group.description = description;
      group.modifiedAt = event.at;
      if (file) store.begin(group, file, { mode: 'replace' }, event.at);
      if (changes) store.begin(group, changes, { mode: 'change' }, event.at);
      if (given) {
        const next = { importId: given.importId, fileUrl };
        const begun = store.begin(group, next, { mode: 'apply' }, event.at);
        for (const { userId, removes } of given.changes) begun.changes.set(userId, removes);
        begun.errors.push(...structuredClone(given.errors));
        const [users, failed] = [given.changes.length, given.errors.length];
        Object.assign(begun, { rows: given.rows, users, failed });
      }
      state.audit.push(event);
      return store.view(group);
    },

    async remove(ref, event) {
      const group = store.one(ref);
      if (!group) return undefined;
      store.imports.delete(group.importId);
      if (group.membersOf !== undefined) store.imports.delete(group.membersOf);
      store.groups.delete(group.id);
      store.lastUid = Math.max(store.lastUid, group.uid);
      state.audit.push(event);
      return group.id;
    },

    ofUser: async (userId) =>
      [...store.groups.values()]
        .filter(({ membersOf = '' }) => store.imports.get(membersOf)?.members.has(userId))
        .map(({ id, uid, name }) => ({ id, uid, name }))
        .toSorted((a, b) => a.uid - b.uid),

    async members(ref, after, limit) {
      const group = store.one(ref);
      const members = store.imports.get(group?.membersOf ?? '')?.members ?? [];
      return (
        group &&
        [...members]
          .filter((id) => id > after)
          .toSorted((a, b) => (a < b ? -1 : 1))
          .slice(0, limit)
      );
    },

    resolve: async (keys) => resolve(state, keys),

    async claimStalled(importId, before, now) {
      const found = store.open(importId);
      if (!found || found.progressedAt > before) return false;
      found.progressedAt = now;
      return true;
    },
  };
}

/** The port `GroupImports` on memory. */
export function memoryGroupImports(state: MemoryState): GroupImports {
  const { groups: store } = state;
  const groupOf = ({ groupId, id }: GroupImport): StoredGroup | undefined => {
    const group = store.groups.get(groupId);
    return group?.importId === id ? group : undefined;
  };
  return {
    async find(importId) {
      const found = store.imports.get(importId);
      if (!found) return undefined;
      const { errors: _errors, members: _members, changes: _changes, ...read } = found;
      return structuredClone(read);
    },

    resolve: async (keys) => resolve(state, keys),

    async advance(importId, step) {
      const found = store.open(importId);
      if (found?.byteOffset !== step.from) return false;
      const { byteOffset, line, version, columns, now } = step;
      for (const id of step.userIds) if (state.users.has(id)) found.members.add(id);
      for (const { userId, removes } of step.changes ?? []) found.changes.set(userId, removes);
      found.errors.push(...structuredClone(step.errors));
      Object.assign(found, { state: 'processing', byteOffset, line, version, columns });
      found.rows += step.rows;
      found.failed += step.failed;
      found.users = step.changes ? found.changes.size : found.members.size;
      found.failure = undefined;
      found.progressedAt = now;
      return true;
    },

    async succeed(importId, from, now) {
      const found = store.open(importId);
      const group = found && groupOf(found);
      if (!group || found.byteOffset !== from) return;
      Object.assign(found, { state: 'success', failure: undefined, progressedAt: now });
      if (group.membersOf !== undefined) store.imports.delete(group.membersOf);
      Object.assign(group, { membersOf: importId, modifiedAt: now });
    },

    async applyChanges(importId, from, most, now) {
      const found = store.open(importId);
      const group = found && groupOf(found);
      if (!group || found.byteOffset !== from) return 'lost';
      const { members } = store.imports.get(group.membersOf ?? importId) ?? found;
      for (const [userId, removes] of [...found.changes].slice(0, most)) {
        if (removes) members.delete(userId);
        else if (state.users.has(userId)) members.add(userId);
        found.changes.delete(userId);
      }
      Object.assign(found, { mode: 'apply', failure: undefined, progressedAt: now });
      if (found.changes.size > 0) {
        found.state = 'processing';
        return 'more';
      }
      found.state = 'success';
      Object.assign(group, { membersOf: group.membersOf ?? importId, modifiedAt: now });
      return 'done';
    },

    async fail(importId, failure, now) {
      const found = store.open(importId);
      if (found) Object.assign(found, { state: 'failed', failure, progressedAt: now });
    },

    async note(importId, failure) {
      const found = store.open(importId);
      if (found) found.failure = failure;
    },

    async restart({ id, groupId, fileUrl, restarts, mode }, importId, now) {
      const group = store.groups.get(groupId);
      if (group?.importId !== id) return undefined;
      store.begin(group, { importId, fileUrl }, { mode, restarts: restarts + 1 }, now);
      return importId;
    },
  };
}
