/**
 * `/_dev/templates`: every message in every language and channel, with sample values. `?application=<id>` shows an
 * application's own wording. Never in production.
 */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import { LANGUAGE_CODES, languageAt, LANGUAGES } from '../messages/languages/index.ts';
import { smsSize } from '../messages/sms-size.ts';
import type {
  Language,
  NamedApplication,
  TemplatePreview,
  TemplateSources,
} from '../ports/index.ts';
import { select, type Html } from '../ui/layout.ts';
import { answerPage } from './frame.ts';

function sizeOf(text: string): string {
  const { length, segments } = smsSize(text);
  return `${length} characters, ${segments === 1 ? '1 SMS segment' : `${segments} SMS segments`}`;
}

function card({ template, language, channel, message, refused }: TemplatePreview): Html {
  const name = `${channel === 'sms' ? 'SMS' : 'Email'}, ${nameOf(language)}`;
  const { direction, draft } = languageAt(language);
  const title = `${template}: ${name}`;
  const text = html`<p class="text" lang="${language}" dir="${direction}">${message.text}</p>`;
  return html`<article class="card">
    <h3 class="quiet">${name} ${draft ? '(machine-drafted, not read by a native speaker)' : ''}</h3>
    ${refused.map((why) => html`<p class="mistake">Own text not used: ${why}</p>`)}
    ${message.subject && html`<p class="subject" lang="${language}" dir="${direction}">${message.subject}</p>`}
    ${
      message.html
        ? html`<iframe
            sandbox="allow-same-origin"
            title="${title}"
            srcdoc="${message.html}"
          ></iframe>`
        : ''
    }
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

/** The language that is shown, or all of them. */
type Shown = Language | 'all';
interface Look {
  shown: Shown;
  /** Whose wording is shown; the built-in one when undefined. */
  application?: string;
  applications: readonly NamedApplication[];
}

const nameOf = (one: Shown): string => (one === 'all' ? 'All' : LANGUAGES[one].name);
const SHOWN: readonly Shown[] = [...LANGUAGE_CODES, 'all'];
const shownOf = (text: string | undefined): Shown => SHOWN.find((one) => one === text) ?? 'en';

function languageLink(one: Shown, { shown, application }: Look): Html {
  const query = new URLSearchParams({
    language: one,
    ...(application !== undefined && { application }),
  });
  const current = shown === one ? html` aria-current="true"` : '';
  return html`<a href="/_dev/templates?${query.toString()}" ${current}>${nameOf(one)}</a> `;
}

/** Works without a script: a form that asks for the page again. */
const picker = ({ shown, application = '', applications }: Look): Html => html`
  <form class="pick" action="/_dev/templates">
    <input type="hidden" name="language" value="${shown}" />
    ${select(
      'application',
      'Wording of',
      [['', 'Built in'], ...applications.map(({ id, name }) => [id, name] as const)],
      application,
    )}
    <button type="submit">Show</button>
  </form>
`;

const head = (look: Look): Html => html`
  <h1>Templates</h1>
  <p class="lead">Every message with sample values, in the wording of an application.</p>
  <div class="bar">
    ${picker(look)}
    <nav class="switch" aria-label="Language">${SHOWN.map((one) => languageLink(one, look))}</nav>
  </div>
`;

function contentOf(previews: readonly TemplatePreview[], look: Look): Html {
  const visible = previews.filter(({ language }) => ['all', language].includes(look.shown));
  const groups = [...Map.groupBy(visible, ({ template }) => template)];
  return html`
    ${head(look)}
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

/** Adds `/_dev/templates`: a preview of every message, in English or in `?language=` (`all` for every one). */
export function serveTemplates(app: Hono<ServerEnv>, sources: TemplateSources): void {
  app.get('/_dev/templates', async (c) => {
    const application = c.req.query('application') || undefined;
    const [found, applications] = await Promise.all([
      sources.previews(application),
      sources.applications(),
    ]);
    const shown = shownOf(c.req.query('language'));
    const page = { title: 'Templates', script: 'dev.js' };
    if (found) return answerPage(c, page, contentOf(found, { shown, application, applications }));
    const missing = html`${head({ shown, applications })}
      <p class="empty">There is no such application.</p>`;
    return answerPage(c, page, missing, 404);
  });
}
