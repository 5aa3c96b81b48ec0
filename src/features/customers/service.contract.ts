/** Operations of operators on customers, beyond the documented ones. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { CustomerPath, id, reason } from '../../schemas/fields.ts';
import { success } from '../../schemas/success.ts';

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

const LinkedIdentity = z
  .object({
    provider: z.string().meta({
      description: '`google`, `facebook`, `apple`, or `token:` and the issuer of a login token',
    }),
    subject: z.string().meta({ description: 'Who the customer is to the provider' }),
    linked_on: z.string(),
  })
  .meta({ id: 'LinkedIdentity' });

const UserIdentities = z.object({ items: z.array(LinkedIdentity) }).meta({ id: 'UserIdentities' });

const UserExport = z
  .object({
    user_id: z.string(),
    exported_at: z.string(),
    stored: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).meta({
      description: 'Rows by the name of their table; tables without one are left out',
    }),
  })
  .meta({ id: 'UserExport' });

const CUSTOMER =
  '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/{user_id}';

const IDENTITIES =
  '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/{user_id}/identities';

export const customersService = tagged('Customers', {
  getUserTimeline: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/{user_id}/timeline',
    summary: 'Get the timeline of a user',
    description: 'What happened to a customer, the newest first: the last hundred events.',
    answers: 'The events, the newest first.',
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
  getUserIdentities: operation({
    method: 'get',
    path: IDENTITIES,
    summary: 'Get the social identities of a user',
    description: 'The accounts elsewhere that sign in to this customer, the oldest first.',
    answers: 'The linked accounts, the oldest first.',
    security: 'platform',
    scope: 'customers:read',
    request: { params: CustomerPath },
    response: { 200: UserIdentities },
    always: ['items'],
    errors: ['not_found'],
    example: {
      response: {
        items: [
          { provider: 'google', subject: '1015842246', linked_on: '2026-11-24T09:30:00.000Z' },
        ],
      },
    },
  }),
  unlinkUserIdentity: operation({
    method: 'delete',
    path: IDENTITIES,
    summary: 'Unlink a social identity of a user',
    description:
      'The account elsewhere no longer signs in to this customer. All sessions and pending codes and links of the customer ' +
      'end. A provider that proves an email which the customer has verified links again with its next login: take that ' +
      'email off the customer as well when the account elsewhere is in the wrong hands.',
    answers: 'Whether it was done.',
    security: 'platform',
    scope: 'customers:write',
    request: {
      params: CustomerPath,
      query: z.object({
        provider: id.meta({ description: 'As the list of identities names it' }),
        subject: id.meta({ description: 'As the list of identities names it' }),
        reason: reason.meta({ description: 'Why; kept in the timeline' }),
      }),
    },
    response: { 200: success('IdentityUnlinked') },
    always: ['success'],
    errors: ['not_found'],
    example: {
      request: { query: { provider: 'google', subject: '1015842246', reason: 'account stolen' } },
      response: { success: true },
    },
  }),
  exportUserData: operation({
    method: 'get',
    path: `${CUSTOMER}/export`,
    summary: 'Export all data of a user',
    description:
      'All that is stored of a customer: profile, identifiers, sessions, groups, attributes (opened), codes and links that wait, ' +
      'and the events of the account. Password hashes and other secrets are left out. The timeline says that it was asked for.',
    answers: 'Every row about the customer.',
    security: 'platform',
    scope: 'customers:export',
    request: { params: CustomerPath },
    response: { 200: UserExport },
    always: ['user_id', 'exported_at', 'stored'],
    errors: ['not_found'],
    example: {
      response: {
        user_id: '5e68af49cfa09bf7233022f1',
        exported_at: '2026-11-27T09:30:00.000Z',
        stored: {
          users: [
            {
              id: '5e68af49cfa09bf7233022f1',
              username: 'asha_rao',
              first_name: 'Asha',
              created_at: '2026-01-05T08:00:00.000Z',
            },
          ],
          identifiers: [
            { kind: 'email', value: 'asha@example.com', verified: true, is_primary: true },
          ],
        },
      },
    },
  }),
  eraseUser: operation({
    method: 'post',
    path: `${CUSTOMER}/erase`,
    summary: 'Erase a user',
    description:
      'Erases a customer at once and for good: sessions, codes, links, groups, attributes and social accounts go too, the ' +
      'identifiers are free again, and the audit no longer says whose account it was. Exports of users that are at work fail, ' +
      'and files of finished ones end, because they hold the customer. When a call was cut short, the next one finishes it.',
    answers: 'Whether it was done.',
    security: 'platform',
    scope: 'customers:erase',
    request: { params: CustomerPath },
    response: { 200: success('UserErased') },
    always: ['success'],
    errors: ['not_found'],
    example: { response: { success: true } },
  }),
});
