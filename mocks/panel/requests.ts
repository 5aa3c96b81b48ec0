/** The list of the last requests. All of it is text of the senders, and untrusted. */
import { html } from 'hono/html';
import { entriesOf } from '../../src/http/operation.ts';
import { breakable, code, command, select, statusBadge, type Html } from '../../src/ui/layout.ts';
import { mockTable } from '../app.ts';
import { credentialsFor } from './answers.ts';
import { curlOf } from './curl.ts';
import { REQUESTS } from './frame.ts';
import type { Exchange, HeaderLine } from './request-log.ts';
import { localTime } from './time.ts';
import { VERDICTS, verdictOf } from './verdict.ts';

const entryById = new Map(entriesOf(mockTable).map((entry) => [entry.id, entry]));
/** Headers that a client sends by itself. */
const OWN =
  /^(host|connection|content-length|accept-encoding|user-agent|authorization|cookie|sec-.*)$/;

/** The request again, with credentials of the right form in the place of its own, which are not kept. */
function curlAgain({ operation, method, target, request }: Exchange, origin: string): string {
  const entry = entryById.get(operation ?? '');
  const headers = {
    ...Object.fromEntries(request.headers.filter(([name]) => !OWN.test(name))),
    ...(entry && credentialsFor(entry)),
  };
  return curlOf({ url: origin + target, method, headers, body: request.body || undefined });
}

const lines = (headers: readonly HeaderLine[]): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');
const message = ({ headers, body }: Exchange['request'], label: string): Html =>
  code([lines(headers), body].filter(Boolean).join('\n\n'), label);

const mistakeList = (title: string, items: readonly Html[]): Html =>
  items.length === 0
    ? html``
    : html`<h2>${title}</h2>
        <ul class="mistakes">
          ${items}
        </ul>`;

const mistakes = ({ refusal, breaches = [] }: Exchange): Html => html`
  ${mistakeList(
    'Validation',
    (refusal?.errors ?? []).map((one) => html`<li><code>${one.path}</code> ${one.message}</li>`),
  )}
  ${mistakeList(
    'Breaches of the contract',
    breaches.map((one) => html`<li>${one}</li>`),
  )}
`;

/** What answered, when it was not the documented example. */
const sourcesOf = ({ scenario, handler, chosen }: Exchange): string[] => [
  ...(scenario === undefined ? [] : [`scenario: ${scenario}`]),
  ...(handler === undefined ? [] : [`own handler: ${handler}`]),
  ...(chosen === undefined ? [] : [`chosen: ${chosen}`]),
];

function summaryOf(exchange: Exchange): Html {
  const { at, method, target, operation, status, durationMs } = exchange;
  const { verdict, said } = verdictOf(exchange);
  return html`
    <summary>
      <span class="line">
        ${statusBadge(status)} <b>${method}</b>
        <span class="target">${breakable(target)}</span>
      </span>
      <span class="line second">
        <span class="verdict v-${verdict}">${said}</span>
        <span>${operation ?? 'not documented'}</span>
        ${sourcesOf(exchange).map((one) => html`<span>${one}</span> `)}
        <span class="quiet">${durationMs.toFixed(1)} ms</span>
        ${localTime(new Date(at).toISOString())}
      </span>
    </summary>
  `;
}

export function exchangeItem(exchange: Exchange, origin: string): Html {
  const { id, target, note, request, response } = exchange;
  const [path = ''] = target.split('?');
  return html`<li data-id="${id}">
    <details>
      ${summaryOf(exchange)}
      <div class="inside">
        ${note === undefined ? '' : html`<p class="note">${note}</p>`} ${mistakes(exchange)}
        <h2>Request</h2>
        ${message(request, `Request to ${path}`)}
        <h2>Answer</h2>
        ${message(response, `Answer of ${path}`)}
        <h2>Again</h2>
        ${command(curlAgain(exchange, origin), `request ${id} again`)}
      </div>
    </details>
  </li>`;
}

/** Which requests are shown; everything that is left out is any. */
export interface Filter {
  status?: string;
  path?: string;
  verdict?: string;
}

export const passes = (
  exchange: Exchange,
  { status = '', path = '', verdict = '' }: Filter,
): boolean =>
  String(exchange.status).startsWith(status.replace(/x+$/, '')) &&
  (exchange.target.includes(path) || (exchange.operation ?? '').includes(path)) &&
  (verdict === '' || verdictOf(exchange).verdict === verdict);

const STATUSES = [
  ['', 'any'],
  ['2xx', '2xx'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
] as const;
const VERDICT_CHOICES = [['', 'any'] as const, ...VERDICTS.map((one) => [one, one] as const)];

const filterForm = ({ status, path = '', verdict }: Filter): Html => html`
  <form
    class="filters"
    id="filters"
    role="search"
    action="${REQUESTS}"
    aria-label="Filter requests"
  >
    <label>
      Path or operation
      <input type="search" name="path" value="${path}" placeholder="login, otp, …" />
    </label>
    ${select('status', 'Status', STATUSES, status)}
    ${select('verdict', 'Verdict', VERDICT_CHOICES, verdict)}
    <p class="buttons"><button class="second-choice">Filter</button></p>
  </form>
`;

/** @param exchanges those that pass the filter */
export const requestsPage = (
  exchanges: readonly Exchange[],
  origin: string,
  filter: Filter,
): Html => html`
  <div class="heading">
    <h1>Requests</h1>
    <label class="live" hidden><input type="checkbox" id="live" checked /> Live</label>
    <a href="/_mock/requests.json">JSON</a>
    <p class="quiet" id="news" role="status"></p>
    <form method="post" action="/_mock/requests/clear"><button>Clear</button></form>
  </div>
  <div class="grid">
    ${filterForm(filter)}
    <p class="empty" id="empty" ${exchanges.length > 0 ? 'hidden' : ''}>
      Nothing yet. The last 200 requests of your page show up here, without credentials.
    </p>
    <ol class="rows" id="requests">
      ${exchanges.map((exchange) => exchangeItem(exchange, origin))}
    </ol>
  </div>
`;
