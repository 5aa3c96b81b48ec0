import getListOfActiveSessionsExample from '../../../mocks/examples/application/getListOfActiveSessions.json' with { type: 'json' };
import getLoggedInUserExample from '../../../mocks/examples/application/getLoggedInUser.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { LogoutSuccess, SessionListSuccess } from '../../schemas/session.ts';
import { UserObjectSchema } from '../../schemas/user.ts';

export const sessionApplication = tagged('Session', {
  getLoggedInUser: operation({
    method: 'get',
    path: '/service/application/user/authentication/v1.0/session',
    summary: 'Get logged in user',
    description: 'Use this API to get the details of a logged in user.',
    answers: 'The details of the shopper.',
    security: 'session',
    request: {},
    response: { 200: UserObjectSchema },
    always: ['user'],
    errors: [],
    example: { documented: getLoggedInUserExample, response: getLoggedInUserExample.value },
  }),
  getListOfActiveSessions: operation({
    method: 'get',
    path: '/service/application/user/authentication/v1.0/sessions',
    summary: 'Get list of sessions',
    description: 'Use this API to retrieve the handles of all active sessions of a user.',
    answers: 'The list of session handles.',
    security: 'session',
    request: {},
    response: { 200: SessionListSuccess },
    always: ['sessions'],
    errors: [],
    example: {
      documented: getListOfActiveSessionsExample,
      response: getListOfActiveSessionsExample,
    },
  }),
  logout: operation({
    method: 'get',
    path: '/service/application/user/authentication/v1.0/logout',
    summary: 'Logs out currently logged in user',
    description:
      'Use this API to logout a user from the app. Without a session it answers the same.',
    answers: 'Whether nobody is signed in any more.',
    security: 'session?',
    cookie: 'clears',
    request: {},
    response: { 200: LogoutSuccess },
    always: ['logout'],
    errors: [],
    // The document's example is empty; this one is derived from its schema.
    example: { response: { logout: true } },
  }),
});
