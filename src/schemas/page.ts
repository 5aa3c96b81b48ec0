import * as z from 'zod';

export const PaginationSchema = z
  .object({
    type: z.string().optional().meta({ description: 'Always `number`' }),
    current: z.number().optional(),
    size: z.number().optional(),
    total: z.number().optional().meta({ description: 'The same as `item_total`' }),
    item_total: z.number().optional(),
    has_next: z.boolean().optional(),
  })
  .meta({ id: 'PaginationSchema' });
