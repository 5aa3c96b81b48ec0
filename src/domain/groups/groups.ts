/** User groups as operators make, change and read them. */
import type {
  Application,
  AuditActor,
  GivenChanges,
  Group,
  GroupImport,
  GroupRef,
  NewImport,
  Ports,
} from '../../ports/index.ts';
import { isOpen, STALLED_AFTER_MS } from '../jobs/file-job.ts';
import { newObjectId } from '../object-id.ts';
import { findMembers } from './group-import.ts';
import { lastChanges } from './group-members.ts';
import { isTenantUrl, NO_TENANT_URL } from '../../values/outbound-url.ts';
import { ok, invalidField, err, type Result } from '../../shared/result.ts';

/** Of one application: a list reads the names of all of them. */
export const MAX_GROUPS = 1_000;

/** `uid` when it is a short number, else `_id`: the documents use `group_id` for both (D-14). */
export const readGroupId = (text: string): GroupRef =>
  /^\d{1,15}$/.test(text) ? { uid: Number(text) } : { id: text };

export interface GroupBody {
  name?: string;
  description?: string;
  file_url?: string;
}

function newImport(ports: Ports, fileUrl: string): Result<NewImport, 'validation_failed'> {
  // Public hosts only, so that no operator reaches a private network (D-68).
  if (!isTenantUrl(fileUrl, { loopback: ports.loopbackFiles })) {
    return invalidField('body.file_url', NO_TENANT_URL);
  }
  return ok({ fileUrl, importId: newObjectId(ports.clock.now(), ports.random.bytes(8)) });
}

/** The group is there; if its message cannot be sent, the search for stalled imports sends another. */
const startImport = (ports: Ports, { importId }: Pick<NewImport, 'importId'>): void =>
  ports.background(ports.queue.send('group', importId));

/** Makes a group and starts the import of its file. Refuses a file address that is not public, and one group too many. */
export async function createGroup(
  ports: Ports,
  body: Required<GroupBody>,
  by: AuditActor,
): Promise<Result<Group, 'validation_failed' | 'group_limit'>> {
  const file = newImport(ports, body.file_url);
  if (!file.ok) return file;
  const now = ports.clock.now();
  const id = newObjectId(now, ports.random.bytes(8));
  const { name, description } = body;
  const event = { ...by, action: 'group.created', detail: { group: id }, at: now } as const;
  const group = { id, name, description, ...file.value };
  const created = await ports.groups.create(group, MAX_GROUPS, event);
  if (!created) return err('group_limit');
  startImport(ports, file.value);
  return ok(created);
}

/** A file, the same one too, is read from its start; until it is in, the group keeps the members it has. */
export async function updateGroup(
  ports: Ports,
  ref: GroupRef,
  body: GroupBody,
  by: AuditActor,
): Promise<Result<Group, 'validation_failed' | 'not_found'>> {
  const file = body.file_url === undefined ? undefined : newImport(ports, body.file_url);
  if (file && !file.ok) return file;
  const { name, description } = body;
  const detail = { group: ref, fields: Object.keys(body) };
  const event = { ...by, action: 'group.updated', detail, at: ports.clock.now() } as const;
  const updated = await ports.groups.update(ref, { name, description, file: file?.value }, event);
  // Only members that are added or removed wait for an import that goes on.
  if (!updated || updated === 'busy') return err('not_found', { message: 'No such group.' });
  if (file) startImport(ports, file.value);
  return ok(updated);
}

/** Whom to add to a group or to remove from it, as a request names them. */
export interface MemberEntry {
  user_id?: string;
  email?: string;
  phone_number?: string;
  action: string;
}

export interface PartialBody extends GroupBody {
  type?: string;
  user_data?: MemberEntry[];
}

const ENTRY_PLACES = { user_id: 0, email: 1, phone_number: 2, action: 3 };

/** Judges the entries as lines of a file, and finds whom they name. */
async function givenChanges(
  ports: Ports,
  application: Application,
  entries: readonly MemberEntry[],
): Promise<GivenChanges> {
  const records = entries.map(({ user_id, email, phone_number, action }, at) => ({
    line: at + 1,
    fields: [user_id ?? '', email ?? '', phone_number ?? '', action],
  }));
  const reading = { callingCode: application.defaultCountryCode, changes: true };
  const slice = { records, broken: [] };
  const { rows, members, errors } = await findMembers(ports.groups, slice, ENTRY_PLACES, reading);
  const importId = newObjectId(ports.clock.now(), ports.random.bytes(8));
  return { importId, rows, errors, changes: lastChanges(members) };
}

/** Which of the two ways is meant; without `type` the one that is there. */
function checkWay({ type, file_url: url, user_data: entries }: PartialBody) {
  if (url !== undefined && entries !== undefined) {
    return invalidField('body.user_data', 'must not come with file_url');
  }
  if (type === 'json' && entries === undefined) {
    return invalidField('body.user_data', 'is required when type is json');
  }
  if (type === 'file_url' && url === undefined) {
    return invalidField('body.file_url', 'is required when type is file_url');
  }
  if (type === 'json' || type === 'file_url' || type === undefined) return undefined;
  return invalidField('body.type', 'must be file_url or json');
}

/**
 * Adds customers to a group and removes others, by a file with a column `action` or by the entries of the request. Refused
 * while an import of the group goes on: changes are made one after the other, and none is lost.
 */
export async function changeGroup(
  ports: Ports,
  application: Application,
  ref: GroupRef,
  body: PartialBody,
  by: AuditActor,
): Promise<Result<Group, 'validation_failed' | 'not_found' | 'group_busy'>> {
  const wrong = checkWay(body);
  if (wrong) return wrong;
  const { name, description, file_url: url, user_data: entries } = body;
  const file = url === undefined ? undefined : newImport(ports, url);
  if (file && !file.ok) return file;
  const given = entries && (await givenChanges(ports, application, entries));
  if (given?.changes.length === 0) {
    const [first] = given.errors;
    const why = first && ` Entry ${first.line}: ${first.message}.`;
    return err('not_found', { message: `No entry names a customer.${why ?? ''}` });
  }
  const detail = { group: ref, fields: Object.keys(body) };
  const event = { ...by, action: 'group.updated', detail, at: ports.clock.now() } as const;
  const change = { name, description, changes: file?.value, given };
  const updated = await ports.groups.update(ref, change, event);
  if (!updated) return err('not_found', { message: 'No such group.' });
  if (updated === 'busy') return err('group_busy');
  const started = file?.value ?? given;
  if (started) startImport(ports, started);
  return ok(updated);
}

/** Deletes a group. Its members go piece by piece, by the same run that drops those of replaced imports. */
export async function deleteGroup(
  ports: Ports,
  ref: GroupRef,
  by: AuditActor,
): Promise<Result<string, 'not_found'>> {
  const detail = { group: ref };
  const event = { ...by, action: 'group.deleted', detail, at: ports.clock.now() } as const;
  const id = await ports.groups.remove(ref, event);
  return id === undefined ? err('not_found', { message: 'No such group.' }) : ok(id);
}

/** Reading a stalled import sends its message again, at most once a minute. */
export function resumeStalledImport(ports: Ports, found: GroupImport): void {
  const { id, progressedAt } = found;
  const now = ports.clock.now();
  const before = now - STALLED_AFTER_MS;
  if (!isOpen(found) || progressedAt > before) return;
  const wake = async (): Promise<void> => {
    if (await ports.groups.claimStalled(id, before, now)) await ports.queue.send('group', id);
  };
  ports.background(wake());
}
