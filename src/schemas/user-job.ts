/** Jobs on users in their documented shapes. */
import * as z from 'zod';
import { text } from './fields.ts';
import { PaginationSchema } from './page.ts';
import { fileAddress } from './typed.ts';

const FORMATS = ['csv', 'xlsx'] as const;
const NO_FORMAT = 'must be csv or xlsx';

/** In any case: panels write it in capitals. */
const fileFormat = text(10)
  .meta({ enum: [...FORMATS], description: 'Format of the file' })
  .transform((typed, context) => {
    const format = FORMATS.find((one) => one === typed.trim().toLowerCase());
    if (format !== undefined) return format;
    context.issues.push({ code: 'custom', message: NO_FORMAT, input: typed });
    return z.NEVER;
  });

export const CreateStoreFrontUsersPayload = z
  .object({
    absolute_url: fileAddress.meta({
      description: 'https address of the file, on a public host; CSV in UTF-8, or XLSX',
    }),
    file_format: fileFormat,
    relative_url: text(2048).meta({
      description: 'Path of the file in the storage it lies in; kept as it is sent',
    }),
  })
  .meta({ id: 'CreateStoreFrontUsersPayload' });

export const BulkUserExportSchema = z
  .object({ file_format: fileFormat })
  .meta({ id: 'BulkUserExportSchema' });

const CreatedBySchema = z
  .object({
    name: z.string().meta({ description: 'Key of the OAuth client' }),
    user_id: z.string().meta({ description: 'The same' }),
  })
  .meta({ id: 'CreatedBySchema' });

const BulkActionCountSchema = z
  .object({
    total: z.number().optional().meta({ description: 'Lines read, or customers written, so far' }),
    success: z.number().optional().meta({
      description: 'Customers of an import who are there now, or of an export who are in its file',
    }),
    error: z.number().optional().meta({ description: 'Lines that were refused' }),
    already_there: z.number().optional().meta({
      description: 'Those among `success` who were there before; nothing of them is changed',
    }),
  })
  .meta({ id: 'BulkActionCountSchema' });

const FileLinks = z
  .object({
    absolute_url: z.string().optional(),
    relative_url: z.string().optional(),
  })
  .meta({ id: 'FileLinks' });

const BulkActionLinkSchema = z
  .object({
    file: FileLinks.optional().meta({
      description: 'The file that is imported; or the one that was exported, by a link that ends',
    }),
    error: FileLinks.optional().meta({
      description: 'The refused lines as CSV, by a link that ends',
    }),
  })
  .meta({ id: 'BulkActionLinkSchema' });

export const BulkActionModel = z
  .object({
    _id: z.string().meta({ description: 'ID of the job' }),
    file_name: z.string(),
    file_format: z.string(),
    action_type: z.string().meta({ description: '`import` or `export`' }),
    created_by: CreatedBySchema,
    count: BulkActionCountSchema.optional(),
    status: z
      .string()
      .optional()
      .meta({ description: '`pending`, `processing`, `success` or `failed`' }),
    message: z.string().optional().meta({ description: 'Why the job failed as a whole' }),
    links: BulkActionLinkSchema.optional(),
    application_id: z.string(),
    company_id: z.string(),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
  })
  .meta({ id: 'BulkActionModel' });

/** Keys that are in every answer. */
export const JOB_KEYS = [
  '_id',
  'file_name',
  'file_format',
  'action_type',
  'created_by',
  'count',
  'status',
  'links',
  'application_id',
  'company_id',
  'created_at',
  'updated_at',
] as const;

export const BulkActionPaginationSchema = z
  .object({ items: z.array(BulkActionModel).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'BulkActionPaginationSchema' });
