/** What the OpenAPI documents say of the API as a whole. Used where they are made, never in a Worker. */
import manifest from '../package.json' with { type: 'json' };
import type { OpenApiOptions } from './http/openapi.ts';
import {
  AuthenticationApiErrorSchema,
  AuthenticationInternalServerErrorSchema,
  NAMED_ONLY,
  NotFoundSchema,
  UnauthenticatedSchema,
  UnauthorizedSchema,
} from './schemas/documented.ts';

/** Of the document on disk, which no server has handed out: the ports of `npm start` and `npm run mock`. */
export const LOCAL_SERVERS = [
  {
    url: 'http://{host}',
    description: '`npm start`, or the mock of `npm run mock`',
    variables: { host: { default: 'localhost:8787', enum: ['localhost:8787', 'localhost:4010'] } },
  },
];

/** Markdown, as the reference page and other readers of the documents show it. */
const INTRODUCTION = `\
Storefront authentication at the edge: sign-in, registration, profiles and sessions of shoppers, and the customers of an \
application for its operators.

## Authentication

- **Storefronts** send their application id and token: \`Authorization: Bearer base64(<application id>:<application token>)\`.
- **Shoppers** are known by the session cookie \`f.session\`, which every sign-in sets.
- **Operators** get an access token for an hour from the token endpoint of their company, and send it as a bearer token.

\`npm start\` and the mock come with a demo shop; their reference page has its credentials filled in.

## Errors

Every error has one body with a stable \`code\`, a \`message\` for people, the \`status\` and the \`request_id\` of the log. \
\`validation_failed\` names each field in \`errors\`. Decide by \`code\`: messages may change. No property is ever null: what is not there is left out.

## Rate limits

Too many requests of a kind answer 429 with \`too_many_requests\`, and \`Retry-After\` says after how many seconds to try again. \
Codes can be asked for again after \`resend_timer\` seconds. A 503 has \`Retry-After\` too.

## Versions

An operation with \`x-sdk-since\` is not among the documented ones: that version of the published SDK brought it.`;

export const ABOUT = {
  title: 'Vestibule',
  version: manifest.version,
  description: INTRODUCTION,
  contact: { name: 'Vestibule' },
  license: 'MIT',
  tokenUrl: '/service/panel/authentication/v1.0/company/1/oauth/token',
  tags: {
    Login: 'Sign in by code, password or token.',
    'Social login': 'Sign in by Facebook, Google or Apple.',
    'One-time codes': 'Send and verify codes by SMS and email.',
    Registration: 'Become a shopper.',
    Password: 'Set, change and reset a password.',
    Session: 'Who is signed in, and sign out.',
    Profile: 'Details of a shopper, and the end of the account.',
    'Emails and phones': 'Add, verify, prefer and remove emails and mobile numbers.',
    Configuration: 'What a shop offers and demands.',
    Customers: 'Find, create, change, block, archive and restore customers.',
    'Customer sessions': 'See, open and end sessions of customers.',
    'User attributes':
      'What a shop stores of its customers beyond the profile, by definitions of its own.',
    'User groups': 'Groups of customers, filled from a file.',
    'User jobs': 'Files of customers that come in and go out.',
    Audit:
      'What happened in an application, and in what numbers; not among the documented operations.',
    Service: 'Access tokens and the state of the service; not among the documented operations.',
  },
  related: NAMED_ONLY,
  errors: {
    byStatus: {
      401: UnauthorizedSchema,
      404: NotFoundSchema,
      500: AuthenticationInternalServerErrorSchema,
    },
    unauthenticated: UnauthenticatedSchema,
    other: AuthenticationApiErrorSchema,
  },
} satisfies OpenApiOptions;
