/** The text that `npm start` prints when it is ready. */
import { DEMO } from '../../mocks/demo.ts';
import { faint, facts, heading, link } from '../../src/cli/terminal.ts';

export { DEMO };

/** @param url where the Worker listens, without a trailing slash */
export function welcome(url: string): string {
  const pair = `${DEMO.applicationId}:${DEMO.applicationToken}`;
  const page = (path: string, about: string): string =>
    `${link((url + path).padEnd(url.length + 16))}${faint(about)}`;
  return `
${heading('Vestibule')} listens on ${link(url)}

${facts([
  ['Start', page('/', 'leads to all of this')],
  ['Login', page('/auth/login', '/auth/account too')],
  ['Inbox', page('/_dev/inbox', 'every SMS and email')],
  ['Templates', page('/_dev/templates', 'their texts')],
  ['Reference', page('/docs', 'the API, to try out')],
  ['OpenAPI', page('/openapi.json', '')],
])}

${facts([
  [
    'Shop',
    `company ${DEMO.companyId}, application ${DEMO.applicationId}, token ${DEMO.applicationToken}`,
  ],
  ['OAuth', `key ${DEMO.oauthKey}, secret ${DEMO.oauthSecret}`],
  ['Bearer', btoa(pair)],
])}

Ask for a code; it appears below:

curl ${url}/service/application/user/authentication/v1.0/login/otp \\
  -H 'authorization: Bearer ${btoa(pair)}' \\
  -H 'content-type: application/json' -d '{"mobile":"8652523958","country_code":"91"}'

${faint('Ctrl-C ends it.')}
`;
}
