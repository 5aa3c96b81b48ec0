import archiveUserExample from '../../../mocks/examples/platform/archiveUser.json' with { type: 'json' };
import blockOrUnblockUsersExample from '../../../mocks/examples/platform/blockOrUnblockUsers.json' with { type: 'json' };
import createUserExample from '../../../mocks/examples/platform/createUser.json' with { type: 'json' };
import getCustomersExample from '../../../mocks/examples/platform/getCustomers.json' with { type: 'json' };
import searchUsersExample from '../../../mocks/examples/platform/searchUsers.json' with { type: 'json' };
import unDeleteUserExample from '../../../mocks/examples/platform/unDeleteUser.json' with { type: 'json' };
import updateUserExample from '../../../mocks/examples/platform/updateUser.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import {
  CreateUserRequestSchema,
  CreateUserResponseSchema,
  UpdateUserRequestSchema,
} from '../../schemas/customer.ts';
import {
  ApplicationPath,
  CustomerPath,
  flag,
  reason,
  text,
  typedText,
  wholeNumber,
} from '../../schemas/fields.ts';
import { PaginationSchema } from '../../schemas/page.ts';
import { success } from '../../schemas/success.ts';
import { UserSchema } from '../../schemas/user.ts';

const CustomerListResponseSchema = z
  .object({ items: z.array(UserSchema).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'CustomerListResponseSchema' });

const UserSearchResponseSchema = z
  .object({ users: z.array(UserSchema).optional() })
  .meta({ id: 'UserSearchResponseSchema' });

const userId = text(100);

const BlockUserRequestSchema = z
  .object({
    status: flag.meta({ description: '`true` blocks, `false` unblocks' }),
    user_id: z.array(userId).min(1, 'must not be empty').max(100, 'must be at most 100'),
    reason: reason.optional(),
  })
  .meta({ id: 'BlockUserRequestSchema' });

const ArchiveUserRequestSchema = z
  .object({ user_id: userId })
  .meta({ id: 'ArchiveUserRequestSchema' });

const UnDeleteUserRequestSchema = z
  .object({ user_id: userId, reason: reason.optional(), reason_id: text(100).optional() })
  .meta({ id: 'UnDeleteUserRequestSchema' });

export const customersPlatform = tagged('Customers', {
  getCustomers: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/list',
    summary: 'Get a list of customers',
    description:
      'Use this API to retrieve a list of customers who have registered in the application, newest first.',
    answers: 'A page of customers, and where it stands among all of them.',
    security: 'platform',
    scope: 'customers:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        q: typedText(254).optional().meta({
          description:
            'The search query: mobile number or email of a customer, username, user id, or the beginning of a name',
        }),
        page_size: wholeNumber(10, 100).meta({
          description: 'Customers on a page; 10 if left out',
        }),
        page_no: wholeNumber(1, 100_000).meta({
          description: 'Page of the results, from 1; 1 if left out',
        }),
      }),
    },
    response: { 200: CustomerListResponseSchema },
    always: ['items', 'page'],
    errors: ['validation_failed'],
    example: {
      documented: getCustomersExample,
      request: { query: { page_no: 1, page_size: 10 } },
      response: getCustomersExample.value,
    },
  }),
  searchUsers: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/search',
    summary: 'Search an existing user.',
    description:
      'Use this API to find existing customers in the list, at most 20, the best match first.',
    answers:
      'The customers found, each with first name, last name, emails, phone numbers and gender.',
    security: 'platform',
    scope: 'customers:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        q: typedText(254).optional().meta({
          description:
            'The search query: mobile number or email of a customer, username, user id, or the beginning of a name',
        }),
      }),
    },
    response: { 200: UserSearchResponseSchema },
    always: ['users'],
    errors: [],
    example: {
      documented: searchUsersExample,
      request: { query: { q: '8652523958' } },
      response: searchUsersExample,
    },
  }),
  createUser: operation({
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers',
    summary: 'Create user',
    description:
      'Use this API to create a customer. The identifiers count as verified, unless `verified` is `false`.',
    answers: 'The new customer.',
    security: 'platform',
    scope: 'customers:write',
    request: {
      params: ApplicationPath,
      query: z.object({
        verified: flag.optional().meta({
          description: '`false`: the identifiers are not verified, and sign nobody in yet',
        }),
      }),
      body: CreateUserRequestSchema,
    },
    response: { 200: CreateUserResponseSchema },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_taken'],
    example: {
      documented: createUserExample,
      request: {
        query: { verified: true },
        body: {
          phone_number: '+918652523958',
          username: 'akashmane',
          email: 'akashmane@gofynd.com',
          first_name: 'Akash',
          last_name: 'Mane',
          gender: 'male',
          meta: { tier: 'gold' },
        },
      },
      response: createUserExample,
    },
  }),
  updateUser: operation({
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/{user_id}',
    summary: 'Update user',
    description:
      'Use this API to update user details, Note: Existing emails and phone numbers of user will be replaced directly ' +
      'if phone_numbers or emails field sent in request data.',
    answers: 'The customer as it is now.',
    security: 'platform',
    scope: 'customers:write',
    request: { params: CustomerPath, body: UpdateUserRequestSchema },
    response: { 200: CreateUserResponseSchema },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_taken'],
    example: {
      documented: updateUserExample,
      request: {
        body: {
          first_name: 'Akash',
          last_name: 'Mane',
          external_id: '100002000036789',
          emails: [{ email: 'akashmane@gofynd.com', primary: true, verified: true, active: true }],
        },
      },
      response: updateUserExample,
    },
  }),
  blockOrUnblockUsers: operation({
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/activation',
    summary: 'Block/Unblock user',
    description:
      'Use this API to block or unblock customers. Blocking ends all of their sessions; with an unknown id nobody is changed.',
    answers: 'Whether it was done.',
    security: 'platform',
    scope: 'customers:write',
    request: { params: ApplicationPath, body: BlockUserRequestSchema },
    response: { 200: success('BlockUserSuccess') },
    always: ['success'],
    errors: ['not_found'],
    example: {
      documented: blockOrUnblockUsersExample,
      request: {
        body: { status: true, user_id: ['5e68af49cfa09bf7233022f1'], reason: 'chargebacks' },
      },
      response: blockOrUnblockUsersExample,
    },
  }),
  archiveUser: operation({
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/archive',
    summary: 'Archive user',
    description: 'Use this API to archive a customer. All of the sessions end.',
    answers: 'Whether it was done.',
    security: 'platform',
    scope: 'customers:write',
    request: { params: ApplicationPath, body: ArchiveUserRequestSchema },
    response: { 200: success('ArchiveUserSuccess') },
    always: ['success'],
    errors: ['not_found'],
    example: {
      documented: archiveUserExample,
      request: { body: { user_id: '5e68af49cfa09bf7233022f1' } },
      response: archiveUserExample,
    },
  }),
  unDeleteUser: operation({
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/undelete',
    summary: 'Undelete user',
    description:
      'Use this API to bring back a customer who was archived, or who deleted the account in the application when less ' +
      'than the number of days that the platform configures (`delete_account_day`) has elapsed.',
    answers: 'Whether it was done.',
    security: 'platform',
    scope: 'customers:write',
    request: { params: ApplicationPath, body: UnDeleteUserRequestSchema },
    response: { 200: success('UnDeleteUserSuccess') },
    always: ['success'],
    errors: ['not_found', 'not_deleted', 'undelete_too_late'],
    example: {
      documented: unDeleteUserExample,
      request: {
        body: {
          user_id: '5e68af49cfa09bf7233022f1',
          reason: 'asked us by phone',
          reason_id: '123',
        },
      },
      response: unDeleteUserExample,
    },
  }),
});
