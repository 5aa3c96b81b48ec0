/**
 * `/_dev/templates`: every message in every language and channel, with sample values. `?application=<id>` shows an
 * application's own wording. Never in production.
 */
import type { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { TemplatePreview } from '../ports/index.ts';
import { devPolicy } from './dev-policy.ts';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }
  h1 { font-size: 1.3rem } h2 { font-size: 1.1rem; margin: 2rem 0 0 } h3 { font-size: 1rem; margin: 0 }
  .meta { color: #5a6875; font-size: .875rem } .refused { color: #a01c1c } p { margin: .2rem 0 }
  .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: .8rem; margin: .8rem 0 }
  article { border: 1px solid #d5dce3; border-radius: .5rem; padding: .8rem 1rem; min-width: 0 }
  .text { white-space: pre-wrap; overflow-wrap: anywhere } iframe { width: 100%; height: 26rem; border: 1px solid #d5dce3 }`;

const LANGUAGES = { en: 'English', hi: 'Hindi' } as const;

function card({ template, language, channel, message, refused }: TemplatePreview) {
  const name = `${channel === 'sms' ? 'SMS' : 'Email'}, ${LANGUAGES[language]}`;
  const title = `${template}: ${name}`;
  const text = html`<p class="text" lang="${language}">${message.text}</p>`;
  return html`<article>
    <h3 class="meta">${name}</h3>
    ${refused.map((why) => html`<p class="refused">Own text not used: ${why}</p>`)}
    ${message.subject && html`<p lang="${language}"><strong>${message.subject}</strong></p>`}
    ${message.html ? html`<iframe sandbox title="${title}" srcdoc="${message.html}"></iframe>` : ''}
    ${
      channel === 'sms'
        ? html`${text}
            <p class="meta">${message.text.length} characters</p>`
        : html`<details>
            <summary>As text</summary>
            ${text}
          </details>`
    }
  </article>`;
}

function page(nonce: string, previews: TemplatePreview[]) {
  const groups = Map.groupBy(previews, ({ template }) => template);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Templates · Vestibule</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Templates</h1>
        <p>
          Every message with sample values, as built in; <code>?application=…</code> shows an
          application's own wording. <a href="/_dev/inbox">To the inbox</a>
        </p>
        ${[...groups].map(
          ([template, items]) =>
            html`<h2>${template}</h2>
              <div class="grid">${items.map(card)}</div>`,
        )}
      </body>
    </html>`;
}

/** Adds `/_dev/templates`: a preview of every message. */
export function serveTemplates(
  app: Hono<ServerEnv>,
  previews: (applicationId?: string) => Promise<TemplatePreview[] | undefined>,
): void {
  app.get('/_dev/templates', async (c) => {
    const shown = await previews(c.req.query('application'));
    if (!shown) return c.text('There is no such application.', 404);
    const nonce = crypto.randomUUID();
    c.header('content-security-policy', devPolicy(nonce));
    return c.html(page(nonce, shown));
  });
}
