/** The HTML of hosted pages. Texts put into `html` are escaped. */
import { html } from 'hono/html';
import type { PageFiles } from '../../ports/index.ts';
import { TEXTS, type PageLanguage, type PageName } from './texts.ts';

type Html = ReturnType<typeof html>;

/** Without an icon of its own a browser would ask for /favicon.ico. */
const ICON = html`<link rel="icon" href="data:," />`;

const documentOf = (
  { lang, title, returnTo }: { lang: PageLanguage; title: string; returnTo?: string },
  head: Html,
  body: Html,
): Html =>
  html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${ICON}${head}
      </head>
      <body ${returnTo === undefined ? '' : html`data-return-to="${returnTo}"`}>
        ${body}
      </body>
    </html>`;

export interface HostedPage {
  name: PageName;
  language: PageLanguage;
  /** What shoppers know it by. */
  shop: string;
  storefrontUrl: string;
  applicationId: string;
  /** The publishable token: the one secret-like value of the page. */
  token: string;
  files: PageFiles;
  /** Judged; see `returnTarget`. */
  returnTo: string;
  captchaSiteKey?: string;
  /** Where messages do not go out: the page that shows them. */
  inboxPath?: string;
}

/** A page with its element, which takes everything else from the API. */
export function hostedPage(page: HostedPage): Html {
  const { name, language: lang, shop, storefrontUrl, files, returnTo, captchaSiteKey } = page;
  const { inboxPath } = page;
  const texts = TEXTS[lang];
  const application = html`application-id="${page.applicationId}" application-token="${page.token}"
  ${captchaSiteKey === undefined ? '' : html`captcha-site-key="${captchaSiteKey}"`}`;
  const element =
    name === 'account'
      ? html`<a class="back" href="${storefrontUrl}/"
            >${texts.back.replace('{shop}', () => shop)}</a
          >
          <vestibule-account ${application}></vestibule-account>`
      : html`<vestibule-login entry="${name}" ${application} autofocus></vestibule-login>`;
  return documentOf(
    // The account stays where it is.
    { lang, title: `${texts.titles[name]} · ${shop}`, ...(name !== 'account' && { returnTo }) },
    html`<link rel="stylesheet" href="${files.style}" />
      <script type="module" src="${files.script}"></script>
      <script type="module" src="${files.elements}"></script>`,
    // The elements' headings are of the second level.
    html`<main>
        <h1 class="unseen">${shop}</h1>
        ${element}
      </main>
      ${
        // In another tab: a half-done sign-in stays where it is.
        inboxPath === undefined
          ? ''
          : html`<footer class="inbox">
              <a href="${inboxPath}" target="_blank">${texts.inbox}</a>
            </footer>`
      }
      <noscript><p class="notice">${texts.needsScript}</p></noscript>`,
  );
}

/** Why there is no page. */
export interface Notice {
  title: string;
  text: string;
  /** What the operator runs. */
  command?: string;
}

/** A page that says what is wrong, for shoppers first and then for the operator. @param style address of the style sheet */
export const noticePage = ({ title, text, command }: Notice, style?: string): Html =>
  documentOf(
    { lang: 'en', title },
    style === undefined ? html`` : html`<link rel="stylesheet" href="${style}" />`,
    html`<main class="notice">
      <h1>${title}</h1>
      <p>${text}</p>
      ${command === undefined ? '' : html`<p><code>${command}</code></p>`}
    </main>`,
  );
