import createUserGroupExample from '../../../mocks/examples/platform/createUserGroup.json' with { type: 'json' };
import getUserGroupByIdExample from '../../../mocks/examples/platform/getUserGroupById.json' with { type: 'json' };
import getUserGroupsExample from '../../../mocks/examples/platform/getUserGroups.json' with { type: 'json' };
import updateUserGroupExample from '../../../mocks/examples/platform/updateUserGroup.json' with { type: 'json' };
import updateUserGroupPartiallyExample from '../../../mocks/examples/platform/updateUserGroupPartially.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { ApplicationPath, id, integer, text, wholeNumber } from '../../schemas/fields.ts';
import {
  GROUP_KEYS,
  CreateUserGroupSchema,
  DeleteUserGroupSuccess,
  PartialUserGroupUpdateSchema,
  UpdateUserGroupSchema,
  UserGroupListResponseSchema,
  UserGroupResponseSchema,
} from '../../schemas/group.ts';

/** `uid` when it is a short number, else `_id` (D-14). */
const GroupPath = ApplicationPath.extend({
  group_id: id.meta({
    description: 'Numeric id (`uid`) allotted to a user group, or its `_id`',
    examples: ['6345677535474fbb6944b7ce'],
  }),
});

export const groupsPlatform = tagged('User groups', {
  createUserGroup: operation({
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group',
    summary: 'Create an User Group',
    description:
      'Use this API to create a new user group. The customers named in the CSV file are added afterwards; `status` tells how that went.',
    answers: 'The new user group, its import still to be done.',
    security: 'platform',
    scope: 'groups:write',
    request: { params: ApplicationPath, body: CreateUserGroupSchema },
    response: { 201: UserGroupResponseSchema },
    always: GROUP_KEYS,
    errors: ['validation_failed', 'group_limit', 'unavailable'],
    example: {
      documented: createUserGroupExample,
      request: {
        body: {
          name: 'Group 1',
          description: 'description',
          file_url: 'https://files.example/group-1.csv',
        },
      },
      response: createUserGroupExample,
    },
  }),
  getUserGroups: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group',
    summary: 'Get User Groups matching criteria',
    description: 'Use this API to get the user groups matching the criteria passed in the query.',
    answers: 'A page of user groups, and where it stands among all of them.',
    security: 'platform',
    scope: 'groups:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        page_no: wholeNumber(1, 100_000).meta({
          description: 'Page of the results, from 1; 1 if left out',
        }),
        page_size: wholeNumber(10, 100).meta({ description: 'Groups on a page; 10 if left out' }),
        name: text(100)
          .optional()
          .meta({ description: 'Finds groups whose name contains this text' }),
        status: text(20).optional().meta({
          description:
            'Finds groups of this status: `pending`, `processing`, `success` or `failed`',
        }),
        group_uid: integer().optional().meta({ description: 'Finds the group of this `uid`' }),
      }),
    },
    response: { 200: UserGroupListResponseSchema },
    always: ['items', 'page'],
    errors: ['validation_failed'],
    example: {
      documented: getUserGroupsExample,
      request: { query: { page_no: 1, page_size: 10, name: 'Group', status: 'pending' } },
      response: getUserGroupsExample,
    },
  }),
  getUserGroupById: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group/{group_id}',
    summary: 'Get an User Group by Id',
    description: 'Use this API to get details of an existing user group.',
    answers: 'The user group, with what its import did.',
    security: 'platform',
    scope: 'groups:read',
    request: { params: GroupPath },
    response: { 200: UserGroupResponseSchema },
    always: GROUP_KEYS,
    errors: ['not_found'],
    example: { documented: getUserGroupByIdExample, response: getUserGroupByIdExample },
  }),
  updateUserGroup: operation({
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group/{group_id}',
    summary: 'Update an User Group',
    description:
      'Use this API to update an existing user group. A `file_url`, the same one too, starts an import that replaces the members when all of the file is read.',
    answers: 'The user group as it is now.',
    security: 'platform',
    scope: 'groups:write',
    request: { params: GroupPath, body: UpdateUserGroupSchema },
    response: { 200: UserGroupResponseSchema },
    always: GROUP_KEYS,
    errors: ['validation_failed', 'not_found', 'unavailable'],
    example: {
      documented: updateUserGroupExample,
      request: { body: { name: 'Group 1', description: 'description' } },
      response: updateUserGroupExample,
    },
  }),
  updateUserGroupPartially: operation({
    since: '1.3.4',
    method: 'patch',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group/{group_id}',
    summary: 'Update an User Group partially',
    description:
      'Use this API to add customers to a user group and to remove others: by a CSV file whose column `action` says `add` or `remove`, or by `user_data`. ' +
      'The members change when all of it is read; `status` tells how that went. While an import of the group goes on, it is refused.',
    answers: 'The user group, the change of its members still to be done.',
    security: 'platform',
    scope: 'groups:write',
    request: { params: GroupPath, body: PartialUserGroupUpdateSchema },
    response: { 200: UserGroupResponseSchema },
    always: GROUP_KEYS,
    errors: ['validation_failed', 'not_found', 'group_busy', 'unavailable'],
    example: {
      documented: updateUserGroupPartiallyExample,
      request: {
        body: {
          type: 'json',
          user_data: [
            { user_id: '5e68af49cfa09bf7233022f1', action: 'add' },
            { email: 'akashmane@gofynd.com', action: 'remove' },
          ],
        },
      },
      response: updateUserGroupPartiallyExample,
    },
  }),
  deleteUserGroup: operation({
    since: '3.16.3',
    method: 'delete',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_group/{group_id}',
    summary: 'Delete an User Group',
    description:
      'Use this API to delete a user group for good. An import that still goes on ends; customers stay as they are.',
    answers: 'The `_id` of the user group that is gone.',
    security: 'platform',
    scope: 'groups:write',
    request: { params: GroupPath },
    response: { 200: DeleteUserGroupSuccess },
    always: ['id', 'success'],
    errors: ['not_found'],
    example: { response: { id: '6345677535474fbb6944b7ce', success: true } },
  }),
});
