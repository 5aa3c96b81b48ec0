/** User groups and their imports in memory. */
import type {
  Group,
  GroupImport,
  GroupImports,
  GroupRef,
  Groups,
  LineError,
  NewImport,
} from '../../ports/index.ts';
import type { MemoryState } from './state.ts';

type StoredGroup = Omit<Group, 'import'> & { importId: string; membersOf?: string };
type StoredImport = GroupImport & { errors: LineError[]; members: Set<string> };

/** The groups of one application, for the two stores below. */
export class MemoryGroups {
  readonly groups = new Map<string, StoredGroup>();
  readonly imports = new Map<string, StoredImport>();

  one(ref: GroupRef): StoredGroup | undefined {
    if ('id' in ref) return this.groups.get(ref.id);
    return [...this.groups.values()].find(({ uid }) => uid === ref.uid);
  }

  view({ importId, membersOf: _, ...group }: StoredGroup): Group {
    const found = this.imports.get(importId);
    if (!found) throw new Error('a group without an import');
    const { errors: _errors, members: _members, ...read } = found;
    return structuredClone({ ...group, import: read });
  }

  /** The newest import steps back for another one, unless the group has its members of it. */
  begin(group: StoredGroup, { importId, fileUrl }: NewImport, restarts: number, now: number): void {
    const old = this.imports.get(group.importId);
    if (old && old.state !== 'success') this.imports.delete(old.id);
    group.importId = importId;
    this.imports.set(importId, {
      id: importId,
      groupId: group.id,
      fileUrl,
      state: 'pending',
      byteOffset: 0,
      line: 0,
      rows: 0,
      users: 0,
      failed: 0,
      restarts,
      progressedAt: now,
      errors: [],
      members: new Set(),
    });
  }

  open(importId: string): StoredImport | undefined {
    const found = this.imports.get(importId);
    return found?.state === 'pending' || found?.state === 'processing' ? found : undefined;
  }
}

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
      const uid = Math.max(0, ...[...store.groups.values()].map((one) => one.uid)) + 1;
      const group = { id, uid, name, description, importId: '', createdAt: at, modifiedAt: at };
      store.groups.set(id, group);
      store.begin(group, file, 0, at);
      state.audit.push(event);
      return store.view(group);
    },

    async update(ref, { name, description, file }, event) {
      const group = store.one(ref);
      if (!group) return undefined;
      if (name !== undefined) group.name = name;
      if (description !== undefined) group.description = description;
      group.modifiedAt = event.at;
      if (file) store.begin(group, file, 0, event.at);
      state.audit.push(event);
      return store.view(group);
    },

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
      const { errors: _errors, members: _members, ...read } = found;
      return structuredClone(read);
    },

    resolve: async (keys) =>
      keys.map(({ by, value }) =>
        by === 'id' ? state.user(value)?.id : state.owner({ kind: by, value })?.id,
      ),

    async advance(importId, step) {
      const found = store.open(importId);
      if (found?.byteOffset !== step.from) return false;
      const { byteOffset, line, version, columns, now } = step;
      for (const id of step.userIds) if (state.users.has(id)) found.members.add(id);
      found.errors.push(...structuredClone(step.errors));
      Object.assign(found, { state: 'processing', byteOffset, line, version, columns });
      found.rows += step.rows;
      found.failed += step.failed;
      found.users = found.members.size;
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

    async fail(importId, failure, now) {
      const found = store.open(importId);
      if (found) Object.assign(found, { state: 'failed', failure, progressedAt: now });
    },

    async note(importId, failure) {
      const found = store.open(importId);
      if (found) found.failure = failure;
    },

    async restart({ id, groupId, fileUrl, restarts }, importId, now) {
      const group = store.groups.get(groupId);
      if (group?.importId !== id) return false;
      store.begin(group, { importId, fileUrl }, restarts + 1, now);
      return true;
    },
  };
}
