/** The shop on a developer's machine: `npm start` seeds it, the mock's scenarios and tests have it. Its credentials are no secrets. */
export const DEMO = {
  companyId: '1',
  applicationId: '000000000000000000000001',
  applicationToken: 'dev-app-token',
  oauthKey: 'dev-api-key',
  oauthSecret: 'dev-api-secret',
} as const;

/** What requests to the shop carry. */
export const DEMO_AUTHORIZATION = `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`;

/** The same with their names, as pages show them. */
export const DEMO_CREDENTIALS = [
  ['Application', DEMO.applicationId],
  ['Token', DEMO.applicationToken],
  ['Authorization', DEMO_AUTHORIZATION],
  ['Company', DEMO.companyId],
  ['OAuth key', DEMO.oauthKey],
  ['OAuth secret', DEMO.oauthSecret],
] as const;
