/** The members of a user group, which no documented operation lists. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { ApplicationPath, id, text, wholeNumber } from '../../schemas/fields.ts';

const MemberPage = z
  .object({
    items: z.array(z.object({ user_id: z.string() })),
    next: z.string().optional().meta({
      description: '`after` of the next page; absent on the last one',
    }),
  })
  .meta({ id: 'UserGroupMembers' });

export const groupsService = tagged('User groups', {
  getUserGroupMembers: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group/{group_id}/members',
    summary: 'List the members of an User Group',
    description:
      'The customers in a user group, by their ids: while an import goes on, those of before.',
    answers: 'A page of members, in the order of their ids.',
    security: 'platform',
    scope: 'groups:read',
    request: {
      params: ApplicationPath.extend({
        group_id: id.meta({
          description: '`_id` or `uid` of a user group',
          examples: ['6345677535474fbb6944b7ce'],
        }),
      }),
      query: z.object({
        after: text(24).default('').meta({ description: '`next` of the page before' }),
        page_size: wholeNumber(100, 1_000).meta({
          description: 'Members on a page; 100 if left out',
        }),
      }),
    },
    response: { 200: MemberPage },
    always: ['items'],
    errors: ['not_found'],
    example: {
      request: { query: { page_size: 2 } },
      response: {
        items: [{ user_id: '5e68af49cfa09bf7233022f1' }, { user_id: '5e68af49cfa09bf7233022f2' }],
        next: '5e68af49cfa09bf7233022f2',
      },
    },
  }),
});
