/** The operations, and the page of one with all of its answers. */
import { html } from 'hono/html';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { mockTable } from '../app.ts';
import type { OrderedAnswer } from './answers.ts';
import { breakable, code, command, statusBadge, type Html } from './layout.ts';

const TITLES: Readonly<Record<string, string>> = {
  application: 'Storefront',
  platform: 'Operators',
  service: 'Around it',
};
const groups = Map.groupBy(entriesOf(mockTable), ({ client }) => client);

const operationLink = ({ id, operationId, row }: Entry): Html =>
  html`<li data-find="${`${id} ${row.path} ${row.summary}`.toLowerCase()}">
    <a href="/_mock/operations/${id}">${operationId}</a>
    <span class="hint"><b>${row.method.toUpperCase()}</b> ${breakable(row.path)}</span>
  </li>`;

export const operationSection = (): Html =>
  html`<section aria-labelledby="operations" class="card">
    <h2 id="operations">Operations</h2>
    <p class="hint">Each with its answers, and the commands that get them.</p>
    <label class="find" hidden
      >Find <input type="search" id="find" placeholder="otp, profile, …"
    /></label>
    ${[...groups].map(
      ([client, entries]) =>
        html`<details class="group">
          <summary>${TITLES[client] ?? client} (${entries.length})</summary>
          <ul class="operations">
            ${entries.map(operationLink)}
          </ul>
        </details>`,
    )}
  </section>`;

const answerItem = ({ prefer, title, status, body, curl }: OrderedAnswer, at: number): Html =>
  html`<li class="answer" data-prefer="${prefer ?? ''}">
    <h2>${statusBadge(status)} ${title}</h2>
    ${prefer === undefined ? '' : html`<p class="hint">Prefer: <code>${prefer}</code></p>`}
    ${command(curl, title)}
    <details ${at === 0 ? 'open' : ''}>
      <summary>Answer</summary>
      ${code(body, `Answer: ${title}`)}
    </details>
  </li>`;

export const operationPage = ({ id, row }: Entry, answers: readonly OrderedAnswer[]): Html =>
  html`<header>
      <p><a href="/_mock">Back to the panel</a></p>
      <h1>${id}</h1>
      <p class="target"><b>${row.method.toUpperCase()}</b> ${row.path}</p>
      <p>${row.description}</p>
    </header>
    <main>
      <ol class="answers">
        ${answers.map(answerItem)}
      </ol>
    </main>`;
