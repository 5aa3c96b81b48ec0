/** What operators ask of customers beyond the documented operations. */
import * as z from 'zod';
import { operation } from '../../http/operation.ts';
import { CustomerPath } from '../../schemas/fields.ts';

const TimelineEvent = z
  .object({
    date: z.string(),
    title: z.string(),
    type: z.string().meta({ description: 'Action as the audit names it' }),
    visible: z.boolean().meta({ description: 'Whether it may be shown to the customer' }),
    sub_title: z.string().optional().meta({ description: 'Who did it, and the reason given' }),
  })
  .meta({ id: 'TimelineEvent' });

const UserTimeline = z
  .object({
    delete_on: z
      .string()
      .optional()
      .meta({ description: 'When a deleted account can no longer be restored' }),
    timeline: z.array(TimelineEvent),
  })
  .meta({ id: 'UserTimeline' });

export const customersService = {
  getUserTimeline: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/{user_id}/timeline',
    summary: 'Get the timeline of a user',
    description: 'What happened to a customer, the newest first: the last hundred events.',
    security: 'platform',
    scope: 'customers:read',
    request: { params: CustomerPath },
    response: { 200: UserTimeline },
    always: ['timeline'],
    errors: ['not_found'],
    example: {
      response: {
        timeline: [
          {
            date: '2026-11-24T09:30:00.000Z',
            title: 'Account blocked',
            type: 'customer.blocked',
            visible: false,
            sub_title: 'dev-api-key: chargebacks',
          },
        ],
      },
    },
  }),
};
