/** `/` of a developer's Worker: where the pages are, the shop's credentials, and lines to begin with. Never in production. */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { Directory } from '../ports/index.ts';
import { DEMO, DEMO_AUTHORIZATION, DEMO_CREDENTIALS } from '../shared/demo-shop.ts';
import { code, factsCard, type Html } from '../ui/layout.ts';
import { answerPage } from './frame.ts';

const SHOP_PAGES = [
  ['/auth/login', 'Login', 'Sign in, register, reset a password.'],
  ['/auth/account', 'Account', 'Profile, emails, numbers, devices, deletion.'],
] as const;
const DEV_PAGES = [
  ['/_dev/inbox', 'Inbox', 'Every SMS and email lands here.'],
  ['/_dev/templates', 'Message templates', 'Every message, in every language.'],
  ['/docs', 'API reference', 'Every operation, to read and to try.'],
  ['/openapi.json', 'OpenAPI document', 'For generators and other tools.'],
] as const;
type Link = (typeof SHOP_PAGES | typeof DEV_PAGES)[number];

const links = (id: string, title: string, list: readonly Link[]): Html => html`
  <section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <dl class="stack">
      ${list.map(
        ([href, text, about]) =>
          html`<div>
            <dt><a href="${href}">${text}</a></dt>
            <dd class="hint">${about}</dd>
          </div>`,
      )}
    </dl>
  </section>
`;

const credentials = (): Html =>
  factsCard('credentials', 'Credentials of the local shop', DEMO_CREDENTIALS);

const noShop = (): Html =>
  html`<p class="empty">
    The demo shop is not in this database. <code>npm start</code> puts it there.
  </p>`;

/** Something to copy. */
const snippet = (title: string, text: string): Html => html`
  <h3 class="quiet">${title}</h3>
  <div class="command">
    ${code(text, title)}
    <button type="button" class="copy second-choice" aria-label="Copy: ${title}" hidden>
      Copy
    </button>
  </div>
`;

const elementsSnippet = (
  origin: string,
): string => `<script type="module" src="${origin}/elements.js"></script>
<vestibule-login
  api="${origin}"
  application-id="${DEMO.applicationId}"
  application-token="${DEMO.applicationToken}"
></vestibule-login>`;

const curlSnippet = (origin: string): string =>
  `curl ${origin}/service/application/user/authentication/v1.0/login/otp -H 'authorization: ${DEMO_AUTHORIZATION}' --json '{"mobile":"8652523958","country_code":"91"}'`;

const sdkSnippet = (
  origin: string,
): string => `const { ApplicationClient } = require('@gofynd/fdk-client-javascript/application');
const shop = new ApplicationClient({
  applicationID: '${DEMO.applicationId}',
  applicationToken: '${DEMO.applicationToken}',
  domain: '${origin}',
});
await shop.user.loginWithOTP({ body: { mobile: '8652523958', country_code: '91' } });`;

const contentOf = (origin: string, hasShop: boolean): Html => html`
  <h1>A shop on this machine</h1>
  <p class="lead"><code>${origin}</code> runs the Worker with a database of its own.</p>
  <div class="stack">
    <div class="grid halves">
      <div class="stack">
        ${links('shop', 'Pages of the shop', SHOP_PAGES)} ${hasShop ? credentials() : noShop()}
      </div>
      ${links('dev', 'For developers', DEV_PAGES)}
    </div>
    <section class="card" aria-labelledby="try">
      <h2 id="try">To begin with</h2>
      ${snippet('A login on a page of your own', elementsSnippet(origin))}
      ${snippet('Ask for a code', curlSnippet(origin))}
      ${snippet('The same with the SDK', sdkSnippet(origin))}
      ${snippet('Without a backend: the mock, on http://localhost:4010', 'npm run mock')}
      <p class="hint">
        <code>docs/examples/storefront</code> is a shop with login and account page, to copy from.
      </p>
    </section>
  </div>
`;

/** Adds `/`. */
export function serveLanding(
  app: Hono<ServerEnv>,
  directory: Pick<Directory, 'authenticate'>,
): void {
  app.get('/', async (c) => {
    const { applicationId, applicationToken } = DEMO;
    const shop = await directory.authenticate(applicationId, applicationToken);
    const { origin } = new URL(c.req.url);
    const content = contentOf(origin, shop !== undefined);
    return answerPage(c, { title: 'Home', script: 'dev.js' }, content);
  });
}
