/** The list of the last requests. All of it was written by whoever sent them. */
import { html } from 'hono/html';
import { mockTable } from '../app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { credentialsFor } from './answers.ts';
import { curlOf } from './curl.ts';
import { breakable, code, command, statusBadge, type Html } from './layout.ts';
import type { Exchange, HeaderLine } from './request-log.ts';

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

/** What came of the checks: the first mistake, or the code of the refusal. */
function verdict({ status, refusal, chaos }: Exchange): Html {
  if (chaos) return html`<span class="chaos">chaos: ${chaos}</span>`;
  if (status < 400) return html`<span class="quiet">valid</span>`;
  const [first] = refusal?.errors ?? [];
  const said = first ? `${first.path} ${first.message}` : (refusal?.code ?? 'refused');
  return html`<span class="mistake">${said}</span>`;
}

const lines = (headers: readonly HeaderLine[]): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');
const message = ({ headers, body }: Exchange['request'], label: string): Html =>
  code([lines(headers), body].filter(Boolean).join('\n\n'), label);

function mistakes({ refusal }: Exchange): Html | '' {
  if (!refusal?.errors?.length) return '';
  return html`<h3>Validation</h3>
    <ul class="mistakes">
      ${refusal.errors.map((one) => html`<li><code>${one.path}</code> ${one.message}</li>`)}
    </ul>`;
}

export function exchangeItem(exchange: Exchange, origin: string): Html {
  const { id, at, method, target, operation, scenario, status, durationMs } = exchange;
  const [path = ''] = target.split('?');
  const time = new Date(at).toISOString();
  return html`<li data-id="${id}">
    <details>
      <summary>
        <span class="line">
          ${statusBadge(status)} <b>${method}</b> <span class="target">${breakable(target)}</span>
        </span>
        <span class="line second">
          <span>${operation ?? 'not documented'}</span>
          ${verdict(exchange)} ${scenario ? html`<span>scenario: ${scenario}</span>` : ''}
          <span class="quiet">${durationMs.toFixed(1)} ms</span>
          <time class="quiet" datetime="${time}">${time.slice(11, 19)} UTC</time>
        </span>
      </summary>
      <div class="inside">
        ${mistakes(exchange)}
        <h3>Request</h3>
        ${message(exchange.request, `Request to ${path}`)}
        <h3>Answer</h3>
        ${message(exchange.response, `Answer of ${path}`)}
        <h3>Again</h3>
        ${command(curlAgain(exchange, origin), `request ${id} again`)}
      </div>
    </details>
  </li>`;
}

export const requestSection = (exchanges: readonly Exchange[], origin: string): Html =>
  html`<section aria-labelledby="requests-heading">
    <div class="heading">
      <h2 id="requests-heading">Requests</h2>
      <label class="live" hidden><input type="checkbox" id="live" checked /> Live</label>
      <form method="post" action="/_mock/requests/clear"><button>Clear</button></form>
    </div>
    <p class="quiet" id="empty" ${exchanges.length > 0 ? 'hidden' : ''}>
      Nothing yet. What your page asks for shows up here, the last 200 of it, without credentials.
    </p>
    <p class="quiet" id="news" role="status"></p>
    <ol class="rows" id="requests">
      ${exchanges.map((exchange) => exchangeItem(exchange, origin))}
    </ol>
  </section>`;
