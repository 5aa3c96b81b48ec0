/**
 * `/_dev/templates`: every message in every language and channel, with sample values. `?application=<id>` shows an
 * application's own wording. Never in production.
 */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { TemplatePreview } from '../ports/index.ts';
import type { Html } from '../ui/layout.ts';
import { answerPage } from './frame.ts';

const LANGUAGES = { en: 'English', hi: 'Hindi' } as const;

function card({ template, language, channel, message, refused }: TemplatePreview): Html {
  const name = `${channel === 'sms' ? 'SMS' : 'Email'}, ${LANGUAGES[language]}`;
  const title = `${template}: ${name}`;
  const text = html`<p class="text" lang="${language}">${message.text}</p>`;
  return html`<article class="card">
    <h3 class="quiet">${name}</h3>
    ${refused.map((why) => html`<p class="mistake">Own text not used: ${why}</p>`)}
    ${message.subject && html`<p class="subject" lang="${language}">${message.subject}</p>`}
    ${message.html ? html`<iframe sandbox title="${title}" srcdoc="${message.html}"></iframe>` : ''}
    ${
      channel === 'sms'
        ? html`${text}
            <p class="quiet">${message.text.length} characters</p>`
        : html`<details>
            <summary>As text</summary>
            ${text}
          </details>`
    }
  </article>`;
}

function contentOf(previews: readonly TemplatePreview[]): Html {
  const groups = [...Map.groupBy(previews, ({ template }) => template)];
  return html`
    <h1>Templates</h1>
    <p class="lead">
      Every message with sample values, as built in; <code>?application=…</code> shows an
      application's own wording.
    </p>
    <nav class="contents" aria-label="Templates">
      ${groups.map(([template]) => html`<a href="#${template}">${template}</a> `)}
    </nav>
    ${groups.map(
      ([template, items]) =>
        html`<section aria-labelledby="${template}">
          <h2 id="${template}">${template}</h2>
          <div class="grid cards">${items.map(card)}</div>
        </section>`,
    )}
  `;
}

/** Adds `/_dev/templates`: a preview of every message. */
export function serveTemplates(
  app: Hono<ServerEnv>,
  previews: (applicationId?: string) => Promise<TemplatePreview[] | undefined>,
): void {
  app.get('/_dev/templates', async (c) => {
    const shown = await previews(c.req.query('application'));
    if (!shown) return c.text('There is no such application.', 404);
    return answerPage(c, { title: 'Templates' }, contentOf(shown));
  });
}
