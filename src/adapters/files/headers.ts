/** What the first line means, by kind of file. */
import { NO_COLUMNS, readMemberColumns } from '../../domain/groups/group-members.ts';
import { NO_USER_COLUMNS, readUserColumns } from '../../domain/jobs/user-columns.ts';
import type { ImportField } from '../../ports/index.ts';
import type { Header } from './import-files.ts';

export const MEMBER_HEADER: Header<ImportField> = {
  read: readMemberColumns,
  noColumns: NO_COLUMNS,
};
export const USER_HEADER: Header<string> = { read: readUserColumns, noColumns: NO_USER_COLUMNS };
