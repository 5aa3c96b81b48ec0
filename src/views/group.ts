/** A user group in its documented shape. */
import type { Application, Group, LineError } from '../ports/index.ts';

/** @param lineErrors the lines of its file that name no user, if they are asked for */
export function groupView(
  { id: _id, uid, name, description, createdAt, modifiedAt, import: read }: Group,
  { id: application_id }: Application,
  lineErrors: readonly LineError[] = [],
) {
  const failure =
    read.state === 'failed' ? (read.failure ?? 'The file could not be read.') : undefined;
  const errors = [...(failure === undefined ? [] : [{ message: failure }]), ...lineErrors];
  return {
    _id,
    uid,
    application_id,
    name,
    description,
    file_url: read.fileUrl,
    status: read.state,
    is_active: true,
    counts: { rows: read.rows, users: read.users, failed: read.failed },
    ...(errors.length > 0 && { errors }),
    created_at: new Date(createdAt).toISOString(),
    modified_at: new Date(modifiedAt).toISOString(),
    __v: 0,
  };
}
