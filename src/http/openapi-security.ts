/** Who may call an operation, as OpenAPI says it. */
import { SESSION_COOKIE } from './cookies.ts';
import type { Json } from './openapi-components.ts';
import { SCOPE_TEXTS, type Operation, type Security } from './operation.ts';

type SchemeName = 'applicationToken' | 'session' | 'accessToken';

/** @param tokenUrl where operators get their access tokens */
export function securitySchemes(tokenUrl: string): Record<SchemeName, Json> {
  return {
    applicationToken: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'base64(id:token)',
      description: 'A storefront: `base64(<application id>:<application token>)`.',
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: SESSION_COOKIE,
      description: 'A signed-in shopper. Every sign-in sets the cookie.',
    },
    accessToken: {
      type: 'oauth2',
      description:
        'An operator, by an access token for one hour. The token endpoint stands below the company; the one named here ' +
        'is that of company 1.',
      flows: { clientCredentials: { tokenUrl, scopes: SCOPE_TEXTS } },
    },
  };
}

type Requirement = Partial<Record<SchemeName, string[]>>;

/** What a caller of the row has to show; any of the ways. */
export function requirementsOf(row: Operation): Requirement[] {
  const storefront: Requirement = { applicationToken: [] };
  const shopper: Requirement = { applicationToken: [], session: [] };
  const bySecurity: Record<Security, Requirement[]> = {
    none: [],
    application: [storefront],
    session: [shopper],
    'session?': [storefront, shopper],
    platform: [{ accessToken: row.scope ? [row.scope] : [] }],
  };
  return bySecurity[row.security];
}
