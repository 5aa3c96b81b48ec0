import getActiveSessionsExample from '../../../mocks/examples/platform/getActiveSessions.json' with { type: 'json' };
import createUserSessionExample from '../../../mocks/examples/platform/createUserSession.json' with { type: 'json' };
import deleteActiveSessionsExample from '../../../mocks/examples/platform/deleteActiveSessions.json' with { type: 'json' };
import deleteSessionExample from '../../../mocks/examples/platform/deleteSession.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { ApplicationPath, reason, text, token } from '../../schemas/fields.ts';
import {
  CreateUserSessionRequestSchema,
  CreateUserSessionResponseSchema,
  SessionDeleteResponseSchema,
  SessionListResponseSchema,
} from '../../schemas/session.ts';

const customer = text(100).meta({ description: 'ID of a customer.' });

export const sessionPlatform = tagged('Customer sessions', {
  getActiveSessions: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/sessions',
    summary: 'Get a list of all session with info for a user',
    description:
      'Use this API to retrieve a list of session with info of customers who have registered in the application.',
    answers: 'The sessions, each with browser, address, domain and the seconds left.',
    security: 'platform',
    scope: 'sessions:read',
    request: {
      params: ApplicationPath,
      query: z.object({ id: customer }),
    },
    response: { 200: SessionListResponseSchema },
    always: ['items'],
    errors: ['not_found'],
    example: {
      documented: getActiveSessionsExample,
      request: { query: { id: '5e68af49cfa09bf7233022f1' } },
      response: {
        items: [
          {
            session_id: 'sess:0123456789abcdef0123456789abcdef',
            user_agent: 'Mozilla/5.0',
            ip: '203.0.113.7',
            domain: 'shop.example',
            expire_in: '2592000',
          },
        ],
      },
    },
  }),
  deleteActiveSessions: operation({
    method: 'delete',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/sessions',
    summary: 'Delete a list of all session for a user',
    description:
      'Use this API to end all sessions of a customer who has registered in the application.',
    answers: 'What has ended.',
    security: 'platform',
    scope: 'sessions:write',
    request: {
      params: ApplicationPath,
      query: z.object({
        id: customer,
        reason: reason.meta({ description: 'Reason to delete sessions.' }),
      }),
    },
    response: { 200: SessionDeleteResponseSchema },
    always: ['items'],
    errors: ['not_found'],
    example: {
      documented: deleteActiveSessionsExample,
      request: { query: { id: '5e68af49cfa09bf7233022f1', reason: 'lost phone' } },
      response: deleteActiveSessionsExample.value,
    },
  }),
  deleteSession: operation({
    method: 'delete',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/session',
    summary: 'Delete a session for a user',
    description:
      'Use this API to end one session of a customer who has registered in the application.',
    answers: 'What has ended.',
    security: 'platform',
    scope: 'sessions:write',
    request: {
      params: ApplicationPath,
      query: z.object({
        id: customer,
        session_id: token.meta({
          description: 'Session ID of a customer, with or without `sess:` in front.',
        }),
        reason: reason.meta({ description: 'Reason for deleting session.' }),
      }),
    },
    response: { 200: SessionDeleteResponseSchema },
    always: ['items'],
    errors: ['not_found'],
    example: {
      documented: deleteSessionExample,
      request: {
        query: { id: '5e68af49cfa09bf7233022f1', session_id: 'sess:123', reason: 'lost phone' },
      },
      response: deleteSessionExample.value,
    },
  }),
  createUserSession: operation({
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/session',
    summary: 'Create user session',
    description:
      'Use this API to open a session for a customer. The cookie is for one of the domains of the application.',
    answers: 'The cookie of the session, and how it has to be set.',
    security: 'platform',
    scope: 'sessions:write',
    request: { params: ApplicationPath, body: CreateUserSessionRequestSchema },
    response: { 200: CreateUserSessionResponseSchema },
    always: ['domain', 'max_age', 'secure', 'http_only', 'cookie'],
    errors: [
      'validation_failed',
      'not_found',
      'account_blocked',
      'account_deleted',
      'application_inactive',
    ],
    example: {
      documented: createUserSessionExample,
      request: {
        body: { user_id: '5e68af49cfa09bf7233022f1', domain: 'localhost', max_age: 3600 },
      },
      response: createUserSessionExample,
    },
  }),
});
