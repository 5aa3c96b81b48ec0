/** User groups as operators make, change and read them. */
import { MINUTE_MS } from '../../shared/time.ts';
import type {
  AuditActor,
  Group,
  GroupImport,
  GroupRef,
  NewImport,
  Ports,
} from '../../ports/index.ts';
import { newObjectId } from '../object-id.ts';
import { isTenantUrl, NO_TENANT_URL } from '../../values/outbound-url.ts';
import { ok, invalidField, err, type Result } from '../../shared/result.ts';

/** Of one application: a list reads the names of all of them. */
const MAX_GROUPS = 1_000;
/** An open import that nothing has moved for so long may have lost its message. */
const STALLED_AFTER_MS = MINUTE_MS;

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
const startImport = (ports: Ports, { importId }: NewImport): void =>
  ports.background(ports.imports.send(importId));

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
  if (!updated) return err('not_found', { message: 'No such group.' });
  if (file) startImport(ports, file.value);
  return ok(updated);
}

/** Reading a stalled import sends its message again, at most once a minute. */
export function resumeStalledImport(ports: Ports, { id, state, progressedAt }: GroupImport): void {
  const now = ports.clock.now();
  const before = now - STALLED_AFTER_MS;
  if ((state !== 'pending' && state !== 'processing') || progressedAt > before) return;
  const wake = async (): Promise<void> => {
    if (await ports.groups.claimStalled(id, before, now)) await ports.imports.send(id);
  };
  ports.background(wake());
}
