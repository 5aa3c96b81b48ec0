/**
 * The reference page of an OpenAPI document as one static page: every text is in it, so that it is there at once, and a script
 * of its own adds the forms that try operations. Made while building (scripts/assets.ts), and by the mock when it is asked for.
 */
import { html, raw } from 'hono/html';
import { page, type Html } from '../ui/layout.ts';
import type { ShownDocument } from './document.ts';
import { DEVELOPMENT_PLACE, REFERENCE } from './served.ts';
import { markdown } from './markdown.ts';
import { operationBlock, type Shown } from './operation.ts';
import { schemaList } from './schema.ts';

const slug = (tag: string): string => `tag-${tag.toLowerCase().replace(/[^a-z]+/g, '-')}`;

const field = (name: string, label: string, type = 'text'): Html =>
  html`<label>
    ${label}
    <input type="${type}" name="${name}" autocomplete="off" spellcheck="false" />
  </label>`;

const credentials = html`
  <form id="credentials" class="card" hidden>
    <h2>Credentials to try it with</h2>
    <p class="hint" id="demo-note">
      They stay in this page. A sign-in that you try sets the session cookie of this server.
    </p>
    <div class="filters">
      ${field('applicationId', 'Application id')} ${field('applicationToken', 'Application token')}
      ${field('companyId', 'Company id')} ${field('oauthKey', 'OAuth key')}
      ${field('oauthSecret', 'OAuth secret', 'password')}
    </div>
  </form>
`;

const shownOf = ({ paths }: ShownDocument): Shown[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );

function content(document: ShownDocument): Html {
  const { info, tags, components } = document;
  const byTag = Map.groupBy(shownOf(document), ({ operation }) => operation.tags[0] ?? '');
  return html`<div class="reference">
    <div class="side">
      <label class="find" hidden>
        Find an operation
        <input type="search" id="find" autocomplete="off" placeholder="otp, /profile, delete …" />
      </label>
      <nav aria-label="Contents">
        <a href="#introduction">Introduction</a>
        ${tags.map(
          ({ name }) =>
            html`<a href="#${slug(name)}"
              >${name} <span class="count">${byTag.get(name)?.length ?? 0}</span></a
            > `,
        )}
        <a href="#schemas">Schemas</a>
      </nav>
    </div>
    <div class="body">
      <section id="introduction">
        <h1>${info.title} API <span class="version">${info.version}</span></h1>
        ${markdown(info.description ?? '')}
        <p>The same as a file: <a href="/openapi.json">openapi.json</a>, of OpenAPI 3.1.</p>
        ${credentials}
      </section>
      <p id="none-found" class="empty" role="status" hidden>No operation matches.</p>
      ${tags.map(
        ({ name, description = '' }) =>
          html`<section class="tag" aria-labelledby="${slug(name)}">
            <h2 id="${slug(name)}">${name}</h2>
            <p class="lead">${description}</p>
            ${byTag.get(name)?.map((one) => operationBlock(one, document)) ?? ''}
          </section>`,
      )}
      <section class="tag" aria-labelledby="schemas">
        <h2 id="schemas">Schemas</h2>
        ${schemaList(components.schemas)}
      </section>
    </div>
    ${raw(DEVELOPMENT_PLACE)}
  </div>`;
}

export interface ReferenceOptions {
  brand: string;
  /** Where the brand leads. */
  home: string;
  links: readonly { href: string; text: string }[];
}

/** @returns the page as a document of HTML, without demo credentials: `inDevelopment` fills them in */
export async function referencePage(
  document: ShownDocument,
  options: ReferenceOptions,
): Promise<string> {
  const whole = await page(
    {
      ...options,
      title: 'API reference',
      current: REFERENCE,
      style: `${REFERENCE}/style.css`,
      icon: `${REFERENCE}/icon.svg`,
      script: `${REFERENCE}/reference.js`,
    },
    content(document),
  );
  // What the templates are indented by would be half of the page. Examples keep theirs.
  return String(whole)
    .split(/(<pre[^]*?<\/pre>)/)
    .map((part) => (part.startsWith('<pre') ? part : part.replace(/\s*\n\s*/g, '\n')))
    .join('');
}
