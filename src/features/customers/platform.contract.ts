import getCustomersExample from '../../../mocks/examples/platform/getCustomers.json' with { type: 'json' };
import * as z from 'zod';
import { operation } from '../../http/operation.ts';
import { ApplicationPath, text } from '../../schemas/fields.ts';
import { PaginationSchema } from '../../schemas/page.ts';
import { UserSchema } from '../../schemas/user.ts';

const wholeNumber = (fallback: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`)
    .default(fallback);

const CustomerListResponseSchema = z
  .object({ items: z.array(UserSchema).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'CustomerListResponseSchema' });

export const customersPlatform = {
  getCustomers: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/list',
    summary: 'Get a list of customers',
    description:
      'Use this API to retrieve a list of customers who have registered in the application, newest first.',
    security: 'platform',
    scope: 'customers:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        q: text(254).optional().meta({
          description: 'Phone, email, username, user id, or the beginning of a name.',
        }),
        page_size: wholeNumber(10, 100),
        page_no: wholeNumber(1, 100_000),
      }),
    },
    response: { 200: CustomerListResponseSchema },
    errors: ['validation_failed'],
    example: {
      request: { query: { page_no: 1, page_size: 10 } },
      response: getCustomersExample.value,
    },
  }),
};
