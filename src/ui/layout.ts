/** What the pages for developers share: the page around them, its header, and small parts. Texts put into `html` are escaped. */
import { html } from 'hono/html';

/** A piece of a page, as `html` makes it; whatever text it holds has been escaped. */
export type Html = ReturnType<typeof html>;

/** Own files only, and forms that go nowhere else. */
export const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
].join('; ');

export interface PageOptions {
  title: string;
  /** Stands in the header and behind the title, such as `Vestibule mock`. */
  brand: string;
  /** Where the brand leads. */
  home: string;
  /** Of the header, in their order. */
  links: readonly { href: string; text: string }[];
  /** `href` of the page that is shown, if it is one of them. */
  current?: string;
  /** Addresses of the page's own files. */
  style: string;
  icon: string;
  script?: string;
}

/** The header of a page: its brand, and links to its sisters. */
export const headerOf = ({
  brand,
  home,
  links,
  current,
}: Pick<PageOptions, 'brand' | 'home' | 'links' | 'current'>): Html => html`
  <header class="top">
    <a class="brand" href="${home}">${brand}</a>
    <nav aria-label="Pages">
      ${links.map(
        ({ href, text }) =>
          html`<a href="${href}" ${href === current ? html`aria-current="page"` : ''}>${text}</a> `,
      )}
    </nav>
  </header>
`;

/** A whole page with the header on it. */
export const page = (options: PageOptions, content: Html): Html => {
  const { title, brand, style, icon, script } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · ${brand}</title>
        <link rel="icon" href="${icon}" />
        <link rel="stylesheet" href="${style}" />
      </head>
      <body>
        ${headerOf(options)}
        <main>${content}</main>
        ${script === undefined ? '' : html`<script src="${script}"></script>`}
      </body>
    </html>`;
};

/** `4xx` and so on, for the colour; the number is there as text. */
export const statusBadge = (status: number): Html =>
  html`<span class="status s${Math.floor(status / 100)}">${status}</span>`;

/** Text as it stands, to be scrolled and read by keyboard. @param label what it is, for screen readers */
export const code = (text: string, label: string): Html =>
  html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>`;

/** A command, and the button that copies it; without JavaScript it can still be selected. */
export const command = (curl: string, what: string): Html => html`
  <div class="command">
    ${code(curl, `Command: ${what}`)}
    <button type="button" class="copy" aria-label="Copy as curl: ${what}" hidden>
      Copy as curl
    </button>
  </div>
`;

/** A path that breaks its line at slashes first. */
export const breakable = (path: string): Html[] =>
  path.split('/').map((part, at) => (at === 0 ? html`${part}` : html`/<wbr />${part}`));

/** A choice out of few. */
export const select = (
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen = '',
): Html => html`
  <label>
    ${label}
    <select name="${name}">
      ${options.map(
        ([value, text]) =>
          html`<option value="${value}" ${value === chosen ? 'selected' : ''}>${text}</option>`,
      )}
    </select>
  </label>
`;

/** A card of names and values, such as credentials. @param id of its heading */
export const factsCard = (
  id: string,
  title: string,
  facts: readonly (readonly [name: string, value: string])[],
): Html => html`
  <section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd><code>${value}</code></dd>`,
      )}
    </dl>
  </section>
`;
