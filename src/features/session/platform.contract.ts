import * as z from 'zod';
import { operation } from '../../http/operation.ts';
import { ApplicationPath, text } from '../../schemas/fields.ts';
import { SessionListResponseSchema } from '../../schemas/session.ts';

export const sessionPlatform = {
  getActiveSessions: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/sessions',
    summary: 'Get a list of all session with info for a user',
    description:
      'Use this API to retrieve a list of session with info of customers who have registered in the application.',
    security: 'platform',
    scope: 'sessions:read',
    request: {
      params: ApplicationPath,
      query: z.object({ id: text(100).meta({ description: 'ID of a customer.' }) }),
    },
    response: { 200: SessionListResponseSchema },
    errors: ['not_found'],
    example: {
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
};
