/** The operations, and the page of one with all of its answers. */
import { html } from 'hono/html';
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { breakable, code, command, statusBadge, type Html } from '../../src/ui/layout.ts';
import { mockTable } from '../app.ts';
import type { OrderedAnswer } from './answers.ts';
import { OPERATIONS } from './frame.ts';

const TITLES: Readonly<Record<string, string>> = {
  application: 'Storefront',
  platform: 'Operators',
  service: 'Service',
};
const groups = Map.groupBy(entriesOf(mockTable), ({ client }) => client);

const methodAndPath = ({ row }: Entry): Html =>
  html`<b>${row.method.toUpperCase()}</b> ${breakable(row.path)}`;

const operationLink = (entry: Entry): Html => {
  const { id, operationId, row } = entry;
  return html`
    <li data-find="${`${id} ${row.path} ${row.summary}`.toLowerCase()}">
      <a href="${OPERATIONS}/${id}">${operationId}</a>
      <span class="hint">${methodAndPath(entry)}</span>
    </li>
  `;
};

export const operationsPage = (): Html => html`
  <h1>Operations</h1>
  <p class="lead">Each with its answers, and the commands that get them.</p>
  <div class="grid">
    <label class="find" hidden>
      Find <input type="search" id="find" placeholder="otp, profile, …" />
    </label>
    ${[...groups].map(
      ([client, entries]) => html`
        <details class="group card" open>
          <summary><h2>${TITLES[client] ?? client} (${entries.length})</h2></summary>
          <ul class="operations">
            ${entries.map(operationLink)}
          </ul>
        </details>
      `,
    )}
  </div>
`;

const answerItem = ({ prefer, title, status, body, curl }: OrderedAnswer, at: number): Html => html`
  <li class="answer" data-prefer="${prefer ?? ''}">
    <h2>${statusBadge(status)} ${title}</h2>
    ${prefer === undefined ? '' : html`<p class="hint">Prefer: <code>${prefer}</code></p>`}
    ${command(curl, title)}
    <details ${at === 0 ? 'open' : ''}>
      <summary>Answer</summary>
      ${code(body, `Answer: ${title}`)}
    </details>
  </li>
`;

export const operationPage = (entry: Entry, answers: readonly OrderedAnswer[]): Html => html`
  <p class="quiet"><a href="${OPERATIONS}">All operations</a></p>
  <h1>${entry.id}</h1>
  <p class="target">${methodAndPath(entry)}</p>
  <p class="lead">${entry.row.description}</p>
  <ol class="answers">
    ${answers.map(answerItem)}
  </ol>
`;
