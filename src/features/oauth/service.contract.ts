/** Access tokens of operators, and the public keys that verify them. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { id, text } from '../../schemas/fields.ts';
import { EXAMPLE_KEY } from '../../schemas/session-token.ts';

const TokenRequest = z
  .object({
    grant_type: text(100).optional().meta({ description: '`client_credentials`' }),
    client_id: text(200).optional(),
    client_secret: text(200).optional(),
    scope: text(1000)
      .optional()
      .meta({ description: 'Space-separated; all of the client if left out' }),
  })
  .meta({ id: 'TokenRequest' });

const TokenResponse = z
  .object({
    access_token: z.string(),
    token_type: z.string(),
    expires_in: z.number(),
    scope: z.string(),
  })
  .meta({ id: 'TokenResponse' });

/** Its members are named, so that the private half of a key could not get out. */
const PublicKey = z
  .object({
    kty: z.string(),
    crv: z.string(),
    kid: z.string(),
    x: z.string(),
    use: z.string().optional(),
    alg: z.string().optional(),
  })
  .meta({ id: 'PublicKey' });
const JsonWebKeySet = z.object({ keys: z.array(PublicKey) }).meta({ id: 'JsonWebKeySet' });

export const oauthService = tagged('Service', {
  createToken: operation({
    method: 'post',
    path: '/service/panel/authentication/v1.0/company/{company_id}/oauth/token',
    summary: 'Get an access token',
    description:
      'OAuth 2.0 client credentials (RFC 6749 section 4.4). Key and secret by HTTP Basic or as `client_id` and ' +
      '`client_secret`. The JWT is valid for an hour; its public key is in the JWKS.',
    answers: 'The access token, its type, its life in seconds and its scopes.',
    security: 'none',
    encoding: 'form',
    request: {
      params: z.object({ company_id: id.meta({ description: 'ID of the company' }) }),
      body: TokenRequest,
    },
    response: { 200: TokenResponse },
    always: ['access_token', 'token_type', 'expires_in', 'scope'],
    errors: [
      'invalid_request',
      'unsupported_grant_type',
      'invalid_scope',
      'invalid_client',
      'too_many_requests',
    ],
    example: {
      request: { params: { company_id: '1' }, body: { grant_type: 'client_credentials' } },
      response: {
        access_token: 'mock-access-token',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'customers:read config:read',
      },
    },
  }),
  getJwks: operation({
    method: 'get',
    path: '/.well-known/jwks.json',
    summary: 'Public keys of access and session tokens',
    description: 'JSON Web Key Set (RFC 7517). The first key signs; all of them verify.',
    answers: 'The public keys, the signing one first.',
    security: 'none',
    request: {},
    response: { 200: JsonWebKeySet },
    always: ['keys'],
    errors: [],
    example: { response: { keys: [EXAMPLE_KEY] } },
  }),
});
