/**
 * `/_dev/templates`: every message in every language and channel, with sample values. `?application=<id>` shows an
 * application's own wording. Never in production.
 */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import { smsSize } from '../messages/sms-size.ts';
import type { Language, TemplatePreview } from '../ports/index.ts';
import type { Html } from '../ui/layout.ts';
import { answerPage } from './frame.ts';

const LANGUAGES = { en: 'English', hi: 'Hindi' } as const;

function sizeOf(text: string): string {
  const { length, segments } = smsSize(text);
  return `${length} characters, ${segments === 1 ? '1 SMS segment' : `${segments} SMS segments`}`;
}

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
            <p class="quiet">${sizeOf(message.text)}</p>`
        : html`<details>
            <summary>As text</summary>
            ${text}
          </details>`
    }
  </article>`;
}

/** The language that is shown, or both. */
type Shown = Language | undefined;

function languageLink(shown: Shown, language: Shown, application: string | undefined): Html {
  const query = new URLSearchParams({
    ...(application !== undefined && { application }),
    ...(language && { language }),
  });
  const current = shown === language ? html` aria-current="true"` : '';
  const text = language ? LANGUAGES[language] : 'Both languages';
  return html`<a href="/_dev/templates?${query.toString()}" ${current}>${text}</a> `;
}

function contentOf(
  previews: readonly TemplatePreview[],
  shown: Shown,
  application: string | undefined,
): Html {
  const visible = previews.filter(({ language }) => !shown || language === shown);
  const groups = [...Map.groupBy(visible, ({ template }) => template)];
  return html`
    <h1>Templates</h1>
    <p class="lead">
      Every message with sample values, as built in; <code>?application=…</code> shows an
      application's own wording.
    </p>
    <nav class="contents" aria-label="Language">
      ${[undefined, 'en' as const, 'hi' as const].map((one) => languageLink(shown, one, application))}
    </nav>
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

const languageOf = (text: string | undefined): Shown =>
  text === 'en' || text === 'hi' ? text : undefined;

/** Adds `/_dev/templates`: a preview of every message, in one language with `?language=en` or `hi`. */
export function serveTemplates(
  app: Hono<ServerEnv>,
  previews: (applicationId?: string) => Promise<TemplatePreview[] | undefined>,
): void {
  app.get('/_dev/templates', async (c) => {
    const { application, language } = c.req.query();
    const found = await previews(application);
    if (!found) return c.text('There is no such application.', 404);
    return answerPage(
      c,
      { title: 'Templates' },
      contentOf(found, languageOf(language), application),
    );
  });
}
