/** The shop on a developer's machine: `npm start` seeds it, the mock's scenarios and tests have it. Its credentials are no secrets. */
export const DEMO = {
  companyId: '1',
  applicationId: '000000000000000000000001',
  applicationToken: 'dev-app-token',
  oauthKey: 'dev-api-key',
  oauthSecret: 'dev-api-secret',
} as const;
