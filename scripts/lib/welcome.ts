/** The text that `npm start` prints when it is ready. */
import { DEMO } from '../../mocks/demo.ts';

export { DEMO };

/** @param url where the Worker listens, without a trailing slash */
export function welcome(url: string): string {
  const pair = `${DEMO.applicationId}:${DEMO.applicationToken}`;
  const authorization = `Bearer ${btoa(pair)}`;
  return `
Vestibule listens on ${url}

  Login     ${url}/auth/login    and /auth/account: the shop's own pages
  Inbox     ${url}/_dev/inbox    every SMS and email lands here
  API       ${url}/openapi.json
  Shop      company ${DEMO.companyId}, application ${DEMO.applicationId}, token ${DEMO.applicationToken}
  OAuth     key ${DEMO.oauthKey}, secret ${DEMO.oauthSecret}

  Authorization: ${authorization}

Try it:
curl ${url}/service/application/user/authentication/v1.0/login/otp -H 'authorization: ${authorization}' -H 'content-type: application/json' -d '{"mobile":"8652523958","country_code":"91"}'

Ctrl-C ends it.
`;
}
