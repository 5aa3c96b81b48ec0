/** Operations for a page "your devices", beyond the documented ones: those tell handles alone and end none. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { token } from '../../schemas/fields.ts';
import { EXAMPLE_SESSION_TOKEN, SessionTokenSuccess } from '../../schemas/session-token.ts';
import { success } from '../../schemas/success.ts';

const OwnSession = z
  .object({
    session: z.string().meta({ description: 'Handle, as `getListOfActiveSessions` names it' }),
    current: z.boolean().meta({ description: 'Whether it is the session that asks' }),
    browser: z.string().optional().meta({ description: 'Such as `Chrome`; absent when unknown' }),
    system: z.string().optional().meta({ description: 'Such as `Android`; absent when unknown' }),
    user_agent: z.string(),
    ip: z.string().meta({ description: 'Address at the sign-in; empty when none is known' }),
    domain: z.string(),
    created_at: z.string().meta({ description: 'Time of the sign-in, ISO 8601' }),
    last_used_at: z.string().meta({
      description:
        'Now for the session that asks. Of another one the last known use: to the hour where sessions roll, else the sign-in',
    }),
    expires_at: z.string(),
  })
  .meta({ id: 'OwnSession' });

const OwnSessions = z.object({ sessions: z.array(OwnSession) }).meta({ id: 'OwnSessions' });

const EndOwnSessionRequest = z
  .object({ session: token.meta({ description: 'Handle of another session of the shopper' }) })
  .meta({ id: 'EndOwnSessionRequest' });

const HANDLE = '9c1e4f6a0b2d4c8e9c1e4f6a0b2d4c07';

export const sessionService = tagged('Session', {
  // A POST, though it writes nothing: what issues a credential asks the primary, never a replica (D-107).
  getSessionToken: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/session/token',
    summary: 'Get a session token',
    description:
      'A JWT of five minutes, or until the session ends if that is sooner, which other services of the shop verify by the ' +
      'keys of the JWKS, with `vestibule/session` or any library for JWTs. It says who is signed in: user (`sub`), application, ' +
      'session handle (`sid`), verified emails and numbers. A block, a logout or a new password ends it no earlier.',
    answers: 'The token and the seconds it lives.',
    security: 'session',
    request: {},
    response: { 200: SessionTokenSuccess },
    always: ['session_token', 'expires_in'],
    errors: [],
    example: { response: { session_token: EXAMPLE_SESSION_TOKEN, expires_in: 300 } },
  }),
  getOwnSessions: operation({
    method: 'get',
    path: '/service/application/user/authentication/v1.0/sessions/detail',
    summary: 'List own sessions',
    description:
      'Lists the sessions of the shopper with device, address and times, for a page of devices. The session that asks comes ' +
      'first, the others newest first. One that began within the last minute may be missing.',
    answers: 'The living sessions of the shopper.',
    security: 'session',
    request: {},
    response: { 200: OwnSessions },
    always: ['sessions'],
    errors: [],
    example: {
      response: {
        sessions: [
          {
            session: '66f1a3c49c1e4f6a0b2d4c8e9c1e4f6a',
            current: true,
            browser: 'Chrome',
            system: 'Android',
            user_agent:
              'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
            ip: '203.0.113.7',
            domain: 'shop.example',
            created_at: '2026-11-20T08:30:00.000Z',
            last_used_at: '2026-11-27T10:15:00.000Z',
            expires_at: '2026-12-20T08:30:00.000Z',
          },
          {
            session: HANDLE,
            current: false,
            browser: 'Safari',
            system: 'macOS',
            user_agent:
              'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15',
            ip: '198.51.100.24',
            domain: 'shop.example',
            created_at: '2026-11-02T17:05:00.000Z',
            last_used_at: '2026-11-25T19:40:00.000Z',
            expires_at: '2026-12-02T17:05:00.000Z',
          },
        ],
      },
    },
  }),
  endOwnSession: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/sessions/end',
    summary: 'End another own session',
    description:
      'Ends one other session of the shopper, everywhere and at once. The session that asks ends by `logout`.',
    answers: 'Whether it has ended.',
    security: 'session',
    request: { body: EndOwnSessionRequest },
    response: { 200: success('EndOwnSessionSuccess') },
    always: ['success'],
    errors: ['validation_failed', 'not_found'],
    example: { request: { body: { session: HANDLE } }, response: { success: true } },
  }),
  endOtherSessions: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/sessions/end-others',
    summary: 'End all other own sessions',
    description:
      'Ends every session of the shopper but the one that asks, which goes on under a new id. Reset links, codes and ' +
      'registrations that wait end too.',
    answers: 'Whether they have ended.',
    security: 'session',
    cookie: 'renews',
    request: {},
    response: { 200: success('EndOtherSessionsSuccess') },
    always: ['success'],
    errors: [],
    example: { response: { success: true } },
  }),
});
