/** What the panel's pages share. `html` escapes whatever is put into it; nothing here is `raw`. */
import { html } from 'hono/html';

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

export const page = (title: string, content: Html): Html =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Vestibule mock</title>
        <link rel="icon" href="/_mock/icon.svg" />
        <link rel="stylesheet" href="/_mock/panel.css" />
      </head>
      <body>
        ${content}
        <script src="/_mock/panel.js"></script>
      </body>
    </html>`;

/** `4xx` and so on, for the colour; the number is there as text. */
export const statusBadge = (status: number): Html =>
  html`<span class="status s${Math.floor(status / 100)}">${status}</span>`;

/** A command, and the button that copies it; without JavaScript it can still be selected. */
export const command = (curl: string, what: string): Html =>
  html`<div class="command">
    <pre tabindex="0" role="group" aria-label="Command: ${what}"><code>${curl}</code></pre>
    <button type="button" class="copy" aria-label="Copy as curl: ${what}" hidden>
      Copy as curl
    </button>
  </div>`;

export const code = (text: string, label: string): Html =>
  html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>`;

/** A path that breaks its line at slashes first. */
export const breakable = (path: string): Html =>
  html`${path.split('/').map((part, at) => (at === 0 ? part : html`/<wbr />${part}`))}`;
