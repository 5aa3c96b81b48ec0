/** User groups and the imports that fill them. */
import * as z from 'zod';
import { digitText, multilineText, text } from './fields.ts';
import { PaginationSchema } from './page.ts';
import { fileAddress, shownName } from './typed.ts';

const file_url = fileAddress.meta({
  description:
    'https address of a CSV file with `user_id`, `email`, `phone_number`, or `country_code` and `mobile`',
});
const description = multilineText(1000);

export const CreateUserGroupSchema = z
  .object({ name: shownName, description, file_url })
  .meta({ id: 'CreateUserGroupSchema' });

export const UpdateUserGroupSchema = z
  .object({
    name: shownName.optional(),
    description: description.optional(),
    file_url: file_url.optional(),
  })
  .meta({ id: 'UpdateUserGroupSchema' });

const UserGroupUpdateData = z
  .object({
    user_id: text(100).optional().meta({ description: 'ID of a customer' }),
    phone_number: digitText(40).optional(),
    email: text(254).optional(),
    action: z
      .enum(['add', 'remove'], 'must be add or remove')
      .meta({ description: 'What becomes of the customer: `add` or `remove`' }),
  })
  .meta({ id: 'UserGroupUpdateData' });

/** As many as the largest body holds. */
const MAX_ENTRIES = 1000;

export const PartialUserGroupUpdateSchema = z
  .object({
    type: text(20)
      .optional()
      .meta({ description: '`file_url` or `json`; what is there says it when left out' }),
    name: shownName.optional(),
    description: description.optional(),
    file_url: fileAddress.optional().meta({
      description:
        'https address of a CSV file with `action` (`add` or `remove`) and `user_id`, `email`, `phone_number`, or `country_code` and `mobile`',
    }),
    user_data: z
      .array(UserGroupUpdateData)
      .min(1, 'must name somebody')
      .max(MAX_ENTRIES, `must be at most ${MAX_ENTRIES} entries`)
      .optional()
      .meta({ description: 'Customers to add or to remove' }),
  })
  .meta({ id: 'PartialUserGroupUpdateSchema' });

export const DeleteUserGroupSuccess = z
  .object({ id: z.string().optional(), success: z.boolean().optional() })
  .meta({ id: 'DeleteUserGroupSuccess' });

const UserGroupCounts = z
  .object({
    rows: z.number().optional().meta({ description: 'Lines read, the header aside' }),
    users: z.number().optional().meta({ description: 'Customers found' }),
    failed: z.number().optional().meta({ description: 'Lines that name no customer' }),
  })
  .meta({ id: 'UserGroupCounts' });

const UserGroupError = z
  .object({ line: z.number().optional(), message: z.string().optional() })
  .meta({ id: 'UserGroupError' });

export const UserGroupResponseSchema = z
  .object({
    _id: z.string().optional(),
    uid: z.number().optional(),
    application_id: z.string().optional(),
    name: z.string().optional(),
    description: z.string().optional(),
    file_url: z.string().optional(),
    status: z
      .string()
      .optional()
      .meta({ description: '`pending`, `processing`, `success` or `failed`' }),
    is_active: z.boolean().optional(),
    counts: UserGroupCounts.optional().meta({ description: 'What the import did' }),
    errors: z
      .array(UserGroupError)
      .optional()
      .meta({ description: 'What the import could not use' }),
    created_at: z.string().optional(),
    modified_at: z.string().optional(),
    __v: z.number().optional(),
  })
  .meta({ id: 'UserGroupResponseSchema' });

/** Keys that are in every answer. */
export const GROUP_KEYS = [
  '_id',
  'uid',
  'application_id',
  'name',
  'description',
  'file_url',
  'status',
  'is_active',
  'created_at',
  'modified_at',
] as const;

export const UserGroupListResponseSchema = z
  .object({ items: z.array(UserGroupResponseSchema).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'UserGroupListResponseSchema' });
